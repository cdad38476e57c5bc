//! The spreadsheet door: every import reads and every export writes through it. Pure, no HTTP.
//!
//! A [`Book`] is what a file holds: the cells of its sheets as they are shown. [`Book::rows`] finds the tables in it that
//! have the columns of an import, and tells of everything else: nothing is passed over without a word. What a file may
//! cost is bounded before it is read ([`limits`]); what a cell means is the business of the room that imports it.

pub mod error;
pub mod export;
pub mod layout;
pub mod limits;
pub mod report;

mod day;
mod delimited;
mod grid;
mod headers;
mod kinds;
mod table;
mod xlsx;

#[cfg(test)]
mod tests;

use std::sync::Arc;

pub use day::read_day;
pub use error::SheetError;
pub use export::{write_csv, write_csv_rows, write_xlsx};
pub use report::{ImportRemark, ImportReport, Remarks};
pub use table::{Column, Content, Found, Need, Row};

use grid::Grid;
use limits::MAX_INPUT_BYTES;

/// What a file says it is, by its name or content type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Xlsx,
    Csv,
}

/// A file that was read.
#[derive(Debug)]
pub struct Book {
    sheets: Vec<Grid>,
    /// Sheets that were not looked at, and why.
    unread: Vec<(String, &'static str)>,
}

/// Where something stands in a file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct At {
    /// Name of the sheet, when the file has more than one.
    sheet: Option<Arc<str>>,
    /// The row's number as the spreadsheet program shows it, from 1.
    pub row: u32,
}

impl At {
    /// In a file with a single sheet.
    pub fn row(row: u32) -> At {
        At { sheet: None, row }
    }

    fn sheet(&self) -> Option<String> {
        self.sheet.as_deref().map(str::to_owned)
    }
}

impl std::fmt::Display for At {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.sheet {
            Some(sheet) => write!(f, "工作表“{sheet}”第 {} 行", self.row),
            None => write!(f, "第 {} 行", self.row),
        }
    }
}

/// Reads a whole file. The content decides what it is: a zip is an xlsx, and what is no spreadsheet is called by its name.
///
/// `hint` only sharpens the refusal: what was sent as an xlsx and is no zip is not tried as a csv.
pub fn read(bytes: &[u8], hint: Option<Format>) -> Result<Book, SheetError> {
    if bytes.len() > MAX_INPUT_BYTES {
        return Err(SheetError::TooLarge);
    }
    match kinds::sniff(bytes)? {
        Format::Xlsx => xlsx::read(bytes).map_err(|error| kinds::better_named(error, bytes)),
        Format::Csv if hint == Some(Format::Xlsx) => Err(SheetError::NotASheet),
        Format::Csv => Ok(Book { sheets: vec![delimited::read(bytes)?], unread: Vec::new() }),
    }
}

/// A file that is plain text, whatever its encoding.
pub fn text(bytes: &[u8]) -> Result<String, SheetError> {
    match bytes.len() > MAX_INPUT_BYTES {
        true => Err(SheetError::TooLarge),
        false => delimited::decode(bytes).map(|text| text.trim_start_matches('\u{FEFF}').to_owned()),
    }
}

/// The letters of a column, as a spreadsheet program shows them: 0 is A.
fn letters(column: usize) -> String {
    let mut letters = Vec::new();
    let mut left = column + 1;
    while left > 0 {
        letters.push(char::from(b'A' + u8::try_from((left - 1) % 26).unwrap_or(0)));
        left = (left - 1) / 26;
    }
    letters.iter().rev().collect()
}
