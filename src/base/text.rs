//! Text as people type it: bounded, trimmed, and comparable across full-width and half-width forms.

use std::fmt;
use std::ops::Deref;

use serde::{Deserialize, Deserializer, Serialize, de};
use unicode_normalization::UnicodeNormalization;
use utoipa::openapi::{ObjectBuilder, RefOr, Schema, schema::Type};
use utoipa::{PartialSchema, ToSchema};

/// Text of 1 to `MAX` characters (not bytes), trimmed, without control characters other than line breaks and tabs.
///
/// The limit is part of the type, so a body with too long a text never reaches a handler.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize)]
#[serde(transparent)]
pub struct Text<const MAX: usize>(String);

impl<const MAX: usize> Text<MAX> {
    /// Checks and trims `text`; the error is a Chinese sentence for people.
    pub fn new(text: &str) -> Result<Self, String> {
        let text = text.trim();
        if text.is_empty() {
            return Err("不能为空".into());
        }
        if text.chars().count() > MAX {
            return Err(format!("不能超过 {MAX} 个字符"));
        }
        if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
            return Err("含有不可见的控制字符".into());
        }
        Ok(Text(text.to_owned()))
    }

    pub fn into_string(self) -> String {
        self.0
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

/// Folds full-width forms to half-width (NFKC) and trims; for comparing headers, codes and answers.
pub fn fold(text: &str) -> String {
    text.nfkc().collect::<String>().trim().to_owned()
}

/// [`fold`] without any white space and in lower case; two texts that print alike compare alike.
pub fn squeeze(text: &str) -> String {
    text.nfkc().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).collect()
}

/// A name as it is shown beyond the viewer's own branch: the surname and a star for each further character.
pub fn mask_name(name: &str) -> String {
    let mut chars = name.chars();
    let first: String = chars.next().into_iter().collect();
    first + &"*".repeat(chars.count().clamp(1, 2))
}

/// Where JSON goes wrong, without the parser's own words.
pub fn place_in_json(error: &serde_json::Error) -> String {
    format!("第 {} 行第 {} 列", error.line(), error.column())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_counts_characters_and_is_trimmed() {
        assert_eq!(&*Text::<4>::new("  党建引领 ").unwrap(), "党建引领");
        assert!(Text::<3>::new("党建引领").is_err());
        assert!(Text::<3>::new(" \u{3000}").is_err());
        assert!(Text::<9>::new("a\u{0}b").is_err());
    }

    #[test]
    fn folding_makes_full_width_and_half_width_alike() {
        assert_eq!(fold(" Ａ（甲）\u{3000}"), "A(甲)");
        assert_eq!(squeeze("党 建\u{3000}ＡＢ"), "党建ab");
    }

    #[test]
    fn a_masked_name_shows_the_surname_only() {
        assert_eq!(mask_name("张三"), "张*");
        assert_eq!(mask_name("欧阳小明"), "欧**");
    }
}
