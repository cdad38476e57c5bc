//! Questions in the plain formats of learning platforms: GIFT and Aiken of Moodle.
//!
//! GIFT: <https://docs.moodle.org/en/GIFT_format>, Aiken: <https://docs.moodle.org/en/Aiken_format>. What neither bank nor
//! paper has (matching, numerical ranges, essays) is refused by its name.

use super::import::{Gathered, Imported};
use super::model::{Difficulty, QuestionKind, QuestionText};
use super::rules;
use crate::base::sheet::{self, At};

/// The questions of a text that is in one of the formats; `None` when it is in neither.
pub(super) fn read(bytes: &[u8]) -> Option<Imported> {
    if bytes.starts_with(b"PK\x03\x04") {
        return None;
    }
    let text = sheet::text(bytes).ok()?.replace("\r\n", "\n").replace('\r', "\n");
    match () {
        () if is_aiken(&text) => Some(aiken(&text)),
        () if is_gift(&text) => Some(gift(&text)),
        () => None,
    }
}

/// Lines with their numbers.
fn lines(text: &str) -> impl Iterator<Item = (u32, &str)> {
    (1..).zip(text.split('\n'))
}

fn question(kind: QuestionKind, stem: &str, options: Vec<String>, answer: Vec<String>, category: &str) -> QuestionText {
    QuestionText {
        kind,
        stem: stem.trim().to_owned(),
        options,
        answer,
        explanation: String::new(),
        category: if category.is_empty() { "未分类".into() } else { category.to_owned() },
        difficulty: Difficulty::Medium,
        source: String::new(),
        keep_order: false,
        any_number: false,
    }
}

fn keep(gathered: &mut Gathered, row: u32, text: QuestionText) {
    let at = At::row(row);
    match rules::check_question(text) {
        Ok(text) => gathered.take(&at, "", text),
        Err(flaw) => gathered.imported.remarks.refuse(&at, "", flaw.to_string()),
    }
}

// ── Aiken ──

fn answer_of(line: &str) -> Option<&str> {
    let line = line.trim();
    let (word, rest) = line.split_once([':', '：'])?;
    matches!(word.trim().to_ascii_uppercase().as_str(), "ANSWER" | "答案").then(|| rest.trim())
}

fn option_of(line: &str) -> Option<(char, &str)> {
    let line = line.trim_start();
    let mut chars = line.chars();
    let letter = chars.next().filter(char::is_ascii_uppercase)?;
    let rest = chars.as_str().strip_prefix(['.', ')', '、', '．'])?;
    Some((letter, rest.trim()))
}

/// An answer after options that stand each on its own line.
fn is_aiken(text: &str) -> bool {
    let mut options = 0;
    for (_, line) in lines(text) {
        match (option_of(line), answer_of(line)) {
            (Some(_), _) => options += 1,
            (None, Some(_)) if options >= 2 => return true,
            _ => {}
        }
    }
    false
}

fn aiken(text: &str) -> Imported {
    let mut gathered = Gathered::default();
    let (mut start, mut stem, mut options): (u32, String, Vec<String>) = (1, String::new(), Vec::new());
    for (row, line) in lines(text) {
        if let Some(answer) = answer_of(line) {
            let letters: Vec<String> =
                answer.to_ascii_uppercase().chars().filter(char::is_ascii_uppercase).map(String::from).collect();
            let kind = if letters.len() > 1 { QuestionKind::Multiple } else { QuestionKind::Single };
            keep(&mut gathered, start, question(kind, &stem, std::mem::take(&mut options), letters, ""));
            stem.clear();
        } else if let Some((letter, option)) = option_of(line).filter(|_| !stem.is_empty()) {
            if letter != rules::letter(options.len()) {
                gathered.imported.remarks.warn(&At::row(row), "", format!("选项 {letter} 不按顺序，请核对"));
            }
            options.push(option.to_owned());
        } else if !line.trim().is_empty() {
            if !options.is_empty() {
                gathered.imported.remarks.refuse(&At::row(start), "", "没有答案（ANSWER:）");
                (options, stem) = (Vec::new(), String::new());
            }
            if stem.is_empty() {
                start = row;
            } else {
                stem.push('\n');
            }
            stem.push_str(line.trim());
        }
    }
    if !stem.is_empty() {
        gathered.imported.remarks.refuse(&At::row(start), "", "没有答案（ANSWER:）");
    }
    gathered.imported
}

// ── GIFT ──

