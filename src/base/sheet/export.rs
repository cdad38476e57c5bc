//! Writing sheets: every cell is text, and no cell can start a formula in the program that opens it.
//!
//! What a spreadsheet program cannot hold is not written: a longer text is cut and says so, more rows than a sheet has go
//! on in the next one, and characters that no XML may hold are left out. So an export never fails by what people wrote.

use std::borrow::Cow;

use rust_xlsxwriter::{Format, Workbook, Worksheet, XlsxError};

/// What one cell holds in Excel and in what reads its files, in UTF-16 units.
pub(super) const CELL_UNITS: usize = 32_767;

/// The end of a text that was cut.
const CUT: &str = "……（内容过长，此处截断）";

/// Rows of one sheet below its header.
const SHEET_ROWS: usize = 1_048_575;

/// What the name of a sheet may be at most, in UTF-16 units.
const NAME_UNITS: usize = 31;

/// A workbook with one sheet, or as many as the rows need: header bold and frozen, columns about as wide as their text.
pub fn write_xlsx(
    sheet_name: &str,
    headers: &[&str],
    rows: impl Iterator<Item = Vec<String>>,
) -> Result<Vec<u8>, XlsxError> {
    write_sheets(sheet_name, headers, rows, SHEET_ROWS)
}

pub(super) fn write_sheets(
    name: &str,
    headers: &[&str],
    rows: impl Iterator<Item = Vec<String>>,
    rows_of_one: usize,
) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let mut rows = rows.peekable();
    for number in 1.. {
        let sheet = workbook.add_worksheet().set_name(sheet_name(name, number))?;
        fill(sheet, headers, rows.by_ref().take(rows_of_one))?;
        if rows.peek().is_none() {
            break;
        }
    }
    workbook.save_to_buffer()
}

fn fill(sheet: &mut Worksheet, headers: &[&str], rows: impl Iterator<Item = Vec<String>>) -> Result<(), XlsxError> {
    let bold = Format::new().set_bold();
    // a text cell starts no formula by itself; with this mark it does not become one either when somebody edits it
    let as_typed = Format::new().set_quote_prefix();
    let mut widths: Vec<usize> = Vec::new();
    for (column, header) in (0..).zip(headers) {
        sheet.write_string_with_format(0, column, *header, &bold)?;
        widths.push(width(header));
    }
    for (row, cells) in (1..).zip(rows) {
        for (column, cell) in (0..).zip(&cells) {
            let cell = fitting(cell, CELL_UNITS);
            match starts_formula(&cell) {
                true => sheet.write_string_with_format(row, column, &*cell, &as_typed)?,
                false => sheet.write_string(row, column, &*cell)?,
            };
        }
        for (widest, cell) in widths.iter_mut().zip(&cells) {
            *widest = width(cell).max(*widest);
        }
    }
    for (column, widest) in (0..).zip(widths) {
        sheet.set_column_width(column, widest.clamp(8, 60) as f64 + 2.0)?;
    }
    sheet.set_freeze_panes(1, 0)?;
    Ok(())
}

/// The name of a workbook's sheet number `number`, of what spreadsheet programs allow in one.
fn sheet_name(name: &str, number: u32) -> String {
    let end = if number > 1 { format!(" ({number})") } else { String::new() };
    let allowed = |c: &char| !c.is_control() && !"[]:*?/\\\u{FFFE}\u{FFFF}".contains(*c);
    let kept: String = name.chars().filter(allowed).collect();
    let kept = first_units(kept.trim(), NAME_UNITS - end.len()).trim_matches(['\'', ' ']);
    // a name that Excel keeps for itself
    let kept = if kept.is_empty() || kept.eq_ignore_ascii_case("history") { "Sheet" } else { kept };
    format!("{kept}{end}")
}

/// The text as a cell of `most` UTF-16 units holds it.
pub(super) fn fitting(text: &str, most: usize) -> Cow<'_, str> {
    let unwritable =
        |c: char| matches!(c, '\0'..='\u{8}' | '\u{B}' | '\u{C}' | '\u{E}'..='\u{1F}' | '\u{FFFE}' | '\u{FFFF}');
    let text: Cow<'_, str> =
        if text.contains(unwritable) { text.replace(unwritable, "").into() } else { Cow::Borrowed(text) };
    // a text has no more units than bytes
    if text.len() <= most || text.encode_utf16().count() <= most {
        return text;
    }
    format!("{}{CUT}", first_units(&text, most - CUT.encode_utf16().count())).into()
}

/// As much of the text's beginning as has `most` UTF-16 units at most.
fn first_units(text: &str, most: usize) -> &str {
    let mut units = 0;
    let end = text.char_indices().find(|(_, c)| {
        units += c.len_utf16();
        units > most
    });
    end.map_or(text, |(at, _)| &text[..at])
}

/// Width on the screen of the first line, in Latin letters; a Chinese character takes two.
fn width(text: &str) -> usize {
    text.lines().next().unwrap_or_default().chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum()
}

/// A csv in UTF-8 with byte order mark, without which Excel takes Chinese for GBK.
///
/// Every cell is quoted, so that a reader who guesses the delimiter from the header cannot be misled by its text. All rows
/// are written, however many a sheet of the program that opens it has: another one reads them.
pub fn write_csv(headers: &[&str], rows: impl Iterator<Item = Vec<String>>) -> Vec<u8> {
    let headers = headers.iter().map(|header| (*header).to_owned()).collect();
    ["\u{FEFF}".as_bytes().to_vec(), write_csv_rows(std::iter::once(headers).chain(rows))].concat()
}

/// Rows of a CSV file that was begun before.
pub fn write_csv_rows(rows: impl Iterator<Item = Vec<String>>) -> Vec<u8> {
    let mut writer = csv::WriterBuilder::new()
        .flexible(true)
        .quote_style(csv::QuoteStyle::Always)
        .terminator(csv::Terminator::CRLF)
        .from_writer(Vec::new());
    for cells in rows {
        // one unit is left for the shield
        let fitting = cells.iter().map(|cell| fitting(cell, CELL_UNITS - 1));
        let shielded = fitting.map(|cell| shield(&cell).as_bytes().to_vec());
        writer.write_record(shielded).expect("a Vec takes every byte");
    }
    writer.into_inner().expect("a Vec takes every byte")
}

/// Characters with which a spreadsheet program starts a formula, among them the full-width forms that it folds.
const FORMULA: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

/// Puts `'` before text that would start a formula, and before text that looks as if it already had one.
fn shield(cell: &str) -> Cow<'_, str> {
    if starts_formula(cell) { format!("'{cell}").into() } else { cell.into() }
}

/// Whether a spreadsheet program would start a formula with the text, perhaps once it has taken `'` away.
fn starts_formula(cell: &str) -> bool {
    cell.trim_start_matches('\'').starts_with(FORMULA)
}

/// Takes back exactly what [`shield`] adds.
pub(super) fn unshield(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(text) if starts_formula(text) => text,
        _ => cell,
    }
}
