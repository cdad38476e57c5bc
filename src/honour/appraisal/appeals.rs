//! Appeals: a member objects to an entry, and somebody who neither proposed nor approved it decides. One that is upheld is
//! an opposite entry, and a new one where something else is right.

use std::sync::Arc;

use diesel::QueryResult;
use serde_json::json;

use super::actions::{Appraisal, Outcome, book};
use super::book::{NewEntry, enter, is_settled, reverse};
use super::desk::APPEAL;
use super::model::{
    Appeal, AppealDecision, AppealId, AppealState, Appealed, AppraisalEntryId, AppraisalKind, AppraisalSource, Entry,
};
use super::rules::{self, Refusal};
use super::store;
use crate::base::capability::Capability;
use crate::base::id::MemberId;
use crate::base::idempotency::IdempotencyKey;
use crate::base::own_case::{Involvement, Judgement};
use crate::base::person::Person;
use crate::db::Tx;
use crate::kernel::desk;
use crate::kernel::idempotency;
use crate::kernel::recusals::ActOf;
use crate::kernel::trail::{self, Act};

/// What somebody decides about an appeal.
#[derive(Clone, Debug)]
pub(super) struct AppealVerdict {
    pub upheld: bool,
    pub reason: String,
    /// Hundredths without a sign that are right instead; `None` for nothing.
    pub points: Option<i32>,
}

impl Appraisal {
    /// Objects to an entry of one's own, within the days that the setting leaves.
    pub(super) async fn appeal(
        &self,
        member: MemberId,
        entry: AppraisalEntryId,
        text: String,
        key: Option<IdempotencyKey>,
    ) -> Outcome<Appealed> {
        let room = self.clone();
        self.db
            .write(move |tx| {
                tx.take_turn(member)?;
                let id = idempotency::once(tx, key.as_ref(), |tx| -> Outcome<AppealId> {
                    room.appeal_in(tx, member, entry, &text)
                })?;
                Ok(store::appeals::find(tx.conn, id)?.ok_or(Refusal::NoSuchAppeal)?)
            })
            .await
    }

    fn appeal_in(&self, tx: &mut Tx, member: MemberId, id: AppraisalEntryId, text: &str) -> Outcome<AppealId> {
        let entry = store::book::find(tx.conn, id)?.filter(|entry| entry.member_id == member);
        let entry = entry.ok_or(Refusal::NoSuchEntry)?;
        if entry.kind == AppraisalKind::Carry {
            return Err(Refusal::CarriedOver.into());
        }
        if is_settled(tx, &entry)? {
            return Err(Refusal::Corrected.into());
        }
        if tx.today() > rules::appeal_until(entry.created_at.day(), self.terms.appeal_days()) {
            return Err(Refusal::AppealTooLate.into());
        }
        let unit = self.directory.path(member).and_then(|path| path.first().copied()).unwrap_or(entry.unit_id);
        let appeal = Appeal {
            id: tx.fresh_id(),
            entry_id: id,
            member_id: member,
            unit_id: unit,
            text: text.to_owned(),
            due_on: self.calendar.working_day_from(tx.today().plus_days(self.terms.decision_days())),
            created_at: tx.now(),
        };
        if !store::appeals::insert(tx.conn, &appeal)? {
            return Err(Refusal::Appealed.into());
        }
        let involved: Vec<MemberId> = involved(&entry).into_iter().map(|(member, _)| member).collect();
        self.lay_appeal(tx, &appeal, &involved)?;
        note(tx, member, "appraisal.appeal", &appeal)?;
        Ok(appeal.id)
    }

