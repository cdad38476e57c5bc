//! What a question must be to be asked, when two are the same, and which answers are right.

use std::collections::HashMap;

use crate::base::crypto::digest;
use crate::base::text::squeeze;
use crate::learning::quiz::model::{QuestionKind, QuestionText};

/// Why a question cannot be asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Flaw {
    NoStem,
    /// Longer than so many characters.
    TooLong {
        what: &'static str,
        limit: usize,
    },
    TooFewOptions,
    TooManyOptions,
    /// An option between two others is empty.
    EmptyOption {
        letter: char,
    },
    SameOptions {
        first: char,
        second: char,
    },
    /// Judge and fill questions have no options.
    UnwantedOptions,
    NoAnswer,
    /// The answer names an option that does not exist.
    AnswerOutOfRange {
        letter: String,
    },
    /// A single-choice question has one answer, a multiple-choice one at least two.
    WrongAnswerCount,
    /// More accepted wordings of a blank than anybody would read.
    TooManyWordings,
    /// A sheet separates the wordings of a blank by this sign.
    BarInWording,
    /// A judge question is answered by right or wrong.
    NotJudgement,
}

impl std::fmt::Display for Flaw {
    /// A Chinese sentence for anyone who wrote the question.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Flaw::NoStem => f.write_str("题干不能为空"),
            Flaw::TooLong { what, limit } => write!(f, "{what}不能超过 {limit} 个字符"),
            Flaw::TooFewOptions => f.write_str("选择题至少要有两个选项"),
            Flaw::TooManyOptions => write!(f, "选项不能超过 {OPTIONS_LIMIT} 个"),
            Flaw::EmptyOption { letter } => write!(f, "选项 {letter} 为空，而后面还有选项"),
            Flaw::SameOptions { first, second } => write!(f, "选项 {first} 与选项 {second} 相同"),
            Flaw::UnwantedOptions => f.write_str("判断题和填空题不应有选项"),
            Flaw::NoAnswer => f.write_str("没有答案"),
            Flaw::AnswerOutOfRange { letter } => write!(f, "答案“{letter}”不是任何选项的字母"),
            Flaw::WrongAnswerCount => f.write_str("答案的个数不对：单选题一个，多选题至少两个"),
            Flaw::TooManyWordings => write!(f, "填空题的答案不能超过 {WORDINGS_LIMIT} 种写法"),
            Flaw::BarInWording => f.write_str("填空题的答案中不能有“|”，它用来分隔几种写法"),
            Flaw::NotJudgement => f.write_str("判断题的答案应为正确或错误"),
        }
    }
}

pub const STEM_LIMIT: usize = 1000;
pub const OPTION_LIMIT: usize = 300;
pub const EXPLANATION_LIMIT: usize = 2000;
pub const LABEL_LIMIT: usize = 200;
/// A to L.
pub const OPTIONS_LIMIT: usize = 12;
const WORDINGS_LIMIT: usize = 20;
/// What separates the accepted wordings of a blank in a sheet.
pub const WORDING_SIGNS: [char; 2] = ['|', '｜'];

/// The letter of the option at `index`.
pub fn letter(index: usize) -> char {
    char::from(b'A' + u8::try_from(index).unwrap_or(25).min(25))
}

fn index_of(letter: &str) -> Option<usize> {
    let mut chars = letter.chars();
    let c = chars.next().filter(char::is_ascii_uppercase)?;
    chars.next().is_none().then_some(usize::from(c as u8 - b'A'))
}

/// Checks a question and brings its answer into its canonical form.
pub fn check_question(mut text: QuestionText) -> Result<QuestionText, Flaw> {
    text.stem = text.stem.trim().to_owned();
    if text.stem.is_empty() {
        return Err(Flaw::NoStem);
    }
    check_lengths(&text)?;
    text.answer.retain(|part| !part.trim().is_empty());
    if text.answer.is_empty() {
        return Err(Flaw::NoAnswer);
    }
    match text.kind {
        QuestionKind::Single | QuestionKind::Multiple => {
            check_options(&text.options)?;
            text.answer = check_letters(&text)?;
        }
        QuestionKind::Judge | QuestionKind::Fill if !text.options.is_empty() => return Err(Flaw::UnwantedOptions),
        QuestionKind::Judge => {
            if !matches!(text.answer.as_slice(), [one] if one == "true" || one == "false") {
                return Err(Flaw::NotJudgement);
            }
        }
        QuestionKind::Fill => {
            if text.answer.len() > WORDINGS_LIMIT {
                return Err(Flaw::TooManyWordings);
            }
            if text.answer.iter().any(|wording| wording.contains(WORDING_SIGNS)) {
                return Err(Flaw::BarInWording);
            }
        }
    }
    Ok(text)
}

