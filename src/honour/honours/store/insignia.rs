//! Flags and plates that move, and who had them.

use diesel::prelude::*;

use crate::base::id::{MemberId, UnitId};
use crate::base::time::Timestamp;
use crate::db::Conn;
use crate::db::schema::{insignia, insignia_holdings};
use crate::honour::honours::model::{Holding, HoldingId, Insigne, InsigneId};
use crate::on;

/// Writes one; false when the unit has one of that name.
pub fn insert(conn: &mut Conn, insigne: &Insigne) -> QueryResult<bool> {
    let written =
        on!(conn, c => diesel::insert_into(insignia::table).values(insigne).on_conflict_do_nothing().execute(c))?;
    Ok(written == 1)
}

pub fn find(conn: &mut Conn, id: InsigneId) -> QueryResult<Option<Insigne>> {
    on!(conn, c => insignia::table.find(id).select(Insigne::as_select()).first(c).optional())
}

/// Those of units after `after`, in the order in which they came.
pub fn list(
    conn: &mut Conn,
    units: Option<&[UnitId]>,
    after: Option<InsigneId>,
    limit: i64,
) -> QueryResult<Vec<Insigne>> {
    on!(conn, c => {
        let mut query = insignia::table
            .filter(insignia::id.gt(after.unwrap_or_else(|| uuid::Uuid::nil().into())))
            .into_boxed();
        if let Some(units) = units {
            query = query.filter(insignia::unit_id.eq_any(units));
        }
        query.order(insignia::id).limit(limit).select(Insigne::as_select()).load(c)
    })
}

/// Who has these at present.
pub fn list_present(conn: &mut Conn, ids: &[InsigneId]) -> QueryResult<Vec<Holding>> {
    on!(conn, c => insignia_holdings::table
        .filter(insignia_holdings::insignia_id.eq_any(ids))
        .filter(insignia_holdings::to_at.is_null())
        .select(Holding::as_select())
        .load(c))
}

/// Who had one before `before`, the last one first.
pub fn list_holdings(
    conn: &mut Conn,
    id: InsigneId,
    before: Option<HoldingId>,
    limit: i64,
) -> QueryResult<Vec<Holding>> {
    on!(conn, c => insignia_holdings::table
        .filter(insignia_holdings::insignia_id.eq(id))
        .filter(insignia_holdings::id.lt(before.unwrap_or_else(|| uuid::Uuid::max().into())))
        .order(insignia_holdings::id.desc())
        .limit(limit)
        .select(Holding::as_select())
        .load(c))
}

/// Takes it back from whoever has it.
pub fn end(conn: &mut Conn, id: InsigneId, at: Timestamp, by: MemberId) -> QueryResult<()> {
    let those = insignia_holdings::table
        .filter(insignia_holdings::insignia_id.eq(id))
        .filter(insignia_holdings::to_at.is_null());
    let change = (insignia_holdings::to_at.eq(at), insignia_holdings::taken_by.eq(by));
    on!(conn, c => diesel::update(those).set(change).execute(c)).map(drop)
}

pub fn insert_holding(conn: &mut Conn, holding: &Holding) -> QueryResult<()> {
    on!(conn, c => diesel::insert_into(insignia_holdings::table).values(holding).execute(c)).map(drop)
}
