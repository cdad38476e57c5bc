//! Answers as people read them: on a page, and in a line of a sheet.

use std::fmt::Write;

use serde_json::Value;

use super::{Answers, Asked, Form, FormColumn, FormField, FormKind, Lookup};
use crate::base::text::escape_html;
use crate::base::time::Day;

/// What stands where nothing was answered.
const NOTHING: &str = "—";

/// An answer to a field in words; empty where there is none.
pub fn shown(field: &FormField, answers: &Answers, lookup: &Lookup<'_>) -> String {
    answers.get(&field.key).map(|value| in_words(field.into(), value, lookup)).unwrap_or_default()
}

/// What stands above the columns of [`row`].
pub fn headers(form: &Form) -> Vec<String> {
    form.fields.iter().map(|field| with_unit(&field.title, field.into())).collect()
}

/// The answers as a line of a sheet: as many cells as there are [`headers`].
pub fn row(form: &Form, answers: &Answers, lookup: &Lookup<'_>) -> Vec<String> {
    form.fields.iter().map(|field| shown(field, answers, lookup)).collect()
}

/// The answers as a part of a page: a heading and a paragraph for each text, a table for each table, the rest in one list.
pub fn html(form: &Form, answers: &Answers, lookup: &Lookup<'_>) -> String {
    let mut page = String::new();
    let mut list = String::new();
    for field in &form.fields {
        let is_apart = matches!(field.kind, FormKind::Text | FormKind::Table);
        if is_apart {
            close(&mut page, &mut list);
        }
        let title = escape_html(&with_unit(&field.title, field.into()));
        match field.kind {
            FormKind::Text => {
                let text = shown(field, answers, lookup);
                let text = if text.is_empty() { NOTHING.to_owned() } else { escape_html(&text).replace('\n', "<br>") };
                let _ = write!(page, "<h2>{title}</h2><p>{text}</p>");
            }
            FormKind::Table => {
                let _ = write!(page, "<h2>{title}</h2>");
                table(&mut page, field, answers.get(&field.key), lookup);
            }
            _ => {
                let text = shown(field, answers, lookup);
                let text = if text.is_empty() { NOTHING.to_owned() } else { text };
                let _ = write!(list, "<tr><th>{title}</th><td>{}</td></tr>", escape_html(&text));
            }
        }
    }
    close(&mut page, &mut list);
    page
}

fn close(page: &mut String, list: &mut String) {
    if !list.is_empty() {
        let _ = write!(page, "<table>{list}</table>");
        list.clear();
    }
}

fn table(page: &mut String, field: &FormField, value: Option<&Value>, lookup: &Lookup<'_>) {
    page.push_str("<table><thead><tr>");
    for column in &field.columns {
        let _ = write!(page, "<th>{}</th>", escape_html(&with_unit(&column.title, column.into())));
    }
    page.push_str("</tr></thead><tbody>");
    let rows = value.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    for row in rows {
        page.push_str("<tr>");
        for column in &field.columns {
            let _ = write!(page, "<td>{}</td>", escape_html(&cell(column, row, lookup)).replace('\n', "<br>"));
        }
        page.push_str("</tr>");
    }
    if rows.is_empty() {
        let _ = write!(page, "<tr><td colspan=\"{}\">{NOTHING}</td></tr>", field.columns.len().max(1));
    }
    page.push_str("</tbody></table>");
}

fn cell(column: &FormColumn, row: &Value, lookup: &Lookup<'_>) -> String {
    row.get(&column.key).map(|value| in_words(column.into(), value, lookup)).unwrap_or_default()
}

fn with_unit(title: &str, asked: Asked<'_>) -> String {
    match &asked.limits.unit {
        Some(unit) => format!("{title}（{unit}）"),
        None => title.to_owned(),
    }
}

fn in_words(asked: Asked<'_>, value: &Value, lookup: &Lookup<'_>) -> String {
    let text = || value.as_str().unwrap_or_default().to_owned();
    let listed = || value.as_array().map(Vec::as_slice).unwrap_or_default().iter().filter_map(Value::as_str);
    let id = || value.as_str().and_then(|id| id.parse::<uuid::Uuid>().ok());
    match asked.kind {
        FormKind::Text | FormKind::Number | FormKind::Choice => text(),
        FormKind::Choices => listed().collect::<Vec<_>>().join("、"),
        FormKind::Date => text().parse::<Day>().map(Day::in_chinese_with_year).unwrap_or_else(|_| text()),
        FormKind::YesNo => if value.as_bool() == Some(true) { "是" } else { "否" }.to_owned(),
        FormKind::Member => id().and_then(|id| (lookup.member)(id.into())).unwrap_or_else(text),
        FormKind::Unit => id().and_then(|id| (lookup.unit)(id.into())).unwrap_or_else(text),
        FormKind::File | FormKind::Photo => {
            let named =
                listed().map(|id| id.parse().ok().and_then(|id| (lookup.file)(id)).unwrap_or_else(|| "附件".into()));
            named.collect::<Vec<_>>().join("、")
        }
        FormKind::Table => {
            let rows = value.as_array().map(Vec::as_slice).unwrap_or_default();
            let line = |row: &Value| {
                let cells = asked.columns.iter().map(|column| (column, cell(column, row, lookup)));
                let cells = cells.filter(|(_, words)| !words.is_empty());
                cells.map(|(column, words)| format!("{}：{words}", column.title)).collect::<Vec<_>>().join("；")
            };
            rows.iter().map(line).collect::<Vec<_>>().join("\n")
        }
    }
}
