//! Numbers as a person reads them in the cell: an xlsx stores days, percentages and padded numbers as plain numbers, and
//! only the cell's style tells them apart.

use std::borrow::Cow;
use std::collections::HashMap;

use quick_xml::events::Event;

use super::formats::{Format, decimal};
use super::package::{Xml, attribute, local};
use crate::base::sheet::SheetError;
use crate::base::sheet::grid::Mark;

/// Number formats of a workbook; Excel has some two hundred at most.
const MAX_FORMATS: usize = 4_000;

/// What a cell shows.
#[derive(Default)]
pub(super) struct Shown<'a> {
    pub(super) text: Cow<'a, str>,
    pub(super) mark: Mark,
    /// The number as it is stored, where it is shown otherwise.
    pub(super) plain: Option<String>,
}

pub(super) struct Numbers {
    formats: Vec<Format>,
    /// Which format each cell style has.
    styles: Vec<u16>,
    since_1904: bool,
}

impl Numbers {
    pub(super) fn new(since_1904: bool) -> Self {
        Numbers { formats: vec![Format::default()], styles: Vec::new(), since_1904 }
    }

    /// Takes over the cell styles of a workbook.
    pub(super) fn read_styles(&mut self, mut xml: Xml<'_>) -> Result<(), SheetError> {
        let mut known: HashMap<u32, u16> = HashMap::from([(0, 0)]);
        let mut in_cells = false;
        loop {
            match xml.next()? {
                Event::Start(tag) if local(&tag) == "cellXfs" => in_cells = true,
                Event::End(tag) if tag.local_name().into_inner() == "cellXfs" => return Ok(()),
                Event::Start(tag) if local(&tag) == "numFmt" => {
                    let id = attribute(&tag, "numFmtId").and_then(|id| id.parse().ok());
                    let code = attribute(&tag, "formatCode");
                    if let Some((id, code)) = id.zip(code) {
                        let format = Format::of_code(&code);
                        known.extend(self.keep(format).map(|place| (id, place)));
                    }
                }
                Event::Start(tag) if in_cells && local(&tag) == "xf" => {
                    let id = attribute(&tag, "numFmtId").and_then(|id| id.parse().ok()).unwrap_or(0);
                    let place = match known.get(&id) {
                        Some(place) => *place,
                        None => {
                            let place = self.keep(Format::of_id(id)).unwrap_or(0);
                            known.insert(id, place);
                            place
                        }
                    };
                    self.styles.push(place);
                }
                Event::Eof => return Ok(()),
                _ => (),
            }
        }
    }

    fn keep(&mut self, format: Format) -> Option<u16> {
        let place = u16::try_from(self.formats.len()).ok().filter(|_| self.formats.len() < MAX_FORMATS)?;
        self.formats.push(format);
        Some(place)
    }

    fn format(&self, style: usize) -> &Format {
        let place = self.styles.get(style).copied().unwrap_or(0);
        &self.formats[usize::from(place)]
    }

    /// The stored number `raw` as it is shown in a cell of this style.
    pub(super) fn show<'a>(&self, raw: &'a str, style: usize) -> Shown<'a> {
        let format = self.format(style);
        let Some(number) = raw.parse::<f64>().ok().filter(|number| number.is_finite()) else {
            return Shown { text: raw.into(), ..Shown::default() };
        };
        // As typed: eighteen digits of an identity card do not fit a binary fraction.
        let plain = if is_digits(raw) { raw.to_owned() } else { decimal(number) };
        // fifteen digits and then noughts: what a spreadsheet program leaves of a longer number
        let is_rounded = number.abs() >= 1e15
            && (!is_digits(raw) || raw.trim_start_matches('-')[15..].bytes().all(|byte| byte == b'0'));
        let mark = match () {
            () if format.is_moment(number) => Mark::Moment,
            () if is_rounded => Mark::Rounded,
            () => Mark::Plain,
        };
        let shown = format.show(number, self.since_1904);
        let text = shown.filter(|text| !text.trim().is_empty()).unwrap_or_else(|| plain.clone());
        let plain = (text != plain).then_some(plain);
        Shown { text: text.into(), mark, plain }
    }

    /// A text as it is shown in a cell of this style: a format may put words around it.
    pub(super) fn words<'a>(&self, text: Cow<'a, str>, style: usize) -> Cow<'a, str> {
        match self.format(style).around(&text) {
            Some(shown) if !text.is_empty() => shown.into(),
            _ => text,
        }
    }
}

fn is_digits(raw: &str) -> bool {
    let digits = raw.strip_prefix('-').unwrap_or(raw);
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}
