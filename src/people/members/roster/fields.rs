//! What a cell of a roster must look like. Each function gives the cleaned value or a Chinese sentence.

use crate::base::phone;
use crate::base::text::{Text, fold, squeeze};
use crate::people::members::model::MemberKind;

const MAX_CODE_CHARS: usize = 32;

/// The code of a unit or an employee number: letters, digits and hyphens, in capitals.
pub(super) fn code(text: &str) -> Result<String, String> {
    let code = fold(text).to_ascii_uppercase();
    if code.is_empty() {
        return Err("不能为空".into());
    }
    if code.len() > MAX_CODE_CHARS || !code.chars().all(|c| c.is_ascii_alphanumeric() || c == '-') {
        return Err(format!("“{text}”不是有效的编码：只能是字母、数字和连字符，最多 {MAX_CODE_CHARS} 位"));
    }
    Ok(code)
}

pub(super) fn optional_code(text: &str) -> Result<Option<String>, String> {
    if text.is_empty() { Ok(None) } else { code(text).map(Some) }
}

/// A name of 1 to 50 characters as it is written.
pub(super) fn name(text: &str) -> Result<String, String> {
    Text::<50>::new(text).map(Text::into_string)
}

/// A person's name: "张　三" is padded for the eye only, "Ivan Petrov" is not.
pub(super) fn person_name(text: &str) -> Result<String, String> {
    let gap = if text.chars().any(|c| c.is_ascii_alphabetic()) { " " } else { "" };
    name(&text.split_whitespace().collect::<Vec<_>>().join(gap))
}

/// A mobile number of 11 digits, or none.
pub(super) fn phone_number(text: &str) -> Result<Option<String>, String> {
    // a dash or a word says that there is none
    let said = squeeze(text);
    if said.chars().all(|c| c == '-' || c == '/') || matches!(said.as_str(), "无" | "暂无" | "没有") {
        return Ok(None);
    }
    phone::normal(text).map(Some).ok_or_else(|| format!("“{text}”不是有效的手机号"))
}

/// What a person is to the Party, and whether the word says more than is kept.
///
/// Words of GB/T 4762 (codes of political status) and of rosters; whoever is not of the Party counts as 群众.
pub(super) fn member_kind(text: &str) -> Result<(MemberKind, bool), String> {
    let word = squeeze(text);
    let said = word.strip_prefix("中国共产党").or_else(|| word.strip_prefix("中共")).unwrap_or(&word);
    match said.trim_matches(['(', ')']) {
        "党员" | "正式党员" | "正式" | "党员(正式)" | "党员(正式" | "共产党员" => {
            Ok((MemberKind::Full, false))
        }
        "预备党员" | "预备" | "党员(预备)" | "党员(预备" => Ok((MemberKind::Probationary, false)),
        "群众" | "普通群众" => Ok((MemberKind::Masses, false)),
        "共青团员"
        | "团员"
        | "共产主义青年团团员"
        | "中国共产主义青年团团员"
        | "入党积极分子"
        | "积极分子"
        | "发展对象"
        | "入党申请人"
        | "无党派"
        | "无党派人士"
        | "无党派民主人士"
        | "民主党派"
        | "民革党员"
        | "民革会员"
        | "民盟盟员"
        | "民建会员"
        | "民进会员"
        | "农工党党员"
        | "致公党党员"
        | "九三学社社员"
        | "台盟盟员" => Ok((MemberKind::Masses, true)),
        "" => Err("不能为空".into()),
        _ => Err(format!("“{text}”应为党员、预备党员或群众")),
    }
}

/// The word for a kind in an export.
pub(super) const fn kind_title(kind: MemberKind) -> &'static str {
    match kind {
        MemberKind::Full => "党员",
        MemberKind::Probationary => "预备党员",
        MemberKind::Masses => "群众",
    }
}
