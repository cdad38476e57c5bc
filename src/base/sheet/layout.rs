//! A superior's own layout 上级格式: a workbook in whose cells names in double braces say what stands where.
//!
//! `{{清单名称}}` is written once, wherever it stands. The row that holds names of columns is there once for each row of the
//! export, in its styles, and what lies below it moves down with its merged cells and formulas. Everything else stays as it
//! was: styles, widths, pictures, how pages are printed.

use std::collections::BTreeSet;
use std::io::{self, Cursor, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};

use umya_spreadsheet::reader::xlsx::read_reader;
use umya_spreadsheet::writer::xlsx::write_writer;
use umya_spreadsheet::{Cell, Style, Workbook, Worksheet};
use zip::ZipArchive;

use super::export::{CELL_UNITS, fitting};
use super::limits::MAX_UNPACKED_BYTES;
use super::{Format, SheetError, letters};

/// Size of a layout: a form with a picture or two.
pub const MAX_BYTES: usize = 2 * 1024 * 1024;

/// Rows that are filled in at most: a layout is something to hand in, and no data to compute with.
pub const MAX_ROWS: usize = 5_000;

/// Digits that a spreadsheet program keeps of a number.
const DIGITS: usize = 15;

/// What is filled in.
#[derive(Clone, Debug, Default)]
pub struct Filling {
    /// Names that are written once, with what they stand for; a column of the same name goes before one.
    pub once: Vec<(&'static str, String)>,
    pub columns: Vec<String>,
    /// As many cells as there are columns.
    pub rows: Vec<Vec<String>>,
}

/// Why a workbook is no layout, or cannot be filled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LayoutError {
    Sheet(SheetError),
    TooLarge,
    /// It cannot be opened.
    Unreadable,
    /// In a cell stands a name that means nothing here.
    UnknownName {
        place: String,
        name: String,
    },
    /// Nothing is to be filled in.
    NoNames,
    /// In a sheet several rows hold names of columns.
    TwoRows {
        sheet: String,
        rows: (u32, u32),
    },
    /// The row of columns holds a formula, which would have to say something else in each row.
    Formula {
        place: String,
    },
    TooManyRows,
}

/// Refuses what cannot be filled with these names.
pub fn check(bytes: &[u8], once: &[&str], columns: &[String]) -> Result<(), LayoutError> {
    let book = open(bytes)?;
    let mut found = 0;
    for sheet in book.sheet_collection() {
        let mut row = None;
        for cell in sheet.cells_sorted() {
            let names = names_in(&cell.value());
            found += names.len();
            let known = |name: &&String| once.contains(&name.as_str()) || columns.contains(name);
            if let Some(name) = names.iter().find(|name| !known(name)) {
                return Err(LayoutError::UnknownName { place: place(sheet, cell), name: name.clone() });
            }
            if names.iter().any(|name| columns.contains(name)) {
                let here = cell.coordinate().row_num();
                match row {
                    Some(before) if before != here => {
                        return Err(LayoutError::TwoRows { sheet: sheet.name().to_owned(), rows: (before, here) });
                    }
                    _ => row = Some(here),
                }
            }
        }
        let of_row = row.map(|row| sheet.collection_by_row(row)).unwrap_or_default();
        if let Some(formula) = of_row.into_iter().find(|cell| cell.is_formula()) {
            return Err(LayoutError::Formula { place: place(sheet, formula) });
        }
    }
    if found == 0 { Err(LayoutError::NoNames) } else { Ok(()) }
}

/// The layout with everything filled in; names that are not known by now are left empty.
pub fn fill(bytes: &[u8], filling: &Filling) -> Result<Vec<u8>, LayoutError> {
    if filling.rows.len() > MAX_ROWS {
        return Err(LayoutError::TooManyRows);
    }
    let mut book = open(bytes)?;
    for at in 0..book.sheet_count() {
        fill_sheet(&mut book, at, filling);
    }
    let mut written = Vec::new();
    write_writer(&book, &mut written).map_err(|_| LayoutError::Unreadable)?;
    Ok(written)
}

