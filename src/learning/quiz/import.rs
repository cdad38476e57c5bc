//! From a spreadsheet's rows to questions, and back. Pure: what is in the bank already is the caller's business.

use std::collections::HashMap;

use super::model::{Difficulty, QuestionKind, QuestionText};
use super::moodle;
use super::options;
use super::rules::{self, Flaw};
use super::typed::{
    Said, infer_kind, is_judgement_pair, kind_named, kind_of_sheet, read_judgement, read_letters, read_wordings,
};
use crate::base::sheet::{self, At, Book, Column, Content, Found, Need, Remarks, Row, SheetError};
use crate::base::text::{fold, squeeze};

/// A row that is a question.
#[derive(Clone, Debug)]
pub struct ImportedQuestion {
    /// Where it stands in the file.
    pub at: At,
    pub fingerprint: [u8; 32],
    pub text: QuestionText,
}

/// What was read: questions that differ from each other, and what is wrong with the other rows.
#[derive(Debug, Default)]
pub struct Imported {
    pub questions: Vec<ImportedQuestion>,
    /// Rows that say what an earlier one says.
    pub repeats: u32,
    pub remarks: Remarks,
}

/// The columns of an export, and of the template.
pub const EXPORT_HEADERS: [&str; 20] = [
    "题型",
    "题干",
    "选项A",
    "选项B",
    "选项C",
    "选项D",
    "选项E",
    "选项F",
    "选项G",
    "选项H",
    "选项I",
    "选项J",
    "选项K",
    "选项L",
    "答案",
    "解析",
    "分类",
    "难度",
    "来源",
    "选项顺序",
];

/// The category of a question that names none.
const NO_CATEGORY: &str = "未分类";

const KIND: usize = 0;
const STEM: usize = 1;
const ANSWER: usize = 2;
const EXPLANATION: usize = 3;
const CATEGORY: usize = 4;
const DIFFICULTY: usize = 5;
const SOURCE: usize = 6;
const ORDER: usize = 7;
/// All options in one column.
const OPTIONS: usize = 8;
/// The first of a column for each option.
const OPTION_A: usize = 9;

fn columns() -> Vec<Column> {
    let column = |need, names: &[&str]| Column::new(need, Content::Words, names);
    let mut columns = vec![
        column(Need::May, &["题型", "类型", "题目类型", "试题类型", "题目题型", "试题题型", "题类"]),
        column(
            Need::Must,
            &[
                "题干",
                "题目",
                "试题",
                "题目内容",
                "试题内容",
                "试题题干",
                "题目题干",
                "题目名称",
                "试题名称",
                "题目描述",
                "问题",
                "考题",
            ],
        ),
        column(
            Need::Must,
            &[
                "答案",
                "正确答案",
                "标准答案",
                "参考答案",
                "正确选项",
                "试题答案",
                "题目答案",
                "正确项",
                "答案选项",
                "标答",
            ],
        ),
        column(
            Need::May,
            &["解析", "答案解析", "试题解析", "题目解析", "解答", "解题思路", "答案说明", "试题分析", "题目分析"],
        ),
        column(
            Need::May,
            &[
                "分类",
                "类别",
                "章节",
                "标签",
                "题目分类",
                "试题分类",
                "所属分类",
                "题库分类",
                "题目类别",
                "知识点",
                "知识点名称",
                "所属章节",
                "科目",
                "专业",
            ],
        ),
        column(Need::May, &["难度", "难易度", "题目难度", "试题难度", "难易程度", "难度等级"]),
        column(Need::May, &["来源", "出处", "依据", "题目来源", "试题来源", "答案依据", "出题依据"]),
        column(Need::May, &["选项顺序", "选项乱序", "固定选项"]),
        column(Need::May, &["选项", "选项内容", "备选项", "备选答案", "候选项", "题目选项", "试题选项", "全部选项"]),
    ];
    for index in 0..rules::OPTIONS_LIMIT {
        let letter = rules::letter(index);
        let number = index + 1;
        let names = [
            format!("选项{letter}"),
            letter.to_string(),
            format!("{letter}选项"),
            format!("{letter}项"),
            format!("备选答案{letter}"),
            format!("备选项{letter}"),
            format!("答案{letter}"),
            format!("选项{number}"),
            format!("选项{}", crate::base::text::chinese_number(u32::try_from(number).unwrap_or(0))),
            format!("备选答案{number}"),
        ];
        column_of_option(&mut columns, &names);
    }
    columns
}

