//! From a spreadsheet's rows to questions, and back. Pure: what is in the bank already is the caller's business.

use std::collections::HashMap;

use super::model::{Difficulty, QuestionKind, QuestionText};
use super::rules::{self, Flaw};
use crate::base::sheet::{ImportProblem, Sheet, SheetError, SheetRow};
use crate::base::text::fold;

/// A row that is a question.
#[derive(Clone, Debug)]
pub struct ImportedQuestion {
    /// As the user sees it in the spreadsheet.
    pub row: u32,
    pub fingerprint: [u8; 32],
    pub text: QuestionText,
}

/// What was read: questions that differ from each other, and what is wrong with the other rows.
#[derive(Debug, Default)]
pub struct Imported {
    pub questions: Vec<ImportedQuestion>,
    pub problems: Vec<ImportProblem>,
}

/// The columns of an export, and of the template.
pub const EXPORT_HEADERS: [&str; 19] = [
    "题型", "题干", "选项A", "选项B", "选项C", "选项D", "选项E", "选项F", "选项G", "选项H", "选项I", "选项J", "选项K",
    "选项L", "答案", "解析", "分类", "难度", "来源",
];

/// The category of a question that names none.
const NO_CATEGORY: &str = "未分类";

struct Columns {
    kind: Option<usize>,
    stem: usize,
    options: Vec<Option<usize>>,
    answer: usize,
    explanation: Option<usize>,
    category: Option<usize>,
    difficulty: Option<usize>,
    source: Option<usize>,
}

impl Columns {
    fn of(sheet: &Sheet) -> Result<Columns, SheetError> {
        let option = |index: usize| {
            let letter = rules::letter(index);
            sheet.column(&[&format!("选项{letter}"), &letter.to_string(), &format!("{letter}选项")])
        };
        Ok(Columns {
            kind: sheet.column(&["题型", "类型", "题目类型"]),
            stem: sheet.require(&["题干", "题目", "试题", "题目内容"])?,
            options: (0..rules::OPTIONS_LIMIT).map(option).collect(),
            answer: sheet.require(&["答案", "正确答案", "标准答案"])?,
            explanation: sheet.column(&["解析", "答案解析", "试题解析"]),
            category: sheet.column(&["分类", "类别", "章节", "标签"]),
            difficulty: sheet.column(&["难度", "难易度"]),
            source: sheet.column(&["来源", "出处", "依据"]),
        })
    }
}

/// Reads every row; a bad row never blocks a good one.
pub fn read_questions(sheet: &Sheet) -> Result<Imported, SheetError> {
    let columns = Columns::of(sheet)?;
    let mut imported = Imported::default();
    let mut rows_by_fingerprint: HashMap<[u8; 32], (u32, Vec<String>)> = HashMap::new();
    for row in &sheet.rows {
        let text = match read_row(row, &columns) {
            Ok(text) => text,
            Err((column, message)) => {
                imported.problems.push(ImportProblem::rejected(row.number, column, message));
                continue;
            }
        };
        let fingerprint = rules::fingerprint(&text);
        if let Some((first, answer)) = rows_by_fingerprint.get(&fingerprint) {
            imported.problems.push(repeated(row.number, *first, *answer == text.answer));
            continue;
        }
        rows_by_fingerprint.insert(fingerprint, (row.number, text.answer.clone()));
        imported.questions.push(ImportedQuestion { row: row.number, fingerprint, text });
    }
    Ok(imported)
}

fn repeated(row: u32, first: u32, same_answer: bool) -> ImportProblem {
    let message = if same_answer {
        format!("与第 {first} 行重复")
    } else {
        format!("与第 {first} 行重复，但答案不同，请核对；已保留第 {first} 行")
    };
    ImportProblem::duplicate(row, "题干", message)
}

