//! A bulletin's sheet as Markdown and as a page of A4. Pure.

use crate::base::text::escape_html;
use crate::campaigns::model::{Paragraph, Sheet, SheetPart};

/// Black on white but for the issuer's red head and line, as such documents are printed.
const STYLE: &str = "@page{size:A4;margin:30mm 26mm}*{box-sizing:border-box}\
    body{font-family:FangSong,\"Noto Serif CJK SC\",SimSun,serif;font-size:16pt;line-height:1.75;margin:0 auto;\
    max-width:158mm;color:#000}header{text-align:center;border-bottom:.6mm solid #c00;margin-bottom:10mm}\
    header b{display:block;font-size:30pt;letter-spacing:2mm;color:#c00}header p{text-indent:0;margin:4mm 0 2mm}\
    h1{font-size:20pt;text-align:center;line-height:1.4;margin:0 0 8mm}h2{font-size:16pt;font-weight:bold;margin:0;\
    text-indent:2em;break-after:avoid}p{margin:0;text-indent:2em;text-align:justify}p.to{text-indent:0}\
    footer{margin-top:14mm;text-align:right;break-inside:avoid}footer p{text-indent:0;text-align:right}";

pub fn page(sheet: &Sheet) -> String {
    let [issuer, number, title, addressees, signature, dated] =
        [&sheet.issuer, &sheet.document_no, &sheet.title, &sheet.addressees, &sheet.signature, &sheet.dated]
            .map(|text| escape_html(text));
    let opening: String = sheet.opening.iter().map(|text| format!("<p>{}</p>", escape_html(text))).collect();
    let parts: String = sheet.parts.iter().map(part_of_page).collect();
    format!(
        "<!doctype html><html lang=\"zh-CN\"><head><meta charset=\"utf-8\"><title>{number} {title}</title>\
         <style>{STYLE}</style></head><body><header><b>{issuer}</b><p>{number}</p></header><h1>{title}</h1>\
         <p class=\"to\">{addressees}：</p>{opening}{parts}<footer><p>{signature}</p><p>{dated}</p></footer></body></html>"
    )
}

fn part_of_page(part: &SheetPart) -> String {
    let paragraph = |paragraph: &Paragraph| {
        format!("<p><b>{}</b>{}</p>", escape_html(&paragraph.lead), escape_html(&paragraph.text))
    };
    let paragraphs: String = part.paragraphs.iter().map(paragraph).collect();
    format!("<h2>{}</h2>{paragraphs}", escape_html(&part.title))
}

pub fn markdown(sheet: &Sheet) -> String {
    let mut lines = vec![
        format!("**{}**", plain(&sheet.issuer)),
        plain(&sheet.document_no),
        format!("# {}", plain(&sheet.title)),
        format!("{}：", plain(&sheet.addressees)),
    ];
    lines.extend(sheet.opening.iter().map(|text| plain(text)));
    for part in &sheet.parts {
        lines.push(format!("## {}", plain(&part.title)));
        let paragraph = |one: &Paragraph| format!("**{}** {}", plain(&one.lead), plain(&one.text));
        lines.extend(part.paragraphs.iter().map(paragraph));
    }
    lines.extend([plain(&sheet.signature), plain(&sheet.dated)]);
    lines.join("\n\n") + "\n"
}

/// Text that means nothing to Markdown but itself, on one line.
fn plain(text: &str) -> String {
    let mut plain = String::new();
    for c in text.chars() {
        match c {
            // as entities: not every reader of Markdown knows that a backslash stands before a tag
            '<' => plain.push_str("&lt;"),
            '&' => plain.push_str("&amp;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '>' | '#' | '|' => plain.extend(['\\', c]),
            c => plain.push(if c.is_control() { ' ' } else { c }),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sheet(text: &str) -> Sheet {
        let paragraphs = vec![Paragraph { lead: text.into(), text: text.into() }];
        Sheet {
            issuer: text.into(),
            document_no: text.into(),
            title: text.into(),
            addressees: text.into(),
            opening: vec![text.into()],
            parts: vec![SheetPart { title: text.into(), paragraphs }],
            signature: text.into(),
            dated: text.into(),
        }
    }

    #[test]
    fn what_somebody_wrote_is_text_and_nothing_else() {
        let page = page(&sheet("<script>alert('1')</script>&"));
        assert!(!page.contains("<script") && page.contains("&lt;script&gt;alert(&#39;1&#39;)"));
        let markdown = markdown(&sheet("<img src=x> **大** [链接](http://x)\n# 标题"));
        assert!(markdown.contains("&lt;img src=x\\> \\*\\*大\\*\\* \\[链接\\](http://x) \\# 标题"), "{markdown}");
        assert!(!markdown.contains("<img"));
    }
}