fn column_of_option(columns: &mut Vec<Column>, names: &[String]) {
    columns.push(Column { names: names.to_vec(), need: Need::May, content: Content::Words });
}

/// Reads a file: a spreadsheet, or a text in a format of learning platforms.
pub fn read_file(bytes: &[u8]) -> Result<Imported, SheetError> {
    match moodle::read(bytes) {
        Some(read) => Ok(read),
        None => read_questions(&sheet::read(bytes, None)?),
    }
}

/// Reads every row; a bad row never blocks a good one.
pub fn read_questions(book: &Book) -> Result<Imported, SheetError> {
    let Found { rows, remarks } = book.rows(&columns(), &|_| false)?;
    let mut gathered = Gathered { imported: Imported { remarks, ..Imported::default() }, ..Gathered::default() };
    for row in &rows {
        match read_row(row) {
            Ok((text, doubts)) => {
                gathered.take(&row.at, row.header(STEM), text);
                for (column, doubt) in doubts {
                    gathered.imported.remarks.warn(&row.at, row.header(column), doubt);
                }
            }
            Err((column, message)) => gathered.imported.remarks.refuse(&row.at, row.header(column), message),
        }
    }
    Ok(gathered.imported)
}

/// Questions of a file as they are read, each once.
#[derive(Default)]
pub(super) struct Gathered {
    pub(super) imported: Imported,
    by_fingerprint: HashMap<[u8; 32], (At, Vec<String>)>,
}

impl Gathered {
    pub(super) fn take(&mut self, at: &At, column: &str, text: QuestionText) {
        let fingerprint = rules::fingerprint(&text);
        let remarks = &mut self.imported.remarks;
        match self.by_fingerprint.get(&fingerprint) {
            Some((first, answer)) if *answer == text.answer => {
                self.imported.repeats += 1;
                remarks.warn(at, column, format!("与{first}重复，未重复导入"));
            }
            Some((first, _)) => {
                self.imported.repeats += 1;
                remarks.warn(at, column, format!("与{first}重复，但答案不同，请核对；已保留{first}"));
            }
            None => {
                self.by_fingerprint.insert(fingerprint, (at.clone(), text.answer.clone()));
                self.imported.questions.push(ImportedQuestion { at: at.clone(), fingerprint, text });
            }
        }
    }
}

/// What is wrong, and in which column.
type RowProblem = (usize, String);

fn read_row(row: &Row) -> Result<(QuestionText, Vec<RowProblem>), RowProblem> {
    let mut doubts = Vec::new();
    let options = read_options(row)?;
    let typed = row.text(ANSWER);
    let said = match row.text(KIND) {
        "" => kind_of_sheet(row.sheet_name()),
        text => Some(read_kind(text)?),
    };
    let Said { kind, any_number } = said.unwrap_or_else(|| infer_kind(row.text(STEM), &options, typed));
    let is_judged = kind == QuestionKind::Judge && is_judgement_pair(&options);
    let answer = match kind {
        QuestionKind::Single | QuestionKind::Multiple => read_letters(typed, &options),
        QuestionKind::Judge if is_judged => read_judgement(typed, &options),
        QuestionKind::Judge => read_judgement(typed, &[]),
        QuestionKind::Fill => read_wordings(typed),
    };
    if kind == QuestionKind::Fill
        && options.is_empty()
        && row.has(OPTIONS)
        && said.is_none()
        && !row.text(OPTIONS).is_empty()
    {
        return Err((OPTIONS, "无法把这一列拆成几个选项：请每个选项占一列，或写成“A.甲 B.乙”".to_owned()));
    }
    let options = if is_judged { Vec::new() } else { options };
    if let Some((first, second)) = rules::nearly_same(&options) {
        doubts.push((ANSWER, format!("选项 {first} 与选项 {second} 只在大小写、全角半角或标点上不同，请核对")));
    }
    let category = row.text(CATEGORY);
    let text = QuestionText {
        kind,
        stem: row.text(STEM).to_owned(),
        options,
        answer,
        explanation: row.text(EXPLANATION).to_owned(),
        category: if category.is_empty() { NO_CATEGORY.into() } else { category.to_owned() },
        difficulty: read_difficulty(row.text(DIFFICULTY))?,
        source: row.text(SOURCE).to_owned(),
        keep_order: read_order(row.text(ORDER))?,
        any_number,
    };
    let text = rules::check_question(text).map_err(|flaw| (column_of(&flaw), flaw.to_string()))?;
    Ok((text, doubts))
}

