//! Reading csv as it arrives from Chinese offices: UTF-8, UTF-16 or GBK, with commas, semicolons, tabs or bars, with
//! quotes that are forgotten, and with what spreadsheet programs add: `sep=;` and `="00123"`.
//!
//! Read by hand rather than by the crate `csv`, which takes a quote that is never closed for one cell up to the end of the
//! file, and drops quotes in the middle of a text, both without a word.

use std::borrow::Cow;

use encoding_rs::{Encoding, GB18030, UTF_8, UTF_16BE, UTF_16LE};

use super::SheetError;
use super::export::unshield;
use super::grid::{Broken, Budget, Grid, Mark};
use super::limits::{MAX_COLUMNS, MAX_ROWS};
use crate::base::text::visible;

/// Rows of one file that are told to be broken; a file with more is no table.
const BROKEN_TOLD: usize = 1_000;

pub(super) fn read(bytes: &[u8]) -> Result<Grid, SheetError> {
    let text = decode(bytes)?;
    let (delimiter, start, first_row) = delimiter(&text);
    // Each delimiter may begin a cell, and twenty million of them would be expensive.
    if text.bytes().filter(|byte| *byte == delimiter).count() > (MAX_ROWS + 1) * MAX_COLUMNS {
        return Err(SheetError::TooManyColumns);
    }
    let mut budget = Budget::default();
    let mut grid = Grid::new("", &mut budget);
    let mut reader = Reader { text: &text, at: start, row: first_row, delimiter };
    while reader.at < text.len() {
        reader.record(&mut grid, &mut budget)?;
    }
    Ok(grid)
}

/// A byte order mark decides; without one it is UTF-8 if that is valid or nearly so, UTF-16 if every second byte of many is
/// naught, else GB18030, of which GBK is a part.
pub(super) fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, SheetError> {
    let (encoding, bytes) = match Encoding::for_bom(bytes) {
        Some((encoding, mark)) => (encoding, &bytes[mark..]),
        None => (guess(bytes), bytes),
    };
    let text = match encoding.decode_without_bom_handling_and_without_replacement(bytes) {
        Some(text) => text,
        // a few broken characters are shown as such, and told of by their row
        None if encoding == UTF_8 => encoding.decode_without_bom_handling(bytes).0,
        None => return Err(SheetError::UnknownEncoding),
    };
    // No text has a NUL; a picture or an archive sent by mistake has.
    if text.contains('\0') { Err(SheetError::NotASheet) } else { Ok(text) }
}

fn guess(bytes: &[u8]) -> &'static Encoding {
    match std::str::from_utf8(bytes) {
        Ok(_) if !bytes.contains(&0) => return UTF_8,
        _ => {}
    }
    let naughts = |odd: usize| bytes.iter().skip(odd).step_by(2).filter(|byte| **byte == 0).count();
    let (even, odd) = (naughts(0), naughts(1));
    // of a text in Chinese, only delimiters, digits and line ends have a naught
    if bytes.len().is_multiple_of(2) && even.max(odd) * 50 > bytes.len() && even.min(odd) * 20 < even.max(odd) {
        return if odd > even { UTF_16LE } else { UTF_16BE };
    }
    // a file in UTF-8 with a few broken bytes, such as one that was cut, is no GBK
    let (mut broken, mut sound) = (0_usize, 0_usize);
    for chunk in bytes.utf8_chunks() {
        broken += usize::from(!chunk.invalid().is_empty());
        sound += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
    }
    if sound > broken * 50 { UTF_8 } else { GB18030 }
}

/// The delimiter, where the table begins, and the number of its first row: what Excel writes in a first line `sep=;` is
/// believed, else it is the most frequent one of the first line that has any, outside quotes.
fn delimiter(text: &str) -> (u8, usize, u32) {
    let first = text.lines().next().unwrap_or_default();
    let bare = first.trim_matches(['\r', '\u{FEFF}', '"']);
    if let Some(&[said]) = bare.to_ascii_lowercase().strip_prefix("sep=").map(str::as_bytes)
        && said.is_ascii()
    {
        let after = text.find('\n').map_or(text.len(), |at| at + 1);
        return (said, after, 2);
    }
    let count = |line: &str, delimiter: u8| {
        line.split('"').step_by(2).flat_map(str::bytes).filter(|byte| *byte == delimiter).count()
    };
    let signs = [b'|', b'\t', b';', b','];
    let header = text.lines().take(20).find(|line| signs.iter().any(|sign| count(line, *sign) > 0)).unwrap_or_default();
    // `max_by_key` takes the last of equals: the comma.
    (signs.into_iter().max_by_key(|sign| count(header, *sign)).unwrap_or(b','), 0, 1)
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    row: u32,
    delimiter: u8,
}

/// What ends a cell.
enum End {
    Cell,
    Row,
}

impl<'t> Reader<'t> {
    /// Reads one row, which may span several lines.
    fn record(&mut self, grid: &mut Grid, budget: &mut Budget) -> Result<(), SheetError> {
        let (row, start) = (self.row, self.at);
        for column in 0.. {
            let quoted = self.text[self.at..].starts_with('"').then(|| self.quoted());
            let (cell, end) = match quoted {
                Some(Quoted::Closed { text, lines, end }) => {
                    if lines > 0 && self.swallows_rows(&text) {
                        let message = format!("引号跨了 {} 行才收尾，中间像是另外几行，请核对", lines + 1);
                        grid.doubts.push(Broken { row, message });
                    }
                    (text, end)
                }
                Some(Quoted::Open) => {
                    // nothing of the row can be believed; the next line is read as a row of its own
                    if grid.broken.len() == BROKEN_TOLD {
                        return Err(SheetError::NotASheet);
                    }
                    let message = format!("第 {} 个单元格的引号没有收尾，该行没有读取", column + 1);
                    grid.broken.push(Broken { row, message });
                    grid.rows.remove(&row);
                    self.at = self.line_end(start);
                    self.row = row;
                    self.end_line();
                    return Ok(());
                }
                Some(Quoted::Literal) | None => self.bare(),
            };
            self.put(grid, budget, row, column, &cell)?;
            if matches!(end, End::Row) {
                self.end_line();
                return Ok(());
            }
        }
        Ok(())
    }

