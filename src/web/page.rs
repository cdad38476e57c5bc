//! Lists that end: `?limit=&cursor=` in, `items` and `next_cursor` out.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::error::Problem;

const DEFAULT_LIMIT: i64 = 20;
/// The most items of one page.
pub const MAX_LIMIT: i64 = 100;

/// The paging parameters of every list.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// How many items at most; 20 when absent, 100 at most.
    pub limit: Option<i64>,
    /// `next_cursor` of the page before; absent for the first page.
    pub cursor: Option<String>,
}

impl PageQuery {
    /// The limit, or 400 when it is out of range.
    pub fn limit(&self) -> Result<i64, Problem> {
        page_limit(self.limit)
    }

    /// The last key of the page before, if this is not the first one.
    pub fn after<K: DeserializeOwned>(&self) -> Result<Option<K>, Problem> {
        after(self.cursor.as_deref())
    }
}

/// Checks a list's `limit` parameter.
pub fn page_limit(limit: Option<i64>) -> Result<i64, Problem> {
    match limit.unwrap_or(DEFAULT_LIMIT) {
        limit @ 1..=MAX_LIMIT => Ok(limit),
        _ => Err(Problem::malformed("query.invalid", format!("limit 须在 1 到 {MAX_LIMIT} 之间"))),
    }
}

/// Opens a cursor that [`Page::new`] made; an empty one is that of the first page.
pub fn after<K: DeserializeOwned>(cursor: Option<&str>) -> Result<Option<K>, Problem> {
    cursor
        .filter(|cursor| !cursor.is_empty())
        .map(|cursor| {
            URL_SAFE_NO_PAD
                .decode(cursor)
                .ok()
                .filter(|json| !json.windows(6).any(|part| part == br"\u0000"))
                .and_then(|json| serde_json::from_slice(&json).ok())
                .ok_or_else(bad_cursor)
        })
        .transpose()
}

/// 400: the cursor is none that a list gave.
pub fn bad_cursor() -> Problem {
    Problem::malformed("query.bad_cursor", "cursor 无效，请从第一页重新开始")
}

/// One page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct Page<T> {
    /// In the list's stable order.
    pub items: Vec<T>,
    /// Where the next page begins; `null` on the last one.
    pub next_cursor: Option<String>,
}

impl<T> Page<T> {
    /// A page of `items`, of which the store was asked for `limit + 1`; `key` is what the list is ordered by.
    pub fn new<K: Serialize>(mut items: Vec<T>, limit: i64, key: impl Fn(&T) -> K) -> Page<T> {
        let limit = usize::try_from(limit).unwrap_or(0);
        let more = items.len() > limit;
        items.truncate(limit);
        let next_cursor = items.last().filter(|_| more).and_then(|last| cursor_of(&key(last)));
        Page { items, next_cursor }
    }

    /// The same page, which goes on at `next` even where it holds everything that was found so far: for what is looked
    /// through a part at a time.
    pub fn or_next<K: Serialize>(mut self, next: Option<K>) -> Page<T> {
        self.next_cursor = self.next_cursor.or_else(|| next.as_ref().and_then(cursor_of));
        self
    }

    /// The same page with each item shown differently.
    pub fn map<U>(self, show: impl FnMut(T) -> U) -> Page<U> {
        Page { items: self.items.into_iter().map(show).collect(), next_cursor: self.next_cursor }
    }
}

fn cursor_of<K: Serialize>(key: &K) -> Option<String> {
    serde_json::to_vec(key).ok().map(|json| URL_SAFE_NO_PAD.encode(json))
}
