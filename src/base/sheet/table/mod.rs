//! Finding the tables of a file: which sheet, which row is the header, which columns are meant; and telling of the rest.
//!
//! The header is found in [`placing`], the rows below it are read in [`reading`], and each cell in [`cells`].

mod cells;
mod placing;
mod reading;

use std::sync::Arc;

use super::grid::Grid;
use super::headers::known;
use super::report::{ImportRemark, Remarks};
use super::{At, Book, SheetError};

use placing::Wanted;
use reading::Reader;

/// A column that an import knows.
#[derive(Clone, Debug)]
pub struct Column {
    /// What it is called, the usual name first; the earlier name wins.
    pub names: Vec<String>,
    pub need: Need,
    pub content: Content,
}

/// Whether a table is one without the column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    Must,
    May,
    /// It must be there unless the sheet's name says it for all rows.
    SheetName,
}

/// What stands in a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// Whatever the cell shows.
    Words,
    /// A name: no day.
    Name,
    /// A code or a number: no day, and as it is stored rather than with the commas of its cell.
    Code,
}

impl Column {
    pub fn new(need: Need, content: Content, names: &[&str]) -> Column {
        Column { names: names.iter().map(|name| (*name).to_owned()).collect(), need, content }
    }

    fn usual_name(&self) -> &str {
        self.names.first().map_or("", String::as_str)
    }
}

/// A row with something in a known column.
#[derive(Clone, Debug)]
pub struct Row {
    pub at: At,
    /// By known column; empty where the table has no such column.
    cells: Vec<Box<str>>,
    table: Arc<Table>,
}

/// What the rows of a table have in common.
#[derive(Debug)]
struct Table {
    /// By known column, what the file calls it, or its usual name.
    headers: Vec<String>,
    /// Whether the file has the column.
    has: Vec<bool>,
    /// What the sheet is called.
    sheet: String,
}

impl Row {
    /// The trimmed text of a known column's cell; empty when there is none.
    pub fn text(&self, column: usize) -> &str {
        self.cells.get(column).map_or("", |cell| cell.trim())
    }

    /// What the file calls the column.
    pub fn header(&self, column: usize) -> &str {
        self.table.headers.get(column).map_or("", String::as_str)
    }

    /// Whether the file has the column.
    pub fn has(&self, column: usize) -> bool {
        self.table.has.get(column).copied().unwrap_or(false)
    }

    /// What the sheet is called; empty in a csv.
    pub fn sheet_name(&self) -> &str {
        &self.table.sheet
    }
}

/// The rows of every table in a file, and what is to be said about the file.
#[derive(Debug, Default)]
pub struct Found {
    pub rows: Vec<Row>,
    pub remarks: Remarks,
}

/// Rows, columns and sheets that one warning names at most.
const TOLD: usize = 20;

impl Book {
    /// How many sheets have something in them.
    fn filled(&self) -> usize {
        self.sheets.iter().filter(|sheet| !sheet.rows.is_empty()).count()
    }

    /// The rows of all sheets that have the known columns. `names_one` says whether a sheet's name says what a column with
    /// [`Need::SheetName`] would.
    pub fn rows(&self, known: &[Column], names_one: &dyn Fn(&str) -> bool) -> Result<Found, SheetError> {
        let names: Vec<Vec<String>> =
            known.iter().map(|column| column.names.iter().map(|name| self::known(name)).collect()).collect();
        let wanted = Wanted { known, names };
        let several = self.sheets.len() + self.unread.len() > 1;
        let mut found = Found::default();
        let (mut nearest, mut tables, mut ran_dry): (Option<(usize, SheetError)>, usize, Vec<&Grid>) =
            (None, 0, Vec::new());
        for (name, why) in &self.unread {
            found.remarks.warnings.push(of_sheet(name, *why));
        }
        for sheet in &self.sheets {
            let name: Option<Arc<str>> = several.then(|| sheet.name.as_str().into());
            if sheet.rows.is_empty() && sheet.broken.is_empty() {
                if several {
                    found.remarks.warnings.push(of_sheet(&sheet.name, "工作表是空的"));
                }
                continue;
            }
            match wanted.place_in(sheet, names_one) {
                Ok(place) => {
                    tables += 1;
                    let before = found.rows.len() + found.remarks.problems.len();
                    Reader { wanted: &wanted, sheet, name }.read(place, &mut found);
                    if found.rows.len() + found.remarks.problems.len() == before {
                        ran_dry.push(sheet);
                    }
                }
                Err((score, error)) => {
                    if several {
                        let why = format!("没有找到表头（{}），整个工作表没有读取", error);
                        found.remarks.warnings.push(of_sheet(&sheet.name, why));
                    }
                    if nearest.as_ref().is_none_or(|(best, _)| score > *best) {
                        nearest = Some((score, error));
                    }
                }
            }
        }
        if tables == 0 {
            // a lone row may be a header of which nothing is known, or a file that is no table
            return Err(match nearest {
                Some((0, _)) if self.sheets.iter().map(|sheet| sheet.rows.len()).sum::<usize>() < 2 => {
                    SheetError::Empty
                }
                Some((_, error)) => error,
                None => SheetError::Empty,
            });
        }
        if found.rows.is_empty() && found.remarks.problems.is_empty() {
            return Err(SheetError::Empty);
        }
        for sheet in ran_dry {
            found.remarks.warnings.push(of_sheet(&sheet.name, "工作表只有表头，没有数据"));
        }
        Ok(found)
    }

    /// Rows below the headers, at most: for showing how far a work has come.
    pub fn size(&self) -> usize {
        let rows: usize = self.sheets.iter().map(|sheet| sheet.rows.len()).sum();
        rows.saturating_sub(self.filled())
    }
}

fn of_sheet(name: &str, message: impl Into<String>) -> ImportRemark {
    let sheet = (!name.is_empty()).then(|| name.to_owned());
    ImportRemark { sheet, row: None, column: None, message: message.into() }
}
