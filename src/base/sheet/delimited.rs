//! Reading csv as it arrives from Chinese offices: UTF-8, UTF-16 or GBK, with commas, semicolons or tabs.

use std::borrow::Cow;

use encoding_rs::{Encoding, GB18030, UTF_8};

use super::SheetError;
use super::export::unshield;
use super::grid::Grid;
use super::limits::{MAX_COLUMNS, MAX_ROWS};

pub(super) fn read(bytes: &[u8]) -> Result<Grid, SheetError> {
    let text = decode(bytes)?;
    let delimiter = delimiter(&text);
    // The parser holds one record at a time, so a single line of twenty million commas would be expensive.
    if text.bytes().filter(|byte| *byte == delimiter).count() > (MAX_ROWS + 1) * MAX_COLUMNS {
        return Err(SheetError::TooManyColumns);
    }
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).from_reader(text.as_bytes());
    let mut grid = Grid::default();
    let mut record = csv::StringRecord::new();
    let mut number = 0;
    loop {
        number += 1 + empty_lines(text.as_bytes(), reader.position().byte());
        if !reader.read_record(&mut record).map_err(|_| SheetError::NotASheet)? {
            return Ok(grid);
        }
        for (column, cell) in record.iter().enumerate() {
            grid.put(number, column, unshield(cell))?;
        }
    }
}

/// A byte order mark decides; without one it is UTF-8 if that is valid, else GB18030, of which GBK is a part.
fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, SheetError> {
    let (encoding, bytes) = match Encoding::for_bom(bytes) {
        Some((encoding, mark)) => (encoding, &bytes[mark..]),
        None if std::str::from_utf8(bytes).is_ok() => (UTF_8, bytes),
        None => (GB18030, bytes),
    };
    let text =
        encoding.decode_without_bom_handling_and_without_replacement(bytes).ok_or(SheetError::UnknownEncoding)?;
    // No text has a NUL; a picture or an archive sent by mistake has.
    if text.contains('\0') { Err(SheetError::NotASheet) } else { Ok(text) }
}

/// The likeliest delimiter: the most frequent one in the header line, outside quotes.
fn delimiter(text: &str) -> u8 {
    let header = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let bare: Vec<&str> = header.split('"').step_by(2).collect();
    let count = |delimiter: u8| bare.iter().flat_map(|part| part.bytes()).filter(|byte| *byte == delimiter).count();
    // `max_by_key` takes the last of equals: the comma.
    [b'\t', b';', b','].into_iter().max_by_key(|delimiter| count(*delimiter)).unwrap_or(b',')
}

/// Empty lines at `start` of a record: the parser skips them, a spreadsheet program numbers them.
fn empty_lines(text: &[u8], start: u64) -> u32 {
    let mut at = usize::try_from(start).unwrap_or(text.len());
    // The line feed of the previous record's CR LF may not have been consumed yet.
    if at > 0 && text.get(at - 1..=at) == Some(b"\r\n") {
        at += 1;
    }
    let mut lines = 0;
    loop {
        at += match text.get(at..) {
            Some([b'\r', b'\n', ..]) => 2,
            Some([b'\r' | b'\n', ..]) => 1,
            _ => return lines,
        };
        lines += 1;
    }
}
