//! Cells as they come out of a file, and the limits they are held to before they are kept.

use std::collections::{BTreeMap, HashMap};

use super::SheetError;
use super::limits::{MAX_CELL_CHARS, MAX_CELLS, MAX_COLUMNS, MAX_ROWS, MAX_TEXT_BYTES};
use crate::base::text::visible;

/// What is known of a cell beside its text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Mark {
    #[default]
    Plain,
    /// A day or a time of day.
    Moment,
    /// The value of a formula that failed.
    Error,
    /// A text that names an error, in a file where that may be meant.
    NamesError,
    /// A formula of which the file keeps no value.
    NoValue,
    /// A number with more digits than a spreadsheet program keeps.
    Rounded,
}

/// One cell as it is shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Cell {
    pub(super) text: Box<str>,
    pub(super) mark: Mark,
}

impl Cell {
    pub(super) fn is_blank(&self) -> bool {
        self.text.is_empty() && self.mark == Mark::Plain
    }
}

/// What all sheets of a file may still cost together.
#[derive(Debug, Default)]
pub(super) struct Budget {
    cells: usize,
    bytes: usize,
    rows: usize,
    sheets: usize,
    filled: usize,
}

/// Cells of merged ranges that are looked at.
const MAX_FILLED: usize = 2 * MAX_CELLS;

/// A range of merged cells: rows from 1, columns from 0, both ends within.
#[derive(Clone, Copy, Debug)]
pub(super) struct Range {
    pub(super) top: u32,
    pub(super) bottom: u32,
    pub(super) left: usize,
    pub(super) right: usize,
}

/// Remarks of the reader on one row: the header is not known yet.
#[derive(Clone, Debug)]
pub(super) struct Broken {
    pub(super) row: u32,
    pub(super) message: String,
}

/// The filled cells of a sheet by row number. Sparse, because a file may place a cell wherever it likes.
#[derive(Debug, Default)]
pub(super) struct Grid {
    /// What the sheet is called; empty in a csv.
    pub(super) name: String,
    pub(super) rows: BTreeMap<u32, Vec<Cell>>,
    /// Numbers as they are stored, where they are shown otherwise: a code may be meant.
    pub(super) plain: HashMap<(u32, usize), Box<str>>,
    pub(super) merged: Vec<Range>,
    /// Rows that cannot be told apart from what follows, and why.
    pub(super) broken: Vec<Broken>,
    /// Rows that were read with a doubt.
    pub(super) doubts: Vec<Broken>,
    /// Some of the cells that lie beyond the last column that is read, and how many there are.
    pub(super) beyond: Vec<(u32, usize, String)>,
    pub(super) beyond_count: usize,
}

/// Cells beyond the last column that are told by their place.
const BEYOND_TOLD: usize = 5;

impl Grid {
    pub(super) fn new(name: &str, budget: &mut Budget) -> Grid {
        budget.sheets += 1;
        Grid { name: visible(name).trim().to_owned(), ..Grid::default() }
    }

    /// Keeps one cell of visible text; a blank one is left out. `row` counts from 1, `column` from 0.
    pub(super) fn put(
        &mut self,
        budget: &mut Budget,
        row: u32,
        column: usize,
        text: &str,
        mark: Mark,
    ) -> Result<(), SheetError> {
        if mark == Mark::Plain && text.trim().is_empty() {
            return Ok(());
        }
        if text.len() > MAX_CELL_CHARS && text.chars().count() > MAX_CELL_CHARS {
            return Err(SheetError::CellTooLong { row, column: column + 1 });
        }
        let text = if text.trim().is_empty() { "" } else { text };
        if column >= MAX_COLUMNS {
            self.beyond_count += 1;
            if self.beyond.len() < BEYOND_TOLD {
                self.beyond.push((row, column, text.chars().take(20).collect()));
            }
            return Ok(());
        }
        budget.bytes += text.len();
        if budget.bytes > MAX_TEXT_BYTES {
            return Err(SheetError::Bomb);
        }
        let before = self.rows.len();
        let cells = self.rows.entry(row).or_default();
        if cells.len() <= column {
            budget.cells += column + 1 - cells.len();
            if budget.cells > MAX_CELLS {
                return Err(SheetError::Bomb);
            }
            cells.resize(column + 1, Cell::default());
        }
        cells[column] = Cell { text: text.into(), mark };
        budget.rows += self.rows.len() - before;
        if budget.rows > MAX_ROWS + budget.sheets { Err(SheetError::TooManyRows) } else { Ok(()) }
    }

    /// Gives every row that a merged range covers the value of the range.
    pub(super) fn fill_merged(&mut self, budget: &mut Budget) -> Result<(), SheetError> {
        for range in std::mem::take(&mut self.merged) {
            self.merged.push(range);
            if range.bottom <= range.top || range.left >= MAX_COLUMNS {
                continue;
            }
            let Some(value) = self.rows.get(&range.top).and_then(|cells| cells.get(range.left)).cloned() else {
                continue;
            };
            let below: Vec<u32> = self.rows.range(range.top + 1..=range.bottom).map(|(row, _)| *row).collect();
            budget.filled += below.len() + 1;
            if budget.filled > MAX_FILLED {
                return Err(SheetError::Bomb);
            }
            for row in below {
                let is_blank = self.rows[&row].get(range.left).is_none_or(Cell::is_blank);
                if is_blank {
                    self.put(budget, row, range.left, &value.text, value.mark)?;
                }
            }
        }
        Ok(())
    }
}