    /// Takes an appeal back; it cannot be made again.
    pub(super) async fn withdraw_appeal(&self, member: MemberId, id: AppealId) -> Outcome<Appealed> {
        self.db
            .write(move |tx| {
                tx.take_turn(member)?;
                let (appeal, decision) = store::appeals::find(tx.conn, id)?.ok_or(Refusal::NoSuchAppeal)?;
                if appeal.member_id != member {
                    return Err(Refusal::NoSuchAppeal.into());
                }
                match decision {
                    Some(decision) if decision.verdict == AppealState::TakenBack => {
                        return Ok((appeal, Some(decision)));
                    }
                    Some(_) => return Err(Refusal::AppealOver.into()),
                    None => {}
                }
                let decision = blank(&appeal, AppealState::TakenBack, member, tx);
                if !store::appeals::insert_decision(tx.conn, &decision)? {
                    return Err(Refusal::AppealOver.into());
                }
                desk::clear(tx, APPEAL, id.uuid())?;
                note(tx, member, "appraisal.withdraw_appeal", &appeal)?;
                Ok((appeal, Some(decision)))
            })
            .await
    }

    /// Decides an appeal; the same decision again changes nothing.
    pub(super) async fn decide_appeal(
        &self,
        person: &Arc<Person>,
        id: AppealId,
        verdict: AppealVerdict,
    ) -> Outcome<Appealed> {
        let (appeal, _) = self.find_appeal(person, id).await?;
        let (room, person) = (self.clone(), person.clone());
        self.db
            .write(move |tx| {
                tx.take_turn(appeal.member_id)?;
                room.decide_appeal_in(tx, &person, &appeal, &verdict)?;
                Ok(store::appeals::find(tx.conn, id)?.ok_or(Refusal::NoSuchAppeal)?)
            })
            .await
    }

    fn decide_appeal_in(&self, tx: &mut Tx, person: &Person, appeal: &Appeal, verdict: &AppealVerdict) -> Outcome<()> {
        let entry = store::book::find(tx.conn, appeal.entry_id)?.ok_or(Refusal::NoSuchEntry)?;
        let involved = involved(&entry);
        let ways = involved.iter().filter(|(member, _)| *member == person.member).map(|(_, way)| *way);
        Judgement::DecideAppraisalAppeal.check(ways.collect()).map_err(|_| Refusal::OwnAppeal)?;
        let post = self.appeal_post(appeal, tx.today());
        if !self.holds(person, post) {
            let no = person.reach(post.capability).map_or(Refusal::NotAllowed, |_| Refusal::OutOfReach);
            return Err(no.into());
        }
        let state = if verdict.upheld { AppealState::Upheld } else { AppealState::Rejected };
        if verdict.points.is_some_and(|points| !verdict.upheld || !(1..=rules::MOST_POINTS).contains(&points)) {
            return Err(Refusal::PointsOutOfRange(1, rules::MOST_POINTS).into());
        }
        let points = verdict.points.map(|points| if entry.kind == AppraisalKind::Deduction { -points } else { points });
        if let (_, Some(decided)) = store::appeals::find(tx.conn, appeal.id)?.ok_or(Refusal::NoSuchAppeal)? {
            let same = (decided.verdict, decided.decided_by, decided.points, decided.reason.as_deref())
                == (state, person.member, points, Some(verdict.reason.as_str()));
            return if same { Ok(()) } else { Err(Refusal::AppealOver.into()) };
        }
        let mut decision =
            AppealDecision { reason: Some(verdict.reason.clone()), points, ..blank(appeal, state, person.member, tx) };
        if verdict.upheld {
            let (correction, replacement) = put_right(tx, appeal, &entry, (person.member, points, &verdict.reason))?;
            decision.correction_id = Some(correction.id);
            decision.replacement_id = replacement.map(|entry| entry.id);
        }
        if !store::appeals::insert_decision(tx.conn, &decision)? {
            return Err(Refusal::AppealOver.into());
        }
        desk::clear(tx, APPEAL, appeal.id.uuid())?;
        let act = ActOf { kind: "appraisal_appeal", subject: appeal.id.uuid(), act: "decision".to_owned() };
        self.note_recused(tx, &act, post, &involved)?;
        let body = format!("{}。{}", state.title(), verdict.reason);
        let link = format!("/appraisal/appeals/{}", appeal.id);
        self.tell(tx, appeal.member_id, "您的考评积分申诉已答复", body, link)?;
        Ok(note(tx, person.member, "appraisal.decide_appeal", appeal)?)
    }

