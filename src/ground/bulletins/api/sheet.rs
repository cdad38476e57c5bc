//! A bulletin's sheet as Markdown and as a page of A4. Pure.

use crate::base::text::escape_html;
use crate::ground::bulletins::model::{Paragraph, Sheet, SheetPart};
use crate::web::print::{self, Paper};

/// Black on white but for the issuer's red head and line, as such documents are printed. The signature stands on no sheet
/// of its own.
const STYLE: &str = "body{font-family:FangSong,\"Noto Serif CJK SC\",SimSun,serif;line-height:1.75}\
    p{margin:0;text-indent:2em;text-align:justify}p.to{text-indent:0}\
    header{text-align:center;border-bottom:.15rem solid #c00;margin-bottom:1.75rem}\
    header b{display:block;font-size:clamp(1.4rem,7vw,2.25rem);line-height:1.3;letter-spacing:.15em;color:#c00}\
    header p{text-indent:0;text-align:center;margin:.7rem 0 .35rem}\
    h1{font-size:1.25rem;text-align:center;line-height:1.4;text-wrap:balance;margin:0 0 1.4rem}\
    h2{font-size:1rem;font-weight:bold;margin:0;text-indent:2em;break-after:avoid}\
    footer{margin-top:2.5rem;break-before:avoid;break-inside:avoid}footer p{text-indent:0;text-align:right}\
    @media print{header b{font-size:30pt}}";

/// What stands on a bulletin that is not issued.
pub const DRAFT: &str = "草稿（未印发）";

/// The page; `mark` is [`DRAFT`] until the bulletin is issued.
pub fn page(sheet: &Sheet, mark: Option<&str>) -> String {
    let [issuer, number, title, addressees, signature, dated] =
        [&sheet.issuer, &sheet.document_no, &sheet.title, &sheet.addressees, &sheet.signature, &sheet.dated]
            .map(|text| escape_html(text));
    let opening: String = sheet.opening.iter().map(|text| format!("<p>{}</p>", escape_html(text))).collect();
    let parts: String = sheet.parts.iter().map(part_of_page).collect();
    let body = format!(
        "<header><b>{issuer}</b><p>{number}</p></header><h1>{title}</h1><p class=\"to\">{addressees}：</p>\
         {opening}{parts}<footer><p>{signature}</p><p>{dated}</p></footer>"
    );
    let title = format!("{} {}", sheet.document_no, sheet.title);
    print::page(&Paper { title: &title, points: 16, margin: "30mm 26mm", style: STYLE, mark, body })
}

fn part_of_page(part: &SheetPart) -> String {
    let paragraph = |paragraph: &Paragraph| {
        format!("<p><b>{}</b>{}</p>", escape_html(&paragraph.lead), escape_html(&paragraph.text))
    };
    let paragraphs: String = part.paragraphs.iter().map(paragraph).collect();
    format!("<h2>{}</h2>{paragraphs}", escape_html(&part.title))
}

/// The sheet as Markdown; `mark` as of [`page`].
pub fn markdown(sheet: &Sheet, mark: Option<&str>) -> String {
    let mut lines: Vec<String> = mark.map(|mark| format!("**{}**", plain(mark))).into_iter().collect();
    lines.extend([
        format!("**{}**", plain(&sheet.issuer)),
        plain(&sheet.document_no),
        format!("# {}", plain(&sheet.title)),
        format!("{}：", plain(&sheet.addressees)),
    ]);
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
        let page = page(&sheet("<script>alert('1')</script>&"), None);
        assert!(!page.contains("<script") && page.contains("&lt;script&gt;alert(&#39;1&#39;)"));
        let markdown = markdown(&sheet("<img src=x> **大** [链接](http://x)\n# 标题"), None);
        assert!(markdown.contains("&lt;img src=x\\> \\*\\*大\\*\\* \\[链接\\](http://x) \\# 标题"), "{markdown}");
        assert!(!markdown.contains("<img"));
    }
}
