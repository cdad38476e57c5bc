//! What a cell says in a column, and what is doubtful about it.

use super::Content;
use crate::base::sheet::grid::{Cell, Mark};

/// What a cell says in a column of that content, or why its row is refused.
pub(super) fn read_cell(cell: &Cell, plain: Option<&str>, content: Content) -> Result<Box<str>, String> {
    let shown = cell.text.trim();
    match (cell.mark, content) {
        (Mark::Error, _) => return Err(format!("单元格显示的是错误（{shown}），请先改正公式")),
        (Mark::NamesError, Content::Name | Content::Code) => return Err(format!("单元格里是错误的名字（{shown}）")),
        (Mark::NoValue, _) => {
            return Err("单元格是公式，而文件中没有它的结果：请用 Excel 或 WPS 打开文件，保存一次再导入".to_owned());
        }
        (Mark::Moment, Content::Code) => {
            return Err(format!("单元格是日期（{shown}），不是编码或号码：请把这一列设为文本后重新填写"));
        }
        (Mark::Moment, Content::Name) => return Err(format!("单元格是日期（{shown}），不是名称")),
        (Mark::Rounded, Content::Code) => {
            return Err(format!("数字超过 15 位，表格程序已改动末几位（{shown}）：请把这一列设为文本后重新填写"));
        }
        _ => {}
    }
    if content != Content::Code {
        return Ok(shown.into());
    }
    if is_scientific(shown) && plain.is_none() {
        return Err(format!("“{shown}”是科学计数法，末几位已经丢失：请把这一列设为文本后重新填写"));
    }
    let is_code = !shown.is_empty() && shown.chars().all(|c| c.is_alphanumeric() || c == '-');
    let text = plain.filter(|_| !is_code).unwrap_or(shown);
    // with an apostrophe people keep a number from being one
    Ok(text.trim_start_matches(['\'', '‘', '’']).into())
}

/// What somebody should look at although the cell is taken.
pub(super) fn doubt(cell: &Cell, content: Content) -> Option<String> {
    let text = cell.text.trim();
    if text.contains('\u{FFFD}') {
        return Some("含有无法识别的文字（�），请核对文件的编码".to_owned());
    }
    match (cell.mark, content) {
        (Mark::Rounded, Content::Words) => Some(format!("数字超过 15 位，末几位可能已被表格程序改动（{text}）")),
        (Mark::NamesError, Content::Words) => Some(format!("文字是错误的名字（{text}），请核对")),
        (_, Content::Words) if is_scientific(text) && cell.mark == Mark::Plain => {
            Some(format!("“{text}”像是科学计数法，请核对"))
        }
        (Mark::Plain, Content::Code) if looks_like_a_day(text) => {
            Some(format!("“{text}”像是日期，请核对它是不是被表格程序改过的编码"))
        }
        _ => None,
    }
}

/// `1.38E+10`, as a spreadsheet program writes a long number into a csv.
fn is_scientific(text: &str) -> bool {
    let Some((number, exponent)) = text.split_once(['E', 'e']) else { return false };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, part) = number.split_once('.').unwrap_or((number, "0"));
    digits(whole) && whole.len() == 1 && digits(part) && exponent.strip_prefix('+').is_some_and(digits)
}

/// `2026-03-12`, `12-Mar` and `Mar-12`.
fn looks_like_a_day(text: &str) -> bool {
    const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let parts: Vec<String> = text.split('-').map(str::to_lowercase).collect();
    let number = |text: &str| text.parse::<u32>().ok();
    match parts.as_slice() {
        [year, month, day] => {
            year.len() == 4
                && number(year).is_some_and(|year| (1900..2100).contains(&year))
                && number(month).is_some_and(|month| (1..=12).contains(&month))
                && number(day).is_some_and(|day| (1..=31).contains(&day))
        }
        [one, other] => {
            let is_month = |text: &str| MONTHS.contains(&text);
            (is_month(one) && number(other).is_some()) || (is_month(other) && number(one).is_some())
        }
        _ => false,
    }
}