fn open(bytes: &[u8]) -> Result<Workbook, LayoutError> {
    if bytes.len() > MAX_BYTES {
        return Err(LayoutError::TooLarge);
    }
    // what the library would take at its word, our own reader has measured
    super::read(bytes, Some(Format::Xlsx)).map_err(LayoutError::Sheet)?;
    if unpacked(bytes).map_err(|_| LayoutError::Unreadable)? > MAX_UNPACKED_BYTES {
        return Err(LayoutError::Sheet(SheetError::Bomb));
    }
    // it panics where a part is not as programs write it
    let opened = catch_unwind(AssertUnwindSafe(|| read_reader(Cursor::new(bytes), true)));
    opened.ok().and_then(Result::ok).ok_or(LayoutError::Unreadable)
}

/// How much everything in a zip is, whatever it says; no more is unpacked than the bound and a little.
fn unpacked(bytes: &[u8]) -> io::Result<u64> {
    let mut archive = ZipArchive::new(Cursor::new(bytes))?;
    let mut whole = 0;
    for at in 0..archive.len() {
        let left = MAX_UNPACKED_BYTES.saturating_sub(whole) + 1;
        whole += io::copy(&mut archive.by_index(at)?.take(left), &mut io::sink())?;
        if whole > MAX_UNPACKED_BYTES {
            break;
        }
    }
    Ok(whole)
}

fn fill_sheet(book: &mut Workbook, at: usize, filling: &Filling) {
    let Ok(sheet) = book.sheet(at) else { return };
    let is_column = |name: &String| filling.columns.contains(name);
    let repeats = |cell: &&Cell| names_in(&cell.value()).iter().any(is_column);
    let row = sheet.cells_sorted().into_iter().find(repeats).map(|cell| cell.coordinate().row_num());
    let name = sheet.name().to_owned();
    if let Some(row) = row {
        let more = u32::try_from(filling.rows.len().saturating_sub(1)).unwrap_or(0);
        if more > 0 {
            book.insert_new_row(&name, row + 1, more);
        }
        if let Ok(sheet) = book.sheet_mut(at) {
            fill_rows(sheet, row, filling);
        }
    }
    let Ok(sheet) = book.sheet_mut(at) else { return };
    for cell in sheet.cells_mut() {
        if !names_in(&cell.value()).is_empty() {
            let text = cell.value().into_owned();
            write(cell, &text, &|name| once(filling, name));
        }
    }
}

/// Fills the row of columns, and those below it that were put in, which look like it.
fn fill_rows(sheet: &mut Worksheet, row: u32, filling: &Filling) {
    let like: Vec<(u32, String, Style)> = sheet
        .collection_by_row(row)
        .into_iter()
        .map(|cell| (cell.coordinate().col_num(), cell.value().into_owned(), cell.style().clone()))
        .collect();
    let height = sheet.row_dimension(row).map(umya_spreadsheet::Row::height).filter(|height| *height > 0.0);
    let merged = merged_in(sheet, row);
    let none = Vec::new();
    let rows = if filling.rows.is_empty() { std::slice::from_ref(&none) } else { &filling.rows[..] };
    for (here, values) in (row..).zip(rows) {
        for (column, text, style) in &like {
            let cell = sheet.cell_mut((*column, here));
            cell.set_style(style.clone());
            let value = |name: &str| match filling.columns.iter().position(|column| column == name) {
                Some(at) => values.get(at).cloned(),
                None => once(filling, name),
            };
            write(cell, text, &value);
        }
        if here > row {
            if let Some(height) = height {
                sheet.row_dimension_mut(here).set_height(height);
            }
            for (left, right) in &merged {
                sheet.add_merge_cells(format!("{left}{here}:{right}{here}"));
            }
        }
    }
}

/// Columns that are merged within a row, from which to which.
fn merged_in(sheet: &Worksheet, row: u32) -> Vec<(String, String)> {
    let of_row = |range: &str| {
        let (from, to) = range.split_once(':')?;
        let column = |cell: &str| {
            cell.strip_suffix(&row.to_string()).filter(|left| left.chars().all(char::is_alphabetic)).map(str::to_owned)
        };
        column(from).zip(column(to))
    };
    sheet.merge_cells().iter().filter_map(|range| of_row(&range.range())).collect()
}

fn once(filling: &Filling, name: &str) -> Option<String> {
    filling.once.iter().find(|(known, _)| *known == name).map(|(_, value)| value.clone())
}

