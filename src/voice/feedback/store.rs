//! The room's tables.

use diesel::prelude::*;

use super::model::{Feedback, FeedbackAnswer, FeedbackId, FeedbackState, Said};
use crate::base::id::{MemberId, UnitId};
use crate::base::time::{Day, Timestamp};
use crate::db::Conn;
use crate::db::schema::{feedback, feedback_answers};
use crate::on;

/// Feedback with its answer.
macro_rules! said {
    () => {
        feedback::table.left_join(feedback_answers::table.on(feedback_answers::feedback_id.eq(feedback::id)))
    };
}

pub fn find(conn: &mut Conn, id: FeedbackId) -> QueryResult<Option<Said>> {
    on!(conn, c => said!()
        .filter(feedback::id.eq(id))
        .select((Feedback::as_select(), Option::<FeedbackAnswer>::as_select()))
        .first(c)
        .optional())
}

/// What a member said before `before`, newest first.
pub fn list_of_member(
    conn: &mut Conn,
    member: MemberId,
    before: Option<FeedbackId>,
    limit: i64,
) -> QueryResult<Vec<Said>> {
    on!(conn, c => said!()
        .filter(feedback::member_id.eq(member))
        .filter(feedback::id.lt(before.unwrap_or_else(|| uuid::Uuid::max().into())))
        .order(feedback::id.desc())
        .limit(limit)
        .select((Feedback::as_select(), Option::<FeedbackAnswer>::as_select()))
        .load(c))
}

/// What was said in `units` (anywhere when `None`) and stands so on `today`, before `before`, newest first.
pub fn list(
    conn: &mut Conn,
    units: Option<&[UnitId]>,
    (state, today): (Option<FeedbackState>, Day),
    before: Option<FeedbackId>,
    limit: i64,
) -> QueryResult<Vec<Said>> {
    on!(conn, c => {
        let mut query = said!()
            .filter(feedback::id.lt(before.unwrap_or_else(|| uuid::Uuid::max().into())))
            .into_boxed();
        if let Some(units) = units {
            query = query.filter(feedback::unit_id.eq_any(units));
        }
        query = match state {
            None => query,
            Some(FeedbackState::Answered) => query.filter(feedback_answers::answered_at.is_not_null()),
            Some(FeedbackState::Waiting) => query.filter(feedback_answers::answered_at.is_null()),
            Some(FeedbackState::Overdue) => {
                query.filter(feedback_answers::answered_at.is_null()).filter(feedback::due_on.lt(today))
            }
        };
        query
            .order(feedback::id.desc())
            .limit(limit)
            .select((Feedback::as_select(), Option::<FeedbackAnswer>::as_select()))
            .load(c)
    })
}

/// How much a member has said since `since`.
pub fn count_since(conn: &mut Conn, member: MemberId, since: Timestamp) -> QueryResult<i64> {
    on!(conn, c => feedback::table
        .filter(feedback::member_id.eq(member))
        .filter(feedback::created_at.ge(since))
        .count()
        .get_result(c))
}

pub fn insert(conn: &mut Conn, said: &Feedback) -> QueryResult<()> {
    on!(conn, c => diesel::insert_into(feedback::table).values(said).execute(c)).map(drop)
}

/// Writes the answer; false when there is one.
pub fn insert_answer(conn: &mut Conn, answer: &FeedbackAnswer) -> QueryResult<bool> {
    let written = on!(conn, c => diesel::insert_into(feedback_answers::table)
        .values(answer)
        .on_conflict_do_nothing()
        .execute(c))?;
    Ok(written == 1)
}
