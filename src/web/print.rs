//! The frame of pages that are read on a phone and printed on A4: slips to cut, bulletins, sheets to pin up. Pure.
//!
//! Sizes in a page's own style are `rem`: on screen the reader's letters, which he may have enlarged, on paper
//! [`Paper::points`].

use crate::base::text::escape_html;

/// A page of our own making, without its frame.
pub struct Paper<'a> {
    /// As text.
    pub title: &'a str,
    /// The height of letters on paper.
    pub points: u8,
    /// The margins of a sheet, as CSS writes them.
    pub margin: &'a str,
    /// What is particular to the page.
    pub style: &'a str,
    /// A mark that everybody must see who reads or prints it, such as 草稿.
    pub mark: Option<&'a str>,
    /// What stands on it, as HTML.
    pub body: String,
}

/// What all pages share. The mark hangs over every sheet; where the browser can, sheets bear numbers.
const STYLE: &str = "*{box-sizing:border-box}html{-webkit-text-size-adjust:100%;text-size-adjust:100%}\
    body{margin:0 auto;color:#000;background:#fff;line-height:1.5;overflow-wrap:anywhere}\
    .mark{color:#c00;text-align:center;font:bold 1.25rem sans-serif;letter-spacing:.2em}\
    @media screen{body{max-width:46rem;padding:1rem}.mark{border:2px dashed #c00;padding:.25rem;margin:0 0 1rem}}\
    @media print{.mark{position:fixed;top:40%;left:0;right:0;transform:rotate(-30deg);font-size:3rem;opacity:.25}}";

/// The page in its frame.
pub fn page(paper: &Paper<'_>) -> String {
    let Paper { points, margin, style, body, .. } = paper;
    let title = escape_html(paper.title);
    let mark = paper.mark.map(|mark| format!("<div class=\"mark\">{}</div>", escape_html(mark))).unwrap_or_default();
    format!(
        "<!doctype html><html lang=\"zh-CN\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>{title}</title>\
         <style>@page{{size:A4;margin:{margin};@bottom-center{{content:\"— \" counter(page) \" —\";font:10pt serif}}}}\
         @media print{{html{{font-size:{points}pt}}}}{STYLE}{style}</style></head><body>{mark}{body}</body></html>"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_and_a_mark_are_text_and_nothing_else() {
        let tag = "<script>";
        let paper =
            Paper { title: tag, points: 12, margin: "20mm", style: "", mark: Some(tag), body: "<p>文</p>".into() };
        let page = page(&paper);
        assert!(!page.contains(tag) && page.matches("&lt;script&gt;").count() == 2, "{page}");
        assert!(page.contains("<p>文</p>") && page.contains("size:A4;margin:20mm"), "{page}");
    }
}
