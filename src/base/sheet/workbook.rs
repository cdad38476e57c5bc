//! Reading xlsx. The zip is measured before a parser sees it, and cells are streamed, so that a file of any shape costs
//! no more than its limits.

use std::io::{self, Cursor, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};

use calamine::{DataRef, ExcelDateTime, Reader, SheetType, SheetVisible, Xlsx};
use zip::ZipArchive;

use super::SheetError;
use super::grid::Grid;
use super::limits::{MAX_UNPACKED_BYTES, MAX_ZIP_ENTRIES};

pub(super) fn read(bytes: &[u8]) -> Result<Grid, SheetError> {
    measure(bytes)?;
    // calamine 0.38 panics on some broken files: a column of eight letters overflows its arithmetic in debug builds.
    catch_unwind(AssertUnwindSafe(|| cells(bytes))).unwrap_or(Err(SheetError::NotASheet))
}

/// Refuses what unpacks to more than is allowed, whatever its directory says about its size.
fn measure(bytes: &[u8]) -> Result<(), SheetError> {
    // Counted before the directory is parsed, because every entry costs the parser some memory.
    if bytes.windows(4).filter(|window| window == b"PK\x01\x02").count() > MAX_ZIP_ENTRIES {
        return Err(SheetError::Bomb);
    }
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| SheetError::NotASheet)?;
    if archive.decompressed_size().is_some_and(|size| size > u128::from(MAX_UNPACKED_BYTES)) {
        return Err(SheetError::Bomb);
    }
    let mut left = MAX_UNPACKED_BYTES;
    for index in 0..archive.len() {
        let entry = archive.by_index(index).map_err(|_| SheetError::NotASheet)?;
        let size = io::copy(&mut entry.take(left + 1), &mut io::sink()).map_err(|_| SheetError::NotASheet)?;
        left = left.checked_sub(size).ok_or(SheetError::Bomb)?;
    }
    Ok(())
}

/// The cells of the first visible sheet.
fn cells(bytes: &[u8]) -> Result<Grid, SheetError> {
    let mut workbook = Xlsx::new(Cursor::new(bytes)).map_err(|_| SheetError::NotASheet)?;
    let name = workbook
        .sheets_metadata()
        .iter()
        .find(|sheet| sheet.typ == SheetType::WorkSheet && sheet.visible == SheetVisible::Visible)
        .map(|sheet| sheet.name.clone())
        .ok_or(SheetError::Empty)?;
    let mut reader = workbook.worksheet_cells_reader(&name).map_err(|_| SheetError::NotASheet)?;
    let mut grid = Grid::default();
    while let Some(cell) = reader.next_cell().map_err(|_| SheetError::NotASheet)? {
        let (row, column) = cell.get_position();
        grid.put(row.saturating_add(1), column as usize, &text(cell.get_value()))?;
    }
    Ok(grid)
}

/// A value as a person reads it in the cell.
fn text<'a>(value: &'a DataRef<'_>) -> std::borrow::Cow<'a, str> {
    match value {
        DataRef::Empty => "".into(),
        DataRef::SharedString(text) => (*text).into(),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text.as_str().into(),
        DataRef::Int(number) => number.to_string().into(),
        DataRef::Float(number) => decimal(*number).into(),
        DataRef::Bool(true) => "TRUE".into(),
        DataRef::Bool(false) => "FALSE".into(),
        DataRef::DateTime(instant) => date(instant).into(),
        DataRef::Error(error) => error.to_string().into(),
    }
}

/// Without the noise of binary fractions: a spreadsheet shows 15 digits, and so 0.1 + 0.2 as 0.3.
fn decimal(number: f64) -> String {
    if number.fract() == 0.0 {
        return number.to_string();
    }
    format!("{number:.14e}").parse().unwrap_or(number).to_string()
}

/// `2026-07-01`, with the time of day if there is one; a mere time or duration stands alone.
fn date(instant: &ExcelDateTime) -> String {
    let (year, month, day, hour, minute, second, _) = instant.to_ymd_hms_milli();
    let time = format!("{hour:02}:{minute:02}:{second:02}");
    match instant.as_f64() {
        days if days < 1.0 => time,
        days if days.fract() == 0.0 => format!("{year:04}-{month:02}-{day:02}"),
        _ => format!("{year:04}-{month:02}-{day:02} {time}"),
    }
}
