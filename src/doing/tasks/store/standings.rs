//! How branches stood when a month had ended.

use diesel::prelude::*;

use crate::base::time::{Day, Timestamp};
use crate::db::Conn;
use crate::db::schema::{task_standing_months, task_standings};
use crate::doing::tasks::model::Standing;
use crate::on;

/// When the month was told of; `None` while it was not.
pub fn made_at(conn: &mut Conn, first_on: Day) -> QueryResult<Option<Timestamp>> {
    on!(conn, c => task_standing_months::table
        .find(first_on)
        .select(task_standing_months::made_at)
        .first(c)
        .optional())
}

/// Every branch that had something due in the month.
pub fn list(conn: &mut Conn, first_on: Day) -> QueryResult<Vec<Standing>> {
    let rows: Vec<(crate::base::id::UnitId, i32, i32, i32, i64, i64)> = on!(conn, c => task_standings::table
        .filter(task_standings::first_on.eq(first_on))
        .order(task_standings::unit_id)
        .select((
            task_standings::unit_id,
            task_standings::due,
            task_standings::closed,
            task_standings::on_time,
            task_standings::weight_due,
            task_standings::weight_closed,
        ))
        .load(c))?;
    let standing = |(unit, due, closed, on_time, weight_due, weight_closed)| Standing {
        unit,
        due,
        closed,
        on_time,
        weight_due,
        weight_closed,
    };
    Ok(rows.into_iter().map(standing).collect())
}

/// Keeps how branches stand; false when the month is kept already.
pub fn insert(conn: &mut Conn, first_on: Day, at: Timestamp, standings: &[Standing]) -> QueryResult<bool> {
    let month = (task_standing_months::first_on.eq(first_on), task_standing_months::made_at.eq(at));
    let put = on!(&mut *conn, c => diesel::insert_into(task_standing_months::table)
        .values(month)
        .on_conflict_do_nothing()
        .execute(c))?;
    if put == 0 {
        return Ok(false);
    }
    for standing in standings {
        let row = (
            task_standings::first_on.eq(first_on),
            task_standings::unit_id.eq(standing.unit),
            task_standings::due.eq(standing.due),
            task_standings::closed.eq(standing.closed),
            task_standings::on_time.eq(standing.on_time),
            task_standings::weight_due.eq(standing.weight_due),
            task_standings::weight_closed.eq(standing.weight_closed),
        );
        on!(&mut *conn, c => diesel::insert_into(task_standings::table).values(row).execute(c))?;
    }
    Ok(true)
}
