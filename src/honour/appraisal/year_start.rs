//! The start of a year in the book: for each member and dimension an entry says what the year before came to, and what of it
//! is carried over. It is `wanted` and `points` of that entry: what is carried counts for the new year, what is not is left
//! behind there. Something that is entered late, or put right, for a year that was left is followed by another entry, so that
//! the entries of a start always come to the end of the year before.

use std::collections::{BTreeMap, HashSet};

use diesel::QueryResult;
use uuid::Uuid;

use super::actions::book;
use super::model::{
    AppraisalEntryId, AppraisalKind, AppraisalSource, AppraisalSourceId, Entry, SchemeBook, SchemeVersion,
};
use super::store;
use super::store::book::SumsOf;
use crate::base::id::{MemberId, UnitId};
use crate::base::time::Day;
use crate::db::Tx;

/// What stands in the place of a rule; no scheme can have one of that code.
const RULE: &str = "year-start";
/// Years end below this one; ids of entries lie far above.
const YEARS: u128 = 10_000;

/// The source of the first entries of a year's start.
fn source(year: i32) -> AppraisalSourceId {
    Uuid::from_u128(year.unsigned_abs().into()).into()
}

/// The entry of the year before that an entry of a year's start follows; `None` for the first ones.
pub(super) fn late_cause(entry: &Entry) -> Option<AppraisalEntryId> {
    let is_late = entry.source_kind == AppraisalSource::YearStart && entry.source_id.uuid().as_u128() >= YEARS;
    is_late.then(|| entry.source_id.uuid().into())
}

/// The version by which a year begins: the one of its first day, or the first one that there was.
pub(super) fn version(book: &SchemeBook, year: i32, today: Day) -> Option<&SchemeVersion> {
    let first = Day::of(year, 1, 1)?;
    book.on(first).or_else(|| book.on(today))
}

/// Writes what the start of a year does not say yet of some members, and says what that was. The caller has taken their
/// turns. `by` opened the year; `cause` is what changed the year before afterwards.
pub(super) fn settle(
    tx: &mut Tx,
    (year, version): (i32, &SchemeVersion),
    members: &[(MemberId, UnitId)],
    (by, cause): (Option<MemberId>, Option<&Entry>),
) -> QueryResult<Vec<Entry>> {
    let Some(day) = Day::of(year, 1, 1) else { return Ok(Vec::new()) };
    let ids: Vec<MemberId> = members.iter().map(|(member, _)| *member).collect();
    let mut missing: BTreeMap<(MemberId, String), (i64, i64)> = BTreeMap::new();
    for (member, dimension, _, points) in store::book::sums(tx.conn, &ids, SumsOf::Year(year - 1))? {
        missing.entry((member, dimension)).or_default().0 += points.unwrap_or(0);
    }
    for ((_, dimension), (closing, carried)) in &mut missing {
        // a dimension that is counted no more has nothing to which it could be carried
        let goes_on = version.scheme.dimension(dimension).is_some();
        *carried = if goes_on { version.scheme.carry_over.of(*closing) } else { 0 };
    }
    for (member, dimension, closing, carried) in store::book::list_carried(tx.conn, &ids, year)? {
        let left = missing.entry((member, dimension)).or_default();
        left.0 -= closing.unwrap_or(0);
        left.1 -= carried.unwrap_or(0);
    }
    let given = store::book::list_given(tx.conn, &ids, (AppraisalSource::YearStart, source(year)))?;
    let given: HashSet<(MemberId, String)> = given.into_iter().collect();
    let mut written = Vec::new();
    for (member, unit) in members {
        let its = missing.range((*member, String::new())..).take_while(|((whose, _), _)| whose == member);
        for ((_, dimension), (closing, carried)) in its.filter(|(_, left)| **left != (0, 0)) {
            let source_id = match cause {
                Some(cause) => cause.id.uuid().into(),
                None if given.contains(&(*member, dimension.clone())) => tx.fresh_id(),
                None => source(year),
            };
            let entry = Entry {
                id: tx.fresh_id(),
                member_id: *member,
                unit_id: *unit,
                year,
                kind: AppraisalKind::Carry,
                dimension: dimension.clone(),
                rule: RULE.to_owned(),
                scheme_version: version.version,
                wanted: i32::try_from(*closing).unwrap_or(i32::MAX),
                points: i32::try_from(*carried).unwrap_or(i32::MAX),
                cut_by: None,
                day,
                reason: reason(year - 1, cause),
                source_kind: AppraisalSource::YearStart,
                source_id,
                proposed_by: None,
                approved_by: by,
                created_at: tx.now(),
            };
            if store::book::insert(tx.conn, &entry)? {
                written.push(entry);
            }
        }
    }
    Ok(written)
}

fn reason(year: i32, cause: Option<&Entry>) -> String {
    match cause {
        None => format!("{year} 年末得分"),
        Some(cause) => format!("{year} 年末得分有变动：{}", cause.reason),
    }
}

/// Has the years that began since follow an entry. The caller has the member's turn.
pub(super) fn follow(tx: &mut Tx, entry: &Entry) -> QueryResult<()> {
    let today = tx.today();
    let mut cause = entry.clone();
    while cause.year < today.parts().0 {
        let year = cause.year + 1;
        if !store::book::is_given(tx.conn, AppraisalSource::YearStart, source(year))? {
            return Ok(());
        }
        let book = book(tx.conn)?;
        let Some(version) = version(&book, year, today) else { return Ok(()) };
        let whose = [(cause.member_id, cause.unit_id)];
        let followed = settle(tx, (year, version), &whose, (entry.approved_by, Some(&cause)))?;
        match followed.into_iter().next() {
            Some(next) => cause = next,
            None => return Ok(()),
        }
    }
    Ok(())
}
