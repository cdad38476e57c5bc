//! What may be uploaded, and under which name.

use std::io::{Cursor, Read};

use quick_xml::events::Event;
use unicode_normalization::UnicodeNormalization;
use zip::ZipArchive;

use super::model::FileKind;
use crate::base::text::visible;

/// The largest upload, in bytes.
pub const MAX_BYTES: usize = 10 * 1024 * 1024;

/// Files that one thing may have attached.
pub const MAX_PER_SUBJECT: usize = 9;

/// How long an upload may wait to be attached.
pub const LOOSE_SECONDS: i64 = 24 * 3600;

/// What a server of 60,000 members takes beside uploads, in bytes, with what its allocator keeps back.
const SERVER: u64 = 192 << 20;

/// Memory for uploads, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Memory {
    /// For painting one picture.
    pub painting: u64,
    /// For all uploads that are received, or wait to be painted.
    pub in_hand: usize,
}

impl Memory {
    /// Of a server that may take so many bytes, as far as that is known: pictures are painted for which that is enough.
    pub fn within(limit: Option<u64>) -> Memory {
        let left = limit.unwrap_or(u64::MAX).saturating_sub(SERVER);
        let painting = left.saturating_sub(64 << 20).clamp(64 << 20, MOST_PAINTING);
        let in_hand = left.saturating_sub(painting).clamp(2 * MAX_BYTES as u64, 12 * MAX_BYTES as u64);
        Memory { painting, in_hand: usize::try_from(in_hand).unwrap_or(usize::MAX) }
    }
}

/// What the largest picture that is taken anywhere needs.
const MOST_PAINTING: u64 = 320 << 20;

const MAX_NAME_CHARS: usize = 200;

/// Parts of an office document; beyond this it is none that an office program wrote.
const MAX_PARTS: usize = 10_000;

/// Bytes in which a PDF must say that it is one: some programs put a mark, a line end or a mail's head before it
/// (ISO 32000-1, annex H, implementation note 13).
const PDF_HEAD: usize = 1024;

/// Bytes of the parts that tell which document an office file is.
const MAX_TELLING: u64 = 512 * 1024;

/// Recognises a file by its content; `None` for everything that is not accepted.
pub fn recognise(bytes: &[u8]) -> Option<FileKind> {
    match bytes {
        [0xFF, 0xD8, 0xFF, ..] => Some(FileKind::Jpeg),
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1A, b'\n', ..] => Some(FileKind::Png),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some(FileKind::Webp),
        [b'P', b'K', 3, 4, ..] => recognise_office(bytes),
        _ => is_pdf(bytes).then_some(FileKind::Pdf),
    }
}

/// A page or a program that only speaks of PDF is none.
fn is_pdf(bytes: &[u8]) -> bool {
    let head = &bytes[..bytes.len().min(PDF_HEAD)];
    let Some(at) = head.windows(5).position(|window| window == b"%PDF-") else { return false };
    let before = head[..at].trim_ascii_start();
    let before = before.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(before).trim_ascii_start();
    let others: [&[u8]; 6] = [b"<", b"MZ", b"\x7FELF", b"#!", b"{", b"GIF8"];
    !others.iter().any(|sign| before.starts_with(sign))
}

/// A zip whose main part, as its relations and content types say, is a Word or Excel document, without macros. Only those
/// two small parts are unpacked.
fn recognise_office(bytes: &[u8]) -> Option<FileKind> {
    // counted before the directory is parsed, because every entry costs the parser some memory
    if bytes.windows(4).filter(|window| window == b"PK\x01\x02").count() > MAX_PARTS {
        return None;
    }
    let mut archive = ZipArchive::new(Cursor::new(bytes)).ok()?;
    // some programs of Windows write their own slash, and Windows does not care for case
    let plain = |name: &str| name.replace('\\', "/").trim_start_matches('/').to_ascii_lowercase();
    let names: Vec<String> =
        archive.file_names().map(|name| name.map(|name| plain(&name)).unwrap_or_default()).collect();
    if names.iter().any(|name| name.ends_with("vbaproject.bin")) {
        return None;
    }
    let mut part = |wanted: &str| {
        let index = names.iter().position(|name| name == wanted)?;
        let mut text = String::new();
        archive.by_index(index).ok()?.take(MAX_TELLING).read_to_string(&mut text).ok()?;
        Some(text)
    };
    let types = part("[content_types].xml")?;
    let main = part("_rels/.rels").and_then(|rels| main_part(&rels));
    let main = main.map(|target| plain(&target)).filter(|main| names.contains(main));
    if types.to_ascii_lowercase().contains("macroenabled") {
        return None;
    }
    let kind_of = |main: &str| {
        let said = content_type(&types, main).unwrap_or_default();
        match () {
            () if said.ends_with("wordprocessingml.document.main+xml") => Some(FileKind::Docx),
            () if said.ends_with("spreadsheetml.sheet.main+xml") => Some(FileKind::Xlsx),
            () if said.is_empty() || said == "application/xml" => match main {
                "word/document.xml" => Some(FileKind::Docx),
                "xl/workbook.xml" => Some(FileKind::Xlsx),
                _ => None,
            },
            () => None,
        }
    };
    match main {
        Some(main) => kind_of(&main),
        // without relations, the usual places
        None => match ["word/document.xml", "xl/workbook.xml"].map(|part| names.iter().any(|name| name == part)) {
            [true, false] => Some(FileKind::Docx),
            [false, true] => Some(FileKind::Xlsx),
            _ => None,
        },
    }
}

