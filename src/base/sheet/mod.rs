//! The spreadsheet door: every import reads and every export writes through it. Pure, no HTTP.
//!
//! A sheet is a header and rows of text, whatever the file was: xlsx, or csv in the encodings and with the delimiters
//! that Chinese offices really send. What a file may cost is bounded before it is read ([`limits`]); what a cell means
//! is the business of the room that imports it.

use crate::base::text::fold;

pub mod error;
pub mod export;
pub mod limits;
pub mod report;

mod delimited;
mod grid;
mod xlsx;

#[cfg(test)]
mod tests;

pub use error::SheetError;
pub use export::{write_csv, write_xlsx};
pub use report::{ImportProblem, ImportReport, ProblemKind};

use limits::MAX_INPUT_BYTES;

/// What a file says it is, by its name or content type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Xlsx,
    Csv,
}

/// A header and the rows below it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sheet {
    /// Folded, without white space and without the `*` that marks a required column.
    pub headers: Vec<String>,
    pub rows: Vec<SheetRow>,
}

/// One row that is not blank.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SheetRow {
    /// The row's number as the spreadsheet program shows it, from 1.
    pub number: u32,
    /// The cells as written; blank cells are empty, and those after the last filled one are left out.
    pub cells: Vec<String>,
}

/// Reads a whole file. The content decides what it is: a zip is an xlsx, anything else is a csv.
///
/// `hint` only sharpens the refusal: what was sent as an xlsx and is no zip is not tried as a csv.
pub fn read(bytes: &[u8], hint: Option<Format>) -> Result<Sheet, SheetError> {
    if bytes.len() > MAX_INPUT_BYTES {
        return Err(SheetError::TooLarge);
    }
    let grid = match sniff(bytes)? {
        Format::Xlsx => xlsx::read(bytes)?,
        Format::Csv if hint == Some(Format::Xlsx) => return Err(SheetError::NotASheet),
        Format::Csv => delimited::read(bytes)?,
    };
    grid.into_sheet()
}

fn sniff(bytes: &[u8]) -> Result<Format, SheetError> {
    const ZIP: &[u8] = b"PK\x03\x04";
    /// An OLE container: the xls of before 2007, and any xlsx locked with a password.
    const OLE: &[u8] = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";
    match bytes {
        _ if bytes.starts_with(OLE) => Err(SheetError::Legacy),
        _ if bytes.starts_with(ZIP) => Ok(Format::Xlsx),
        _ => Ok(Format::Csv),
    }
}

impl Sheet {
    /// The column that bears one of `names`; the earlier name wins.
    pub fn column(&self, names: &[&str]) -> Option<usize> {
        names.iter().find_map(|name| {
            let name = tidy(name);
            self.headers.iter().position(|header| header.eq_ignore_ascii_case(&name))
        })
    }

    /// The column that bears one of `names`, or the refusal that names the first of them.
    pub fn require(&self, names: &[&str]) -> Result<usize, SheetError> {
        self.column(names)
            .ok_or_else(|| SheetError::MissingColumn(names.first().copied().unwrap_or_default().to_owned()))
    }
}

impl SheetRow {
    /// The trimmed text of a cell; empty for a column that the sheet or the row does not have.
    pub fn text(&self, column: Option<usize>) -> &str {
        column.and_then(|column| self.cells.get(column)).map_or("", |cell| cell.trim())
    }
}

/// A header as it is compared: "＊题 干" is "题干".
fn tidy(header: &str) -> String {
    let text: String = fold(header).chars().filter(|c| !c.is_whitespace()).collect();
    text.trim_matches('*').to_owned()
}
