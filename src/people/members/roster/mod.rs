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
pub use units::{Parents, Place, UNIT_HEADERS, UnitLine, read_units};

use crate::base::sheet::{Remarks, Row};

/// The good rows of a file, and remarks on the others and on what was not used.
#[derive(Debug)]
pub struct Parsed<T> {
    pub lines: Vec<T>,
    /// Rows that say what an earlier one says.
    pub repeats: u32,
    pub remarks: Remarks,
}

/// A row while its cells are read one after the other, so that all that is wrong with it is told at once.
struct Reading<'a> {
    row: &'a Row,
    remarks: &'a mut Remarks,
}

impl Reading<'_> {
    /// The meaning of a cell; a refusal becomes a remark on the row.
    fn field<T>(&mut self, column: usize, meaning: impl FnOnce(&str) -> Result<T, String>) -> Option<T> {
        self.said(column, meaning(self.row.text(column)))
    }

    /// What the cell of a column was found to mean.
    fn said<T>(&mut self, column: usize, meaning: Result<T, String>) -> Option<T> {
        let told = |message| self.remarks.refuse(&self.row.at, self.row.header(column), message);
        meaning.map_err(told).ok()
    }

    /// The row is taken all the same.
    fn warn(&mut self, column: usize, message: String) {
        self.remarks.warn(&self.row.at, self.row.header(column), message);
    }
}