type RowProblem = (&'static str, String);

fn read_row(row: &SheetRow, columns: &Columns) -> Result<QuestionText, RowProblem> {
    let mut options: Vec<String> = columns.options.iter().map(|column| row.text(*column).trim().to_owned()).collect();
    while options.last().is_some_and(String::is_empty) {
        options.pop();
    }
    let typed = row.text(Some(columns.answer));
    let kind = read_kind(row.text(columns.kind), &options, typed)?;
    if kind == QuestionKind::Judge && is_judgement_pair(&options) {
        let answer = read_judgement(typed, &options);
        return finish(row, columns, kind, Vec::new(), answer);
    }
    let answer = match kind {
        QuestionKind::Single | QuestionKind::Multiple => read_letters(typed),
        QuestionKind::Judge => read_judgement(typed, &[]),
        QuestionKind::Fill => read_wordings(typed),
    };
    finish(row, columns, kind, options, answer)
}

fn finish(
    row: &SheetRow,
    columns: &Columns,
    kind: QuestionKind,
    options: Vec<String>,
    answer: Vec<String>,
) -> Result<QuestionText, RowProblem> {
    let category = row.text(columns.category).trim();
    let text = QuestionText {
        kind,
        stem: row.text(Some(columns.stem)).trim().to_owned(),
        options,
        answer,
        explanation: row.text(columns.explanation).trim().to_owned(),
        category: if category.is_empty() { NO_CATEGORY.into() } else { category.to_owned() },
        difficulty: read_difficulty(row.text(columns.difficulty))?,
        source: row.text(columns.source).trim().to_owned(),
    };
    rules::check_question(text).map_err(|flaw| (column_of(&flaw), flaw.to_string()))
}

/// The type as written, or, where the file has no such column, as the options and the answer suggest.
fn read_kind(typed: &str, options: &[String], answer: &str) -> Result<QuestionKind, RowProblem> {
    match fold(typed).trim_end_matches('题') {
        "单选" | "单项选择" | "选择" => Ok(QuestionKind::Single),
        "多选" | "多项选择" | "不定项选择" => Ok(QuestionKind::Multiple),
        "判断" | "是非" => Ok(QuestionKind::Judge),
        "填空" => Ok(QuestionKind::Fill),
        "" if is_judgement_pair(options) || (options.is_empty() && !read_judgement(answer, &[]).is_empty()) => {
            Ok(QuestionKind::Judge)
        }
        "" if options.is_empty() => Ok(QuestionKind::Fill),
        "" if read_letters(answer).len() > 1 => Ok(QuestionKind::Multiple),
        "" => Ok(QuestionKind::Single),
        other => Err(("题型", format!("不认识的题型“{other}”，应为单选题、多选题、判断题或填空题"))),
    }
}

/// `ABD`, `A,B,D`, `A、B、D`, `a b d` and their full-width forms.
fn read_letters(typed: &str) -> Vec<String> {
    fold(typed)
        .to_uppercase()
        .split(|c: char| c.is_whitespace() || ",，、;；.．/|".contains(c))
        .flat_map(|part| part.chars().map(String::from).collect::<Vec<_>>())
        .collect()
}

/// 正确, 对, √, T … or the letter of an option that says so.
fn read_judgement(typed: &str, options: &[String]) -> Vec<String> {
    let typed = fold(typed).to_uppercase();
    let by_letter = match typed.as_str() {
        "A" => options.first(),
        "B" => options.get(1),
        _ => None,
    };
    let words = by_letter.map_or(typed, |option| fold(option).to_uppercase());
    match judgement(&words) {
        Some(true) => vec!["true".into()],
        Some(false) => vec!["false".into()],
        None if words.is_empty() => Vec::new(),
        None => vec![words],
    }
}

fn judgement(word: &str) -> Option<bool> {
    match word {
        "正确" | "对" | "是" | "√" | "✓" | "✔" | "T" | "TRUE" | "Y" | "1" => Some(true),
        "错误" | "错" | "否" | "不正确" | "×" | "X" | "✗" | "✘" | "F" | "FALSE" | "N" | "0" => Some(false),
        _ => None,
    }
}

/// Whether the options are only the two words of a judgement.
fn is_judgement_pair(options: &[String]) -> bool {
    let judged: Vec<Option<bool>> = options.iter().map(|option| judgement(&fold(option).to_uppercase())).collect();
    matches!(judged.as_slice(), [Some(one), Some(other)] if one != other)
}

/// Accepted wordings of a blank, separated by `|`.
fn read_wordings(typed: &str) -> Vec<String> {
    typed.split(rules::WORDING_SIGNS).map(|wording| wording.trim().to_owned()).collect()
}

fn read_difficulty(typed: &str) -> Result<Difficulty, RowProblem> {
    match fold(typed).as_str() {
        "" | "中" | "中等" | "一般" => Ok(Difficulty::Medium),
        "易" | "简单" | "容易" => Ok(Difficulty::Easy),
        "难" | "困难" | "较难" => Ok(Difficulty::Hard),
        other => Err(("难度", format!("不认识的难度“{other}”，应为易、中或难"))),
    }
}

fn column_of(flaw: &Flaw) -> &'static str {
    match flaw {
        Flaw::NoStem => "题干",
        Flaw::TooLong { what, .. } => what,
        Flaw::TooFewOptions | Flaw::TooManyOptions | Flaw::UnwantedOptions => "选项A",
        Flaw::EmptyOption { .. } | Flaw::SameOptions { .. } => "选项A",
        Flaw::NoAnswer | Flaw::AnswerOutOfRange { .. } | Flaw::WrongAnswerCount => "答案",
        Flaw::TooManyWordings | Flaw::BarInWording | Flaw::NotJudgement => "答案",
    }
}

