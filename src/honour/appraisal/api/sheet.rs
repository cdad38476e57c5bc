//! A member's year on A4, with the row in which it is signed.

use std::fmt::Write;

use crate::base::id::MemberId;
use crate::base::text::escape_html;
use crate::base::time::Timestamp;
use crate::honour::appraisal::model::{AppraisalKind, AppraisalSums, shown_points};
use crate::honour::appraisal::statements::{Statement, Whole};
use crate::web::print::{self, Paper};

/// Entries that a sheet shows; what goes beyond is told and read in the app.
pub(super) const MOST_LINES: i64 = 200;

/// Whose sheet it is.
pub(super) struct Whose<'a> {
    pub name: &'a str,
    pub number: &'a str,
    pub unit: &'a str,
}

const STYLE: &str = "h1{font-size:1.4rem;text-align:center;margin:0 0 .5rem}h2{font-size:1.05rem;margin:1rem 0 .25rem}\
    table{width:100%;border-collapse:collapse}th,td{border:1px solid #000;padding:.2rem .35rem;text-align:left;\
    vertical-align:top}td.n,th.n{text-align:right;white-space:nowrap}tr{break-inside:avoid}\
    .sign{display:flex;flex-wrap:wrap;gap:1.5rem;margin-top:2rem}.sign span{min-width:10rem}.small{font-size:.85rem}";

/// The page.
pub(super) fn statement(
    whose: &Whose<'_>,
    (statement, entries): (&Statement, &[Whole]),
    name_of: &dyn Fn(MemberId) -> String,
    now: Timestamp,
) -> String {
    let title = format!("{} 年党员考评积分表", statement.year);
    let mut body = String::new();
    let class = statement.class.as_ref().map(|class| class.name.as_str()).unwrap_or("—");
    let benchmark =
        statement.class.as_ref().map_or_else(|| "—".to_owned(), |class| shown_points(class.benchmark.into()));
    let _ = write!(
        body,
        "<h1>{}</h1><p>姓名：{} 工号：{} 单位：{}<br>类别：{} 达标线：{} 截至：{}</p>",
        escape_html(&title),
        escape_html(whose.name),
        escape_html(whose.number),
        escape_html(whose.unit),
        escape_html(class),
        benchmark,
        now.in_chinese(),
    );
    body.push_str(
        "<h2>合计</h2><table><thead><tr><th>维度</th><th class=\"n\">年初结转</th><th class=\"n\">基础分</th><th class=\"n\">加分</th>\
         <th class=\"n\">扣分</th><th class=\"n\">得分</th><th class=\"n\">超限未计</th></tr></thead><tbody>",
    );
    for (_, name, sums) in &statement.dimensions {
        sums_row(&mut body, name, sums);
    }
    sums_row(&mut body, "合计", &statement.total);
    body.push_str(
        "</tbody></table><h2>明细</h2><table><thead><tr><th>日期</th><th>维度</th><th>事由与依据</th>\
         <th class=\"n\">分值</th><th>审定</th></tr></thead><tbody>",
    );
    let most = usize::try_from(MOST_LINES).unwrap_or(usize::MAX);
    for whole in entries.iter().take(most) {
        entry_row(&mut body, whole, name_of);
    }
    body.push_str("</tbody></table>");
    if entries.len() > most {
        let _ = write!(body, "<p class=\"small\">仅列最近 {MOST_LINES} 条，其余请在系统中查看。</p>");
    }
    body.push_str(
        "<p class=\"sign\"><span>本人：</span><span>填表人：</span><span>审核人：</span><span>负责人（签字）：</span>\
         <span>单位（盖章）：</span><span>年 月 日</span></p>",
    );
    print::page(&Paper { title: &title, points: 10, margin: "15mm 14mm", style: STYLE, mark: None, body })
}

fn sums_row(body: &mut String, name: &str, sums: &AppraisalSums) {
    let _ = write!(body, "<tr><td>{}</td>", escape_html(name));
    for points in [sums.carried, sums.base, sums.bonus, sums.deduction, sums.total, sums.cut] {
        let _ = write!(body, "<td class=\"n\">{}</td>", shown_points(points));
    }
    body.push_str("</tr>");
}

fn entry_row(body: &mut String, whole: &Whole, name_of: &dyn Fn(MemberId) -> String) {
    let Whole { entry, rule, dimension, evidence, .. } = whole;
    let before = shown_points(entry.wanted.into());
    let code = if entry.kind == AppraisalKind::Carry { "" } else { entry.rule.as_str() };
    let names: Vec<&str> = evidence.iter().map(|file| file.name.as_str()).collect();
    let attached = if names.is_empty() { String::new() } else { format!("，附件：{}", names.join("、")) };
    let cut = match entry.kind {
        AppraisalKind::Carry => Some(format!("，上年末为 {before}")),
        _ => entry.cut_by.map(|cap| format!("，原为 {before}（{}）", cap.title())),
    };
    let _ = write!(
        body,
        "<tr><td>{}</td><td>{}</td><td>{}<br><span class=\"small\">{} {}（第 {} 版）{}</span></td><td class=\"n\">{}{}</td><td>{}</td></tr>",
        entry.day,
        escape_html(dimension),
        escape_html(&entry.reason),
        escape_html(code),
        escape_html(rule),
        entry.scheme_version,
        escape_html(&attached),
        shown_points(entry.points.into()),
        cut.unwrap_or_default(),
        escape_html(&entry.approved_by.map(name_of).unwrap_or_default()),
    );
}