/// Writes a text with what its names stand for: a number where it is one alone, so that sums work, and else a text, which
/// starts no formula.
fn write(cell: &mut Cell, text: &str, value: &dyn Fn(&str) -> Option<String>) {
    let whole = filled(text, value);
    let is_one_name = names_in(text).len() == 1 && text.trim().starts_with("{{") && text.trim().ends_with("}}");
    match number(&whole).filter(|_| is_one_name) {
        Some(number) => cell.set_value_number(number),
        None => cell.set_value_string(fitting(&whole, CELL_UNITS)),
    };
}

fn filled(text: &str, value: &dyn Fn(&str) -> Option<String>) -> String {
    let mut whole = String::new();
    let mut left = text;
    while let Some((before, name, after)) = next_name(left) {
        whole.push_str(before);
        whole.push_str(&value(name).unwrap_or_default());
        left = after;
    }
    whole + left
}

/// A number as people write it, that a spreadsheet program keeps as it is: no code with zeros in front.
fn number(text: &str) -> Option<f64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, part) = digits.split_once('.').unwrap_or((digits, "0"));
    let all_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_code = whole.len() > 1 && whole.starts_with('0');
    let fits = all_digits(whole) && all_digits(part) && !is_code && whole.len() + part.len() <= DIGITS;
    text.parse().ok().filter(|_| fits)
}

/// What stands before the next name, the name, and what stands after it.
fn next_name(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once("{{")?;
    let (name, after) = rest.split_once("}}")?;
    Some((before, name.trim(), after))
}

fn names_in(text: &str) -> Vec<String> {
    let mut names = BTreeSet::new();
    let mut left = text;
    while let Some((_, name, after)) = next_name(left) {
        names.insert(name.to_owned());
        left = after;
    }
    names.into_iter().collect()
}

fn place(sheet: &Worksheet, cell: &Cell) -> String {
    let at = cell.coordinate();
    let column = usize::try_from(at.col_num().saturating_sub(1)).unwrap_or(0);
    format!("工作表“{}”{}{}", sheet.name(), letters(column), at.row_num())
}

#[cfg(test)]
mod tests {
    use rust_xlsxwriter::{Format as Look, FormatBorder, Workbook as Writer};

    use super::*;

    const ONCE: [&str; 2] = ["清单名称", "导出日期"];

    fn columns() -> Vec<String> {
        ["序号", "任务", "权重"].map(str::to_owned).to_vec()
    }

    /// A title over all columns, a row to be repeated in which two cells are one, a sum, and a line to be signed.
    fn layout(cells: &[(u32, u16, &str)]) -> Vec<u8> {
        let mut book = Writer::new();
        let sheet = book.add_worksheet().set_name("督办").unwrap();
        let boxed = Look::new().set_border(FormatBorder::Thin);
        sheet.merge_range(0, 0, 0, 4, "{{清单名称}}", &boxed).unwrap();
        sheet.write_string_with_format(2, 0, "{{序号}}", &boxed).unwrap();
        sheet.merge_range(2, 1, 2, 2, "{{ 任务 }}（{{导出日期}}）", &boxed).unwrap();
        sheet.write_string_with_format(2, 3, "{{权重}}", &boxed).unwrap();
        sheet.write_string_with_format(2, 4, "分", &boxed).unwrap();
        sheet.set_row_height(2, 36).unwrap();
        sheet.write_formula(4, 3, "SUM(D3:D4)").unwrap();
        sheet.merge_range(6, 0, 6, 4, "填报日期：{{导出日期}}", &boxed).unwrap();
        for (row, column, text) in cells {
            match text.strip_prefix('=') {
                Some(formula) => sheet.write_formula(*row, *column, formula).unwrap(),
                None => sheet.write_string(*row, *column, *text).unwrap(),
            };
        }
        book.save_to_buffer().unwrap()
    }

    fn filling(rows: usize) -> Filling {
        let row = |n: usize| vec![n.to_string(), format!("=任务{n}"), "2.5".to_owned()];
        Filling {
            once: vec![("清单名称", "督办清单".to_owned()), ("导出日期", "2026-07-01".to_owned())],
            columns: columns(),
            rows: (1..=rows).map(row).collect(),
        }
    }

