//! What may be uploaded, and under which name.

use std::io::Cursor;

use zip::ZipArchive;

use super::model::FileKind;

/// The largest upload, in bytes.
pub const MAX_BYTES: usize = 10 * 1024 * 1024;

/// Files that one thing may have attached.
pub const MAX_PER_SUBJECT: usize = 9;

/// How long an upload may wait to be attached.
pub const LOOSE_SECONDS: i64 = 24 * 3600;

const MAX_NAME_CHARS: usize = 200;

/// Parts of an office document; beyond this it is none that an office program wrote.
const MAX_PARTS: usize = 10_000;

/// Recognises a file by its content; `None` for everything that is not accepted.
pub fn recognise(bytes: &[u8]) -> Option<FileKind> {
    match bytes {
        [0xFF, 0xD8, 0xFF, ..] => Some(FileKind::Jpeg),
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1A, b'\n', ..] => Some(FileKind::Png),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some(FileKind::Webp),
        [b'%', b'P', b'D', b'F', b'-', ..] => Some(FileKind::Pdf),
        [b'P', b'K', 3, 4, ..] => recognise_office(bytes),
        _ => None,
    }
}

/// A zip that holds the main part of a Word or Excel document, and no macros. Nothing of it is unpacked.
fn recognise_office(bytes: &[u8]) -> Option<FileKind> {
    // counted before the directory is parsed, because every entry costs the parser some memory
    if bytes.windows(4).filter(|window| window == b"PK\x01\x02").count() > MAX_PARTS {
        return None;
    }
    let archive = ZipArchive::new(Cursor::new(bytes)).ok()?;
    let names: Vec<String> =
        archive.file_names().filter_map(|name| name.ok().map(|name| name.to_ascii_lowercase())).collect();
    let holds = |part: &str| names.iter().any(|name| name == part);
    if !holds("[content_types].xml") || names.iter().any(|name| name.ends_with("vbaproject.bin")) {
        return None;
    }
    match (holds("word/document.xml"), holds("xl/workbook.xml")) {
        (true, false) => Some(FileKind::Docx),
        (false, true) => Some(FileKind::Xlsx),
        _ => None,
    }
}

/// The name of an upload as it is kept: without folders, and fit to be shown. `None` when nothing is left of it, or too
/// much.
pub fn clean_name(sent: &str) -> Option<String> {
    let name = sent.rsplit(['/', '\\']).next().unwrap_or_default().trim().trim_start_matches('.');
    let hidden = |c: char| {
        c.is_control()
            || matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
    };
    let fits = !name.is_empty() && name.chars().count() <= MAX_NAME_CHARS && !name.contains(hidden);
    fits.then(|| name.to_owned())
}

/// `name` with an ending of `kind`: the one it has, or another in place of it.
pub fn with_ending(name: &str, kind: FileKind) -> String {
    let (stem, ending) = name.rsplit_once('.').unwrap_or((name, ""));
    let ending = ending.to_ascii_lowercase();
    if kind.endings().contains(&ending.as_str()) {
        return name.to_owned();
    }
    let is_known = FileKind::EACH.iter().any(|kind| kind.endings().contains(&ending.as_str()));
    let stem = if is_known && !stem.is_empty() { stem } else { name };
    format!("{stem}.{}", kind.endings()[0])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_decides_what_a_file_is() {
        assert_eq!(recognise(b"%PDF-1.7\n"), Some(FileKind::Pdf));
        assert_eq!(recognise(b"\xFF\xD8\xFF\xE1...."), Some(FileKind::Jpeg));
        assert_eq!(recognise(b"RIFF\x10\0\0\0WEBPVP8 "), Some(FileKind::Webp));
        for other in [&b"MZ\x90\0"[..], b"", b"GIF89a", b"PK\x03\x04 no zip", b"<svg/>", b"RIFF\x10\0\0\0WAVE"] {
            assert_eq!(recognise(other), None, "{other:?}");
        }
    }

    #[test]
    fn a_name_is_cleaned_and_ends_as_its_kind() {
        assert_eq!(clean_name(r"C:\照片\矿山 一号.PNG").as_deref(), Some("矿山 一号.PNG"));
        assert_eq!(clean_name("../../etc/passwd").as_deref(), Some("passwd"));
        for bad in ["", "  ", "a/", "..", "甲\n乙.pdf", "gpj\u{202E}.exe", &"长".repeat(201)] {
            assert_eq!(clean_name(bad), None, "{bad:?}");
        }
        for (name, kind, kept) in [
            ("甲.JPEG", FileKind::Jpeg, "甲.JPEG"),
            ("甲.webp", FileKind::Jpeg, "甲.jpg"),
            ("报告.v2", FileKind::Docx, "报告.v2.docx"),
            ("甲", FileKind::Pdf, "甲.pdf"),
            ("甲.exe", FileKind::Png, "甲.exe.png"),
        ] {
            assert_eq!(with_ending(name, kind), kept);
        }
    }
}
