//! Rosters as spreadsheets: what an imported row means and how a row is exported. Pure: what is already known is handed
//! in, and nothing is stored here.
//!
//! A bad row is left out with its reasons and never blocks a good one. The columns of an export are those of an import,
//! so a file that was exported can be sent back.

mod duties;
mod fields;
mod members;
mod units;

#[cfg(test)]
mod tests;

pub use duties::{Seat, seat, seat_of};
pub use members::{MEMBER_HEADERS, MemberLine, examples, read_members};
pub use units::{Parents, UNIT_HEADERS, UnitLine, read_units};

use crate::base::sheet::{ImportProblem, Sheet, SheetError, SheetRow};

/// The good rows of a sheet, and remarks on the others by row.
#[derive(Debug)]
pub struct Parsed<T> {
    pub lines: Vec<T>,
    pub problems: Vec<ImportProblem>,
}

/// A column of the sheet under the name that the file gives it.
struct Column {
    at: Option<usize>,
    header: String,
}

impl Column {
    fn required(sheet: &Sheet, names: &[&str]) -> Result<Self, SheetError> {
        sheet.require(names).map(|at| Column { at: Some(at), header: sheet.headers[at].clone() })
    }

    fn optional(sheet: &Sheet, names: &[&str]) -> Self {
        let at = sheet.column(names);
        Column { at, header: at.map_or_else(String::new, |at| sheet.headers[at].clone()) }
    }
}

/// A row while its cells are read one after the other, so that all that is wrong with it is told at once.
struct Reading<'a> {
    row: &'a SheetRow,
    problems: &'a mut Vec<ImportProblem>,
}

impl Reading<'_> {
    /// The meaning of a cell; a refusal becomes a remark on the row.
    fn field<T>(&mut self, column: &Column, meaning: impl FnOnce(&str) -> Result<T, String>) -> Option<T> {
        let number = self.row.number;
        meaning(self.row.text(column.at))
            .map_err(|message| self.problems.push(ImportProblem::rejected(number, &column.header, message)))
            .ok()
    }

    /// The row is taken all the same.
    fn warn(&mut self, column: &Column, message: String) {
        self.problems.push(ImportProblem::warning(self.row.number, &column.header, message));
    }
}
