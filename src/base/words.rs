//! Sets of words that are stored and spoken as text, with what people read in their place: closed ones ([`words!`]), and
//! open ones ([`open_words!`]) to which each room adds its own ([`more_words!`]), so that the room that owns the set need
//! not know of them.

/// What people read in the place of a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Label {
    /// As it is stored and sent.
    pub word: &'static str,
    pub chinese: &'static str,
}

impl Label {
    /// The word as plain English: `called_off` is “Called off”.
    pub fn english(self) -> String {
        let text = self.word.replace(['_', '.'], " ");
        let mut letters = text.chars();
        letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
    }
}

/// Every set of words that the program declares, for `GET /labels` and the API document.
#[linkme::distributed_slice]
pub static EVERY_SET: [Labels];

/// The labels of a set of words, under its name in the API document.
#[derive(Clone, Copy, Debug)]
pub struct Labels {
    pub name: fn() -> std::borrow::Cow<'static, str>,
    pub labels: fn() -> Vec<Label>,
}

/// Declares an enum whose variants are stored as short text, both in JSON and in the database.
///
/// Gives `as_str`, `title` (what people read), `EACH`, `FromStr`, serde, an OpenAPI schema and the column mapping.
#[macro_export]
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $text:tt / $chinese:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(
            Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, serde::Serialize, serde::Deserialize,
            diesel::expression::AsExpression, diesel::deserialize::FromSqlRow, utoipa::ToSchema,
        )]
        #[diesel(sql_type = diesel::sql_types::Text)]
        pub enum $name { $($(#[$variant_doc])* #[serde(rename = $text)] $variant),+ }

        impl $name {
            /// Every word of the set, in the order of its declaration.
            pub const EACH: &'static [$name] = &[$($name::$variant),+];

            /// What people read in the place of the word, in Chinese.
            pub const fn title(self) -> &'static str {
                match self { $($name::$variant => $chinese),+ }
            }

            /// The word as it is stored and sent.
            pub const fn as_str(self) -> &'static str {
                match self { $($name::$variant => $text),+ }
            }
        }

        const _: () = {
            #[linkme::distributed_slice($crate::base::words::EVERY_SET)]
            static LABELS: $crate::base::words::Labels = $crate::base::words::Labels {
                name: <$name as utoipa::ToSchema>::name,
                labels: || vec![$($crate::base::words::Label { word: $text, chinese: $chinese }),+],
            };
        };

        impl std::str::FromStr for $name {
            type Err = String;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text {
                    $($text => Ok($name::$variant),)+
                    other => Err(format!("unknown {}: {other}", stringify!($name))),
                }
            }
        }

        $crate::word_as_text!($name);
    };
}

/// How a word is shown, and stored in a column.
#[macro_export]
macro_rules! word_as_text {
    ($name:ident) => {
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl<DB: diesel::backend::Backend> diesel::serialize::ToSql<diesel::sql_types::Text, DB> for $name
        where
            str: diesel::serialize::ToSql<diesel::sql_types::Text, DB>,
        {
            fn to_sql<'b>(&'b self, out: &mut diesel::serialize::Output<'b, '_, DB>) -> diesel::serialize::Result {
                <str as diesel::serialize::ToSql<diesel::sql_types::Text, DB>>::to_sql(self.as_str(), out)
            }
        }

        impl<DB: diesel::backend::Backend> diesel::deserialize::FromSql<diesel::sql_types::Text, DB> for $name
        where
            String: diesel::deserialize::FromSql<diesel::sql_types::Text, DB>,
        {
            fn from_sql(value: DB::RawValue<'_>) -> diesel::deserialize::Result<Self> {
                let text = <String as diesel::deserialize::FromSql<diesel::sql_types::Text, DB>>::from_sql(value)?;
                Ok(text.parse()?)
            }
        }
    };
}

/// The labels of an open set in one order, whatever the order in which the linker found them.
pub fn sorted(set: &'static [Label]) -> Vec<Label> {
    let mut labels = set.to_vec();
    labels.sort_by_key(|label| label.word);
    labels
}