    /// An appeal, for its member and for those whose duties reach it.
    pub(super) async fn find_appeal(&self, person: &Person, id: AppealId) -> Outcome<Appealed> {
        let found = self.db.read(move |conn| store::appeals::find(conn, id)).await?;
        let sees = |appeal: &Appeal| {
            let reach = person.reach(Capability::SeeResults);
            appeal.member_id == person.member || reach.is_some_and(|reach| self.covers(&reach, appeal.unit_id))
        };
        Ok(found.filter(|(appeal, _)| sees(appeal)).ok_or(Refusal::NoSuchAppeal)?)
    }

    /// Appeals that a list shows, newest first.
    pub(super) async fn list_appeals(
        &self,
        wanted: store::appeals::Wanted,
        before: Option<AppealId>,
        limit: i64,
    ) -> Outcome<Vec<Appealed>> {
        Ok(self.db.read(move |conn| store::appeals::list(conn, &wanted, before, limit)).await?)
    }
}

/// The opposite entry and, where something else is right, the one in its place, by the rules of the wrong one's day.
fn put_right(
    tx: &mut Tx,
    appeal: &Appeal,
    entry: &Entry,
    (by, points, reason): (MemberId, Option<i32>, &str),
) -> Outcome<(Entry, Option<Entry>)> {
    let book = book(tx.conn)?;
    let version = book.version(entry.scheme_version).ok_or(Refusal::NoSuchVersion)?;
    let rule = version.scheme.rule(&entry.rule).ok_or(Refusal::NoSuchRule)?;
    let most = match rule.kind {
        AppraisalKind::Base => entry.wanted.abs(),
        _ => rule.most,
    };
    if points.is_some_and(|points| points.abs() > most) {
        return Err(Refusal::PointsOutOfRange(1, most).into());
    }
    // two people may have put it right while the appeal waited
    let earlier = store::book::list_from(tx.conn, AppraisalSource::Correction, &[entry.id.uuid().into()])?.pop();
    let correction = match earlier {
        Some(earlier) => earlier,
        None => reverse(tx, entry, (Some(appeal.member_id), Some(by)), reason)?,
    };
    let Some(wanted) = points else { return Ok((correction, None)) };
    let new = NewEntry {
        member: entry.member_id,
        unit: entry.unit_id,
        scheme: version,
        rule: &entry.rule,
        dimension: &entry.dimension,
        wanted,
        day: entry.day,
        reason,
        source: (AppraisalSource::Appeal, appeal.id.uuid().into()),
        proposed_by: Some(appeal.member_id),
        approved_by: Some(by),
    };
    Ok((correction, Some(enter(tx, &new)?)))
}

/// Who is involved in an entry, and how.
pub(super) fn involved(entry: &Entry) -> Vec<(MemberId, Involvement)> {
    let proposer = entry.proposed_by.map(|by| (by, Involvement::Proposer));
    let approver = entry.approved_by.map(|by| (by, Involvement::Writer));
    proposer.into_iter().chain(approver).chain([(entry.member_id, Involvement::Subject)]).collect()
}

fn blank(appeal: &Appeal, verdict: AppealState, by: MemberId, tx: &Tx) -> AppealDecision {
    AppealDecision {
        appeal_id: appeal.id,
        verdict,
        reason: None,
        points: None,
        correction_id: None,
        replacement_id: None,
        decided_by: by,
        decided_at: tx.now(),
    }
}

/// That it was appealed and decided is in the trail; what was said stays with the appeal.
fn note(tx: &mut Tx, actor: MemberId, action: &str, appeal: &Appeal) -> QueryResult<()> {
    let detail = json!({ "entry_id": appeal.entry_id, "member_id": appeal.member_id, "due_on": appeal.due_on });
    let (subject_kind, subject_id) = ("appraisal_appeal", appeal.id.uuid());
    trail::note(tx, Act { actor: Some(actor), action, subject_kind, subject_id, detail })
}
