//! What the room keeps.

use diesel::prelude::*;

use crate::base::id::UnitId;
use crate::base::time::Timestamp;
use crate::db::schema::brands;

crate::id!(
    /// A unit's brand.
    BrandId
);

/// The brand of a unit.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = brands)]
pub struct Brand {
    pub id: BrandId,
    pub unit_id: UnitId,
    pub name: String,
    /// What it stands for and how it is built.
    pub summary: String,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}