    fn put(&self, grid: &mut Grid, budget: &mut Budget, row: u32, column: usize, cell: &str) -> Result<(), SheetError> {
        let bare = unshield(cell);
        // a text that a spreadsheet program was to keep from taking it for a number
        let inner = cell.trim().strip_prefix("=\"").and_then(|rest| rest.strip_suffix('"'));
        let cell = bare;
        let text: Cow<'_, str> = inner.map_or(cell.into(), |inner| inner.replace("\"\"", "\"").into());
        let mark = if names_error(&text) { Mark::Error } else { Mark::Plain };
        grid.put(budget, row, column, &visible(&text), mark)
    }

    /// A cell up to the next delimiter or line end, quotes within it as they are.
    fn bare(&mut self) -> (Cow<'t, str>, End) {
        let rest = &self.text.as_bytes()[self.at..];
        let length =
            rest.iter().position(|byte| *byte == self.delimiter || matches!(byte, b'\r' | b'\n')).unwrap_or(rest.len());
        let cell = &self.text[self.at..self.at + length];
        self.at += length;
        (cell.into(), self.end_of_cell())
    }

    /// Steps over the delimiter behind a cell, or says that the row ends.
    fn end_of_cell(&mut self) -> End {
        if self.text.as_bytes().get(self.at) == Some(&self.delimiter) {
            self.at += 1;
            End::Cell
        } else {
            End::Row
        }
    }

    /// A cell that begins with a quote.
    fn quoted(&mut self) -> Quoted<'t> {
        let bytes = self.text.as_bytes();
        let start = self.at + 1;
        let (mut at, mut doubled) = (start, false);
        loop {
            match bytes[at..].iter().position(|byte| *byte == b'"').map(|found| at + found) {
                None => return Quoted::Open,
                Some(quote) if bytes.get(quote + 1) == Some(&b'"') => (at, doubled) = (quote + 2, true),
                Some(quote) => {
                    let after = bytes[quote + 1..].iter().take_while(|byte| **byte == b' ').count() + quote + 1;
                    let is_end = |byte: &u8| *byte == self.delimiter || matches!(byte, b'\r' | b'\n');
                    let inner = &self.text[start..quote];
                    if bytes.get(after).is_none_or(is_end) {
                        self.at = after;
                        let text = if doubled { inner.replace("\"\"", "\"").into() } else { inner.into() };
                        let lines = line_ends(inner);
                        return Quoted::Closed { text, lines, end: self.end_of_cell() };
                    }
                    // 「"五位一体"总体布局」: the quote belongs to the text; over several lines it was forgotten
                    return if inner.contains(['\r', '\n']) { Quoted::Open } else { Quoted::Literal };
                }
            }
        }
    }

    /// Whether lines within a quoted cell look like rows of the table.
    fn swallows_rows(&self, text: &str) -> bool {
        let of_header = self.text.lines().take(20).map(|line| self.count(line)).max().unwrap_or(0);
        of_header >= 2 && text.lines().skip(1).any(|line| self.count(line) >= of_header.saturating_sub(1).max(2))
    }

    fn count(&self, line: &str) -> usize {
        line.bytes().filter(|byte| *byte == self.delimiter).count()
    }

    /// Where the line ends in which `at` lies.
    fn line_end(&self, at: usize) -> usize {
        let rest = &self.text.as_bytes()[at..];
        at + rest.iter().position(|byte| matches!(byte, b'\r' | b'\n')).unwrap_or(rest.len())
    }

    /// Steps over a line end.
    fn end_line(&mut self) {
        self.row += 1;
        self.at += match self.text.as_bytes()[self.at..] {
            [b'\r', b'\n', ..] => 2,
            [b'\r' | b'\n', ..] => 1,
            _ => 0,
        };
    }
}

enum Quoted<'t> {
    Closed {
        text: Cow<'t, str>,
        lines: u32,
        end: End,
    },
    /// Never closed, or closed in a later row.
    Open,
    /// The quotes belong to the text.
    Literal,
}

/// Lines that a text has beyond its first one.
fn line_ends(text: &str) -> u32 {
    let bytes = text.as_bytes();
    let ends = bytes.iter().enumerate().filter(|(at, byte)| match byte {
        b'\n' => true,
        b'\r' => bytes.get(at + 1) != Some(&b'\n'),
        _ => false,
    });
    u32::try_from(ends.count()).unwrap_or(u32::MAX)
}

/// Whether a text is what a spreadsheet program shows in place of a value that it could not find.
pub(super) fn names_error(text: &str) -> bool {
    const ERRORS: [&str; 14] = [
        "#N/A",
        "#REF!",
        "#VALUE!",
        "#NAME?",
        "#DIV/0!",
        "#NUM!",
        "#NULL!",
        "#SPILL!",
        "#CALC!",
        "#FIELD!",
        "#BLOCKED!",
        "#CONNECT!",
        "#UNKNOWN!",
        "#GETTING_DATA",
    ];
    let text = text.trim();
    let overflown = text.len() >= 3 && text.bytes().all(|byte| byte == b'#');
    overflown || text.starts_with("=DISPIMG(") || ERRORS.iter().any(|error| error.eq_ignore_ascii_case(text))
}
