//! Kinds and answers of questions, however a file's author typed them.

use super::model::QuestionKind;
use super::options;
use super::rules;
use crate::base::text::{fold, squeeze};

/// A kind of question as files write it.
#[derive(Clone, Copy)]
pub(super) struct Said {
    pub(super) kind: QuestionKind,
    pub(super) any_number: bool,
}

impl Said {
    const fn of(kind: QuestionKind) -> Said {
        Said { kind, any_number: false }
    }
}

/// The kind that a word means, if it means one.
pub(super) fn kind_named(word: &str) -> Option<Said> {
    let word = squeeze(word);
    let word = word.trim_start_matches(|c: char| c.is_ascii_digit() || "一二三四五六七八九十、.()-_".contains(c));
    let word = word.split(['(', '[', '【', '共']).next().unwrap_or(word);
    Some(match word.trim_end_matches('题').trim_end_matches('试').trim_end_matches('题') {
        "单选" | "单项选择" | "单项" | "选择" | "单选选择" => Said::of(QuestionKind::Single),
        "多选" | "多项选择" | "多项" | "多选选择" => Said::of(QuestionKind::Multiple),
        "不定项选择" | "不定项" | "不定选项" | "不定项多选" => {
            Said { kind: QuestionKind::Multiple, any_number: true }
        }
        "判断" | "是非" | "对错" | "判断对错" | "正误判断" => Said::of(QuestionKind::Judge),
        "填空" | "单空填空" => Said::of(QuestionKind::Fill),
        _ => return None,
    })
}

/// The kind that a sheet is called by: 多选题, 二、判断题（20题）.
pub(super) fn kind_of_sheet(name: &str) -> Option<Said> {
    const WORDS: [&str; 5] = ["不定项", "单选", "多选", "判断", "填空"];
    kind_named(name).or_else(|| {
        let mut named = WORDS.iter().filter(|word| name.contains(**word));
        named.next().filter(|_| named.next().is_none()).and_then(|word| kind_named(word))
    })
}

/// The kind that options and answer suggest.
pub(super) fn infer_kind(stem: &str, options: &[String], answer: &str) -> Said {
    let judged = judgement(&squeeze(answer).to_uppercase());
    // the answer to a blank may well be 1 or 是
    let is_word =
        squeeze(answer).chars().count() > 1 || matches!(squeeze(answer).as_str(), "对" | "错" | "√" | "×" | "✓" | "✔");
    let has_blank = stem.contains("__") || stem.contains("＿＿");
    Said::of(match options {
        [] if judged.is_some() && (is_word || !has_blank) => QuestionKind::Judge,
        [] => QuestionKind::Fill,
        options if is_judgement_pair(options) => QuestionKind::Judge,
        options if read_letters(answer, options).len() > 1 => QuestionKind::Multiple,
        _ => QuestionKind::Single,
    })
}

/// `ABD`, `A,B,D`, `A、B、D`, `a b d` and their full-width forms; or what the options say instead of their letters.
pub(super) fn read_letters(typed: &str, options: &[String]) -> Vec<String> {
    let is_mark = |c: char| c.is_whitespace() || ",，、;；.．/|&+()\"".contains(c);
    let folded = fold(typed).to_uppercase();
    let letters: Vec<String> =
        folded.chars().filter(|c| !is_mark(*c) && !"和与".contains(*c)).map(String::from).collect();
    if letters.iter().all(|letter| letter.len() == 1 && letter.as_bytes()[0].is_ascii_uppercase()) {
        return letters;
    }
    let as_option = |said: &str| {
        let said = squeeze(&options::without_letter(said));
        options.iter().position(|option| squeeze(option) == said).map(|index| rules::letter(index).to_string())
    };
    if let Some(letter) = as_option(typed) {
        return vec![letter];
    }
    // "A.甲" names the option by its letter, whatever is written behind it
    let parts: Vec<&str> =
        typed.split(['|', '｜', '\n', ';', '；', '、', ',', '，']).filter(|part| !part.trim().is_empty()).collect();
    let all: Option<Vec<String>> = parts.iter().map(|part| as_option(part)).collect();
    all.filter(|all| !all.is_empty()).unwrap_or(letters)
}

/// 正确, 对, √, T … or the letter of an option that says so.
pub(super) fn read_judgement(typed: &str, options: &[String]) -> Vec<String> {
    let typed = squeeze(&options::without_letter(typed)).to_uppercase();
    let by_letter = match typed.as_str() {
        "A" => options.first(),
        "B" => options.get(1),
        _ => None,
    };
    let words = by_letter.map_or(typed, |option| squeeze(option).to_uppercase());
    match judgement(&words) {
        Some(true) => vec!["true".into()],
        Some(false) => vec!["false".into()],
        None if words.is_empty() => Vec::new(),
        None => vec![words],
    }
}

fn judgement(word: &str) -> Option<bool> {
    rules::judgement(word)
}

/// Whether the options are only the two words of a judgement.
pub(super) fn is_judgement_pair(options: &[String]) -> bool {
    let judged: Vec<Option<bool>> = options.iter().map(|option| judgement(&squeeze(option).to_uppercase())).collect();
    matches!(judged.as_slice(), [Some(one), Some(other)] if one != other)
}

/// Accepted wordings of a blank, separated by `|`.
pub(super) fn read_wordings(typed: &str) -> Vec<String> {
    typed.split(rules::WORDING_SIGNS).map(|wording| wording.trim().to_owned()).collect()
}
