//! Whether a form may be asked.

use std::collections::BTreeSet;

use super::{Asked, Fault, Form, FormKind, FormLimits, MOST_FILES, scaled};

/// How much a room lets a form ask.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Characters of a text.
    pub text: i32,
    /// Rows of a table.
    pub rows: i32,
    /// Whether a photograph may be required.
    pub requires_photos: bool,
}

const MOST_FIELDS: usize = 60;
const MOST_COLUMNS: usize = 10;
const MOST_OPTIONS: usize = 30;
const KEY_CHARS: usize = 40;
const TITLE_CHARS: usize = 60;
const OPTION_CHARS: usize = 40;
const HELP_CHARS: usize = 200;
const UNIT_CHARS: usize = 10;
const MOST_DECIMALS: i32 = 4;

/// Everything that is wrong with a form, with pointers into it.
pub fn flaws(form: &Form, bounds: Bounds) -> Vec<Fault> {
    let mut flaws = Vec::new();
    if form.fields.is_empty() || form.fields.len() > MOST_FIELDS {
        flaws.push(fault("/fields", "count", format!("表单须有 1 到 {MOST_FIELDS} 项")));
    }
    let mut keys = BTreeSet::new();
    for (index, field) in form.fields.iter().enumerate() {
        let at = format!("/fields/{index}");
        name(&mut flaws, &at, (&field.key, &field.title), &mut keys);
        if field.help.as_ref().is_some_and(|help| too_long(help, HELP_CHARS)) {
            flaws.push(fault(format!("{at}/help"), "too_long", format!("填写说明不能超过 {HELP_CHARS} 个字符")));
        }
        if field.kind == FormKind::Photo && field.required && !bounds.requires_photos {
            flaws.push(fault(format!("{at}/required"), "photo_required", "照片不能设为必填"));
        }
        if field.fact.is_some() && field.kind != FormKind::Number {
            flaws.push(fault(format!("{at}/kind"), "not_a_number", "由系统填写的项须是数字"));
        }
        limits(&mut flaws, &at, field.into(), bounds);
        let is_table = field.kind == FormKind::Table;
        if is_table == field.columns.is_empty() || field.columns.len() > MOST_COLUMNS {
            let message = format!("表格须有 1 到 {MOST_COLUMNS} 列，其他项没有列");
            flaws.push(fault(format!("{at}/columns"), "count", message));
        }
        let mut columns = BTreeSet::new();
        for (index, column) in field.columns.iter().enumerate() {
            let at = format!("{at}/columns/{index}");
            name(&mut flaws, &at, (&column.key, &column.title), &mut columns);
            if column.kind == FormKind::Table || column.kind.holds_files() {
                flaws.push(fault(format!("{at}/kind"), "in_table", "表格的列不能是表格、附件或照片"));
            }
            limits(&mut flaws, &at, column.into(), bounds);
        }
    }
    flaws
}

fn fault(pointer: impl Into<String>, code: &'static str, message: impl Into<String>) -> Fault {
    Fault { pointer: pointer.into(), code, message: message.into() }
}

fn too_long(text: &str, most: usize) -> bool {
    text.chars().count() > most || text.chars().any(char::is_control)
}

fn name<'a>(flaws: &mut Vec<Fault>, at: &str, (key, title): (&'a str, &str), known: &mut BTreeSet<&'a str>) {
    let is_word = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    if key.is_empty() || key.len() > KEY_CHARS || !key.bytes().all(is_word) {
        flaws.push(fault(format!("{at}/key"), "bad_key", "代号须由 1 到 40 个小写字母、数字或下划线组成"));
    } else if !known.insert(key) {
        flaws.push(fault(format!("{at}/key"), "twice", "代号不能重复"));
    }
    if title.trim().is_empty() || too_long(title, TITLE_CHARS) {
        flaws.push(fault(format!("{at}/title"), "bad_title", format!("名称须有 1 到 {TITLE_CHARS} 个字符")));
    }
}

fn limits(flaws: &mut Vec<Fault>, at: &str, asked: Asked<'_>, bounds: Bounds) {
    let FormLimits { most, decimals, unit, least, greatest, options } = asked.limits;
    let options_most = i32::try_from(options.len()).unwrap_or(i32::MAX);
    let allowed = match asked.kind {
        FormKind::Text => bounds.text,
        FormKind::Table => bounds.rows,
        FormKind::File | FormKind::Photo => MOST_FILES,
        FormKind::Choices => options_most,
        _ => 0,
    };
    if most.is_some_and(|most| !(1..=allowed).contains(&most)) {
        let message = match allowed {
            0 => "这种项没有数量上限".to_owned(),
            _ => format!("上限须在 1 到 {allowed} 之间"),
        };
        flaws.push(fault(format!("{at}/limits/most"), "out_of_range", message));
    }
    let is_number = asked.kind == FormKind::Number;
    let decimals_bad = decimals.is_some_and(|digits| !is_number || !(0..=MOST_DECIMALS).contains(&digits));
    if decimals_bad {
        flaws.push(fault(format!("{at}/limits/decimals"), "out_of_range", "只有数字可以有小数位，最多 4 位"));
    }
    if unit.as_ref().is_some_and(|unit| !is_number || unit.trim().is_empty() || too_long(unit, UNIT_CHARS)) {
        flaws.push(fault(format!("{at}/limits/unit"), "bad_unit", "只有数字可以有计量单位，不超过 10 个字符"));
    }
    let bound = |text: &Option<String>| text.as_deref().map(|text| scaled(text, asked.decimals()));
    let (low, high) = (bound(least), bound(greatest));
    let is_wrong = |bound: Option<Option<i64>>| bound.is_some_and(|bound| bound.is_none() || !is_number);
    let crossed = matches!((low, high), (Some(Some(low)), Some(Some(high))) if low > high);
    if is_wrong(low) || is_wrong(high) || crossed {
        let message = "最小值、最大值须是数字，小数位不多于所设，且最小值不大于最大值";
        flaws.push(fault(format!("{at}/limits/least"), "bad_bound", message));
    }
    let chooses = matches!(asked.kind, FormKind::Choice | FormKind::Choices);
    let different: BTreeSet<&String> = options.iter().collect();
    let are_good = options.iter().all(|option| !option.trim().is_empty() && !too_long(option, OPTION_CHARS));
    let count_fits = if chooses { (2..=MOST_OPTIONS).contains(&options.len()) } else { options.is_empty() };
    if !count_fits || !are_good || different.len() != options.len() {
        let message = format!(
            "单选、多选须有 2 到 {MOST_OPTIONS} 个不同的选项，每个不超过 {OPTION_CHARS} 个字符；其他项没有选项"
        );
        flaws.push(fault(format!("{at}/limits/options"), "bad_options", message));
    }
}
