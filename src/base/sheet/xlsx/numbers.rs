//! Numbers as a person reads them in the cell: an xlsx stores days, percentages and padded numbers as plain numbers, and
//! only the cell's style tells them apart.

use std::collections::HashMap;

use chrono::{Days, NaiveDate};
use quick_xml::events::Event;

use super::package::{Xml, attribute, local};
use crate::base::sheet::SheetError;

/// How numbers are shown, as far as it changes their meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    Plain,
    Moment,
    Percent,
    /// Filled up with zeros to this many digits.
    Padded(usize),
}

pub(super) struct Numbers {
    styles: Vec<Format>,
    since_1904: bool,
}

impl Numbers {
    pub(super) fn new(since_1904: bool) -> Self {
        Numbers { styles: Vec::new(), since_1904 }
    }

    /// Takes over the cell styles of a workbook.
    pub(super) fn read_styles(&mut self, mut xml: Xml<'_>) -> Result<(), SheetError> {
        let mut custom: HashMap<u32, Format> = HashMap::new();
        let mut in_cells = false;
        loop {
            match xml.next()? {
                Event::Start(tag) if local(&tag) == "cellXfs" => in_cells = true,
                Event::End(tag) if tag.local_name().into_inner() == "cellXfs" => return Ok(()),
                Event::Start(tag) if local(&tag) == "numFmt" => {
                    let id = attribute(&tag, "numFmtId").and_then(|id| id.parse().ok());
                    let code = attribute(&tag, "formatCode");
                    custom.extend(id.zip(code.map(|code| Format::of_code(&code))));
                }
                Event::Start(tag) if in_cells && local(&tag) == "xf" => {
                    let id = attribute(&tag, "numFmtId").and_then(|id| id.parse().ok()).unwrap_or(0);
                    self.styles.push(custom.get(&id).copied().unwrap_or_else(|| Format::of_id(id)));
                }
                Event::Eof => return Ok(()),
                _ => (),
            }
        }
    }

    /// The stored number `raw` as it is shown in a cell of this style.
    pub(super) fn show(&self, raw: &str, style: usize) -> String {
        let format = self.styles.get(style).copied().unwrap_or(Format::Plain);
        let number = raw.parse::<f64>().ok().filter(|number| number.is_finite());
        match (format, number) {
            (Format::Moment, Some(number)) => moment(number, self.since_1904).unwrap_or_else(|| raw.to_owned()),
            (Format::Percent, Some(number)) => format!("{}%", decimal(number * 100.0)),
            (Format::Padded(digits), Some(_)) if is_digits(raw) && !raw.starts_with('-') => format!("{raw:0>digits$}"),
            // As typed: eighteen digits of an identity card do not fit a binary fraction.
            _ if is_digits(raw) => raw.to_owned(),
            (_, Some(number)) => decimal(number),
            (_, None) => raw.to_owned(),
        }
    }
}

impl Format {
    /// The formats that every spreadsheet program knows by number; 27–36 and 50–58 are the East Asian dates.
    fn of_id(id: u32) -> Self {
        match id {
            9 | 10 => Format::Percent,
            14..=22 | 27..=36 | 45..=47 | 50..=58 => Format::Moment,
            _ => Format::Plain,
        }
    }

    /// A format by its code, of which the first section counts: `yyyy"年"m"月"d"日";@` is a moment.
    fn of_code(code: &str) -> Self {
        let signs = signs(code);
        // Longer codes exist only to do harm: a width beyond 65,535 makes `format!` panic.
        if (2..=32).contains(&signs.len()) && signs.bytes().all(|byte| byte == b'0') {
            return Format::Padded(signs.len());
        }
        if signs.contains('%') {
            return Format::Percent;
        }
        let is_moment = !signs.eq_ignore_ascii_case("general")
            && signs.contains(['y', 'Y', 'm', 'M', 'd', 'D', 'h', 'H', 's', 'S']);
        if is_moment { Format::Moment } else { Format::Plain }
    }
}

