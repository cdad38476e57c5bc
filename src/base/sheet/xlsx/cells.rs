//! The cells of one worksheet, streamed.

use std::borrow::Cow;

use quick_xml::events::{BytesStart, Event};

use super::numbers::Numbers;
use super::package::{Xml, attribute, local};
use super::strings::{Strings, Writing, unescape};
use crate::base::sheet::SheetError;
use crate::base::sheet::grid::Grid;

/// Where the next cell is when it does not say so itself: rows from 1, columns from 0.
#[derive(Default)]
struct Cursor {
    row: u32,
    column: usize,
}

pub(super) fn read(mut xml: Xml<'_>, strings: &Strings, numbers: &Numbers) -> Result<Grid, SheetError> {
    let mut grid = Grid::default();
    let mut cursor = Cursor::default();
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
                grid.put(cursor.row, cursor.column, &cell.text(&raw, strings, numbers)?)?;
                cursor.column += 1;
            }
            Event::End(tag) if tag.local_name().into_inner() == "sheetData" => return Ok(grid),
            Event::Eof => return Err(SheetError::NotASheet),
            _ => (),
        }
    }
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
    Text,
    Boolean,
    Day,
}

impl Cell {
    fn new(tag: &BytesStart<'_>) -> Self {
        let kind = match attribute(tag, "t").as_deref() {
            None | Some("n") => Kind::Number,
            Some("s") => Kind::Shared,
            Some("inlineStr") => Kind::Inline,
            Some("b") => Kind::Boolean,
            Some("d") => Kind::Day,
            // "str", the text of a formula; "e", the name of an error.
            Some(_) => Kind::Text,
        };
        Cell { kind, style: attribute(tag, "s").and_then(|style| style.parse().ok()).unwrap_or(0) }
    }

    /// The stored value, read up to the end of the cell.
    fn raw(&self, xml: &mut Xml<'_>) -> Result<String, SheetError> {
        let mut writing = Writing::of(if self.kind == Kind::Inline { "t" } else { "v" });
        loop {
            match xml.next()? {
                Event::End(tag) if tag.local_name().into_inner() == "c" => return Ok(writing.take()),
                Event::Eof => return Err(SheetError::NotASheet),
                event => writing.follow(&event)?,
            }
        }
    }

    fn text<'a>(&self, raw: &'a str, strings: &'a Strings, numbers: &Numbers) -> Result<Cow<'a, str>, SheetError> {
        Ok(match self.kind {
            Kind::Inline | Kind::Text => unescape(raw),
            _ if raw.trim().is_empty() => "".into(),
            Kind::Number => numbers.show(raw.trim(), self.style).into(),
            Kind::Shared => {
                let index = raw.trim().parse().map_err(|_| SheetError::NotASheet)?;
                strings.get(index).ok_or(SheetError::NotASheet)?.into()
            }
            Kind::Boolean => if matches!(raw.trim(), "1" | "true") { "TRUE" } else { "FALSE" }.into(),
            Kind::Day => raw.strip_suffix("T00:00:00").map_or_else(|| raw.replacen('T', " ", 1).into(), Cow::from),
        })
    }
}
