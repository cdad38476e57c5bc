//! The cells of one worksheet, streamed.

use std::borrow::Cow;

use quick_xml::events::{BytesStart, Event};

use super::numbers::{Numbers, Shown};
use super::package::{Xml, attribute, local};
use super::strings::{Strings, Writing, unescape};
use crate::base::sheet::SheetError;
use crate::base::sheet::delimited::names_error;
use crate::base::sheet::grid::{Budget, Grid, Mark, Range};
use crate::base::text::visible;

/// Merged ranges of one sheet.
const MAX_RANGES: usize = 100_000;

/// Where the next cell is when it does not say so itself: rows from 1, columns from 0.
#[derive(Default)]
struct Cursor {
    row: u32,
    column: usize,
}

pub(super) fn read(
    mut xml: Xml<'_>,
    strings: &Strings,
    numbers: &Numbers,
    mut grid: Grid,
    budget: &mut Budget,
) -> Result<Grid, SheetError> {
    let mut cursor = Cursor::default();
    let mut is_over = false;
    loop {
        match xml.next()? {
            Event::Start(tag) if local(&tag) == "row" => {
                let number = attribute(&tag, "r").and_then(|number| number.parse().ok());
                cursor = Cursor { row: number.unwrap_or(cursor.row.saturating_add(1)), column: 0 };
            }
            Event::Start(tag) if local(&tag) == "c" => {
                let cell = Cell::new(&tag);
                if let Some(place) = attribute(&tag, "r") {
                    (cursor.row, cursor.column) = position(&place).ok_or(SheetError::NotASheet)?;
                }
                let raw = cell.raw(&mut xml)?;
                let shown = cell.shown(&raw, strings, numbers)?;
                grid.put(budget, cursor.row, cursor.column, &shown.text, shown.mark)?;
                if let Some(plain) = shown.plain {
                    grid.plain.insert((cursor.row, cursor.column), plain.into());
                }
                cursor.column += 1;
            }
            Event::Start(tag) if local(&tag) == "mergeCell" => {
                grid.merged.extend(attribute(&tag, "ref").and_then(|place| range(&place)));
                if grid.merged.len() > MAX_RANGES {
                    return Err(SheetError::Bomb);
                }
            }
            Event::End(tag) if tag.local_name().into_inner() == "sheetData" => is_over = true,
            Event::Eof if is_over => break,
            Event::Eof => return Err(SheetError::NotASheet),
            _ => (),
        }
    }
    grid.fill_merged(budget)?;
    Ok(grid)
}

/// "H2:H4" as a range.
fn range(place: &str) -> Option<Range> {
    let (from, to) = place.split_once(':')?;
    let ((top, left), (bottom, right)) = (position(from)?, position(to)?);
    (top <= bottom && left <= right).then_some(Range { top, bottom, left, right })
}

/// "B12" as row 12, column 1.
fn position(place: &str) -> Option<(u32, usize)> {
    let split = place.find(|c: char| c.is_ascii_digit())?;
    let (letters, digits) = place.split_at(split);
    // Three letters reach beyond the last column there is.
    if !(1..=3).contains(&letters.len()) || !letters.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        return None;
    }
    let number = |number, byte: u8| number * 26 + usize::from(byte.to_ascii_uppercase() - b'A') + 1;
    Some((digits.parse().ok()?, letters.bytes().fold(0, number) - 1))
}

/// What the start of a cell says about its content.
struct Cell {
    kind: Kind,
    style: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Number,
    Shared,
    Inline,
    /// The text of a formula.
    Text,
    Error,
    Boolean,
    Day,
}

/// The stored value of a cell, and whether a formula gave it.
struct Raw {
    text: String,
    by_formula: bool,
}

impl Cell {
    fn new(tag: &BytesStart<'_>) -> Self {
        let kind = match attribute(tag, "t").as_deref() {
            None | Some("n") => Kind::Number,
            Some("s") => Kind::Shared,
            Some("inlineStr") => Kind::Inline,
            Some("b") => Kind::Boolean,
            Some("d") => Kind::Day,
            Some("e") => Kind::Error,
            Some(_) => Kind::Text,
        };
        Cell { kind, style: attribute(tag, "s").and_then(|style| style.parse().ok()).unwrap_or(0) }
    }

    /// The stored value, read up to the end of the cell.
    fn raw(&self, xml: &mut Xml<'_>) -> Result<Raw, SheetError> {
        let mut writing = Writing::of(if self.kind == Kind::Inline { "t" } else { "v" });
        let mut by_formula = false;
        loop {
            match xml.next()? {
                Event::End(tag) if tag.local_name().into_inner() == "c" => {
                    return Ok(Raw { text: writing.take(), by_formula });
                }
                Event::Start(tag) if local(&tag) == "f" => by_formula = true,
                Event::Eof => return Err(SheetError::NotASheet),
                event => writing.follow(&event)?,
            }
        }
    }

    fn shown<'a>(&self, raw: &'a Raw, strings: &'a Strings, numbers: &Numbers) -> Result<Shown<'a>, SheetError> {
        let text = raw.text.trim();
        let words = |text: Cow<'a, str>| {
            let mark = if names_error(&text) { Mark::NamesError } else { Mark::Plain };
            // what a cell with a picture in it holds in WPS is no text that anybody wrote
            let mark = if text.trim_start().starts_with("=DISPIMG(") { Mark::Error } else { mark };
            Shown { text: numbers.words(text, self.style), mark, plain: None }
        };
        // the text of a formula may well be empty; every other formula has a value
        if raw.by_formula && text.is_empty() && self.kind != Kind::Text {
            return Ok(Shown { text: "".into(), mark: Mark::NoValue, plain: None });
        }
        Ok(match self.kind {
            Kind::Inline | Kind::Text => words(visible(&unescape(&raw.text)).into()),
            _ if text.is_empty() => Shown::default(),
            Kind::Error => Shown { text: text.into(), mark: Mark::Error, plain: None },
            Kind::Number => numbers.show(text, self.style),
            Kind::Shared => {
                let index = text.parse().map_err(|_| SheetError::NotASheet)?;
                words(strings.get(index).ok_or(SheetError::NotASheet)?.into())
            }
            Kind::Boolean => {
                let text = if matches!(text, "1" | "true") { "TRUE" } else { "FALSE" };
                Shown { text: text.into(), ..Shown::default() }
            }
            Kind::Day => {
                let text = text.strip_suffix("T00:00:00").map_or_else(|| text.replacen('T', " ", 1).into(), Cow::from);
                Shown { text, mark: Mark::Moment, plain: None }
            }
        })
    }
}
