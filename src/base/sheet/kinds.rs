//! What a file really is, by its first bytes and by the names in it, so that a refusal can call it by its name.

use super::{Format, SheetError};

/// Bytes in which a file must say what it is.
const HEAD: usize = 1024;

/// Bytes at either end of a zip in which its parts are named.
const NAMES: usize = 256 * 1024;

/// Refuses what is no spreadsheet of today by its name; everything unknown may be a csv.
pub(super) fn sniff(bytes: &[u8]) -> Result<Format, SheetError> {
    use SheetError::{Legacy, Other};
    let head = &bytes[..bytes.len().min(HEAD)];
    let starts = |sign: &[u8]| head.starts_with(sign);
    if starts(b"PK\x03\x04") {
        return Ok(Format::Xlsx);
    }
    if starts(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1") {
        return Err(ole(bytes));
    }
    // BOF records of BIFF2 to BIFF5, from before spreadsheets were packed into containers
    if let [0x09, 0x00 | 0x02 | 0x04 | 0x08, 0x04 | 0x06 | 0x08, 0x00, ..] = head {
        return Err(Legacy("旧版 xls 文件"));
    }
    let signs: [(&[u8], &str); 12] = [
        (b"\xFF\xD8\xFF", "JPEG 图片"),
        (b"\x89PNG", "PNG 图片"),
        (b"GIF8", "GIF 图片"),
        (b"BM", "BMP 图片"),
        (b"{\\rtf", "RTF 文档"),
        (b"Rar!", "RAR 压缩包"),
        (b"7z\xBC\xAF\x27\x1C", "7z 压缩包"),
        (b"\x1F\x8B", "gzip 压缩包"),
        (b"ID;P", "SYLK 文件"),
        (b"PK\x05\x06", "空的压缩包"),
        (b"SQLite format 3", "数据库文件"),
        (b"\x00\x00\x1A\x00", "Lotus 文件"),
    ];
    if let Some((_, name)) =
        signs.iter().find(|(sign, name)| starts(sign) && (*name != "BMP 图片" || head.contains(&0)))
    {
        return Err(Other(name));
    }
    if head.windows(5).any(|window| window == b"%PDF-") {
        return Err(Other("PDF 文件"));
    }
    markup(head).map_or(Ok(Format::Csv), |name| Err(Other(name)))
}

/// Pages and XML that are called xls.
fn markup(head: &[u8]) -> Option<&'static str> {
    let text: String =
        head.iter().filter(|byte| **byte != 0).map(|byte| char::from(*byte).to_ascii_lowercase()).collect();
    // byte order marks, byte by byte
    let text = text.trim_start_matches(|c: char| c.is_whitespace() || "ÿþï»¿".contains(c));
    if text.starts_with("mime-version:") {
        return Some("网页存档（mht）");
    }
    if !text.starts_with('<') {
        return (text.starts_with('{') && text.contains('"')).then_some("JSON 文件");
    }
    let holds = |sign: &str| text.contains(sign);
    Some(match () {
        () if text.starts_with("<?xml") && holds("office:spreadsheet") || holds("excel.sheet") => {
            "XML 表格（2003）文件"
        }
        () if holds("<html") || holds("<!doctype html") || holds("<table") || holds("<head") => "网页（HTML）文件",
        () if holds("<svg") => "SVG 图片",
        () if holds("<?xml") => "XML 文件",
        () => return None,
    })
}

const OLE_LOOKED_AT: usize = 4 * 1024 * 1024;

/// A container of before 2007: what it holds is told by the names of its streams, which are UTF-16.
fn ole(bytes: &[u8]) -> SheetError {
    use SheetError::{Legacy, Other};
    let holds = |name: &str| {
        let wide: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        // directories lie at the beginning of what spreadsheet programs write
        bytes[..bytes.len().min(OLE_LOOKED_AT)].windows(wide.len()).step_by(2).any(|window| window == wide)
    };
    match () {
        () if holds("EncryptedPackage") => Legacy("加了密码的文件"),
        () if holds("WordDocument") => Other("旧版 Word 文档"),
        () if holds("PowerPoint Document") => Other("旧版演示文稿"),
        () if holds("Workbook") || holds("Book") => Legacy("旧版 xls 文件"),
        () => Legacy("旧版 xls 文件或加了密码的文件"),
    }
}

/// Why a zip is no workbook: another document says so by the names of its parts.
pub(super) fn better_named(error: SheetError, bytes: &[u8]) -> SheetError {
    if !matches!(error, SheetError::NotASheet | SheetError::Empty) {
        return error;
    }
    let ends = [&bytes[..bytes.len().min(NAMES)], &bytes[bytes.len().saturating_sub(NAMES)..]];
    let holds = |name: &str| ends.iter().any(|end| end.windows(name.len()).any(|window| window == name.as_bytes()));
    SheetError::Other(match () {
        () if holds("xl/workbook.bin") => "xlsb 文件",
        () if holds("xl/") || holds("xl\\") => return error,
        () if holds("opendocument.spreadsheet") => "ODS 表格",
        () if holds("opendocument") => "OpenDocument 文档",
        () if holds("word/") => "Word 文档",
        () if holds("ppt/") => "演示文稿",
        () if holds("Index/Document.iwa") || holds("Index.zip") => "Numbers 表格",
        () if holds("PK\x01\x02") && !holds("[Content_Types].xml") => "压缩包",
        () => return error,
    })
}