/// Braces that hold answers: `=`, `~`, `T` or `F` stands first in them.
fn is_gift(text: &str) -> bool {
    let bare = text.replace("\\{", "").replace("\\}", "");
    let mut rest = bare.as_str();
    while let Some(at) = rest.find('{') {
        let Some(end) = rest[at..].find('}') else { return false };
        let inner = rest[at + 1..at + end].trim();
        let is_word = matches!(inner.split('#').next().unwrap_or("").trim(), "T" | "F" | "TRUE" | "FALSE");
        if inner.starts_with(['=', '~']) || is_word {
            return true;
        }
        rest = &rest[at + end..];
    }
    false
}

fn gift(text: &str) -> Imported {
    let mut gathered = Gathered::default();
    let mut category = String::new();
    let mut block: Vec<&str> = Vec::new();
    let mut start = 1;
    // a blank line ends a question
    for (row, line) in lines(text).chain([(u32::MAX, "")]) {
        let line = line.trim_end();
        if let Some(named) = line.trim().strip_prefix("$CATEGORY:") {
            let named = named.trim().rsplit('/').next().unwrap_or_default();
            category = named.to_owned();
        } else if line.trim_start().starts_with("//") {
            continue;
        } else if !line.trim().is_empty() {
            if block.is_empty() {
                start = row;
            }
            block.push(line);
        } else if !block.is_empty() {
            let whole = block.join("\n");
            match one_of_gift(&whole, &category) {
                Ok(text) => keep(&mut gathered, start, text),
                Err(message) => gathered.imported.remarks.refuse(&At::row(start), "", message),
            }
            block.clear();
        }
    }
    gathered.imported
}

/// Signs that a backslash makes plain, kept out of the way while the text is cut.
const HIDDEN: [(&str, char, char); 7] = [
    ("\\~", '~', '\u{E000}'),
    ("\\=", '=', '\u{E001}'),
    ("\\#", '#', '\u{E002}'),
    ("\\{", '{', '\u{E003}'),
    ("\\}", '}', '\u{E004}'),
    ("\\:", ':', '\u{E005}'),
    ("\\n", '\n', '\u{E006}'),
];

fn hidden(text: &str) -> String {
    HIDDEN.iter().fold(text.to_owned(), |text, (typed, _, sign)| text.replace(typed, &sign.to_string()))
}

fn plain(text: &str) -> String {
    HIDDEN
        .iter()
        .fold(text.to_owned(), |text, (_, meant, sign)| text.replace(*sign, &meant.to_string()))
        .trim()
        .to_owned()
}

fn one_of_gift(whole: &str, category: &str) -> Result<QuestionText, String> {
    let whole = hidden(whole);
    let whole = whole.trim();
    // ::title:: is the author's own
    let body = whole.strip_prefix("::").and_then(|rest| rest.split_once("::")).map_or(whole, |(_, body)| body);
    let body = body.trim();
    let body =
        ["[html]", "[moodle]", "[plain]", "[markdown]"].iter().find_map(|mark| body.strip_prefix(mark)).unwrap_or(body);
    let (before, rest) = body.split_once('{').ok_or("没有大括号中的答案")?;
    let (inner, after) = rest.split_once('}').ok_or("大括号没有收尾")?;
    if after.contains('{') {
        return Err("一道题有几处答案，无法导入".to_owned());
    }
    let (inner, general) = inner.split_once("####").map_or((inner, ""), |(inner, said)| (inner, said));
    let inner = inner.trim();
    let stem = match after.trim() {
        "" => plain(before),
        after => format!("{}____{}", plain(before), plain(after)),
    };
    let explanation = plain(general);
    let with = |text: QuestionText| Ok(QuestionText { explanation: explanation.clone(), ..text });
    if inner.starts_with('#') {
        return Err("数值题没有对应的题型，无法导入".to_owned());
    }
    if inner.is_empty() {
        return Err("问答题没有对应的题型，无法导入".to_owned());
    }
    let word = inner.split('#').next().unwrap_or_default().trim().to_ascii_uppercase();
    if matches!(word.as_str(), "T" | "TRUE" | "F" | "FALSE") {
        let answer = if word.starts_with('T') { "true" } else { "false" };
        return with(question(QuestionKind::Judge, &stem, Vec::new(), vec![answer.into()], category));
    }
    let parts = answers_of_gift(inner)?;
    if parts.iter().any(|part| part.text.contains("->")) {
        return Err("连线题没有对应的题型，无法导入".to_owned());
    }
    if parts.iter().all(|part| part.right) {
        let wordings = parts.iter().map(|part| plain(&part.text)).collect();
        let stem = if after.trim().is_empty() && !stem.contains("__") { format!("{stem}____") } else { stem };
        return with(question(QuestionKind::Fill, &stem, Vec::new(), wordings, category));
    }
    let options: Vec<String> = parts.iter().map(|part| plain(&part.text)).collect();
    let answer: Vec<String> =
        parts.iter().enumerate().filter(|(_, part)| part.right).map(|(n, _)| rules::letter(n).to_string()).collect();
    let weighted = parts.iter().any(|part| part.weighted && part.right);
    let kind = if answer.len() > 1 || weighted { QuestionKind::Multiple } else { QuestionKind::Single };
    let text = question(kind, &stem, options, answer, category);
    with(QuestionText { any_number: kind == QuestionKind::Multiple && text.answer.len() == 1, ..text })
}