    fn text(book: &Workbook, at: (u32, u32)) -> String {
        book.sheet(0).unwrap().cell(at).map(|cell| cell.value().into_owned()).unwrap_or_default()
    }

    #[test]
    fn a_row_is_repeated_in_its_looks_and_what_lies_below_moves_down() {
        let bytes = layout(&[]);
        check(&bytes, &ONCE, &columns()).unwrap();
        let book = open(&fill(&bytes, &filling(3)).unwrap()).unwrap();
        assert_eq!(text(&book, (1, 1)), "督办清单");
        for n in 1..=3 {
            let row = n + 2;
            let said = format!("=任务{n}（2026-07-01）");
            assert_eq!(
                [text(&book, (1, row)), text(&book, (2, row)), text(&book, (4, row)), text(&book, (5, row))],
                [n.to_string(), said, "2.5".to_owned(), "分".to_owned()]
            );
            let sheet = book.sheet(0).unwrap();
            assert_eq!(sheet.cell((4, row)).unwrap().value_number(), Some(2.5), "sums work");
            assert!(!sheet.cell((2, row)).unwrap().is_formula(), "what people wrote starts no formula");
            assert_eq!(sheet.row_dimension(row).unwrap().height(), 36.0);
            assert!(sheet.cell((5, row)).unwrap().style().borders().is_some());
        }
        let sheet = book.sheet(0).unwrap();
        let merged: BTreeSet<String> = sheet.merge_cells().iter().map(|range| range.range()).collect();
        assert_eq!(merged, ["A1:E1", "B3:C3", "B4:C4", "B5:C5", "A9:E9"].map(str::to_owned).into());
        assert_eq!(sheet.cell((4, 7)).unwrap().formula(), "SUM(D3:D6)");
        assert_eq!(text(&book, (1, 9)), "填报日期：2026-07-01");
    }

    #[test]
    fn without_rows_the_layout_is_empty_and_with_one_it_stays_as_long() {
        let none = open(&fill(&layout(&[]), &filling(0)).unwrap()).unwrap();
        assert_eq!(
            (text(&none, (1, 3)), text(&none, (2, 3)), text(&none, (1, 7))),
            (String::new(), "（2026-07-01）".into(), "填报日期：2026-07-01".into())
        );
        let one = open(&fill(&layout(&[]), &filling(1)).unwrap()).unwrap();
        assert_eq!((text(&one, (1, 3)), text(&one, (1, 7))), ("1".into(), "填报日期：2026-07-01".into()));
        assert_eq!(fill(&layout(&[]), &filling(MAX_ROWS + 1)), Err(LayoutError::TooManyRows));
    }

    #[test]
    fn what_cannot_be_filled_is_refused_with_its_place() {
        let refused = |cells: &[(u32, u16, &str)]| check(&layout(cells), &ONCE, &columns()).unwrap_err();
        let unknown = LayoutError::UnknownName { place: "工作表“督办”B9".into(), name: "任务名".into() };
        assert_eq!(refused(&[(8, 1, "共 {{任务名}}")]), unknown);
        assert_eq!(refused(&[(3, 0, "{{序号}}")]), LayoutError::TwoRows { sheet: "督办".into(), rows: (3, 4) });
        assert_eq!(refused(&[(2, 6, "=D3*2")]), LayoutError::Formula { place: "工作表“督办”G3".into() });
        let mut book = Writer::new();
        book.add_worksheet().write_string(0, 0, "没有项目").unwrap();
        assert_eq!(check(&book.save_to_buffer().unwrap(), &ONCE, &columns()), Err(LayoutError::NoNames));
        assert_eq!(check(b"a,b", &ONCE, &columns()), Err(LayoutError::Sheet(SheetError::NotASheet)));
        assert_eq!(check(&vec![0; MAX_BYTES + 1], &ONCE, &columns()), Err(LayoutError::TooLarge));
    }

    #[test]
    fn numbers_are_numbers_and_codes_are_texts() {
        assert_eq!(["12", "-0.5", "0"].map(number), [Some(12.0), Some(-0.5), Some(0.0)]);
        assert_eq!(["007", "1e5", "", "2026-07-01", "1234567890123456", ".5"].map(number), [None; 6]);
    }
}
