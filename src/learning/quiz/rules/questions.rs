//! What a question must be to be asked, when two are the same, and which answers are right.

use std::collections::HashMap;

use crate::base::crypto::digest;
use crate::base::text::{is_han, printed, squeeze, visible, without_readings};
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

/// The capital letter that somebody means by `c`: `ａ` is A.
pub fn as_letter(c: char) -> Option<char> {
    let half = match c {
        'Ａ'..='Ｚ' | 'ａ'..='ｚ' => char::from_u32(u32::from(c) - 0xFEE0)?,
        c => c,
    };
    half.is_ascii_alphabetic().then(|| half.to_ascii_uppercase())
}

/// What a word, squeezed and in capitals, says of a judgement.
pub fn judgement(word: &str) -> Option<bool> {
    let word = word.trim_matches(['(', ')', '。', '.', '"']);
    match word {
        "正确" | "对" | "是" | "√" | "✓" | "✔" | "☑" | "T" | "TRUE" | "Y" | "YES" | "1" | "对的" | "正确的"
        | "说法正确" | "RIGHT" => Some(true),
        "错误" | "错" | "否" | "不正确" | "不对" | "×" | "X" | "✗" | "✘" | "✕" | "╳" | "☒" | "F" | "FALSE" | "N"
        | "NO" | "0" | "错的" | "错误的" | "说法错误" | "WRONG" => Some(false),
        _ => None,
    }
}

/// Checks a question and brings its answer into its canonical form. What is kept is what is seen.
pub fn check_question(mut text: QuestionText) -> Result<QuestionText, Flaw> {
    let clean = |text: &str| visible(text).trim().to_owned();
    text.stem = clean(&text.stem);
    text.options = text.options.iter().map(|option| clean(option)).collect();
    text.answer = text.answer.iter().map(|part| clean(part)).collect();
    (text.explanation, text.category, text.source) =
        (clean(&text.explanation), clean(&text.category), clean(&text.source));
    text.any_number &= text.kind == QuestionKind::Multiple;
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
        // spaces between words count here: "1  19" and "11  9" are two different blanks to fill; so do case and width
        if let Some(first) = seen.insert(printed(option), index) {
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
        _ => letters.len() >= 2 || text.any_number,
    };
    if count_is_right { Ok(letters) } else { Err(Flaw::WrongAnswerCount) }
}

/// Two options that differ only in what no comparison looks at: case, width, quotes, dashes, blanks.
pub fn nearly_same(options: &[String]) -> Option<(char, char)> {
    let mut seen: HashMap<String, usize> = HashMap::new();
    options.iter().enumerate().find_map(|(index, option)| {
        let first = seen.insert(squeeze(option), index)?;
        Some((letter(first), letter(index)))
    })
}

/// Which options keep their places when a contest shuffles; `None` when all do.
///
/// An option that speaks of all others (以上都对) stays where it is, at the end; one that names others by their letters
/// (A和B都对), or that speaks of those above it from the middle, keeps everything in its place.
pub fn movable(text: &QuestionText) -> Option<Vec<usize>> {
    let options: Vec<String> = text.options.iter().map(|option| squeeze(option)).collect();
    if text.keep_order
        || options.iter().any(|option| names_letters(option, options.len()))
        || names_letters_in_stem(&text.stem)
    {
        return None;
    }
    let stays: Vec<bool> = options.iter().map(|option| speaks_of_others(option)).collect();
    let first = stays.iter().position(|stays| *stays).unwrap_or(options.len());
    if stays[first..].iter().any(|stays| !stays) {
        return None;
    }
    Some((0..first).collect())
}

