//! Closed sets of words that are stored and spoken as text, with what people read in their place.

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
    pub labels: &'static [Label],
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
                labels: &[$($crate::base::words::Label { word: $text, chinese: $chinese }),+],
            };
        };

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = String;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text {
                    $($text => Ok($name::$variant),)+
                    other => Err(format!("unknown {}: {other}", stringify!($name))),
                }
            }
        }

        impl<DB: diesel::backend::Backend> diesel::serialize::ToSql<diesel::sql_types::Text, DB> for $name
        where
            str: diesel::serialize::ToSql<diesel::sql_types::Text, DB>,
        {
            fn to_sql<'b>(
                &'b self,
                out: &mut diesel::serialize::Output<'b, '_, DB>,
            ) -> diesel::serialize::Result {
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
