//! Leave: entered by who looks after the member, before or afterwards, and what the calendar makes of it.

use serde_json::json;

use super::{Manager, Members, Outcome, note};
use crate::base::id::MemberId;
use crate::base::time::{Day, Timestamp};
use crate::db::{DbError, Never, Stop, Tx};
use crate::kernel::agenda;
use crate::people::members::model::{Absence, AbsenceId, MemberRow, MemberStatus};
use crate::people::members::rules::{self, Refusal};
use crate::people::members::{LEAVE, store};

/// Members whose leave begins or ends that one transaction takes.
const AT_ONCE: i64 = 100;

/// Leave as it is sent.
#[derive(Clone, Debug)]
pub struct NewLeave {
    pub from: Day,
    /// The last day, included.
    pub to: Day,
    pub reason: String,
}

impl Members {
    /// Puts down leave of a member; the same again is the first one, with false.
    pub async fn enter_leave(&self, manager: Manager, id: MemberId, leave: NewLeave) -> Outcome<(Absence, bool)> {
        self.check_member(&manager, id)?;
        if manager.member == Some(id) {
            return Err(Refusal::OwnLeave.into());
        }
        let members = self.clone();
        self.db
            .write(move |tx| {
                let row = store::lock_member(tx.conn, id)?.ok_or(Refusal::NoSuchMember)?;
                if row.status == MemberStatus::Left {
                    return Err(Refusal::MemberLeft.into());
                }
                let known = store::list_absences(tx.conn, id)?;
                let same = |known: &&Absence| (known.from_on, known.to_on) == (leave.from, Some(leave.to));
                if let Some(same) = known.iter().find(same) {
                    return Ok((same.clone(), false));
                }
                rules::check_leave(&known, leave.from, leave.to, tx.today())?;
                let absence = members.insert_leave(tx, &manager, id, &leave)?;
                members.follow_leave(tx, &row)?;
                Ok((absence, true))
            })
            .await
    }

    fn insert_leave(&self, tx: &mut Tx, manager: &Manager, id: MemberId, leave: &NewLeave) -> Outcome<Absence> {
        let absence = Absence {
            id: tx.fresh_id(),
            member_id: id,
            from_on: leave.from,
            to_on: Some(leave.to),
            reason: Some(leave.reason.clone()),
            entered_by: manager.member,
            entered_at: Some(tx.now()),
        };
        store::insert_absence(tx.conn, &absence)?;
        let today = tx.today();
        for day in [leave.from, leave.to.next()].into_iter().filter(|day| *day > today) {
            agenda::put(tx, LEAVE, absence.id.uuid(), day.start())?;
        }
        // why is nobody's business for ever: it stands with the leave, from which it can be taken away
        let detail = json!({ "from": leave.from, "to": leave.to });
        note(tx, manager, "members.enter_leave", ("member", id.uuid()), detail)?;
        Ok(absence)
    }

    /// Takes leave back that was entered by mistake: its days count again.
    pub async fn withdraw_leave(&self, manager: Manager, id: MemberId, absence: AbsenceId) -> Outcome<()> {
        self.check_member(&manager, id)?;
        if manager.member == Some(id) {
            return Err(Refusal::OwnLeave.into());
        }
        let members = self.clone();
        self.db
            .write(move |tx| {
                let row = store::lock_member(tx.conn, id)?.ok_or(Refusal::NoSuchMember)?;
                let known = store::list_absences(tx.conn, id)?;
                let found = known.into_iter().find(|known| known.id == absence).ok_or(Refusal::NoSuchLeave)?;
                store::delete_absence(tx.conn, absence)?;
                let detail = json!({ "from": found.from_on, "to": found.to_on });
                note(tx, &manager, "members.withdraw_leave", ("member", id.uuid()), detail)?;
                Ok(members.follow_leave(tx, &row)?)
            })
            .await
    }

    /// A member's leave before `before`, the one entered last first.
    pub async fn leave_of(&self, id: MemberId, before: Option<AbsenceId>, limit: i64) -> Result<Vec<Absence>, DbError> {
        self.db.read(move |conn| store::list_absences_before(conn, id, before, limit)).await
    }

    /// Has members be away as long as their leave says; when its first and last days turn.
    pub async fn turn_leave(&self) -> Result<Option<Timestamp>, DbError> {
        let mut after = None;
        loop {
            let today = self.db.today();
            let turned = self.db.read(move |conn| store::list_turned(conn, today, after, AT_ONCE)).await?;
            let Some(last) = turned.last().copied() else { break };
            let members = self.clone();
            let turn = move |tx: &mut Tx| -> Result<(), Stop<Never>> {
                for id in &turned {
                    if let Some(row) = store::lock_member(tx.conn, *id)? {
                        members.follow_leave(tx, &row)?;
                    }
                }
                Ok(())
            };
            self.db.write(turn).await.map_err(DbError::from)?;
            after = Some(last);
        }
        let today = self.db.today();
        self.db.read(move |conn| Ok(store::next_turn(conn, today)?.map(Day::start))).await
    }

    /// Makes the member away or back, as his leave says of today.
    fn follow_leave(&self, tx: &mut Tx, before: &MemberRow) -> diesel::QueryResult<()> {
        let today = tx.today();
        let is_away = store::list_absences(tx.conn, before.id)?.iter().any(|absence| absence.covers(today));
        let status = match (before.status, is_away) {
            (MemberStatus::Active, true) => MemberStatus::Away,
            (MemberStatus::Away, false) => MemberStatus::Active,
            _ => return Ok(()),
        };
        let after = MemberRow { status, updated_at: tx.now(), ..before.clone() };
        store::update_member(tx.conn, &after)?;
        self.publish_member(tx, &after).map(drop)
    }
}
