//! Text as people type it: bounded, trimmed, and comparable across full-width and half-width forms; and how Chinese
//! sentences quote it, join it, cut it and end.

use std::fmt;
use std::ops::Deref;

use serde::{Deserialize, Deserializer, Serialize, de};
use utoipa::openapi::{ObjectBuilder, RefOr, Schema, schema::Type};
use utoipa::{PartialSchema, ToSchema};

mod compare;

pub use compare::{fold, is_han, is_invisible, printed, reads_as, squeeze, standard, visible, without_readings};

/// Text of 1 to `MAX` characters (not bytes), trimmed, without invisible characters and without control characters other
/// than line breaks and tabs.
///
/// The limit is part of the type, so a body with too long a text never reaches a handler.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize)]
#[serde(transparent)]
pub struct Text<const MAX: usize>(String);

impl<const MAX: usize> Text<MAX> {
    /// Checks and trims `text`; the error is a Chinese sentence for people.
    pub fn new(text: &str) -> Result<Self, String> {
        checked(&visible(text), MAX).map(Text)
    }

    pub fn into_string(self) -> String {
        self.0
    }
}

/// A trimmed text of 1 to `most` characters without control characters other than line breaks and tabs.
fn checked(text: &str, most: usize) -> Result<String, String> {
    let text = text.trim();
    if text.is_empty() {
        return Err("不能为空".into());
    }
    if text.chars().count() > most {
        return Err(format!("不能超过 {most} 个字符"));
    }
    if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
        return Err("含有不可见的控制字符".into());
    }
    Ok(text.to_owned())
}

/// A [`Text`] that keeps invisible characters, too: for passwords, of which every character counts.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize)]
#[serde(transparent)]
pub struct Verbatim<const MAX: usize>(String);

impl<const MAX: usize> Verbatim<MAX> {
    pub fn into_string(self) -> String {
        self.0
    }
}

impl<const MAX: usize> From<Verbatim<MAX>> for String {
    fn from(text: Verbatim<MAX>) -> String {
        text.0
    }
}

impl<const MAX: usize> Deref for Verbatim<MAX> {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl<'de, const MAX: usize> Deserialize<'de> for Verbatim<MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        checked(&String::deserialize(deserializer)?, MAX).map(Verbatim).map_err(de::Error::custom)
    }
}

impl<const MAX: usize> PartialSchema for Verbatim<MAX> {
    fn schema() -> RefOr<Schema> {
        Text::<MAX>::schema()
    }
}

impl<const MAX: usize> ToSchema for Verbatim<MAX> {
    fn name() -> std::borrow::Cow<'static, str> {
        <Text<MAX> as ToSchema>::name()
    }
}

impl<const MAX: usize> Deref for Text<MAX> {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl<const MAX: usize> fmt::Display for Text<MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<const MAX: usize> From<Text<MAX>> for String {
    fn from(text: Text<MAX>) -> String {
        text.0
    }
}

impl<'de, const MAX: usize> Deserialize<'de> for Text<MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Text::new(&String::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

impl<const MAX: usize> PartialSchema for Text<MAX> {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new().schema_type(Type::String).min_length(Some(1)).max_length(Some(MAX)).into()
    }
}

impl<const MAX: usize> ToSchema for Text<MAX> {
    fn name() -> std::borrow::Cow<'static, str> {
        format!("Text{MAX}").into()
    }
}

/// The text as it stands between the tags of a page, or in quotes within one.
pub fn escape_html(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;")
}

/// A name as it is shown beyond the viewer's own branch: the surname and a star for each further character.
pub fn mask_name(name: &str) -> String {
    let mut chars = name.chars();
    let first: String = chars.next().into_iter().collect();
    first + &"*".repeat(chars.count().clamp(1, 2))
}

/// Somebody's words in quotation marks; those that they hold already turn to the other kind: “争当‘三个表率’”.
pub fn in_quotes(words: &str) -> String {
    format!("“{}”", turned(words, [('“', '‘'), ('”', '’')]))
}

/// A title between 《 and 》; those that it holds turn to the other kind, and one that stands between them already stays.
pub fn in_title_marks(title: &str) -> String {
    let inner = title.strip_prefix('《').and_then(|rest| rest.strip_suffix('》'));
    let title = inner.filter(|inner| !inner.contains(['《', '》'])).unwrap_or(title);
    format!("《{}》", turned(title, [('《', '〈'), ('》', '〉')]))
}

/// The text with the marks of each pair in each other's place.
fn turned(text: &str, pairs: [(char, char); 2]) -> String {
    let turn = |c| {
        let other = |(a, b): &(char, char)| if c == *a { Some(*b) } else { (c == *b).then_some(*a) };
        pairs.iter().find_map(other).unwrap_or(c)
    };
    text.chars().map(turn).collect()
}

/// With a full stop, unless it ends already, be it inside a closing quotation mark; nothing stays nothing.
pub fn ended(sentence: &str) -> String {
    let said = sentence.trim_end();
    let last = said.trim_end_matches(['”', '’']).chars().last();
    match last {
        Some('。' | '！' | '？' | '；' | '…' | '!' | '?') | None => said.to_owned(),
        Some(_) => format!("{said}。"),
    }
}

/// What people wrote line by line, as one list without an end: each loses the punctuation at its own end, and where one
/// has some within, semicolons part them.
pub fn listed<T: AsRef<str>>(items: &[T]) -> String {
    let bare: Vec<&str> = items.iter().map(|item| without_end(item.as_ref())).filter(|item| !item.is_empty()).collect();
    let nested = bare.iter().any(|item| item.contains(['，', '。', '；', '、', ',', ';']));
    bare.join(if nested { "；" } else { "、" })
}

