//! Plain numbers, scientific ones and fractions.

use super::numerals::{Numerals, spoken};
use super::{Item, Section};

/// Digits behind the point that are shown, at most.
const MAX_PLACES: usize = 30;

impl Section {
    pub(super) fn number(&self, number: f64) -> Option<String> {
        if self.items.contains(&Item::Text) {
            return None;
        }
        if self.items.contains(&Item::General) {
            return Some(self.general(number));
        }
        if !self.items.iter().any(|item| matches!(item, Item::Digit(_))) {
            // nothing but words, such as "—" in the place of zero
            let words = self.items.iter().map(|item| if let Item::Words(words) = item { words.as_str() } else { "" });
            return Some(words.collect());
        }
        if self.items.iter().any(|item| matches!(item, Item::Exponent { .. })) {
            return self.scientific(number);
        }
        if self.is_fraction() {
            return self.fraction(number);
        }
        self.decimal(number)
    }

    fn general(&self, number: f64) -> String {
        let text = decimal(number);
        let said = match (self.numerals, number) {
            (Numerals::Arabic, _) => text,
            (Numerals::Wide, _) => self.digits(&text),
            (_, whole) if whole >= 0.0 && whole.fract() == 0.0 && whole < 1e16 => spoken(whole as u64, self.numerals),
            _ => {
                let (whole, part) = text.split_once('.').unwrap_or((&text, ""));
                let whole =
                    whole.trim_start_matches('-').parse().map_or(String::new(), |whole| spoken(whole, self.numerals));
                let part = if part.is_empty() { String::new() } else { format!(".{}", self.digits(part)) };
                format!("{}{whole}{part}", if number < 0.0 { "-" } else { "" })
            }
        };
        let shown = self.items.iter().map(|item| match item {
            Item::General => said.as_str(),
            Item::Words(words) => words,
            _ => "",
        });
        shown.collect()
    }

    /// Where the digits end: items after it have none.
    fn last_digit(&self) -> usize {
        self.items.iter().rposition(|item| matches!(item, Item::Digit(_))).unwrap_or(0)
    }

    fn decimal(&self, number: f64) -> Option<String> {
        let point = self.items.iter().position(|item| *item == Item::Point);
        let last = self.last_digit();
        let first = self.items.iter().position(|item| matches!(item, Item::Digit(_)))?;
        let whole_end = point.unwrap_or(last + 1);
        let is_digit = |item: &&Item| matches!(item, Item::Digit(_));
        let places = point.map_or(0, |point| self.items[point..].iter().filter(is_digit).count()).min(MAX_PLACES);
        let least = point.map_or(0, |point| {
            let digits: Vec<&Item> = self.items[point..].iter().filter(is_digit).collect();
            digits.iter().rposition(|item| **item == Item::Digit('0')).map_or(0, |at| at + 1)
        });
        let last_whole = self.items[..whole_end].iter().rposition(|item| matches!(item, Item::Digit(_)));
        let commas =
            |range: std::ops::Range<usize>| self.items[range].iter().filter(|item| **item == Item::Comma).count();
        let groups = last_whole.is_some_and(|last| first < last && commas(first..last) > 0);
        // commas behind the last digit divide, and so do those before the point
        let before_point = point.zip(last_whole).map_or(0, |(point, last)| commas(last..point));
        let scaled = i32::try_from(before_point + commas(last.max(point.unwrap_or(0))..self.items.len())).unwrap_or(0);
        let percents = i32::try_from(self.items.iter().filter(|item| **item == Item::Percent).count()).unwrap_or(0);
        let value = number * 100_f64.powi(percents) / 1_000_f64.powi(scaled);
        let (whole, mut part) = rounded(value.abs(), places)?;
        while part.len() > least && part.ends_with('0') {
            part.pop();
        }
        let whole = if whole == "0" { String::new() } else { whole };
        let is_zero = whole.is_empty() && part.bytes().all(|byte| byte == b'0');
        let mut shown = String::new();
        if value < 0.0 && !is_zero {
            shown.push('-');
        }
        let slots = self.items[..whole_end].iter().filter(is_digit).count();
        let mut left: Vec<char> = whole.chars().collect();
        let (mut slot, mut parts) = (slots, part.chars());
        for (at, item) in self.items.iter().enumerate() {
            match item {
                Item::Digit(sign) if at < whole_end => {
                    // the first place takes all digits for which there is no place
                    let taken = left.len().saturating_sub(slot - 1);
                    let digits: String = left.drain(..taken).collect();
                    slot -= 1;
                    let digits = match (digits.is_empty(), sign) {
                        (false, _) => digits,
                        (true, '0') => "0".to_owned(),
                        (true, '?') => " ".to_owned(),
                        _ => String::new(),
                    };
                    // groups are counted from the end
                    for (n, c) in digits.chars().enumerate() {
                        shown.push_str(&self.digits(&c.to_string()));
                        let behind = digits.chars().count() - n - 1 + slot;
                        if groups && c.is_ascii_digit() && behind > 0 && behind.is_multiple_of(3) {
                            shown.push(',');
                        }
                    }
                }
                Item::Digit(_) => {
                    shown.push_str(&parts.next().map(|c| self.digits(&c.to_string())).unwrap_or_default())
                }
                Item::Point if Some(at) == point && (least > 0 || !part.is_empty()) => shown.push('.'),
                Item::Percent => shown.push('%'),
                Item::Slash => shown.push('/'),
                Item::Words(words) => shown.push_str(words),
                _ => {}
            }
        }
        Some(shown)
    }

