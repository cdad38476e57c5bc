//! A month sheet on A4, to be pinned up.

use std::fmt::Write;

use super::sheets::ObligationCounts;
use crate::base::id::UnitId;
use crate::base::text::escape_html;
use crate::base::time::{Day, Timestamp};
use crate::doing::obligations::sheet::Line;
use crate::web::print::{self, Paper};

const STYLE: &str = "h1{font-size:1.4rem;text-align:center;margin:0 0 .5rem}table{width:100%;border-collapse:collapse}\
    th,td{border:1px solid #000;padding:.2rem .35rem;text-align:left;vertical-align:top}td.n{white-space:nowrap}\
    tr{break-inside:avoid}.small{font-size:.85rem}";

/// The page.
pub(super) fn sheet(
    (unit, name_of): (UnitId, &dyn Fn(UnitId) -> String),
    month: Day,
    lines: &[Line],
    now: Timestamp,
) -> String {
    let (year, number, _) = month.parts();
    let title = format!("{}{year} 年 {number} 月工作提示", name_of(unit));
    let counts = ObligationCounts::of(lines);
    let mut body = String::new();
    let _ = write!(
        body,
        "<h1>{}</h1><p>共 {} 项：已完成 {}，进行中 {}，逾期 {}，未开始 {}，不适用 {}。截至{}。</p>",
        escape_html(&title),
        lines.len(),
        counts.done,
        counts.open,
        counts.late,
        counts.not_begun,
        counts.not_applicable,
        now.in_chinese(),
    );
    body.push_str(
        "<table><thead><tr><th>序号</th><th>事项</th><th>完成标准</th><th>时间</th><th>情况</th></tr></thead><tbody>",
    );
    for (at, line) in lines.iter().enumerate() {
        row(&mut body, at + 1, line, (line.unit != unit).then(|| name_of(line.unit)));
    }
    body.push_str("</tbody></table>");
    if lines.is_empty() {
        body.push_str("<p>本月没有规定动作。</p>");
    }
    print::page(&Paper { title: &title, points: 10, margin: "15mm 14mm", style: STYLE, mark: None, body })
}

fn row(body: &mut String, number: usize, line: &Line, unit: Option<String>) {
    let unit = unit.map(|name| format!("（{}）", escape_html(&name))).unwrap_or_default();
    let done = line.evidence.first().map(|one| one.day.in_chinese()).unwrap_or_default();
    let event = line.event.as_ref().map(|event| format!("<br>{}", escape_html(&event.title))).unwrap_or_default();
    let _ = write!(
        body,
        "<tr><td>{number}</td><td>{}{unit}{event}<br><span class=\"small\">{}</span></td><td>{}</td>\
         <td class=\"n\">{} 至<br>{}</td><td class=\"n\">{}<br>{done}</td></tr>",
        escape_html(&line.rule.title),
        escape_html(&line.rule.basis),
        escape_html(&line.rule.standard),
        line.window.days.first.in_chinese(),
        line.window.due.in_chinese(),
        line.state.title(),
    );
}