struct Part {
    text: String,
    right: bool,
    weighted: bool,
}

/// `=right ~wrong ~%50%half right#remark`.
fn answers_of_gift(inner: &str) -> Result<Vec<Part>, String> {
    let mut parts: Vec<Part> = Vec::new();
    for c in inner.chars() {
        match (c, parts.last_mut()) {
            ('=' | '~', _) => parts.push(Part { text: String::new(), right: c == '=', weighted: false }),
            (c, Some(part)) => part.text.push(c),
            (c, None) if c.is_whitespace() => {}
            (_, None) => return Err("大括号中的答案应以 = 或 ~ 开头".to_owned()),
        }
    }
    for part in &mut parts {
        let text = part.text.split('#').next().unwrap_or_default().trim().to_owned();
        let weight = text.strip_prefix('%').and_then(|rest| rest.split_once('%'));
        (part.text, part.weighted, part.right) = match weight {
            Some((weight, text)) => {
                let weight: f64 = weight.trim().parse().map_err(|_| format!("不认识的分值“{weight}”"))?;
                (text.trim().to_owned(), weight > 0.0 && weight < 100.0, weight > 0.0)
            }
            None => (text, false, part.right),
        };
    }
    Ok(parts)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn told(imported: &Imported) -> Vec<(QuestionKind, &str, usize, String)> {
        let one = |q: &crate::learning::quiz::import::ImportedQuestion| -> (QuestionKind, String, usize, String) {
            (q.text.kind, q.text.stem.clone(), q.text.options.len(), q.text.answer.join(" "))
        };
        let _ = one;
        imported
            .questions
            .iter()
            .map(|q| (q.text.kind, q.text.stem.as_str(), q.text.options.len(), q.text.answer.join(" ")))
            .collect()
    }

    #[test]
    fn aiken_is_read() {
        let text = "火警电话是？\nA. 110\nB. 119\nANSWER: B\n\n燃烧的条件有\nA) 可燃物\nB) 助燃物\nC) 水\nANSWER: A, B\n\n没有答案\nA. 甲\nB. 乙\n";
        let imported = read(text.as_bytes()).unwrap();
        assert_eq!(
            told(&imported),
            [
                (QuestionKind::Single, "火警电话是？", 2, "B".to_owned()),
                (QuestionKind::Multiple, "燃烧的条件有", 3, "A B".to_owned()),
            ]
        );
        assert_eq!(imported.remarks.problems.iter().map(|problem| problem.row).collect::<Vec<_>>(), [Some(12)]);
    }

    #[test]
    fn gift_is_read() {
        let text = "// 注释\n$CATEGORY: $course$/消防安全\n\n::一::火警电话是{~110 =119#对 ~120}\n\n\
            水可以扑救电气火灾{F}\n\n我国的火警电话是{=119 =一一九}。\n\n\
            条件有{~%50%可燃物 ~%50%助燃物 ~%-100%水}\n\n连线{=甲 -> 乙 =丙 -> 丁}\n\n多少{#3:1}\n\n谈谈{}\n\n\
            集合\\{甲\\}有几个{=1 ~2}\n";
        let imported = read(text.as_bytes()).unwrap();
        assert_eq!(
            told(&imported),
            [
                (QuestionKind::Single, "火警电话是", 3, "B".to_owned()),
                (QuestionKind::Judge, "水可以扑救电气火灾", 0, "false".to_owned()),
                (QuestionKind::Fill, "我国的火警电话是____。", 0, "119 一一九".to_owned()),
                (QuestionKind::Multiple, "条件有", 3, "A B".to_owned()),
                (QuestionKind::Single, "集合{甲}有几个", 2, "A".to_owned()),
            ]
        );
        assert_eq!(imported.questions[0].text.category, "消防安全");
        assert_eq!(imported.remarks.problems.len(), 3);
    }

    #[test]
    fn a_table_is_in_neither() {
        for table in ["题干,答案\nA.甲,对\n", "题干,选项A,答案\n集合{1},甲,A\n", ""] {
            assert!(read(table.as_bytes()).is_none());
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "[甲A-C.):=~{}#%0-9TF\n>$ -]{0,60}") {
            let _ = read(text.as_bytes());
            let _ = (gift(&text), aiken(&text));
        }
    }
}
