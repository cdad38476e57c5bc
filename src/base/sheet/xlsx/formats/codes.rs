//! Reading the code of a format.

use super::numerals::Numerals;
use super::{Item, Order, Section};

/// The sections of a code, which semicolons part.
pub(super) fn split(code: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut chars = code.chars();
    let push = |c: char, parts: &mut Vec<String>| parts.last_mut().expect("never empty").push(c);
    while let Some(c) = chars.next() {
        match c {
            ';' => parts.push(String::new()),
            '\\' | '!' => {
                push(c, &mut parts);
                chars.next().into_iter().for_each(|next| push(next, &mut parts));
            }
            '"' | '[' => {
                let end = if c == '"' { '"' } else { ']' };
                push(c, &mut parts);
                for next in chars.by_ref() {
                    push(next, &mut parts);
                    if next == end {
                        break;
                    }
                }
            }
            c => push(c, &mut parts),
        }
    }
    parts
}

impl Section {
    pub(super) fn of(code: &str) -> Section {
        let mut section = Section::default();
        let chars: Vec<char> = code.chars().collect();
        let mut at = 0;
        while let Some(c) = chars.get(at).copied() {
            let rest = &chars[at..];
            let starts = |word: &str| {
                let mut chars = rest.iter();
                word.chars().all(|c| chars.next().is_some_and(|other| other.eq_ignore_ascii_case(&c)))
            };
            let run = rest.iter().take_while(|other| other.eq_ignore_ascii_case(&c)).count();
            let mut steps = 1;
            let item = match c {
                '"' => {
                    let words: String = rest[1..].iter().take_while(|c| **c != '"').collect();
                    steps = words.chars().count() + 2;
                    Item::Words(words)
                }
                '\\' | '!' => {
                    steps = 2;
                    Item::Words(rest.get(1).map(char::to_string).unwrap_or_default())
                }
                // room as wide as a character, or filled with it
                '_' | '*' => {
                    steps = 2;
                    Item::Words(if c == '_' { " ".into() } else { String::new() })
                }
                '[' => {
                    let inner: String = rest[1..].iter().take_while(|c| **c != ']').collect();
                    steps = inner.chars().count() + 2;
                    section.bracket(&inner)
                }
                _ if starts("general") => {
                    steps = 7;
                    Item::General
                }
                _ if starts("g/通用格式") => {
                    steps = 6;
                    Item::General
                }
                _ if starts("上午/下午") => {
                    steps = 5;
                    Item::HalfDay { words: ["上午", "下午"] }
                }
                _ if starts("am/pm") => {
                    steps = 5;
                    Item::HalfDay { words: ["AM", "PM"] }
                }
                _ if starts("a/p") => {
                    steps = 3;
                    Item::HalfDay { words: ["A", "P"] }
                }
                'E' | 'e' if matches!(rest.get(1), Some('+' | '-')) => {
                    steps = 2;
                    Item::Exponent { always_signed: rest[1] == '+' }
                }
                '0' if section.ends_in_seconds() && run <= 3 => {
                    steps = run;
                    section.items.pop();
                    Item::Fraction(run)
                }
                '0' | '#' | '?' => Item::Digit(c),
                '.' => Item::Point,
                ',' => Item::Comma,
                '%' => Item::Percent,
                '/' => Item::Slash,
                '@' => Item::Text,
                'y' | 'Y' | 'e' | 'E' => {
                    steps = run;
                    Item::Year(if c.eq_ignore_ascii_case(&'e') { 4 } else { run })
                }
                'm' | 'M' => {
                    steps = run;
                    Item::Month(run)
                }
                'd' | 'D' => {
                    steps = run;
                    Item::Day(run)
                }
                'a' | 'A' if run >= 3 => {
                    steps = run;
                    Item::Weekday(run)
                }
                'h' | 'H' => {
                    steps = run;
                    Item::Hour(run)
                }
                's' | 'S' => {
                    steps = run;
                    Item::Second(run)
                }
                other => Item::Words(other.to_string()),
            };
            at += steps;
            if item != Item::Words(String::new()) {
                section.items.push(item);
            }
        }
        section.tell_minutes();
        section
    }

    /// Whether seconds and a point stand last: the digits that follow are a fraction of a second.
    fn ends_in_seconds(&self) -> bool {
        matches!(self.items.as_slice(), [.., Item::Second(_) | Item::Elapsed('s', _), Item::Point])
    }

    fn bracket(&mut self, inner: &str) -> Item {
        let lower = inner.to_ascii_lowercase();
        let numerals = match lower.as_str() {
            "dbnum1" => Some(Numerals::Plain),
            "dbnum2" => Some(Numerals::Bank),
            "dbnum3" => Some(Numerals::Wide),
            _ => None,
        };
        if let Some(numerals) = numerals {
            self.numerals = numerals;
            return Item::Words(String::new());
        }
        let is_run = |c: char| !lower.is_empty() && lower.chars().all(|other| other == c);
        if let Some(unit) = ['h', 'm', 's'].into_iter().find(|unit| is_run(*unit)) {
            return Item::Elapsed(unit, lower.len());
        }
        if let Some(said) = inner.strip_prefix('$') {
            let (currency, place) = said.rsplit_once('-').unwrap_or((said, ""));
            // 0x804, 0x404 and their like are Chinese; the high bytes tell numerals and calendars
            let place = u32::from_str_radix(place, 16).unwrap_or(0x804) & 0xFFFF;
            self.english = place & 0xFF == 0x09;
            return Item::Words(currency.to_owned());
        }
        let orders = [
            ("<=", Order::AtMost),
            (">=", Order::AtLeast),
            ("<>", Order::Unequal),
            ("<", Order::Less),
            (">", Order::More),
            ("=", Order::Equal),
        ];
        let condition =
            orders.iter().find_map(|(sign, order)| Some((*order, inner.strip_prefix(sign)?.trim().parse().ok()?)));
        self.condition = self.condition.or(condition);
        Item::Words(String::new())
    }

    /// An `m` next to hours or seconds is a minute.
    fn tell_minutes(&mut self) {
        let is_time = |item: &Item| matches!(item, Item::Hour(_) | Item::Second(_) | Item::Elapsed(..));
        let units: Vec<usize> = (0..self.items.len())
            .filter(|at| {
                matches!(self.items[*at], Item::Month(_) | Item::Day(_) | Item::Year(_)) || is_time(&self.items[*at])
            })
            .collect();
        for (n, at) in units.iter().copied().enumerate() {
            let Item::Month(run) = self.items[at] else { continue };
            let follows = n.checked_sub(1).map(|n| &self.items[units[n]]);
            let after_hours = matches!(follows, Some(Item::Hour(_) | Item::Elapsed('h', _)));
            let before_seconds = units
                .get(n + 1)
                .is_some_and(|next| matches!(self.items[*next], Item::Second(_) | Item::Elapsed('s', _)));
            if run <= 2 && (after_hours || before_seconds) {
                self.items[at] = Item::Minute(run);
            }
        }
    }
}