fn check_lengths(text: &QuestionText) -> Result<(), Flaw> {
    let over = |what, value: &str, limit| {
        if value.chars().count() > limit { Err(Flaw::TooLong { what, limit }) } else { Ok(()) }
    };
    over("题干", &text.stem, STEM_LIMIT)?;
    over("解析", &text.explanation, EXPLANATION_LIMIT)?;
    over("分类", &text.category, LABEL_LIMIT)?;
    over("来源", &text.source, LABEL_LIMIT)?;
    text.options.iter().try_for_each(|option| over("选项", option, OPTION_LIMIT))?;
    text.answer.iter().try_for_each(|answer| over("答案", answer, OPTION_LIMIT))
}

fn check_options(options: &[String]) -> Result<(), Flaw> {
    if options.len() < 2 {
        return Err(Flaw::TooFewOptions);
    }
    if options.len() > OPTIONS_LIMIT {
        return Err(Flaw::TooManyOptions);
    }
    let mut seen: HashMap<String, usize> = HashMap::new();
    for (index, option) in options.iter().enumerate() {
        if option.trim().is_empty() {
            return Err(Flaw::EmptyOption { letter: letter(index) });
        }
        // spaces between words count here: "1  19" and "11  9" are two different blanks to fill
        let printed = option.split_whitespace().collect::<Vec<_>>().join(" ");
        if let Some(first) = seen.insert(printed, index) {
            return Err(Flaw::SameOptions { first: letter(first), second: letter(index) });
        }
    }
    Ok(())
}

fn check_letters(text: &QuestionText) -> Result<Vec<String>, Flaw> {
    let mut letters = text.answer.clone();
    letters.sort();
    letters.dedup();
    for letter in &letters {
        if index_of(letter).is_none_or(|index| index >= text.options.len()) {
            return Err(Flaw::AnswerOutOfRange { letter: letter.clone() });
        }
    }
    let count_is_right = match text.kind {
        QuestionKind::Single => letters.len() == 1,
        _ => letters.len() >= 2,
    };
    if count_is_right { Ok(letters) } else { Err(Flaw::WrongAnswerCount) }
}

/// Whether an edit changes what is asked or which answer is right, and not only what is said about the question.
pub fn is_reworded(before: &QuestionText, after: &QuestionText) -> bool {
    (before.kind, &before.stem, &before.options, &before.answer)
        != (after.kind, &after.stem, &after.options, &after.answer)
}

/// What makes two questions the same: stem and options, whatever the white space.
///
/// Case and width count: a question may well ask for `pH` among `PH` and `ph`.
pub fn fingerprint(text: &QuestionText) -> [u8; 32] {
    let mut parts = vec![without_spaces(&text.stem)];
    parts.extend(text.options.iter().map(|option| without_spaces(option)));
    digest(parts.join("\u{1f}").as_bytes())
}

/// Stem and options as they are searched: folded, without white space, a line each so that nothing is found across two.
pub fn search_text(text: &QuestionText) -> String {
    let parts: Vec<String> = std::iter::once(&text.stem).chain(&text.options).map(|part| squeeze(part)).collect();
    parts.join("\n")
}