/// The first section of a format code without its literal text and its bracketed colours and conditions.
fn signs(code: &str) -> String {
    let mut signs = String::new();
    let mut chars = code.chars();
    while let Some(c) = chars.next() {
        match c {
            '"' => drop(chars.find(|c| *c == '"')),
            '[' => drop(chars.find(|c| *c == ']')),
            '\\' | '_' | '*' => drop(chars.next()),
            ';' => break,
            c => signs.push(c),
        }
    }
    signs
}

fn is_digits(raw: &str) -> bool {
    let digits = raw.strip_prefix('-').unwrap_or(raw);
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// Without the noise of binary fractions: a spreadsheet shows 15 digits, and so 0.1 + 0.2 as 0.3.
fn decimal(number: f64) -> String {
    if number.fract() == 0.0 {
        return number.to_string();
    }
    format!("{number:.14e}").parse().unwrap_or(number).to_string()
}

/// `2026-07-01`, with the time of day if there is one; a mere time stands alone. `None` after the year 9999.
fn moment(serial: f64, since_1904: bool) -> Option<String> {
    const DAY: u64 = 86_400;
    if !(0.0..2_958_466.0).contains(&serial) {
        return None;
    }
    let seconds = (serial * DAY as f64).round() as u64;
    let (days, seconds) = (seconds / DAY, seconds % DAY);
    let time = format!("{:02}:{:02}:{:02}", seconds / 3_600, seconds / 60 % 60, seconds % 60);
    if days == 0 {
        return Some(time);
    }
    let epoch = match days {
        _ if since_1904 => NaiveDate::from_ymd_opt(1904, 1, 1),
        // Spreadsheets believe that 1900 was a leap year, so the days before its March are counted one higher.
        0..60 => NaiveDate::from_ymd_opt(1899, 12, 31),
        _ => NaiveDate::from_ymd_opt(1899, 12, 30),
    };
    let day = epoch?.checked_add_days(Days::new(days))?;
    Some(if seconds == 0 { day.to_string() } else { format!("{day} {time}") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_style_tells_what_a_number_means() {
        let cases = [
            ("General", Format::Plain),
            ("0.00_ ;[Red]\\-0.00\\ ", Format::Plain),
            ("#,##0\"天\"", Format::Plain),
            ("0.00E+00", Format::Plain),
            ("@", Format::Plain),
            ("yyyy\"年\"m\"月\"d\"日\";@", Format::Moment),
            ("[$-804]yyyy/m/d h:mm", Format::Moment),
            ("0.00%", Format::Percent),
            ("000000", Format::Padded(6)),
            ("0", Format::Plain),
            (&"0".repeat(100_000), Format::Plain),
        ];
        for (code, format) in cases {
            assert_eq!(Format::of_code(code), format, "{code}");
        }
    }

    #[test]
    fn numbers_are_shown_as_in_the_cell() {
        let numbers = Numbers {
            styles: vec![Format::Plain, Format::Moment, Format::Percent, Format::Padded(6)],
            since_1904: false,
        };
        let cases = [
            ("620302199001011234", 0, "620302199001011234"),
            ("6.20302199001011E+17", 0, "620302199001011000"),
            ("5.0", 0, "5"),
            ("0.30000000000000004", 0, "0.3"),
            ("-12.5", 7, "-12.5"),
            ("NaN", 0, "NaN"),
            ("46204", 1, "2026-07-01"),
            ("46204.326388888891", 1, "2026-07-01 07:50:00"),
            ("0.326388888891", 1, "07:50:00"),
            ("46203.999999999", 1, "2026-07-01"),
            ("1", 1, "1900-01-01"),
            ("61", 1, "1900-03-01"),
            ("-1", 1, "-1"),
            ("1e300", 1, "1e300"),
            ("0.07", 2, "7%"),
            ("0.125", 2, "12.5%"),
            ("42", 3, "000042"),
        ];
        for (raw, style, shown) in cases {
            assert_eq!(numbers.show(raw, style), shown, "{raw}");
        }
    }
}
