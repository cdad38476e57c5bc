//! What one file may cost. Beyond any honest import, within the memory of a small machine.

/// Size of an uploaded file.
pub const MAX_INPUT_BYTES: usize = 20 * 1024 * 1024;

/// Rows below the header; blank ones do not count.
pub const MAX_ROWS: usize = 50_000;

/// Columns with anything in them.
pub const MAX_COLUMNS: usize = 64;

/// Characters of one cell.
pub const MAX_CELL_CHARS: usize = 10_000;

/// Cells of all rows together, blank ones before a filled one included: each takes memory whatever its text.
pub const MAX_CELLS: usize = 1_000_000;

/// Text of all cells together. A bound of its own, because thousands of xlsx cells may share one stored text.
pub const MAX_TEXT_BYTES: usize = 48 * 1024 * 1024;

/// Everything in an xlsx, decompressed.
pub const MAX_UNPACKED_BYTES: u64 = 64 * 1024 * 1024;

/// Entries of the zip that an xlsx is.
pub const MAX_ZIP_ENTRIES: usize = 10_000;

/// Problems told in a report; the rest are counted.
pub const MAX_PROBLEMS: usize = 5_000;