/// Declares a set of words to which rooms add theirs by [`more_words!`]; `$set` is where the linker collects them.
///
/// Gives `as_str`, `title` (what people read), `each`, `FromStr`, serde, an OpenAPI schema and the column mapping.
#[macro_export]
macro_rules! open_words {
    ($(#[doc = $doc:literal])+ $name:ident in $set:ident) => {
        #[doc = concat!("Every [`", stringify!($name), "`], as the rooms declare them.")]
        #[linkme::distributed_slice]
        pub static $set: [$crate::base::words::Label];

        $(#[doc = $doc])+
        #[derive(
            Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, diesel::expression::AsExpression,
            diesel::deserialize::FromSqlRow,
        )]
        #[diesel(sql_type = diesel::sql_types::Text)]
        pub struct $name(&'static str);

        impl $name {
            /// Only for [`more_words!`], which puts the word into the set too.
            pub const fn declared(word: &'static str) -> Self {
                $name(word)
            }

            /// Every word of the set, in alphabetical order.
            pub fn each() -> impl Iterator<Item = $name> {
                $crate::base::words::sorted(&$set).into_iter().map(|label| $name(label.word))
            }

            /// What people read in the place of the word, in Chinese.
            pub fn title(self) -> &'static str {
                $set.iter().find(|label| label.word == self.0).map_or(self.0, |label| label.chinese)
            }

            /// The word as it is stored and sent.
            pub const fn as_str(self) -> &'static str {
                self.0
            }
        }

        const _: () = {
            static WORDS: std::sync::LazyLock<Vec<&'static str>> =
                std::sync::LazyLock::new(|| $name::each().map($name::as_str).collect());

            #[linkme::distributed_slice($crate::base::words::EVERY_SET)]
            static LABELS: $crate::base::words::Labels = $crate::base::words::Labels {
                name: <$name as utoipa::ToSchema>::name,
                labels: || $crate::base::words::sorted(&$set),
            };

            impl std::str::FromStr for $name {
                type Err = String;
                fn from_str(text: &str) -> Result<Self, Self::Err> {
                    let known = WORDS.iter().find(|word| **word == text);
                    known.map(|word| $name(word)).ok_or_else(|| format!("unknown {}: {text}", stringify!($name)))
                }
            }

            impl serde::Serialize for $name {
                fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                    serializer.serialize_str(self.0)
                }
            }

            impl<'de> serde::Deserialize<'de> for $name {
                fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                    let text = <std::borrow::Cow<'de, str> as serde::Deserialize>::deserialize(deserializer)?;
                    text.parse().map_err(|_| serde::de::Error::unknown_variant(&text, &WORDS))
                }
            }

            impl utoipa::PartialSchema for $name {
                fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                    utoipa::openapi::ObjectBuilder::new()
                        .schema_type(utoipa::openapi::schema::Type::String)
                        .description(Some([$($doc),+].map(str::trim).join("\n")))
                        .enum_values(Some(WORDS.iter().copied()))
                        .into()
                }
            }

            impl utoipa::ToSchema for $name {
                fn name() -> std::borrow::Cow<'static, str> {
                    stringify!($name).into()
                }
            }
        };

        $crate::word_as_text!($name);
    };
}

/// Adds words to an open set, each as a constant of its type: `more_words!(NoticeKind in NOTICE_KINDS { IDEA = "idea" / "金点子" })`.
#[macro_export]
macro_rules! more_words {
    ($name:ident in $set:path { $($(#[doc = $doc:literal])+ $constant:ident = $word:literal / $chinese:literal),+ $(,)? }) => {
        impl $name {
            $($(#[doc = $doc])+ pub const $constant: $name = $name::declared($word);)+
        }

        $(const _: () = {
            #[linkme::distributed_slice($set)]
            static LABEL: $crate::base::words::Label = $crate::base::words::Label { word: $word, chinese: $chinese };
        };)+
    };
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::EVERY_SET;

    #[test]
    fn no_word_of_a_set_is_declared_twice() {
        for set in EVERY_SET {
            let labels = (set.labels)();
            let words: BTreeSet<&str> = labels.iter().map(|label| label.word).collect();
            assert_eq!(words.len(), labels.len(), "{}", (set.name)());
        }
    }
}
