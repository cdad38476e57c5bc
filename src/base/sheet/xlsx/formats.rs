//! Number formats: what a cell shows of the number in it. After ECMA-376 part 1, 18.8.30 and 18.8.31, with what the
//! Chinese editions of Excel and WPS add (上午/下午, 星期, 中文数字).

use chrono::{Datelike, Days, NaiveDate};

use crate::base::text::chinese_digit;

/// The longest code that is looked at; Excel takes 255 characters. Longer ones exist only to do harm.
const MAX_CODE: usize = 300;

/// Digits behind the point that are shown, at most.
const MAX_PLACES: usize = 30;

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

/// In which digits a number is written.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
enum Numerals {
    #[default]
    Arabic,
    /// 一二三
    Plain,
    /// 壹贰叁
    Bank,
    /// １２３
    Wide,
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

/// The sections of a code, which semicolons part.
fn split(code: &str) -> Vec<String> {
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
    fn of(code: &str) -> Section {
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

    // ── days and times ──

    /// `None` for what is no day: before 1900 and after 9999.
    fn moment(&self, serial: f64, since_1904: bool) -> Option<String> {
        const DAY: f64 = 86_400.0;
        if !(0.0..2_958_466.0).contains(&serial) {
            return None;
        }
        // as many digits of a second as the cell shows; less is rounded away, the noise of binary fractions with it
        let places =
            self.items.iter().filter_map(|item| if let Item::Fraction(n) = item { Some(*n) } else { None }).max();
        let unit = 10_u64.pow(u32::try_from(places.unwrap_or(0)).unwrap_or(0));
        let total = (serial * DAY * unit as f64).round() as u64;
        let (seconds, part) = (total / unit, total % unit);
        let (days, of_day) = (seconds / 86_400, seconds % 86_400);
        let date = day(days, since_1904)?;
        let (hour, minute, second) = (of_day / 3_600, of_day / 60 % 60, of_day % 60);
        let halves = self.items.iter().any(|item| matches!(item, Item::HalfDay { .. }));
        let shown_hour = if halves { (hour + 11) % 12 + 1 } else { hour };
        let mut shown = String::new();
        for item in &self.items {
            match item {
                Item::Words(words) => shown.push_str(words),
                Item::Year(run) if *run <= 2 => shown += &self.digits(&format!("{:02}", date.year() % 100)),
                Item::Year(_) => shown += &self.digits(&format!("{:04}", date.year())),
                Item::Month(run) => shown += &self.month(date.month(), *run),
                Item::Day(run @ 3..) => shown += &self.weekday(date, *run),
                Item::Day(run) => shown += &self.count(date.day().into(), *run),
                Item::Weekday(run) => shown += &self.weekday(date, *run + 1).replace('周', ""),
                Item::Hour(run) => shown += &self.count(shown_hour, *run),
                Item::Minute(run) => shown += &self.count(minute, *run),
                Item::Second(run) => shown += &self.count(second, *run),
                Item::Fraction(places) => {
                    let scale = 10_u64.pow(u32::try_from(*places).unwrap_or(0));
                    shown += &format!(".{:0width$}", part * scale / unit, width = *places);
                }
                Item::Elapsed(what, run) => {
                    let all = match what {
                        'h' => seconds / 3_600,
                        'm' => seconds / 60,
                        _ => seconds,
                    };
                    shown += &self.count(all, *run);
                }
                Item::HalfDay { words } => shown.push_str(words[usize::from(hour >= 12)]),
                Item::Slash => shown.push('/'),
                Item::Point => shown.push('.'),
                Item::Comma => shown.push(','),
                Item::Percent => shown.push('%'),
                Item::Digit(c) => shown.push(*c),
                Item::Exponent { .. } | Item::Text | Item::General => {}
            }
        }
        Some(shown)
    }

    /// A part of a date or a time, in the numerals of the section.
    fn count(&self, value: u64, run: usize) -> String {
        match self.numerals {
            Numerals::Arabic | Numerals::Wide => self.digits(&format!("{value:0run$}", run = run.min(9))),
            // 十月, where a plain number would be 一十
            Numerals::Plain | Numerals::Bank => {
                let said = spoken(value, self.numerals);
                let (one, ten) = if self.numerals == Numerals::Bank { ("壹拾", "拾") } else { ("一十", "十") };
                said.strip_prefix(one).map_or(said.clone(), |rest| format!("{ten}{rest}"))
            }
        }
    }

    fn month(&self, month: u32, run: usize) -> String {
        const ENGLISH: [&str; 12] = [
            "January",
            "February",
            "March",
            "April",
            "May",
            "June",
            "July",
            "August",
            "September",
            "October",
            "November",
            "December",
        ];
        let english = ENGLISH[(month as usize + 11) % 12];
        match run {
            0..=2 => self.count(month.into(), run),
            3 if self.english => english[..3].to_owned(),
            5.. if self.english => english[..1].to_owned(),
            4 if self.english => english.to_owned(),
            3 => format!("{month}月"),
            4 => format!("{}月", chinese_month(month)),
            _ => chinese_month(month),
        }
    }

    fn weekday(&self, date: NaiveDate, run: usize) -> String {
        const ENGLISH: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
        let at = date.weekday().num_days_from_monday() as usize;
        let chinese = ['一', '二', '三', '四', '五', '六', '日'][at];
        match (self.english, run) {
            (true, ..=3) => ENGLISH[at][..3].to_owned(),
            (true, _) => ENGLISH[at].to_owned(),
            // `ddd` is 周三; three a's stand for the bare character, which the caller makes of it
            (false, ..=3) => format!("周{chinese}"),
            (false, 4) if self.items.contains(&Item::Weekday(3)) => format!("周{chinese}"),
            (false, _) => format!("星期{chinese}"),
        }
    }

    // ── numbers ──

    fn number(&self, number: f64) -> Option<String> {
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

    /// Digits in the numerals of the section, one by one.
    fn digits(&self, text: &str) -> String {
        text.chars()
            .map(|c| match (self.numerals, c.to_digit(10)) {
                (Numerals::Plain, Some(_)) => chinese_digit(c),
                (Numerals::Bank, Some(value)) => bank_digit(value),
                (Numerals::Wide, Some(value)) => char::from_u32(0xFF10 + value).unwrap_or(c),
                _ => c,
            })
            .collect()
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

/// The day with this number; spreadsheets believe that 1900 was a leap year, so the days before its March are counted one
/// higher, and the day 0 is the last of 1899.
fn day(days: u64, since_1904: bool) -> Option<NaiveDate> {
    let epoch = match days {
        _ if since_1904 => NaiveDate::from_ymd_opt(1904, 1, 1),
        0..60 => NaiveDate::from_ymd_opt(1899, 12, 31),
        _ => NaiveDate::from_ymd_opt(1899, 12, 30),
    };
    epoch?.checked_add_days(Days::new(days))
}

/// Without the noise of binary fractions: a spreadsheet shows 15 digits, and so 0.1 + 0.2 as 0.3.
pub(super) fn decimal(number: f64) -> String {
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

fn bank_digit(value: u32) -> char {
    "零壹贰叁肆伍陆柒捌玖".chars().nth(value as usize).unwrap_or('零')
}

fn chinese_month(month: u32) -> String {
    crate::base::text::chinese_number(month)
}

/// A number as one says it: 一千九百四十九, 壹拾贰.
fn spoken(number: u64, numerals: Numerals) -> String {
    let bank = numerals == Numerals::Bank;
    let digit = |value: u64| match bank {
        true => bank_digit(u32::try_from(value).unwrap_or(0)),
        false => chinese_digit(char::from_digit(u32::try_from(value).unwrap_or(0), 10).unwrap_or('0')),
    };
    if number == 0 {
        return digit(0).to_string();
    }
    let small = if bank { ["", "拾", "佰", "仟"] } else { ["", "十", "百", "千"] };
    let large = ["", "万", "亿", "万亿"];
    let mut said = String::new();
    let mut gap = false;
    for group in (0..4_u32).rev() {
        let four = number / 10_u64.pow(group * 4) % 10_000;
        if four == 0 {
            gap |= !said.is_empty();
            continue;
        }
        for place in (0..4_u32).rev() {
            let value = four / 10_u64.pow(place) % 10;
            if value == 0 {
                gap |= !said.is_empty();
                continue;
            }
            if gap {
                said.push(digit(0));
                gap = false;
            }
            said.push(digit(value));
            said.push_str(small[place as usize]);
        }
        gap = false;
        said.push_str(large[group as usize]);
        gap |= four.is_multiple_of(10)
            && !number.is_multiple_of(10_u64.pow(group * 4))
            && number % 10_u64.pow(group * 4) < 10_u64.pow((group * 4).saturating_sub(1));
    }
    said
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(code: &str, number: f64) -> String {
        Format::of_code(code).show(number, false).unwrap_or_else(|| decimal(number))
    }

    #[test]
    fn a_cell_shows_what_its_format_says() {
        for (code, number, shown) in [
            ("General", 0.1 + 0.2, "0.3"),
            ("m\"月\"d\"日\"", 46_204.0, "7月1日"),
            ("yyyy\"年\"m\"月\"d\"日\";@", 7_872.0, "1921年7月20日"),
            ("yyyy\"年\"m\"月\"", 7_900.0, "1921年8月"),
            ("yyyy\"年\"", 46_204.0, "2026年"),
            ("[$-804]yyyy/m/d h:mm", 46_204.326, "2026/7/1 7:49"),
            ("yyyy-mm-dd", 46_204.0, "2026-07-01"),
            ("mmmm", 46_204.0, "七月"),
            ("[$-409]mmmm", 46_204.0, "July"),
            ("[$-409]d-mmm-yy", 46_204.0, "1-Jul-26"),
            ("aaaa", 46_204.0, "星期三"),
            ("aaa", 46_204.0, "三"),
            ("ddd", 46_204.0, "周三"),
            ("上午/下午h\"时\"mm\"分\"", 0.326_388_888_888_889, "上午7时50分"),
            ("h:mm AM/PM", 0.5, "12:00 PM"),
            ("h:mm", 46_203.999_999_999, "0:00"),
            ("[h]:mm", 1.5, "36:00"),
            ("[h]:mm:ss", 2.0, "48:00:00"),
            ("[mm]:ss", 0.0625, "90:00"),
            ("mm:ss", 0.0625, "30:00"),
            ("mm:ss.0", 0.0625 + 0.5 / 86_400.0, "30:00.5"),
            ("# ?/?", 0.5, "1/2"),
            ("# ??/??", 0.333_333_333, "1/3"),
            ("# ?/?", 2.25, "2 1/4"),
            ("# ?/?", 3.0, "3"),
            ("# ?/8", 0.5, "4/8"),
            ("0.00", 3.5, "3.50"),
            ("0.00", 0.125, "0.13"),
            ("#,##0", 1_234_567.0, "1,234,567"),
            ("#,##0.00", 1_234.5, "1,234.50"),
            ("#,##0.00;(#,##0.00)", -1_234.5, "(1,234.50)"),
            ("0.0#", 2.5, "2.5"),
            ("0%", 0.6667, "67%"),
            ("0.00%", 0.75, "75.00%"),
            ("0\"大\"", 18.0, "18大"),
            ("\"第\"0\"次\"", 19.0, "第19次"),
            ("General\"大\"", 20.0, "20大"),
            ("#,##0\"天\"", 1_000.0, "1,000天"),
            ("000000", 42.0, "000042"),
            ("\"BH\"0000", 12.0, "BH0012"),
            ("000-0000-0000", 13_800_001_111.0, "138-0000-1111"),
            ("0.00_ ;[Red]\\-0.00\\ ", -12.5, "-12.50"),
            ("0.00E+00", 299_792_458.0, "3.00E+08"),
            ("0!.0,\"万\"", 56_000.0, "5.6万"),
            ("[>=100]\"多\";\"少\"", 5.0, "少"),
            ("[=1]\"男\";[=2]\"女\"", 2.0, "女"),
            ("\"¥\"#,##0.00", 12.0, "¥12.00"),
            ("[$¥-804]#,##0", 1_200.0, "¥1,200"),
            ("[DBNum1]General", 1_949.0, "一千九百四十九"),
            ("[DBNum1][$-804]0", 1_949.0, "一九四九"),
            ("[DBNum2]General", 12.0, "壹拾贰"),
            ("[DBNum1]General", 10_020.0, "一万〇二十"),
            ("[DBNum1]General", 100_000_000.0, "一亿"),
            ("[DBNum1][$-804]yyyy\"年\"m\"月\"d\"日\"", 46_204.0, "二〇二六年七月一日"),
            ("[DBNum1][$-804]m\"月\"d\"日\"", 46_022.0, "十二月三十一日"),
            ("[DBNum3]0", 12.0, "１２"),
            ("0;0;\"无\"", 0.0, "无"),
        ] {
            assert_eq!(show(code, number), shown, "{code} {number}");
        }
        assert_eq!(Format::of_code("\"第\"@\"次\"").around("19").as_deref(), Some("第19次"));
        assert_eq!(Format::of_code("@").around("19"), None);
        assert_eq!(Format::of_code("0;-0;0;\"《\"@\"》\"").around("党章").as_deref(), Some("《党章》"));
    }

    #[test]
    fn days_are_told_from_numbers() {
        for (code, is_moment) in [
            ("General", false),
            ("0.00_ ;[Red]\\-0.00\\ ", false),
            ("#,##0\"天\"", false),
            ("0.00E+00", false),
            ("@", false),
            ("yyyy\"年\"m\"月\"d\"日\";@", true),
            ("[h]:mm", true),
            ("aaaa", true),
            ("0.00%", false),
            (&"0".repeat(100_000), false),
        ] {
            assert_eq!(Format::of_code(code).is_moment(1.0), is_moment, "{code}");
        }
        assert_eq!(show("yyyy-mm-dd", -1.0), "-1");
        assert_eq!(show("yyyy-mm-dd", 1.0), "1900-01-01");
        assert_eq!(show("yyyy-mm-dd", 61.0), "1900-03-01");
        assert_eq!(Format::of_code("yyyy-mm-dd").show(0.0, true).as_deref(), Some("1904-01-01"));
    }

    proptest::proptest! {
        #[test]
        fn no_format_makes_it_panic(code in "[0#?.,%/E+@;\\[\\]\"yYmdhsa年DBNum1-9$ >=上午下\\\\!_*-]{0,24}", number in proptest::prelude::any::<f64>()) {
            let format = Format::of_code(&code);
            for number in [number, 0.0, 46_204.5, -1.0, 1e15] {
                let _ = (format.show(number, false), format.show(number, true), format.is_moment(number));
            }
            let _ = format.around("甲");
        }
    }
}
