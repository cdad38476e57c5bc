//! Cells as they come out of a file, and the limits they are held to before they are kept.

use std::collections::BTreeMap;

use super::limits::{MAX_CELL_CHARS, MAX_CELLS, MAX_COLUMNS, MAX_ROWS, MAX_TEXT_BYTES};
use super::{Sheet, SheetError, SheetRow, tidy};

/// The filled cells of a sheet by row number. Sparse, because a file may place a cell wherever it likes.
#[derive(Default)]
pub(super) struct Grid {
    rows: BTreeMap<u32, Vec<String>>,
    cells: usize,
    bytes: usize,
}

impl Grid {
    /// Keeps one cell; a blank one is left out. `row` counts from 1, `column` from 0.
    pub(super) fn put(&mut self, row: u32, column: usize, text: &str) -> Result<(), SheetError> {
        if text.trim().is_empty() {
            return Ok(());
        }
        if column >= MAX_COLUMNS {
            return Err(SheetError::TooManyColumns);
        }
        if text.len() > MAX_CELL_CHARS && text.chars().count() > MAX_CELL_CHARS {
            return Err(SheetError::CellTooLong { row, column: column + 1 });
        }
        self.bytes += text.len();
        if self.bytes > MAX_TEXT_BYTES {
            return Err(SheetError::Bomb);
        }
        let cells = self.rows.entry(row).or_default();
        if cells.len() <= column {
            self.cells += column + 1 - cells.len();
            if self.cells > MAX_CELLS {
                return Err(SheetError::Bomb);
            }
            cells.resize(column + 1, String::new());
        }
        text.clone_into(&mut cells[column]);
        if self.rows.len() > MAX_ROWS + 1 {
            return Err(SheetError::TooManyRows);
        }
        Ok(())
    }

    /// The first row becomes the header.
    pub(super) fn into_sheet(mut self) -> Result<Sheet, SheetError> {
        let (_, header) = self.rows.pop_first().ok_or(SheetError::Empty)?;
        if self.rows.is_empty() {
            return Err(SheetError::Empty);
        }
        let rows = self.rows.into_iter().map(|(number, cells)| SheetRow { number, cells }).collect();
        Ok(Sheet { headers: header.iter().map(|cell| tidy(cell)).collect(), rows })
    }
}
