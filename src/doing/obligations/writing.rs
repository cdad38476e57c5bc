//! What units write: lines, events, and that something does not apply, which another one answers above.

use std::sync::Arc;

use serde_json::json;

use super::actions::{Obligations, Outcome, book, note};
use super::model::{
    Entry, Event, Exemption, ObligationCycle, ObligationEntryId, ObligationEventId, ObligationExemptionId, Rule,
};
use super::rules::{self, Refusal};
use super::store;
use crate::base::approval::{Answer, NoAnswer, Proposal, ProposalState, VALID_SECONDS};
use crate::base::capability::{Capability, Reach};
use crate::base::id::{MemberId, UnitId};
use crate::base::idempotency::IdempotencyKey;
use crate::base::person::Person;
use crate::base::time::Day;
use crate::db::Tx;
use crate::kernel::desk;
use crate::kernel::idempotency;

const ENTRY: &str = "obligation_entry";
const EVENT: &str = "obligation_event";
pub(super) const EXEMPTION: &str = "obligation_exemption";

/// A line as it is written, or an event.
#[derive(Clone, Debug)]
pub(super) struct NewLine {
    pub unit: UnitId,
    pub code: String,
    pub day: Day,
    /// What was done, or what happens.
    pub text: String,
}

/// What is said not to apply.
#[derive(Clone, Debug)]
pub(super) struct NewExemption {
    pub unit: UnitId,
    pub code: String,
    /// The first day of the window.
    pub window_on: Day,
    pub reason: String,
}

impl Obligations {
    /// Writes down that something was done.
    pub(super) async fn enter(
        &self,
        (by, reach): (MemberId, &Reach),
        new: NewLine,
        key: Option<IdempotencyKey>,
    ) -> Outcome<Entry> {
        self.check_reach(reach, new.unit)?;
        let room = self.clone();
        self.db
            .write(move |tx| {
                let id = idempotency::once(tx, key.as_ref(), |tx| -> Outcome<ObligationEntryId> {
                    let rule = room.asked(tx, new.unit, &new.code)?;
                    if !rule.by_line {
                        return Err(Refusal::TickedByRecords.into());
                    }
                    rules::check_done_on(new.day, tx.today())?;
                    let entry = Entry {
                        id: tx.fresh_id(),
                        unit_id: new.unit,
                        code: new.code.clone(),
                        done_on: new.day,
                        note: new.text.clone(),
                        entered_by: by,
                        entered_at: tx.now(),
                        withdrawn_by: None,
                        withdrawn_at: None,
                    };
                    store::insert_entry(tx.conn, &entry)?;
                    let detail = json!({ "code": entry.code, "unit_id": entry.unit_id, "done_on": entry.done_on });
                    note(tx, by, "obligations.enter", (ENTRY, entry.id.uuid()), detail)?;
                    Ok(entry.id)
                })?;
                Ok(store::find_entry(tx.conn, id)?.ok_or(Refusal::NoSuchEntry)?)
            })
            .await
    }

    /// Withdraws a line; it stays in the history.
    pub(super) async fn withdraw_entry(&self, by: MemberId, reach: Reach, id: ObligationEntryId) -> Outcome<()> {
        let room = self.clone();
        self.db
            .write(move |tx| {
                let entry = store::find_entry(tx.conn, id)?.ok_or(Refusal::NoSuchEntry)?;
                if !room.covers(&reach, entry.unit_id) {
                    return Err(Refusal::NoSuchEntry.into());
                }
                if !store::withdraw_entry(tx.conn, id, by, tx.now())? {
                    return Err(Refusal::Withdrawn.into());
                }
                let detail = json!({ "code": entry.code, "unit_id": entry.unit_id, "done_on": entry.done_on });
                Ok(note(tx, by, "obligations.withdraw_entry", (ENTRY, id.uuid()), detail)?)
            })
            .await
    }

    /// Writes down from what a rule by event counts.
    pub(super) async fn note_event(
        &self,
        (by, reach): (MemberId, &Reach),
        new: NewLine,
        key: Option<IdempotencyKey>,
    ) -> Outcome<Event> {
        self.check_reach(reach, new.unit)?;
        let room = self.clone();
        self.db
            .write(move |tx| {
                let id = idempotency::once(tx, key.as_ref(), |tx| -> Outcome<ObligationEventId> {
                    let rule = room.asked(tx, new.unit, &new.code)?;
                    if rule.cycle != ObligationCycle::Event {
                        return Err(Refusal::NoEvents.into());
                    }
                    rules::check_event(new.day, tx.today())?;
                    let event = Event {
                        id: tx.fresh_id(),
                        unit_id: new.unit,
                        code: new.code.clone(),
                        happens_on: new.day,
                        title: new.text.clone(),
                        entered_by: by,
                        entered_at: tx.now(),
                        withdrawn_by: None,
                        withdrawn_at: None,
                    };
                    store::insert_event(tx.conn, &event)?;
                    let detail =
                        json!({ "code": event.code, "unit_id": event.unit_id, "happens_on": event.happens_on });
                    note(tx, by, "obligations.note_event", (EVENT, event.id.uuid()), detail)?;
                    Ok(event.id)
                })?;
                Ok(store::find_event(tx.conn, id)?.ok_or(Refusal::NoSuchEvent)?)
            })
            .await
    }

