//! The numbers of a unit and a period as a page of A4: what a secretary prints and pins up. Pure.

use super::statistics::Statistics;
use crate::base::text::{escape_html, yuan};
use crate::base::time::Day;
use crate::doing::ideas::model::IdeaState;
use crate::web::print::{self, Paper};

/// Rows are tight on paper, so that a secretary's year is one sheet.
const STYLE: &str = "body{font-family:\"Noto Sans CJK SC\",\"Microsoft YaHei\",sans-serif}\
    h1{font-size:1.8rem;line-height:1.3;text-align:center;margin:0 0 .4rem}p{text-align:center;margin:0 0 .8rem}\
    h2{font-size:1.15rem;margin:1rem 0 .25rem;color:#a00;break-after:avoid}\
    table{width:100%;border-collapse:collapse;break-inside:avoid}\
    th,td{border:1px solid #888;padding:.25rem .5rem;text-align:right}th:first-child,td:first-child{text-align:left}\
    @media (min-width:22rem){th+th,td+td{white-space:nowrap}}\
    th{background:#f4f0ec}footer{margin-top:1rem;text-align:right;font-size:.85rem;color:#555}\
    @media print{h1{font-size:1.6rem}h2{color:#000;margin:.6rem 0 .15rem}th{background:none}\
    body{line-height:1.35}th,td{padding:.08rem .5rem}footer{margin-top:.5rem}}";

/// The page of `unit`, printed on that day.
pub fn page(unit: &str, printed_on: Day, numbers: &Statistics) -> String {
    let [from, until, printed_on] = [numbers.from, numbers.until, printed_on].map(Day::in_chinese_with_year);
    let body = format!(
        "<h1>金点子统计简报</h1><p>{}　{from}至{until}</p>{}{}{}{}<footer>制表日期：{printed_on}</footer>",
        escape_html(unit),
        whole(numbers),
        outcomes(numbers),
        states(numbers),
        lengths(numbers),
    );
    let title = format!("{unit} 金点子统计");
    print::page(&Paper { title: &title, points: 11, margin: "15mm 16mm", style: STYLE, mark: None, body })
}

fn whole(numbers: &Statistics) -> String {
    let rows = vec![
        vec!["提出".into(), format!("{} 条", numbers.submitted)],
        vec!["参与人数".into(), format!("{} 人（在册 {} 人）", numbers.authors, numbers.members)],
        vec!["参与率".into(), percent(numbers.participation_bp)],
        vec!["已征集".into(), format!("{} 条", numbers.collected)],
        vec!["已讨论决定".into(), format!("{} 条", numbers.decided)],
        vec!["采纳（含试点）".into(), format!("{} 条", numbers.adopted)],
        vec!["采纳率".into(), percent(numbers.adopted_bp)],
        vec!["已实施并通过验收".into(), format!("{} 条", numbers.realised)],
    ];
    table("总体情况", &["项目", "数值"], rows)
}

fn outcomes(numbers: &Statistics) -> String {
    let mut rows: Vec<Vec<String>> = numbers
        .outcomes
        .iter()
        .map(|outcome| vec![outcome.kind.title().into(), format!("{} 项", outcome.count)])
        .collect();
    rows.push(vec!["合计节约".into(), format!("{} 元", yuan(numbers.saved_fen))]);
    table("成果", &["类别", "数量"], rows)
}

fn states(numbers: &Statistics) -> String {
    let rows = numbers.states.iter().map(|state| vec![state.state.title().into(), format!("{} 条", state.count)]);
    table("本期提出的金点子期末所处环节", &["环节", "数量"], rows.collect())
}

fn lengths(numbers: &Statistics) -> String {
    let rows = numbers.lengths.iter().map(|length| {
        let name = format!("{} → {}", passed(length.from), passed(length.to));
        vec![name, format!("{} 条", length.count), days(length.median_days), days(length.p90_days)]
    });
    table("办理用时", &["环节", "数量", "中位数", "九成不超过"], rows.collect())
}

/// The step that ideas have passed when they are measured from it or to it: every decision counts, whatever it was.
fn passed(state: IdeaState) -> &'static str {
    if state == IdeaState::Adopted { "已讨论决定" } else { state.title() }
}

fn days(days: Option<f64>) -> String {
    match days {
        None => "—".into(),
        Some(days) if days < 1.0 => "不到 1 天".into(),
        Some(days) => format!("{days:.1} 天"),
    }
}

fn table(title: &str, heads: &[&str], rows: Vec<Vec<String>>) -> String {
    let cells = |tag: &str, cells: &mut dyn Iterator<Item = &str>| -> String {
        cells.map(|cell| format!("<{tag}>{}</{tag}>", escape_html(cell))).collect()
    };
    let row = |row: &Vec<String>| format!("<tr>{}</tr>", cells("td", &mut row.iter().map(String::as_str)));
    let head = cells("th", &mut heads.iter().copied());
    format!("<h2>{title}</h2><table><tr>{head}</tr>{}</table>", rows.iter().map(row).collect::<String>())
}

fn percent(basis_points: u64) -> String {
    format!("{}.{:02}%", basis_points / 100, basis_points % 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn less_than_a_day_is_no_nought() {
        assert_eq!([None, Some(0.0), Some(0.9), Some(1.0)].map(days), ["—", "不到 1 天", "不到 1 天", "1.0 天"]);
    }
}
