//! The numbers of a unit and a period as a page of A4: what a secretary prints and pins up. Pure.

use super::numbers::Statistics;
use crate::base::text::escape_html;
use crate::base::time::Day;

const STYLE: &str = "@page{size:A4;margin:18mm 16mm}*{box-sizing:border-box}\
    body{font-family:\"Noto Sans CJK SC\",\"Microsoft YaHei\",sans-serif;font-size:11pt;line-height:1.5;margin:0 auto;\
    max-width:178mm;color:#000}h1{font-size:20pt;text-align:center;margin:0 0 2mm}p{text-align:center;margin:0 0 5mm}\
    h2{font-size:13pt;margin:5mm 0 1mm;color:#a00}table{width:100%;border-collapse:collapse;break-inside:avoid}\
    th,td{border:.3mm solid #888;padding:1mm 2mm;text-align:right}th:first-child,td:first-child{text-align:left}\
    th{background:#f4f0ec}footer{margin-top:6mm;text-align:right;font-size:9pt;color:#555}\
    @media print{h2{color:#000}th{background:none}}";

/// The page of `unit`, printed on that day.
pub fn page(unit: &str, printed_on: Day, numbers: &Statistics) -> String {
    let unit = escape_html(unit);
    let Statistics { from, to, .. } = numbers;
    format!(
        "<!doctype html><html lang=\"zh-CN\"><head><meta charset=\"utf-8\"><title>{unit} 金点子统计</title>\
         <style>{STYLE}</style></head><body><h1>金点子统计简报</h1><p>{unit}　{from} 至 {to}</p>{}{}{}{}\
         <footer>制表日期 {printed_on}</footer></body></html>",
        whole(numbers),
        outcomes(numbers),
        stages(numbers),
        lengths(numbers),
    )
}

fn whole(numbers: &Statistics) -> String {
    let rows = vec![
        vec!["提出".into(), format!("{} 条", numbers.submitted)],
        vec!["参与人数".into(), format!("{} 人（在册 {} 人）", numbers.authors, numbers.members)],
        vec!["参与率".into(), percent(numbers.participation_bp)],
        vec!["已讨论决定".into(), format!("{} 条", numbers.decided)],
        vec!["采纳（含试点）".into(), format!("{} 条", numbers.adopted)],
        vec!["采纳率".into(), percent(numbers.adopted_bp)],
    ];
    table("总体情况", &["项目", "数值"], rows)
}

fn outcomes(numbers: &Statistics) -> String {
    let mut rows: Vec<Vec<String>> = numbers
        .outcomes
        .iter()
        .map(|outcome| vec![outcome.kind_name.into(), format!("{} 项", outcome.count)])
        .collect();
    rows.push(vec!["合计节约".into(), format!("{} 元", yuan(numbers.saved_fen))]);
    table("成果", &["类别", "数量"], rows)
}

fn stages(numbers: &Statistics) -> String {
    let rows = numbers.stages.iter().map(|stage| vec![stage.stage_name.into(), format!("{} 条", stage.count)]);
    table("目前所处环节", &["环节", "数量"], rows.collect())
}

fn lengths(numbers: &Statistics) -> String {
    let days = |days: Option<f64>| days.map_or_else(|| "—".to_owned(), |days| format!("{days:.1} 天"));
    let rows = numbers.lengths.iter().map(|length| {
        let name = format!("{} → {}", length.from.title(), length.to.title());
        vec![name, format!("{} 条", length.count), days(length.median_days), days(length.p90_days)]
    });
    table("办理用时", &["环节", "数量", "中位数", "九成不超过"], rows.collect())
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

/// Yuan with two decimals and commas at the thousands.
fn yuan(fen: i64) -> String {
    let whole = (fen / 100).to_string();
    let mut grouped = String::new();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    format!("{grouped}.{:02}", fen % 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_is_shown_in_yuan() {
        assert_eq!([0, 5, 80_000_001, 123_456_789_000].map(yuan), ["0.00", "0.05", "800,000.01", "1,234,567,890.00"]);
    }
}