    /// Withdraws an event: what counted from it is owed no more.
    pub(super) async fn withdraw_event(&self, by: MemberId, reach: Reach, id: ObligationEventId) -> Outcome<()> {
        let room = self.clone();
        self.db
            .write(move |tx| {
                let event = store::find_event(tx.conn, id)?.ok_or(Refusal::NoSuchEvent)?;
                if !room.covers(&reach, event.unit_id) {
                    return Err(Refusal::NoSuchEvent.into());
                }
                if !store::withdraw_event(tx.conn, id, by, tx.now())? {
                    return Err(Refusal::Withdrawn.into());
                }
                let detail = json!({ "code": event.code, "unit_id": event.unit_id, "happens_on": event.happens_on });
                Ok(note(tx, by, "obligations.withdraw_event", (EVENT, id.uuid()), detail)?)
            })
            .await
    }

    /// Asks that something does not apply this time; those above answer.
    pub(super) async fn ask_exemption(
        &self,
        (by, reach): (MemberId, &Reach),
        new: NewExemption,
        key: Option<IdempotencyKey>,
    ) -> Outcome<Exemption> {
        self.check_reach(reach, new.unit)?;
        let line = self.line(new.unit, &new.code, new.window_on).await?.ok_or(Refusal::NotAsked)?;
        if line.state.is_done() {
            return Err(Refusal::AlreadyDone.into());
        }
        let room = self.clone();
        self.db
            .write(move |tx| {
                let id = idempotency::once(tx, key.as_ref(), |tx| -> Outcome<ObligationExemptionId> {
                    let row = Exemption {
                        id: tx.fresh_id(),
                        unit_id: new.unit,
                        code: new.code.clone(),
                        window_on: new.window_on,
                        reason: new.reason.clone(),
                        state: ProposalState::Open,
                        proposed_by: by,
                        proposed_at: tx.now(),
                        answered_by: None,
                        answered_at: None,
                        answer: None,
                    };
                    if !store::insert_exemption(tx.conn, &row)? {
                        return Err(Refusal::Exempted.into());
                    }
                    room.lay_exemption(tx, &row, &line.rule)?;
                    note(tx, by, "obligations.ask_exemption", (EXEMPTION, row.id.uuid()), detail_of(&row))?;
                    Ok(row.id)
                })?;
                Ok(store::find_exemption(tx.conn, id)?.ok_or(Refusal::NoSuchExemption)?)
            })
            .await
    }

    /// Answers an exemption, or takes one's own back; the same answer again changes nothing.
    pub(super) async fn answer_exemption(
        &self,
        person: &Arc<Person>,
        id: ObligationExemptionId,
        (answer, words): (Answer, Option<String>),
    ) -> Outcome<Exemption> {
        let (room, person) = (self.clone(), person.clone());
        self.db
            .write(move |tx| {
                let row = store::find_exemption(tx.conn, id)?.ok_or(Refusal::NoSuchExemption)?;
                let capability = match answer {
                    Answer::TakeBack => Capability::KeepObligations,
                    _ => Capability::ExcuseObligations,
                };
                let reach = person.reach(capability).filter(|reach| room.covers(reach, row.unit_id));
                reach.ok_or(Refusal::NoSuchExemption)?;
                let proposal = Proposal {
                    state: row.state,
                    proposed_by: Some(row.proposed_by),
                    about: None,
                    expires_at: Some(row.proposed_at.plus_seconds(VALID_SECONDS)),
                };
                let is_new = proposal.answer(answer, person.member, tx.now()).map_err(Refusal::Unanswerable)?;
                if is_new {
                    room.answer_in(tx, &row, (answer, words.as_deref()), person.member)?;
                }
                Ok(store::find_exemption(tx.conn, id)?.ok_or(Refusal::NoSuchExemption)?)
            })
            .await
    }

    fn answer_in(
        &self,
        tx: &mut Tx,
        row: &Exemption,
        (answer, words): (Answer, Option<&str>),
        by: MemberId,
    ) -> Outcome<()> {
        let (state, now) = (answer.leads_to(), tx.now());
        if !store::answer_exemption(tx.conn, row.id, (state, words), (by, now))? {
            return Err(Refusal::Unanswerable(NoAnswer::Over(ProposalState::Open)).into());
        }
        desk::clear(tx, super::desk::EXEMPTION, row.id.uuid())?;
        let action = match answer {
            Answer::TakeBack => "obligations.take_back_exemption",
            _ => "obligations.answer_exemption",
        };
        note(tx, by, action, (EXEMPTION, row.id.uuid()), detail_of(&Exemption { state, ..row.clone() }))?;
        if answer != Answer::TakeBack {
            self.tell_answer(tx, row, (state, words))?;
        }
        Ok(())
    }

    /// Exemptions of units, newest first.
    pub(super) async fn list_exemptions(
        &self,
        units: Option<Vec<UnitId>>,
        state: Option<ProposalState>,
        before: Option<ObligationExemptionId>,
        limit: i64,
    ) -> Outcome<Vec<Exemption>> {
        let found =
            move |conn: &mut crate::db::Conn| store::list_exemptions(conn, units.as_deref(), state, before, limit);
        Ok(self.db.read(found).await?)
    }

    /// The rule of that code, if it asks units such as this one.
    fn asked(&self, tx: &mut Tx, unit: UnitId, code: &str) -> Outcome<Arc<Rule>> {
        let book = book(tx.conn)?;
        let rule = book.find(code).ok_or(Refusal::NoSuchRule)?;
        if self.asks(rule, unit) { Ok(rule.clone()) } else { Err(Refusal::NotAsked.into()) }
    }
}

fn detail_of(row: &Exemption) -> serde_json::Value {
    json!({ "code": row.code, "unit_id": row.unit_id, "window_on": row.window_on, "state": row.state })
}
