//! Number formats: what a cell shows of the number in it. After ECMA-376 part 1, 18.8.30 and 18.8.31, with what the
//! Chinese editions of Excel and WPS add (上午/下午, 星期, 中文数字).
//!
//! A format is read from its [`codes`]; a number is shown by it as one of the [`figures`] or one of the [`moments`], in its
//! [`numerals`].

mod codes;
mod figures;
mod moments;
mod numerals;

#[cfg(test)]
mod tests;

pub(super) use figures::decimal;

use codes::split;
use numerals::Numerals;

/// The longest code that is looked at; Excel takes 255 characters. Longer ones exist only to do harm.
const MAX_CODE: usize = 300;

/// A number format; the default one shows a number as it is.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Format {
    sections: Vec<Section>,
}

/// What a format has for some of the numbers.
#[derive(Clone, Debug, Default, PartialEq)]
struct Section {
    items: Vec<Item>,
    condition: Option<(Order, f64)>,
    numerals: Numerals,
    english: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Order {
    Less,
    AtMost,
    Equal,
    Unequal,
    AtLeast,
    More,
}

#[derive(Clone, Debug, PartialEq)]
enum Item {
    Words(String),
    /// `0`, `#` or `?`
    Digit(char),
    Point,
    /// Between digits it groups thousands, after them it divides by a thousand.
    Comma,
    Percent,
    /// `E+` or `E-`
    Exponent {
        always_signed: bool,
    },
    Slash,
    /// The text of a cell.
    Text,
    General,
    Year(usize),
    Month(usize),
    Minute(usize),
    Day(usize),
    /// 星期三 with four letters, 三 with three.
    Weekday(usize),
    Hour(usize),
    Second(usize),
    /// Digits of a fraction of a second.
    Fraction(usize),
    /// `[h]`, `[m]`, `[s]`: all of them, with at least so many digits.
    Elapsed(char, usize),
    /// 上午/下午 and AM/PM
    HalfDay {
        words: [&'static str; 2],
    },
}

impl Format {
    /// The formats that every spreadsheet program knows by number; 27–36 and 50–58 are the East Asian dates, as the
    /// Chinese editions have them.
    pub(super) fn of_id(id: u32) -> Format {
        Format::of_code(match id {
            1 => "0",
            2 => "0.00",
            3 => "#,##0",
            4 => "#,##0.00",
            9 => "0%",
            10 => "0.00%",
            11 => "0.00E+00",
            12 => "# ?/?",
            13 => "# ??/??",
            14 => "yyyy/m/d",
            15 => "[$-409]d-mmm-yy",
            16 => "[$-409]d-mmm",
            17 => "[$-409]mmm-yy",
            18 => "h:mm AM/PM",
            19 => "h:mm:ss AM/PM",
            20 => "h:mm",
            21 => "h:mm:ss",
            22 => "yyyy/m/d h:mm",
            27 | 36 | 50 | 52 | 57 => "yyyy\"年\"m\"月\"",
            28 | 29 | 51 | 53 | 54 | 58 => "m\"月\"d\"日\"",
            30 => "m-d-yy",
            31 => "yyyy\"年\"m\"月\"d\"日\"",
            32 => "h\"时\"mm\"分\"",
            33 => "h\"时\"mm\"分\"ss\"秒\"",
            34 | 55 => "上午/下午h\"时\"mm\"分\"",
            35 | 56 => "上午/下午h\"时\"mm\"分\"ss\"秒\"",
            37 | 38 => "#,##0;-#,##0",
            39 | 40 => "#,##0.00;-#,##0.00",
            41 | 42 => "#,##0",
            43 | 44 => "#,##0.00",
            45 => "mm:ss",
            46 => "[h]:mm:ss",
            47 => "mm:ss.0",
            48 => "##0.0E+0",
            _ => return Format::default(),
        })
    }

    pub(super) fn of_code(code: &str) -> Format {
        if code.len() > MAX_CODE {
            return Format::default();
        }
        let sections: Vec<Section> = split(code).iter().map(|part| Section::of(part)).collect();
        // what shows a number as it is needs no work
        let is_plain = |section: &Section| section.items == [Item::General] && section.numerals == Numerals::Arabic;
        if matches!(sections.as_slice(), [only] if is_plain(only)) {
            return Format::default();
        }
        Format { sections }
    }

    /// Whether a number is shown as a day or a time.
    pub(super) fn is_moment(&self, number: f64) -> bool {
        self.section(number).is_some_and(|(section, _)| section.is_moment())
    }

    /// The section for a number, and whether its sign is the section's business.
    fn section(&self, number: f64) -> Option<(&Section, bool)> {
        let numeric: Vec<&Section> = self.sections.iter().filter(|section| !section.is_for_text()).collect();
        if let Some(met) = numeric.iter().find(|section| section.condition.is_some_and(|met| holds(met, number))) {
            return Some((met, false));
        }
        let free: Vec<&Section> = numeric.iter().copied().filter(|section| section.condition.is_none()).collect();
        match free.as_slice() {
            [] => None,
            _ if free.len() < numeric.len() => free.first().map(|section| (*section, false)),
            [_, negative, ..] if number < 0.0 => Some((negative, true)),
            [_, _, zero, ..] if number == 0.0 => Some((zero, false)),
            [first, ..] => Some((first, false)),
        }
    }

    /// The number as it is shown; `None` when it is shown as it is, or not at all.
    pub(super) fn show(&self, number: f64, since_1904: bool) -> Option<String> {
        let (section, signed) = self.section(number)?;
        let number = if signed { number.abs() } else { number };
        let shown = match section.is_moment() {
            true => section.moment(number, since_1904)?,
            false => section.number(number)?,
        };
        Some(shown.trim().to_owned())
    }

    /// A text with the words that the format puts around it; `None` when there are none.
    pub(super) fn around(&self, text: &str) -> Option<String> {
        let section =
            self.sections.iter().rfind(|section| section.is_for_text() || section.items.contains(&Item::Text))?;
        if section.items.len() < 2 {
            return None;
        }
        let words = section.items.iter().map(|item| match item {
            Item::Text => text,
            Item::Words(words) => words,
            _ => "",
        });
        Some(words.collect::<String>().trim().to_owned())
    }
}

fn holds((order, bound): (Order, f64), number: f64) -> bool {
    match order {
        Order::Less => number < bound,
        Order::AtMost => number <= bound,
        Order::Equal => number == bound,
        Order::Unequal => number != bound,
        Order::AtLeast => number >= bound,
        Order::More => number > bound,
    }
}

impl Section {
    fn is_for_text(&self) -> bool {
        self.items.contains(&Item::Text)
            && !self.items.iter().any(|item| matches!(item, Item::Digit(_) | Item::General))
    }

    fn is_moment(&self) -> bool {
        self.items.iter().any(|item| {
            matches!(item, Item::Year(_) | Item::Month(_) | Item::Minute(_) | Item::Day(_) | Item::Weekday(_))
                || matches!(item, Item::Hour(_) | Item::Second(_) | Item::Elapsed(..) | Item::HalfDay { .. })
        })
    }
}