/// The text without the punctuation at its end.
pub fn without_end(text: &str) -> &str {
    text.trim().trim_end_matches(['。', '；', '，', '、', '！', '：', '.', ';', ',', '!', ' '])
}

/// At most `limit` characters of a text, with …… where the rest is left out.
pub fn cut(text: &str, limit: usize) -> String {
    let mut kept: String = text.chars().take(limit).collect();
    if text.chars().count() > limit {
        kept.push_str("……");
    }
    kept
}

/// Hundredths as a decimal number: 6923 is 69.23.
pub fn decimal(hundredths: i64) -> String {
    let sign = if hundredths < 0 { "-" } else { "" };
    let value = hundredths.unsigned_abs();
    format!("{sign}{}.{:02}", value / 100, value % 100)
}

/// Money in yuan with two decimals and commas at the thousands, from fen: 800,000.01.
pub fn yuan(fen: i64) -> String {
    let amount = decimal(fen);
    let (whole, rest) = amount.split_once('.').unwrap_or((&amount, ""));
    let mut grouped = String::new();
    for (index, c) in whole.chars().enumerate() {
        let left = whole.len() - index;
        if left.is_multiple_of(3) && grouped.ends_with(|c: char| c.is_ascii_digit()) {
            grouped.push(',');
        }
        grouped.push(c);
    }
    format!("{grouped}.{rest}")
}

/// Where JSON goes wrong, without the parser's own words.
pub fn place_in_json(error: &serde_json::Error) -> String {
    format!("第 {} 行第 {} 列", error.line(), error.column())
}

/// A digit in Chinese.
pub fn chinese_digit(digit: char) -> char {
    let value = digit.to_digit(10).and_then(|value| usize::try_from(value).ok()).unwrap_or(0);
    "〇一二三四五六七八九".chars().nth(value).unwrap_or('〇')
}

/// 1 to 99 as one counts: 十, 十三, 二十, 三十一.
pub fn chinese_number(number: u32) -> String {
    let one = |value: u32| char::from_digit(value, 10).map(chinese_digit).map(String::from).unwrap_or_default();
    let (tens, ones) = (number / 10, number % 10);
    let tens = match tens {
        0 => String::new(),
        1 => "十".into(),
        more => one(more) + "十",
    };
    if ones == 0 { tens } else { tens + &one(ones) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_counted_in_chinese() {
        assert_eq!([1, 9, 10, 11, 20, 21, 99].map(chinese_number).join(" "), "一 九 十 十一 二十 二十一 九十九");
    }

    #[test]
    fn a_text_counts_characters_and_is_trimmed() {
        assert_eq!(&*Text::<4>::new("  党建引领 ").unwrap(), "党建引领");
        assert!(Text::<3>::new("党建引领").is_err());
        assert!(Text::<3>::new(" \u{3000}").is_err());
        assert!(Text::<9>::new("a\u{0}b").is_err());
        assert_eq!(Text::<3>::new("\u{200b}\u{3164}"), Err("不能为空".into()));
        assert_eq!(&*Text::<2>::new("\u{feff}党\u{200b}建").unwrap(), "党建");
    }

    #[test]
    fn folding_makes_full_width_and_half_width_alike() {
        assert_eq!(fold(" Ａ（甲）\u{3000}"), "A(甲)");
        assert_eq!(squeeze("党 建\u{3000}ＡＢ"), "党建ab");
    }

    #[test]
    fn marks_within_marks_are_of_the_other_kind() {
        assert_eq!(in_quotes("双创"), "“双创”");
        assert_eq!(in_quotes("“双创双争当”方案"), "“‘双创双争当’方案”");
        assert_eq!(in_quotes("讲“‘三个’表率”"), "“讲‘“三个”表率’”");
        assert_eq!(in_title_marks("论《党章》"), "《论〈党章〉》");
        assert_eq!(in_title_marks("《双十佳评选》"), "《双十佳评选》");
        assert_eq!(in_title_marks("《党章》与《准则》"), "《〈党章〉与〈准则〉》");
    }

    #[test]
    fn a_sentence_ends_once() {
        for (said, whole) in [
            ("抓落实", "抓落实。"),
            ("抓落实。", "抓落实。"),
            ("他说：“抓落实。”", "他说：“抓落实。”"),
            ("叫作“先锋”", "叫作“先锋”。"),
            ("还有……", "还有……"),
            ("（补充）", "（补充）。"),
            ("", ""),
        ] {
            assert_eq!(ended(said), whole);
        }
        assert_eq!(listed(&["抓重点。", "抓落实；", ""]), "抓重点、抓落实");
        assert_eq!(listed(&["按月检查，逐项销号。", "抓落实。"]), "按月检查，逐项销号；抓落实");
        assert_eq!((cut("党建引领", 4), cut("党建引领", 2)), ("党建引领".into(), "党建……".into()));
    }

    #[test]
    fn numbers_are_shown_as_people_write_them() {
        assert_eq!([0, 5, 6923, -150].map(decimal), ["0.00", "0.05", "69.23", "-1.50"]);
        let fen = [0, 5, 80_000_001, 123_456_789_000, -12_345_678];
        assert_eq!(fen.map(yuan), ["0.00", "0.05", "800,000.01", "1,234,567,890.00", "-123,456.78"]);
    }

    #[test]
    fn a_masked_name_shows_the_surname_only() {
        assert_eq!(mask_name("张三"), "张*");
        assert_eq!(mask_name("欧阳小明"), "欧**");
    }
}
