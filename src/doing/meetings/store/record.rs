//! Agendas, decisions and series.

use diesel::prelude::*;

use super::{Sight, seen};
use crate::db::Conn;
use crate::db::schema::{meeting_agenda, meeting_attendance, meeting_decisions, meeting_excuses, meetings};
use crate::doing::meetings::model::{AgendaRow, DecisionRow, MeetingId, MeetingKind, NewAgendaItem, NewDecision};
use crate::on;

/// The agenda of a meeting, by its places.
pub fn list_agenda(conn: &mut Conn, meeting: MeetingId) -> QueryResult<Vec<AgendaRow>> {
    on!(conn, c => meeting_agenda::table
        .filter(meeting_agenda::meeting_id.eq(meeting))
        .order(meeting_agenda::place)
        .select(AgendaRow::as_select())
        .load(c))
}

/// Puts `items` in the place of the agenda that was there.
pub fn replace_agenda(conn: &mut Conn, meeting: MeetingId, items: &[NewAgendaItem]) -> QueryResult<()> {
    let before = meeting_agenda::table.filter(meeting_agenda::meeting_id.eq(meeting));
    on!(&mut *conn, c => diesel::delete(before).execute(c))?;
    for (place, item) in (1..).zip(items) {
        let row = AgendaRow {
            meeting_id: meeting,
            place,
            title: item.title.clone(),
            linked_kind: item.linked.map(|(kind, _)| kind),
            linked_id: item.linked.map(|(_, id)| id),
        };
        on!(&mut *conn, c => diesel::insert_into(meeting_agenda::table).values(row).execute(c))?;
    }
    Ok(())
}

/// The decisions of a meeting, by their places.
pub fn list_decisions(conn: &mut Conn, meeting: MeetingId) -> QueryResult<Vec<DecisionRow>> {
    on!(conn, c => meeting_decisions::table
        .filter(meeting_decisions::meeting_id.eq(meeting))
        .order(meeting_decisions::place)
        .select(DecisionRow::as_select())
        .load(c))
}

/// Puts `decisions` in the place of those that were there.
pub fn replace_decisions(conn: &mut Conn, meeting: MeetingId, decisions: &[NewDecision]) -> QueryResult<()> {
    let before = meeting_decisions::table.filter(meeting_decisions::meeting_id.eq(meeting));
    on!(&mut *conn, c => diesel::delete(before).execute(c))?;
    for (place, decision) in (1..).zip(decisions) {
        let row = DecisionRow {
            meeting_id: meeting,
            place,
            body: decision.text.clone(),
            in_favour: decision.votes.map(|votes| votes.in_favour),
            against: decision.votes.map(|votes| votes.against),
            abstained: decision.votes.map(|votes| votes.abstained),
        };
        on!(&mut *conn, c => diesel::insert_into(meeting_decisions::table).values(row).execute(c))?;
    }
    Ok(())
}

/// Series to which meetings within `sight` belong, after `after`, in the order of their characters.
pub fn list_series(conn: &mut Conn, sight: &Sight, after: Option<&str>, limit: i64) -> QueryResult<Vec<String>> {
    on!(conn, c => {
        let mut query = meetings::table
            .filter(meetings::series.is_not_null())
            .select(meetings::series.assume_not_null())
            .distinct()
            .into_boxed();
        if let Some(led) = &sight.led {
            query = query.filter(seen!(sight, led));
        }
        if let Some(after) = after {
            query = query.filter(meetings::series.gt(after));
        }
        query.order(meetings::series).limit(limit).load::<String>(c)
    })
}
