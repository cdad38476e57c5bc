//! Identifiers: UUIDv7 in a newtype for each kind of thing, so that a member's id cannot be passed for a unit's.
//!
//! Stored as 16 bytes on both databases, shown as the usual hyphenated text.

use std::sync::{Arc, Mutex};

use uuid::{ContextV7, Timestamp as UuidTime, Uuid};

use super::time::Timestamp;

/// Something that can be made from a fresh UUID; implemented by the [`id!`](crate::id) macro.
pub trait Id: From<Uuid> {}

/// Makes ids that sort by the time of their making, also within one millisecond.
#[derive(Clone)]
pub struct Ids(Arc<Mutex<ContextV7>>);

impl Default for Ids {
    fn default() -> Self {
        Ids(Arc::new(Mutex::new(ContextV7::new())))
    }
}

impl Ids {
    /// A fresh id bearing the instant `now`.
    pub fn fresh<T: Id>(&self, now: Timestamp) -> T {
        let micros = now.micros().max(0);
        let (seconds, nanos) = (micros / 1_000_000, (micros % 1_000_000) * 1_000);
        let context = self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let stamp = UuidTime::from_unix(&*context, seconds.unsigned_abs(), nanos.unsigned_abs() as u32);
        T::from(Uuid::new_v7(stamp))
    }
}

/// The least id that anything made at `instant` can bear, to the millisecond.
pub fn first_made_at<T: Id>(instant: Timestamp) -> T {
    let millis = u128::from((instant.micros().max(0) / 1_000).unsigned_abs());
    T::from(Uuid::from_u128(millis << 80))
}

/// Declares an id newtype: `id!(/// A member. MemberId);`
#[macro_export]
macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(
            Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
            diesel::expression::AsExpression, diesel::deserialize::FromSqlRow, utoipa::ToSchema,
        )]
        #[diesel(sql_type = diesel::sql_types::Binary)]
        #[serde(transparent)]
        #[schema(value_type = String, format = "uuid")]
        pub struct $name(uuid::Uuid);

        impl $name {
            /// The bare UUID, for keys that mix kinds.
            pub const fn uuid(self) -> uuid::Uuid {
                self.0
            }
        }

        impl $crate::base::id::Id for $name {}

        impl From<uuid::Uuid> for $name {
            fn from(id: uuid::Uuid) -> Self {
                Self(id)
            }
        }

        impl std::str::FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                std::fmt::Display::fmt(&self.0, f)
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                std::fmt::Display::fmt(&self.0, f)
            }
        }

        impl<DB: diesel::backend::Backend> diesel::serialize::ToSql<diesel::sql_types::Binary, DB> for $name
        where
            [u8]: diesel::serialize::ToSql<diesel::sql_types::Binary, DB>,
        {
            fn to_sql<'b>(
                &'b self,
                out: &mut diesel::serialize::Output<'b, '_, DB>,
            ) -> diesel::serialize::Result {
                <[u8] as diesel::serialize::ToSql<diesel::sql_types::Binary, DB>>::to_sql(
                    self.0.as_bytes().as_slice(),
                    out,
                )
            }
        }

        impl<DB: diesel::backend::Backend> diesel::deserialize::FromSql<diesel::sql_types::Binary, DB> for $name
        where
            Vec<u8>: diesel::deserialize::FromSql<diesel::sql_types::Binary, DB>,
        {
            fn from_sql(value: DB::RawValue<'_>) -> diesel::deserialize::Result<Self> {
                let bytes = <Vec<u8> as diesel::deserialize::FromSql<diesel::sql_types::Binary, DB>>::from_sql(value)?;
                Ok(Self(uuid::Uuid::from_slice(&bytes)?))
            }
        }
    };
}

crate::id!(
    /// A member; here because the shared mechanisms (ledger, board, trail) also speak of members.
    MemberId
);
crate::id!(
    /// A unit of the organisation tree; here for the same reason.
    UnitId
);
crate::id!(
    /// An import that was written; here because the report of an import, which is not of any room, names it.
    ImportId
);
crate::id!(
    /// A session of a member on one device; here because every caller bears one.
    SessionId
);

#[cfg(test)]
mod tests {
    use super::*;

    crate::id!(ThingId);

    #[test]
    fn ids_of_one_instant_sort_in_the_order_of_their_making() {
        let ids = Ids::default();
        let now: Timestamp = "2026-07-01T07:50:00+08:00".parse().unwrap();
        let made: Vec<ThingId> = (0..1_000).map(|_| ids.fresh(now)).collect();
        assert!(made.is_sorted());
        assert_eq!(made[0].uuid().get_version_num(), 7);
    }
}
