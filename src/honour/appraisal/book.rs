//! Entering: what the caps leave is written, and what is wrong is put right by its opposite.

use diesel::QueryResult;

use super::actions::Outcome;
use super::model::{AppraisalKind, AppraisalSource, AppraisalSourceId, Entry, SchemeVersion};
use super::rules::{self, Refusal};
use super::store;
use super::year_start::follow;
use crate::base::id::{MemberId, UnitId};
use crate::base::time::Day;
use crate::db::Tx;

/// What is to be entered.
pub(super) struct NewEntry<'a> {
    pub member: MemberId,
    pub unit: UnitId,
    pub scheme: &'a SchemeVersion,
    pub rule: &'a str,
    pub dimension: &'a str,
    /// Hundredths, before the caps.
    pub wanted: i32,
    /// When it happened; its year is the one for which it counts.
    pub day: Day,
    pub reason: &'a str,
    pub source: (AppraisalSource, AppraisalSourceId),
    pub proposed_by: Option<MemberId>,
    pub approved_by: Option<MemberId>,
}

/// Enters what the caps leave. The caller has taken the member's turn, so that the sums stay true until it is written.
pub(super) fn enter(tx: &mut Tx, new: &NewEntry<'_>) -> Outcome<Entry> {
    let rule = new.scheme.scheme.rule(new.rule).ok_or(Refusal::NoSuchRule)?;
    let year = new.day.parts().0;
    let counted = store::book::list_counted(tx.conn, new.member, year)?;
    let (points, cut_by) = match rule.kind {
        AppraisalKind::Bonus | AppraisalKind::Deduction => {
            rules::cut((&new.scheme.scheme, rule, new.dimension), (new.wanted, new.day), &rules::standing(&counted))
        }
        AppraisalKind::Base | AppraisalKind::Correction | AppraisalKind::Carry => (new.wanted, None),
    };
    let entry = Entry {
        id: tx.fresh_id(),
        member_id: new.member,
        unit_id: new.unit,
        year,
        kind: rule.kind,
        dimension: new.dimension.to_owned(),
        rule: new.rule.to_owned(),
        scheme_version: new.scheme.version,
        wanted: new.wanted,
        points,
        cut_by,
        day: new.day,
        reason: new.reason.to_owned(),
        source_kind: new.source.0,
        source_id: new.source.1,
        proposed_by: new.proposed_by,
        approved_by: new.approved_by,
        created_at: tx.now(),
    };
    if !store::book::insert(tx.conn, &entry)? {
        return Err(Refusal::CauseTaken.into());
    }
    follow(tx, &entry)?;
    Ok(entry)
}

/// Enters the opposite of an entry, once. It counts for the entry's year and bears the day on which it is made.
pub(super) fn reverse(
    tx: &mut Tx,
    entry: &Entry,
    (proposed_by, approved_by): (Option<MemberId>, Option<MemberId>),
    reason: &str,
) -> Outcome<Entry> {
    if entry.source_kind == AppraisalSource::Correction {
        return Err(Refusal::Corrected.into());
    }
    let opposite = Entry {
        id: tx.fresh_id(),
        wanted: -entry.points,
        points: -entry.points,
        cut_by: None,
        day: tx.today(),
        reason: reason.to_owned(),
        source_kind: AppraisalSource::Correction,
        source_id: entry.id.uuid().into(),
        proposed_by,
        approved_by,
        created_at: tx.now(),
        ..entry.clone()
    };
    if !store::book::insert(tx.conn, &opposite)? {
        return Err(Refusal::Corrected.into());
    }
    follow(tx, &opposite)?;
    Ok(opposite)
}

/// Whether an entry was put right, or is itself the opposite of another one.
pub(super) fn is_settled(tx: &mut Tx, entry: &Entry) -> QueryResult<bool> {
    let source = entry.id.uuid().into();
    let opposites = store::book::list_from(tx.conn, AppraisalSource::Correction, &[source])?;
    Ok(entry.source_kind == AppraisalSource::Correction || !opposites.is_empty())
}
