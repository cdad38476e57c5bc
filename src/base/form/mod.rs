//! Forms 表单: fields as data, and what people answer to them.
//!
//! A [`Form`] is checked when somebody writes it ([`flaws`]), and then never changes; who changes a form writes another
//! version. Answers are JSON by the keys of fields: [`clean`] says in Chinese what is wrong with each, or gives them as they
//! are kept; [`html`] prints them and [`row`] makes a line of a sheet of them. What members, units and files are called is
//! for the caller to know ([`Lookup`]).

mod answers;
mod check;
mod print;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::id::{MemberId, UnitId};

pub use answers::{Care, clean, previous};
pub use check::{Bounds, flaws};
pub use print::{headers, html, row, shown};

crate::words!(
    /// What is answered to a field.
    FormKind {
        /// JSON text.
        Text = "text" / "文字",
        /// JSON text such as `12.50`: a decimal number is kept as it was written.
        Number = "number" / "数字",
        /// One of the options, as text.
        Choice = "choice" / "单选",
        /// Some of the options, as a list of texts.
        Choices = "choices" / "多选",
        /// YYYY-MM-DD.
        Date = "date" / "日期",
        /// `true` or `false`.
        YesNo = "yes_no" / "是否",
        /// The id of a member.
        Member = "member" / "人员",
        /// The id of a unit.
        Unit = "unit" / "组织",
        /// A list of ids of files.
        File = "file" / "附件",
        /// A list of ids of pictures.
        Photo = "photo" / "照片",
        /// A list of rows, each an object by the keys of columns.
        Table = "table" / "表格",
    }
);

/// What an answer may be; of each kind only what is said of it here counts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FormLimits {
    /// Characters of a text, options chosen at most, files, rows of a table; `null` for as many as the form allows.
    #[serde(default)]
    pub most: Option<i32>,
    /// Digits after the point of a number, 0 to 4; `null` for none.
    #[serde(default)]
    pub decimals: Option<i32>,
    /// The unit of measure of a number, such as 人次.
    #[serde(default)]
    pub unit: Option<String>,
    /// The least number that is accepted.
    #[serde(default)]
    pub least: Option<String>,
    /// The greatest number that is accepted.
    #[serde(default)]
    pub greatest: Option<String>,
    /// Of what to choose, 2 to 30.
    #[serde(default)]
    pub options: Vec<String>,
}

/// A column of a table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FormColumn {
    /// A word of small letters, digits and `_`.
    pub key: String,
    /// What stands above it.
    pub title: String,
    /// Neither a table nor files.
    pub kind: FormKind,
    /// Whether every row has it.
    #[serde(default)]
    pub required: bool,
    #[serde(default)]
    pub limits: FormLimits,
}

/// A field of a form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FormField {
    /// A word of small letters, digits and `_`, by which answers name it.
    pub key: String,
    /// What stands beside it.
    pub title: String,
    pub kind: FormKind,
    /// Whether it must be answered before the whole is handed in.
    #[serde(default)]
    pub required: bool,
    /// What to write, in a sentence.
    #[serde(default)]
    pub help: Option<String>,
    #[serde(default)]
    pub limits: FormLimits,
    /// Of a table, 1 to 10.
    #[serde(default)]
    pub columns: Vec<FormColumn>,
    /// The fact that the program fills in, a number that nobody types.
    #[serde(default)]
    pub fact: Option<String>,
}

/// Fields in the order in which they are asked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Form {
    /// 1 to 60.
    pub fields: Vec<FormField>,
}

impl Form {
    /// The field of that key.
    pub fn field(&self, key: &str) -> Option<&FormField> {
        self.fields.iter().find(|field| field.key == key)
    }

    /// Fields that the program fills in, each with the fact.
    pub fn filled(&self) -> impl Iterator<Item = (&FormField, &str)> {
        self.fields.iter().filter_map(|field| Some((field, field.fact.as_deref()?)))
    }

    /// Every file that answers name, in the order of the fields.
    pub fn files(&self, answers: &Answers) -> Vec<Uuid> {
        let holding = self.fields.iter().filter(|field| field.kind.holds_files());
        let listed = holding.filter_map(|field| answers.get(&field.key)?.as_array());
        listed.flatten().filter_map(|id| id.as_str()?.parse().ok()).collect()
    }
}

impl FormKind {
    /// Whether it is answered with files.
    pub const fn holds_files(self) -> bool {
        matches!(self, FormKind::File | FormKind::Photo)
    }
}

/// Answers by the keys of fields; what was not answered is absent.
pub type Answers = BTreeMap<String, Value>;

/// Something that is wrong with a form, or with an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Where, as a JSON pointer within the form or the answers.
    pub pointer: String,
    /// Stable, for programs.
    pub code: &'static str,
    /// In Chinese, for people.
    pub message: String,
}

/// What those that answers name by id are called; `None` for somebody or something that is not there.
pub struct Lookup<'a> {
    pub member: &'a dyn Fn(MemberId) -> Option<String>,
    pub unit: &'a dyn Fn(UnitId) -> Option<String>,
    pub file: &'a dyn Fn(Uuid) -> Option<String>,
}

/// What a field and a column have in common.
#[derive(Clone, Copy)]
struct Asked<'a> {
    title: &'a str,
    kind: FormKind,
    required: bool,
    limits: &'a FormLimits,
    columns: &'a [FormColumn],
}

impl<'a> From<&'a FormField> for Asked<'a> {
    fn from(field: &'a FormField) -> Self {
        let FormField { title, kind, required, limits, columns, .. } = field;
        Asked { title, kind: *kind, required: *required, limits, columns }
    }
}

impl<'a> From<&'a FormColumn> for Asked<'a> {
    fn from(column: &'a FormColumn) -> Self {
        let FormColumn { title, kind, required, limits, .. } = column;
        Asked { title, kind: *kind, required: *required, limits, columns: &[] }
    }
}

/// The most characters of a text, and rows of a table, where a field says nothing else.
const USUAL_TEXT: i32 = 300;
const USUAL_ROWS: i32 = 10;
/// Files that one field takes.
const MOST_FILES: i32 = 9;

impl Asked<'_> {
    /// How much of it there may be.
    fn most(&self) -> usize {
        let usual = match self.kind {
            FormKind::Text => USUAL_TEXT,
            FormKind::Table => USUAL_ROWS,
            FormKind::File | FormKind::Photo => MOST_FILES,
            _ => i32::try_from(self.limits.options.len()).unwrap_or(i32::MAX),
        };
        usize::try_from(self.limits.most.unwrap_or(usual)).unwrap_or(0)
    }

    fn decimals(&self) -> u32 {
        self.limits.decimals.and_then(|digits| u32::try_from(digits).ok()).unwrap_or(0)
    }
}

/// A decimal number times ten to the power of `decimals`; `None` for what is no number, has more digits after the point or
/// more than twelve before it.
fn scaled(text: &str, decimals: u32) -> Option<i64> {
    let (negative, digits) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let only_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let written_point = digits.contains('.');
    let part_length = u32::try_from(part.len()).ok()?;
    let is_number = (1..=12).contains(&whole.len()) && only_digits(whole) && only_digits(part);
    if !is_number || part_length > decimals || (written_point && part.is_empty()) {
        return None;
    }
    let whole: i64 = whole.parse().ok()?;
    let part: i64 = if part.is_empty() { 0 } else { part.parse().ok()? };
    let value = whole * 10_i64.pow(decimals) + part * 10_i64.pow(decimals - part_length);
    Some(if negative { -value } else { value })
}
