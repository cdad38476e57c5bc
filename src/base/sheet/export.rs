//! Writing sheets: every cell is text, and no cell can start a formula in the program that opens it.

use std::borrow::Cow;

use rust_xlsxwriter::{Format, Workbook, XlsxError};

/// A workbook with one sheet: header bold and frozen, columns about as wide as their text.
///
/// Fails when a text is longer than a cell of an xlsx can hold (32,767 characters) or the sheet's name is not allowed.
pub fn write_xlsx(
    sheet_name: &str,
    headers: &[&str],
    rows: impl Iterator<Item = Vec<String>>,
) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet().set_name(sheet_name)?;
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
            match starts_formula(cell) {
                true => sheet.write_string_with_format(row, column, cell, &as_typed)?,
                false => sheet.write_string(row, column, cell)?,
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
    workbook.save_to_buffer()
}

/// Width on the screen of the first line, in Latin letters; a Chinese character takes two.
fn width(text: &str) -> usize {
    text.lines().next().unwrap_or_default().chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum()
}

/// A csv in UTF-8 with byte order mark, without which Excel takes Chinese for GBK.
///
/// Every cell is quoted, so that a reader who guesses the delimiter from the header cannot be misled by its text.
pub fn write_csv(headers: &[&str], rows: impl Iterator<Item = Vec<String>>) -> Vec<u8> {
    let mut writer = csv::WriterBuilder::new()
        .flexible(true)
        .quote_style(csv::QuoteStyle::Always)
        .terminator(csv::Terminator::CRLF)
        .from_writer("\u{FEFF}".as_bytes().to_vec());
    let headers = headers.iter().map(|header| (*header).to_owned()).collect();
    for cells in std::iter::once(headers).chain(rows) {
        let shielded = cells.iter().map(|cell| shield(cell));
        writer.write_record(shielded.map(|cell| cell.as_bytes().to_vec())).expect("a Vec takes every byte");
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