/// The target of the relation that leads to the main part.
fn main_part(rels: &str) -> Option<String> {
    elements(rels, "Relationship").into_iter().find_map(|attributes| {
        let of = |name: &str| attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone());
        of("Type").filter(|kind| kind.ends_with("/officeDocument")).and_then(|_| of("Target"))
    })
}

/// The content type of a part, in small letters.
fn content_type(types: &str, part: &str) -> Option<String> {
    elements(types, "Override")
        .into_iter()
        .find_map(|attributes| {
            let of = |name: &str| attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone());
            let named = of("PartName")?.replace('\\', "/").trim_start_matches('/').to_ascii_lowercase();
            (named == part).then(|| of("ContentType"))?
        })
        .map(|said| said.to_ascii_lowercase())
}

/// The attributes of every element of a name, in an XML that is not believed any further.
fn elements(xml: &str, name: &str) -> Vec<Vec<(String, String)>> {
    let mut reader = quick_xml::Reader::from_str(xml);
    let mut found = Vec::new();
    loop {
        match reader.read_event() {
            Ok(Event::Start(tag) | Event::Empty(tag)) if tag.local_name().into_inner() == name => {
                let pair = |it: quick_xml::events::attributes::Attribute<'_>| {
                    let value = it.normalized_value(quick_xml::XmlVersion::Implicit1_0).ok()?;
                    Some((it.key.local_name().into_inner().to_owned(), value.into_owned()))
                };
                found.push(tag.attributes().with_checks(false).flatten().filter_map(pair).collect());
            }
            Ok(Event::Eof | Event::DocType(_)) | Err(_) => return found,
            Ok(_) => {}
        }
        if found.len() > MAX_PARTS {
            return found;
        }
    }
}

/// The name of an upload as it is kept, in whatever script: without folders and without invisible characters, which could
/// make one ending look like another. `None` when nothing is left of it, or too much.
pub fn clean_name(sent: &str) -> Option<String> {
    let sent = visible(sent);
    let name = sent.rsplit(['/', '\\']).next().unwrap_or_default().trim().trim_start_matches('.');
    // a Mac writes é and 가 as several characters
    let name: String = name.nfc().collect();
    let fits = !name.is_empty() && name.chars().count() <= MAX_NAME_CHARS && !name.contains(char::is_control);
    fits.then_some(name)
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
        for pdf in [
            &b"%PDF-1.7\n"[..],
            b"\n%PDF-1.4",
            b"\xEF\xBB\xBF%PDF-1.4",
            b"Content-Type: application/pdf\r\n\r\n%PDF-1.4",
        ] {
            assert_eq!(recognise(pdf), Some(FileKind::Pdf));
        }
        let late = [vec![b' '; 1024], b"%PDF-1.4".to_vec()].concat();
        for other in [&b"<html>%PDF-1.4"[..], b" <!-- %PDF-1.4 -->", b"MZ %PDF-1.4", &late] {
            assert_eq!(recognise(other), None);
        }
        assert_eq!(recognise(b"\xFF\xD8\xFF\xE1...."), Some(FileKind::Jpeg));
        assert_eq!(recognise(b"RIFF\x10\0\0\0WEBPVP8 "), Some(FileKind::Webp));
        for other in [&b"MZ\x90\0"[..], b"", b"GIF89a", b"PK\x03\x04 no zip", b"<svg/>", b"RIFF\x10\0\0\0WAVE"] {
            assert_eq!(recognise(other), None, "{other:?}");
        }
    }

    #[test]
    fn memory_goes_by_what_the_server_may_take() {
        let within = |megabytes: u64| {
            let Memory { painting, in_hand } = Memory::within(Some(megabytes << 20));
            (painting >> 20, in_hand >> 20)
        };
        assert_eq!(within(512), (256, 64));
        assert_eq!(within(1024), (320, 120));
        assert_eq!(within(384), (128, 64));
        assert_eq!(within(100), (64, 20), "too little for anything");
        assert_eq!(Memory::within(None), Memory::within(Some(1 << 40)));
    }

    #[test]
    fn a_name_is_cleaned_and_ends_as_its_kind() {
        assert_eq!(clean_name(r"C:\照片\矿山 一号.PNG").as_deref(), Some("矿山 一号.PNG"));
        assert_eq!(clean_name("../../etc/passwd").as_deref(), Some("passwd"));
        for (sent, kept) in [
            ("gpj\u{202E}.exe", "gpj.exe"),
            ("\u{202A}C:\\甲.pdf", "甲.pdf"),
            ("تقرير\u{200F}.pdf", "تقرير.pdf"),
            ("می\u{200C}خواهم.pdf", "می\u{200C}خواهم.pdf"),
            ("ئۇيغۇر.docx", "ئۇيغۇر.docx"),
            ("བོད.png", "བོད.png"),
            ("cafe\u{301}.jpg", "café.jpg"),
            ("👨\u{200D}👩\u{200D}👧.jpg", "👨\u{200D}👩\u{200D}👧.jpg"),
        ] {
            assert_eq!(clean_name(sent).as_deref(), Some(kept), "{sent:?}");
        }
        for bad in ["", "  ", "a/", "..", "甲\n乙.pdf", "\u{200B}", &"长".repeat(201)] {
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