    fn scientific(&self, number: f64) -> Option<String> {
        let point = self.items.iter().position(|item| *item == Item::Point);
        let exponent_at = self.items.iter().position(|item| matches!(item, Item::Exponent { .. }))?;
        let digits = |range: std::ops::Range<usize>| {
            self.items[range].iter().filter(|item| matches!(item, Item::Digit(_))).count().min(MAX_PLACES)
        };
        let places = point.filter(|point| *point < exponent_at).map_or(0, |point| digits(point..exponent_at));
        let (mantissa, exponent) =
            format!("{:.places$e}", number.abs()).split_once('e').map(|(m, e)| (m.to_owned(), e.to_owned()))?;
        let exponent: i32 = exponent.parse().ok()?;
        let Item::Exponent { always_signed } = self.items[exponent_at] else { return None };
        let sign = match (exponent < 0, always_signed) {
            (true, _) => "-",
            (false, true) => "+",
            (false, false) => "",
        };
        let width = digits(exponent_at..self.items.len());
        let minus = if number < 0.0 { "-" } else { "" };
        Some(format!("{minus}{mantissa}E{sign}{:0width$}", exponent.abs()))
    }

    /// Whether digits stand on both sides of a slash.
    fn is_fraction(&self) -> bool {
        let slash = self.items.iter().position(|item| *item == Item::Slash);
        let is_number = |item: &Item| {
            matches!(item, Item::Digit(_))
                || matches!(item, Item::Words(words) if words.bytes().all(|byte| byte.is_ascii_digit()))
        };
        slash.is_some_and(|slash| {
            self.items[..slash].iter().any(is_number) && self.items[slash + 1..].iter().any(is_number)
        })
    }

    fn fraction(&self, number: f64) -> Option<String> {
        let slash = self.items.iter().position(|item| *item == Item::Slash)?;
        let below = &self.items[slash + 1..];
        let fixed: String = below
            .iter()
            .filter_map(|item| match item {
                Item::Words(words) => Some(words.as_str()),
                Item::Digit('0') => Some("0"),
                _ => None,
            })
            .collect();
        let fixed: Option<u64> = fixed.trim().parse().ok().filter(|fixed| (1..=9_999).contains(fixed));
        let width = below.iter().filter(|item| matches!(item, Item::Digit(_))).count().clamp(1, 4);
        // whole numbers stand apart when digits come before those of the numerator
        let runs =
            self.items[..slash].split(|item| !matches!(item, Item::Digit(_))).filter(|run| !run.is_empty()).count();
        let apart = runs > 1;
        let value = number.abs();
        let (mut whole, part) = if apart { (value.trunc(), value.fract()) } else { (0.0, value) };
        let most = 10_u64.pow(u32::try_from(width).unwrap_or(1)) - 1;
        let (mut above, below) = match fixed {
            Some(fixed) => ((part * fixed as f64).round() as u64, fixed),
            None => nearest_fraction(part, most),
        };
        if apart && above == below {
            (whole, above) = (whole + 1.0, 0);
        }
        let minus = if number < 0.0 { "-" } else { "" };
        Some(match (above, whole) {
            (0, whole) => format!("{minus}{whole}"),
            (_, 0.0) => format!("{minus}{above}/{below}"),
            (_, whole) => format!("{minus}{whole} {above}/{below}"),
        })
    }
}

/// The fraction with a denominator of at most `most` that comes nearest to `value`.
fn nearest_fraction(value: f64, most: u64) -> (u64, u64) {
    let mut best = (value.round() as u64, 1);
    let mut miss = (value - best.0 as f64).abs();
    for below in 2..=most {
        let above = (value * below as f64).round();
        let off = (value - above / below as f64).abs();
        if off + 1e-12 < miss {
            (best, miss) = ((above as u64, below), off);
        }
    }
    best
}

/// Without the noise of binary fractions: a spreadsheet shows 15 digits, and so 0.1 + 0.2 as 0.3.
pub(in crate::base::sheet::xlsx) fn decimal(number: f64) -> String {
    if number.fract() == 0.0 {
        return number.to_string();
    }
    format!("{number:.14e}").parse().unwrap_or(number).to_string()
}

/// The digits before and behind the point, rounded half up as a person does it.
fn rounded(value: f64, places: usize) -> Option<(String, String)> {
    let text = decimal(value);
    let (whole, part) = text.split_once('.').unwrap_or((&text, ""));
    if !whole.bytes().chain(part.bytes()).all(|byte| byte.is_ascii_digit()) || whole.len() > 330 {
        return None;
    }
    let mut digits: Vec<u8> = whole.bytes().chain(part.bytes().chain(std::iter::repeat(b'0')).take(places)).collect();
    let rounds_up = part.as_bytes().get(places).is_some_and(|next| *next >= b'5');
    if rounds_up {
        let mut at = digits.len();
        loop {
            match at.checked_sub(1) {
                None => break digits.insert(0, b'1'),
                Some(before) if digits[before] == b'9' => (digits[before], at) = (b'0', before),
                Some(before) => break digits[before] += 1,
            }
        }
    }
    let text = String::from_utf8(digits).ok()?;
    let (whole, part) = text.split_at(text.len() - places);
    Some((whole.to_owned(), part.to_owned()))
}