/// 以上都对, 前三项均是, 都不对, 其他: an option that is about other options.
fn speaks_of_others(option: &str) -> bool {
    const WHOLE: [&str; 16] = [
        "都对",
        "都不对",
        "都是",
        "都不是",
        "全对",
        "全错",
        "全部",
        "皆是",
        "均是",
        "均不是",
        "均对",
        "均不对",
        "其他",
        "其它",
        "都正确",
        "都错误",
    ];
    const BEGIN: [&str; 12] =
        ["以上", "上述", "前述", "以下都", "前两", "前二", "前三", "前四", "上面", "其余", "其他选项", "其它选项"];
    const JUDGES: [&str; 16] = [
        "都",
        "均",
        "皆",
        "全部",
        "对",
        "错",
        "正确",
        "不正确",
        "是",
        "选项",
        "答案",
        "说法",
        "项",
        "可以",
        "属于",
        "没有",
    ];
    const WITHIN: [&str; 18] = [
        "都对",
        "都不对",
        "均正确",
        "均不正确",
        "都正确",
        "都不正确",
        "都是",
        "都不是",
        "均是",
        "均不是",
        "皆是",
        "皆对",
        "全部正确",
        "全部都",
        "均可",
        "都可以",
        "全都",
        "都错",
    ];
    let bare = option.trim_matches(['。', '.', ',', '，', ';']);
    let short = bare.chars().count() <= 12;
    WHOLE.contains(&bare)
        || BEGIN.iter().any(|word| bare.starts_with(word)) && JUDGES.iter().any(|word| bare.contains(word))
        || (short && (bare.contains("allofthe") || bare.contains("noneofthe") || bare.contains("选项")))
        || bare.starts_with("allofthe")
        || bare.starts_with("noneofthe")
        || (short && WITHIN.iter().any(|word| bare.ends_with(word)) && bare.chars().count() <= 8)
}

/// A和B都对, AB, A、C项: an option, squeezed, that names others by their letters.
fn names_letters(option: &str, count: usize) -> bool {
    let last = char::from(b'a' + u8::try_from(count.clamp(1, 26) - 1).unwrap_or(0));
    let is_letter = |c: char| ('a'..=last).contains(&c);
    let letters = option.chars().filter(|c| is_letter(*c)).count();
    // nothing but letters and what joins them
    let joins = |c: char| "和与及、,以或同跟项选项都对错是不均正确误皆也+&".contains(c);
    if letters >= 2 && option.chars().all(|c| is_letter(c) || joins(c)) {
        return true;
    }
    // one letter, and a word about it: A项正确, 只有B对, 选项C
    let chars: Vec<char> = option.chars().collect();
    let alone = |at: usize| {
        let beside = |c: Option<&char>| c.is_none_or(|c| !c.is_ascii_alphanumeric());
        is_letter(chars[at]) && beside(at.checked_sub(1).and_then(|at| chars.get(at))) && beside(chars.get(at + 1))
    };
    let lone: Vec<usize> = (0..chars.len()).filter(|at| alone(*at)).collect();
    let said = |at: usize| {
        let after: String = chars[at + 1..].iter().collect();
        let before: String = chars[..at].iter().collect();
        let judged =
            ["项", "都", "均", "对", "错", "正确", "不正确", "选项"].iter().any(|word| after.starts_with(word));
        judged || before.ends_with("选项")
    };
    let joined = lone.windows(2).any(|pair| {
        let between: String = chars[pair[0] + 1..pair[1]].iter().collect();
        matches!(between.as_str(), "和" | "与" | "及" | "、" | "," | "或" | "以及" | "和选项" | "与选项" | "、选项")
    });
    joined && chars.iter().any(|c| is_han(*c)) && lone.iter().any(|at| said(*at))
        || lone.iter().any(|at| said(*at)) && chars.len() <= 10
}

/// A stem that speaks of its options by their letters.
fn names_letters_in_stem(stem: &str) -> bool {
    let stem = squeeze(stem);
    ["a项", "b项", "c项", "d项", "选项a", "选项b", "选项c", "选项d", "a选项", "b选项", "c选项", "d选项"]
        .iter()
        .any(|word| stem.contains(word))
}