/// The options of a row: one in each column, or all in one; letters in front of them come off.
fn read_options(row: &Row) -> Result<Vec<String>, RowProblem> {
    let own: Vec<String> = (0..rules::OPTIONS_LIMIT).map(|index| row.text(OPTION_A + index).to_owned()).collect();
    let mut options = match row.text(OPTIONS) {
        "" => own,
        together if own.iter().all(String::is_empty) => match options::split(together) {
            Some(parts) if parts.len() > rules::OPTIONS_LIMIT => {
                return Err((OPTIONS, Flaw::TooManyOptions.to_string()));
            }
            Some(parts) => parts,
            None => Vec::new(),
        },
        _ => own,
    };
    while options.last().is_some_and(String::is_empty) {
        options.pop();
    }
    Ok(options::without_letters(options))
}

fn read_kind(typed: &str) -> Result<Said, RowProblem> {
    kind_named(typed).ok_or_else(|| (KIND, format!("不认识的题型“{typed}”，应为单选题、多选题、判断题或填空题")))
}

/// Whether the options keep their order: what the column 选项顺序 says.
fn read_order(typed: &str) -> Result<bool, RowProblem> {
    match squeeze(typed).as_str() {
        "" | "随机" | "乱序" | "可乱序" | "打乱" | "不固定" => Ok(false),
        "固定" | "不乱序" | "不打乱" | "固定顺序" | "按顺序" => Ok(true),
        _ => Err((ORDER, format!("不认识的选项顺序“{typed}”，应为固定或随机"))),
    }
}

fn read_difficulty(typed: &str) -> Result<Difficulty, RowProblem> {
    match fold(typed).as_str() {
        "" | "中" | "中等" | "一般" | "适中" | "普通" | "中级" => Ok(Difficulty::Medium),
        "易" | "简单" | "容易" | "较易" | "较容易" | "初级" | "低" => Ok(Difficulty::Easy),
        "难" | "困难" | "较难" | "很难" | "高级" | "高" => Ok(Difficulty::Hard),
        other => Err((DIFFICULTY, format!("不认识的难度“{other}”，应为易、中或难"))),
    }
}

fn column_of(flaw: &Flaw) -> usize {
    match flaw {
        Flaw::NoStem => STEM,
        Flaw::TooLong { what, .. } => match *what {
            "题干" => STEM,
            "解析" => EXPLANATION,
            "分类" => CATEGORY,
            "来源" => SOURCE,
            "选项" => OPTION_A,
            _ => ANSWER,
        },
        Flaw::TooFewOptions | Flaw::TooManyOptions | Flaw::UnwantedOptions => OPTION_A,
        Flaw::EmptyOption { .. } | Flaw::SameOptions { .. } => OPTION_A,
        Flaw::NoAnswer | Flaw::AnswerOutOfRange { .. } | Flaw::WrongAnswerCount => ANSWER,
        Flaw::TooManyWordings | Flaw::BarInWording | Flaw::NotJudgement => ANSWER,
    }
}

/// A question as a row of [`EXPORT_HEADERS`]; imported again it is the same question.
pub fn to_row(text: &QuestionText) -> Vec<String> {
    let option = |index: usize| text.options.get(index).cloned().unwrap_or_default();
    let kind = if text.any_number { "不定项选择题" } else { kind_title(text.kind) };
    let mut row = vec![kind.to_owned(), text.stem.clone()];
    row.extend((0..rules::OPTIONS_LIMIT).map(option));
    row.push(answer_text(text));
    row.extend([
        text.explanation.clone(),
        text.category.clone(),
        difficulty_title(text.difficulty).to_owned(),
        text.source.clone(),
        if text.keep_order { "固定".to_owned() } else { String::new() },
    ]);
    row
}

/// A question of each type, for the template.
pub fn examples() -> Vec<Vec<String>> {
    let example = |kind, stem: &str, options: &[&str], answer: &[&str]| QuestionText {
        kind,
        stem: stem.into(),
        options: options.iter().map(|option| (*option).to_owned()).collect(),
        answer: answer.iter().map(|part| (*part).to_owned()).collect(),
        explanation: "答题后显示的解析，可不填".into(),
        category: "消防安全".into(),
        difficulty: Difficulty::Easy,
        source: "出处，可不填".into(),
        keep_order: false,
        any_number: false,
    };
    [
        example(QuestionKind::Single, "火警电话是（ ）。", &["110", "119", "120", "122"], &["B"]),
        example(
            QuestionKind::Multiple,
            "燃烧的必要条件有（ ）。",
            &["可燃物", "助燃物", "点火源", "水"],
            &["A", "B", "C"],
        ),
        example(QuestionKind::Judge, "电气设备着火可以直接用水扑救。", &[], &["false"]),
        example(QuestionKind::Fill, "我国的火警电话是____。", &[], &["119", "一一九"]),
    ]
    .iter()
    .map(to_row)
    .collect()
}