/// A question as a row of [`EXPORT_HEADERS`]; imported again it is the same question.
pub fn to_row(text: &QuestionText) -> Vec<String> {
    let option = |index: usize| text.options.get(index).cloned().unwrap_or_default();
    let mut row = vec![kind_title(text.kind).to_owned(), text.stem.clone()];
    row.extend((0..rules::OPTIONS_LIMIT).map(option));
    row.push(answer_text(text));
    row.extend([
        text.explanation.clone(),
        text.category.clone(),
        difficulty_title(text.difficulty).to_owned(),
        text.source.clone(),
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
    use crate::base::sheet::{self, Format, ProblemKind};

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
        assert!(imported.problems.is_empty(), "{:?}", imported.problems);
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
        let told: Vec<(u32, &str, ProblemKind)> = imported
            .problems
            .iter()
            .map(|problem| (problem.row, problem.column.as_deref().unwrap(), problem.kind))
            .collect();
        use ProblemKind::{Duplicate, Rejected};
        assert_eq!(
            told,
            [
                (3, "答案", Rejected),
                (4, "答案", Rejected),
                (5, "选项A", Rejected),
                (6, "题型", Rejected),
                (7, "选项A", Rejected),
                (8, "题干", Duplicate),
                (9, "答案", Rejected),
            ]
        );
        assert!(imported.problems[5].message.contains("答案不同"));
    }

    #[test]
    fn the_shipped_questions_are_all_good_and_survive_an_export() {
        let shipped = import(include_str!("../../../demo/questions.csv"));
        assert!(shipped.problems.is_empty(), "{:?}", shipped.problems);
        assert!(shipped.questions.len() >= 200);
        let rows = shipped.questions.iter().map(|question| to_row(&question.text));
        let exported = sheet::write_xlsx("题库", &EXPORT_HEADERS, rows).unwrap();
        let again = read_questions(&sheet::read(&exported, None).unwrap()).unwrap();
        assert!(again.problems.is_empty(), "{:?}", again.problems);
        let texts = |imported: &Imported| imported.questions.iter().map(|q| q.text.clone()).collect::<Vec<_>>();
        assert_eq!(texts(&again), texts(&shipped));
    }
}