/// Whether an edit changes what is asked or which answer is right, and not only what is said about the question.
pub fn is_reworded(before: &QuestionText, after: &QuestionText) -> bool {
    (before.kind, &before.stem, &before.options, &before.answer, before.any_number)
        != (after.kind, &after.stem, &after.options, &after.answer, after.any_number)
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
    let searched = |part: &String| squeeze(&without_readings(part));
    let parts: Vec<String> = std::iter::once(&text.stem).chain(&text.options).map(searched).collect();
    parts.join("\n")
}

/// What somebody answered in the form in which keys are kept: 正确 is `true`, `ａ` is A. What is none at all is refused by
/// its sentence, so that nobody's slip counts as wrong; an empty list is a question that was left out.
pub fn understood(text: &QuestionText, given: &[String]) -> Result<Vec<String>, &'static str> {
    let given: Vec<String> = given.iter().map(|part| visible(part).trim().to_owned()).collect();
    match text.kind {
        QuestionKind::Judge => match given.as_slice() {
            [] => Ok(Vec::new()),
            [one] => match judgement(&squeeze(one).to_uppercase()) {
                Some(said) => Ok(vec![said.to_string()]),
                None => Err("判断题的答案应为正确或错误"),
            },
            _ => Err("判断题只能有一个答案"),
        },
        QuestionKind::Fill => match given.as_slice() {
            [] => Ok(Vec::new()),
            [words] if squeeze(words).is_empty() => Err("答案不能为空"),
            [words] => Ok(vec![words.clone()]),
            _ => Err("这道题只能有一个答案"),
        },
        QuestionKind::Single | QuestionKind::Multiple => {
            let letter = |part: &String| {
                let mut chars = part.chars();
                let letter = chars.next().and_then(as_letter)?;
                let index = usize::from(u8::try_from(letter).ok()? - b'A');
                (chars.next().is_none() && index < text.options.len()).then(|| letter.to_string())
            };
            let letters: Option<Vec<String>> = given.iter().map(letter).collect();
            let mut letters = letters.ok_or("答案不是任何选项的字母")?;
            letters.sort();
            letters.dedup();
            match letters.len() > 1 && text.kind == QuestionKind::Single {
                true => Err("这道题只能有一个答案"),
                false => Ok(letters),
            }
        }
    }
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
            keep_order: false,
            any_number: false,
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
    fn options_that_speak_of_others_keep_their_places() {
        let movable = |options: &[&str]| movable(&question(QuestionKind::Single, options, &["A"]));
        for (options, moved) in [
            (&["甲", "乙", "丙", "丁"][..], Some(4)),
            (&["一", "二", "三", "以上都是"], Some(3)),
            (&["说法一", "说法二", "说法三", "以上都不对"], Some(3)),
            (&["一", "二", "其他", "以上都对"], Some(2)),
            (&["一", "二", "三", "都不对"], Some(3)),
            (&["一", "二", "上述三项均正确"], Some(2)),
            (&["甲说", "乙说", "丙说", "A和B都对"], None),
            (&["甲说", "乙说", "丙说", "AB"], None),
            (&["甲说", "乙说", "A、B", "A、B、C"], None),
            (&["一", "以上都对", "三"], None),
            (&["一", "二", "只有A正确"], None),
            // what only looks so
            (&["A型血", "B型血", "AB型血", "O型血"], Some(4)),
            (&["维生素A", "维生素B", "维生素C"], Some(3)),
            (&["人民都是主人", "以人民为中心", "以上率下"], Some(3)),
            (&["CAD", "BIM", "GIS"], Some(3)),
        ] {
            assert_eq!(movable(options).map(|moved| moved.len()), moved, "{options:?}");
        }
        let kept = QuestionText { keep_order: true, ..question(QuestionKind::Single, &["甲", "乙"], &["A"]) };
        assert_eq!(super::movable(&kept), None);
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