fn answer_text(text: &QuestionText) -> String {
    match text.kind {
        QuestionKind::Single | QuestionKind::Multiple => text.answer.concat(),
        QuestionKind::Judge if text.answer == ["true"] => "正确".into(),
        QuestionKind::Judge => "错误".into(),
        QuestionKind::Fill => text.answer.join("|"),
    }
}

fn kind_title(kind: QuestionKind) -> &'static str {
    match kind {
        QuestionKind::Single => "单选题",
        QuestionKind::Multiple => "多选题",
        QuestionKind::Judge => "判断题",
        QuestionKind::Fill => "填空题",
    }
}

fn difficulty_title(difficulty: Difficulty) -> &'static str {
    match difficulty {
        Difficulty::Easy => "易",
        Difficulty::Medium => "中",
        Difficulty::Hard => "难",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::sheet::Format;

    fn import(csv: &str) -> Imported {
        read_questions(&sheet::read(csv.as_bytes(), Some(Format::Csv)).unwrap()).unwrap()
    }

    #[test]
    fn answers_are_understood_however_they_are_typed() {
        let imported = import(
            "＊答案,题 干,题型,选项A,选项B,选项C,选项D\n\
             \"Ａ，B、d\",多选一,多选题,甲,乙,丙,丁\n\
             abd,多选二,多选,甲,乙,丙,丁\n\
             A B D,多选三,多项选择题,甲,乙,丙,丁\n\
             √,判断一,判断题,,,,\n\
             B,判断二,判断题,对,错,,\n\
             ｆ,判断三,判断题,,,,\n\
             铜|Cu,填空一,填空题,,,,\n\
             C,没有题型,,甲,乙,丙,\n",
        );
        assert!(imported.remarks.problems.is_empty(), "{:?}", imported.remarks);
        let answers: Vec<String> = imported.questions.iter().map(|question| question.text.answer.join(" ")).collect();
        assert_eq!(answers, ["A B D", "A B D", "A B D", "true", "false", "false", "铜 Cu", "C"]);
    }

    #[test]
    fn bad_rows_say_where_and_why_and_block_nobody() {
        let imported = import(
            "题型,题干,选项A,选项B,选项C,答案\n\
             单选题,好题,甲,乙,,A\n\
             单选题,没有答案,甲,乙,,\n\
             单选题,答案越界,甲,乙,,C\n\
             单选题,选项相同,甲,甲,,A\n\
             问答题,不认识,,,,略\n\
             填空题,带选项,甲,,,甲\n\
             单选题,好 题,甲,乙,,B\n\
             判断题,含糊,,,,也许\n",
        );
        assert_eq!(imported.questions.len(), 1);
        let problems = &imported.remarks.problems;
        let told: Vec<(u32, &str)> =
            problems.iter().map(|problem| (problem.row.unwrap(), problem.column.as_deref().unwrap())).collect();
        assert_eq!(told, [(3, "答案"), (4, "答案"), (5, "选项A"), (6, "题型"), (7, "选项A"), (9, "答案")]);
        assert!(imported.remarks.warnings[0].message.contains("答案不同"));
    }

    #[test]
    fn the_shipped_questions_are_all_good_and_survive_an_export() {
        let shipped = import(include_str!("../../../demo/questions.csv"));
        assert!(shipped.remarks.problems.is_empty(), "{:?}", shipped.remarks);
        assert!(shipped.questions.len() >= 200);
        let rows = shipped.questions.iter().map(|question| to_row(&question.text));
        let exported = sheet::write_xlsx("题库", &EXPORT_HEADERS, rows).unwrap();
        let again = read_questions(&sheet::read(&exported, None).unwrap()).unwrap();
        assert!(again.remarks.problems.is_empty(), "{:?}", again.remarks);
        let texts = |imported: &Imported| imported.questions.iter().map(|q| q.text.clone()).collect::<Vec<_>>();
        assert_eq!(texts(&again), texts(&shipped));
    }
}
