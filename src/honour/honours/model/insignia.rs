//! Flags and plates that move.

use diesel::prelude::*;

use super::{HolderId, HonourHolderKind};
use crate::base::id::{MemberId, UnitId};
use crate::base::time::Timestamp;
use crate::db::schema::{insignia, insignia_holdings};

crate::id!(
    /// A flag or plate that moves.
    InsigneId
);

crate::id!(
    /// That somebody has it for a while.
    HoldingId
);

/// A flag or plate that moves.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = insignia)]
pub struct Insigne {
    pub id: InsigneId,
    /// Within which it moves.
    pub unit_id: UnitId,
    pub name: String,
    pub created_by: MemberId,
    pub created_at: Timestamp,
}

/// That somebody has it for a while.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = insignia_holdings, treat_none_as_default_value = false)]
pub struct Holding {
    pub id: HoldingId,
    pub insignia_id: InsigneId,
    pub holder_kind: HonourHolderKind,
    pub member_id: Option<MemberId>,
    pub unit_id: UnitId,
    pub holder_id: Option<HolderId>,
    pub document: String,
    pub from_at: Timestamp,
    /// `None` while it lasts.
    pub to_at: Option<Timestamp>,
    pub given_by: MemberId,
    pub taken_by: Option<MemberId>,
}
