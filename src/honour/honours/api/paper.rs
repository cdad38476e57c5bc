//! What is printed: certificates, plaques, the list for a ceremony.

use std::fmt::Write;

use crate::base::qr;
use crate::base::text::escape_html;
use crate::honour::honours::model::{Award, HonourHolderKind};
use crate::web::print::{self, Paper};

const STYLE: &str = "h1{font-size:2.2rem;text-align:center;letter-spacing:.5em;margin:2rem 0 2.5rem;color:#a00}\
    .frame{border:.5rem double #a00;padding:2rem 2.5rem;min-height:20rem}.text{font-size:1.35rem;line-height:2.2;text-indent:2em}\
    .to{font-size:1.35rem;margin:0 0 .5rem}.by{text-align:right;font-size:1.2rem;line-height:1.9;margin-top:2rem}\
    .check{display:flex;gap:1rem;align-items:center;margin-top:1.5rem;font-size:.85rem}.check svg{width:6rem;height:6rem}\
    .plaque{text-align:center}.plaque .title{font-size:2.4rem;color:#a00;margin:2rem 0;letter-spacing:.2em}\
    .plaque .name{font-size:1.6rem;margin:0 0 2rem}";

/// A certificate of a member, or a plaque of anything else; `address` is where anybody checks it.
pub(super) fn certificate(award: &Award, (name, unit): (&str, &str), address: &str) -> String {
    let picture = qr::svg(address).unwrap_or_default();
    let (title, issuer) = (escape_html(&award.title), escape_html(&award.issuer));
    let (name, unit) = (escape_html(name), escape_html(unit));
    let day = award.awarded_on.in_chinese_numerals();
    let check = format!(
        "<div class=\"check\">{picture}<div>证书编号：{}<br>依据：{}<br>扫码或在“查验证书”中输入编号，可核对真伪</div></div>",
        escape_html(&award.code),
        escape_html(&award.document),
    );
    let body = match award.holder_kind {
        HonourHolderKind::Member => format!(
            "<div class=\"frame\"><h1>荣誉证书</h1><p class=\"to\">{name} 同志（{unit}）：</p>\
             <p class=\"text\">被评为 {} 年度“{title}”。</p><p class=\"text\">特发此证，以资鼓励。</p>\
             <div class=\"by\">{issuer}<br>{day}</div>{check}</div>",
            award.year
        ),
        kind => {
            let whose = match kind {
                HonourHolderKind::Unit => name,
                _ => format!("{unit} {name}"),
            };
            format!(
                "<div class=\"frame plaque\"><p class=\"title\">{title}</p><p class=\"name\">{whose}</p><p>（{} 年度）</p>\
                 <div class=\"by\">{issuer}<br>{day}</div>{check}</div>",
                award.year
            )
        }
    };
    let title = format!("{} {}", award.year, award.title);
    print::page(&Paper { title: &title, points: 12, margin: "18mm", style: STYLE, mark: None, body })
}

const LIST_STYLE: &str = "h1{font-size:1.5rem;text-align:center;margin:0 0 1rem}h2{font-size:1.15rem;margin:1.25rem 0 .25rem}\
    table{width:100%;border-collapse:collapse}th,td{border:1px solid #000;padding:.25rem .4rem;text-align:left}\
    tr{break-inside:avoid}td.n{width:3rem;text-align:right}";

/// The list for a ceremony: by level and title, each holder on a line.
pub(super) fn ceremony(year: i32, lines: &[(&Award, String, String)]) -> String {
    let title = format!("{year} 年度表彰名单");
    let mut body = format!("<h1>{title}</h1><p>共 {} 项</p>", lines.len());
    for group in lines.chunk_by(|(one, ..), (other, ..)| (one.level, &one.title) == (other.level, &other.title)) {
        let Some((first, ..)) = group.first() else { continue };
        let _ = write!(
            body,
            "<h2>{}（{}，{} 个）</h2><table><thead><tr><th>序号</th><th>姓名或名称</th><th>所在组织</th><th>依据文件</th>\
             <th>证书编号</th></tr></thead><tbody>",
            escape_html(&first.title),
            first.level.title(),
            group.len()
        );
        for (number, (award, name, unit)) in (1..).zip(group) {
            let _ = write!(
                body,
                "<tr><td class=\"n\">{number}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>",
                escape_html(name),
                escape_html(unit),
                escape_html(&award.document),
                escape_html(&award.code)
            );
        }
        body.push_str("</tbody></table>");
    }
    if lines.is_empty() {
        body.push_str("<p>这一年度还没有登记荣誉。</p>");
    }
    print::page(&Paper { title: &title, points: 11, margin: "15mm", style: LIST_STYLE, mark: None, body })
}
