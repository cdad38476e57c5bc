//! The meetings at which ideas are collected and decided: of the right unit, after what they follow, with somebody there.

use diesel::QueryResult;

use super::model::{Circle, Idea, InForce, Verb, Verdict};
use super::rules::{self, Refusal};
use super::{Ideas, Outcome};
use crate::base::capability::Capability;
use crate::base::own_case::Involved;
use crate::base::person::Person;
use crate::base::time::Day;
use crate::db::Tx;
use crate::doing::meetings::{self, MeetingId};

impl Ideas {
    /// Whether `verb` can have been done at the meeting, and is for `person` to put down.
    pub(super) fn check_meeting(
        &self,
        tx: &mut Tx,
        person: &Person,
        (idea, circle): (&Idea, &Circle),
        since: Option<Day>,
        (verb, id): (Verb, MeetingId),
    ) -> Outcome<()> {
        let meeting = meetings::lock_row(tx.conn, id)?.ok_or(Refusal::NoSuchMeeting)?;
        let who = if verb == Verb::Collect { Capability::CollectIdeas } else { Capability::DecideIdeas };
        let leads = person.reach(who).is_some_and(|reach| reach.covers(&self.path(meeting.unit_id)));
        let has_committee = self.has_committee(meeting.unit_id, tx.today());
        rules::check_meeting(verb, &meeting, &self.path(idea.unit_id), has_committee, (since, tx.today()))?;
        if !leads {
            return Err(Refusal::WrongMeeting.into());
        }
        let present = meetings::list_attendance(tx.conn, id)?.into_iter().map(|row| row.member_id).collect::<Vec<_>>();
        let is_involved = |member| circle.involved(idea, member) != Involved::NOT;
        Ok(rules::check_present(verb, person.member, &present, is_involved)?)
    }
}

/// The day before which no meeting can have done `verb`: an idea is collected after it was handed in, and decided after it
/// was collected or put before the committee again. It was collected when the meeting was, whenever that was put down.
pub(super) fn follows(
    tx: &mut Tx,
    verb: Verb,
    idea: &Idea,
    in_force: &InForce,
    reopened_on: Option<Day>,
) -> QueryResult<Option<Day>> {
    if verb == Verb::Collect {
        return Ok(idea.submitted_at.map(|at| at.day()));
    }
    if Verdict::of(verb).is_none() {
        return Ok(None);
    }
    let Some(collection) = &in_force.collection else { return Ok(reopened_on) };
    let meeting = collection.meeting_id.map(|id| meetings::find(tx.conn, id)).transpose()?.flatten();
    let collected_on = meeting.map_or(collection.at.day(), |meeting| meeting.held_on);
    Ok(reopened_on.max(Some(collected_on)))
}