fn without_spaces(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

/// Whether `given` is right. All or nothing: a multiple choice with one letter missing is wrong. To a void question
/// everything is, also nothing.
pub fn is_right(text: &QuestionText, given: &[String]) -> bool {
    if text.is_void() {
        return true;
    }
    match text.kind {
        QuestionKind::Fill => {
            let [words] = given else { return false };
            let words = squeeze(words);
            !words.is_empty() && text.answer.iter().any(|accepted| squeeze(accepted) == words)
        }
        _ => {
            let mut given: Vec<&str> = given.iter().map(String::as_str).collect();
            given.sort_unstable();
            given.dedup();
            given == text.answer.iter().map(String::as_str).collect::<Vec<_>>()
        }
    }
}

/// `part` of `whole` in basis points (10,000 = all), rounded; `None` of nothing.
pub fn share_bp(part: i64, whole: i64) -> Option<i64> {
    (whole > 0).then(|| (part * 10_000 + whole / 2) / whole)
}

/// The discrimination index 区分度 in basis points: the right share of the upper group less that of the lower one, each
/// group given as (asked, right); `None` while one of them is empty.
pub fn discrimination_bp(upper: (i64, i64), lower: (i64, i64)) -> Option<i64> {
    Some(share_bp(upper.1, upper.0)? - share_bp(lower.1, lower.0)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learning::quiz::model::Difficulty;

    fn question(kind: QuestionKind, options: &[&str], answer: &[&str]) -> QuestionText {
        let own = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        QuestionText {
            kind,
            stem: "下井前首先做什么？".into(),
            options: own(options),
            answer: own(answer),
            explanation: String::new(),
            category: "矿山安全".into(),
            difficulty: Difficulty::Easy,
            source: String::new(),
        }
    }

    #[test]
    fn a_question_must_be_answerable() {
        use QuestionKind::*;
        type Case = (QuestionKind, &'static [&'static str], &'static [&'static str], Result<(), Flaw>);
        let cases: [Case; 12] = [
            (Single, &["甲", "乙"], &["B"], Ok(())),
            (Multiple, &["甲", "乙", "丙"], &["C", "A", "A"], Ok(())),
            (Judge, &[], &["true"], Ok(())),
            (Fill, &[], &["敲帮问顶", "问顶"], Ok(())),
            (Single, &["甲", "乙"], &[], Err(Flaw::NoAnswer)),
            (Single, &["甲", "乙"], &["A", "B"], Err(Flaw::WrongAnswerCount)),
            (Multiple, &["甲", "乙"], &["A"], Err(Flaw::WrongAnswerCount)),
            (Single, &["甲", "乙"], &["C"], Err(Flaw::AnswerOutOfRange { letter: "C".into() })),
            (Single, &["甲"], &["A"], Err(Flaw::TooFewOptions)),
            (Single, &["甲", "乙", " 甲 "], &["B"], Err(Flaw::SameOptions { first: 'A', second: 'C' })),
            (Judge, &[], &["A"], Err(Flaw::NotJudgement)),
            (Fill, &["甲"], &["甲"], Err(Flaw::UnwantedOptions)),
        ];
        for (kind, options, answer, expected) in cases {
            let outcome = check_question(question(kind, options, answer)).map(drop);
            assert_eq!(outcome, expected, "{kind} {options:?} {answer:?}");
        }
    }

    #[test]
    fn answers_are_graded_whole_and_blanks_forgivingly() {
        use QuestionKind::*;
        let right = |text: &QuestionText, given: &[&str]| {
            is_right(text, &given.iter().map(|part| (*part).to_owned()).collect::<Vec<_>>())
        };
        let multiple = question(Multiple, &["甲", "乙", "丙"], &["A", "C"]);
        assert!(right(&multiple, &["C", "A"]));
        assert!(!right(&multiple, &["A"]));
        assert!(!right(&multiple, &["A", "B", "C"]));
        assert!(!right(&multiple, &[]));
        let fill = question(Fill, &[], &["CO", "一氧化碳"]);
        assert!(right(&fill, &[" ｃｏ "]));
        assert!(right(&fill, &["一氧 化碳"]));
        assert!(!right(&fill, &[""]));
        assert!(!right(&fill, &["CO", "一氧化碳"]));
    }

    #[test]
    fn white_space_does_not_make_another_question() {
        let one = question(QuestionKind::Single, &["甲A", "乙"], &["A"]);
        let mut two = question(QuestionKind::Single, &["甲 A\u{3000}", "乙"], &["B"]);
        two.stem = "下井前 首先做什么？".into();
        assert_eq!(fingerprint(&one), fingerprint(&two));
        two.options.swap(0, 1);
        assert_ne!(fingerprint(&one), fingerprint(&two));
    }

    #[test]
    fn shares_are_rounded_and_of_nothing_there_is_none() {
        assert_eq!(
            [share_bp(1, 3), share_bp(2, 3), share_bp(0, 5), share_bp(0, 0)],
            [Some(3333), Some(6667), Some(0), None]
        );
        assert_eq!(discrimination_bp((10, 9), (10, 3)), Some(6000));
        assert_eq!(discrimination_bp((10, 3), (10, 9)), Some(-6000));
        assert_eq!(discrimination_bp((0, 0), (10, 9)), None);
    }
}
