//! Opening a year or a quarter: the book says what the year before came to and what of it is carried over, and every member
//! who is appraised gets the base of his class, once. An act of the committee.

use std::collections::{HashMap, HashSet};

use serde_json::json;
use uuid::Uuid;

use super::actions::{Appraisal, Outcome, book, classes};
use super::book::{NewEntry, enter};
use super::model::{AppraisalKind, AppraisalSource, AppraisalSourceId, BaseRhythm, Entry, SchemeVersion};
use super::rules::{self, Refusal};
use super::{store, year_start};
use crate::base::id::{MemberId, UnitId};
use crate::base::time::{Day, Period};
use crate::db::{Stop, Tx};
use crate::kernel::trail::{self, Act};
use crate::people::members::model::{MemberKind, MemberStatus};

/// Members of one transaction.
const CHUNK: usize = 200;

/// What is opened.
#[derive(Clone, Copy, Debug)]
pub(super) struct Opening {
    pub year: i32,
    /// 1 to 4, where the base is given by quarters.
    pub quarter: Option<u32>,
}

/// What an opening gave.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Opened {
    /// Members who got something by it now.
    pub members: u32,
    /// Entries that were written now.
    pub entries: u32,
    /// Dimensions left without base, since a deduction of the quarter stands.
    pub withheld: u32,
    /// Entries of the start of the year that were written now.
    pub year_start: u32,
}

impl Opening {
    /// The source of its entries: the same opening gives nobody anything twice.
    fn source(self) -> AppraisalSourceId {
        let number = u128::from(self.year.unsigned_abs()) * 10 + u128::from(self.quarter.unwrap_or(0));
        Uuid::from_u128(number).into()
    }

    /// Its first day, and the day after its last.
    fn days(self) -> Option<(Day, Day)> {
        let first = Day::of(self.year, self.quarter.map_or(1, |quarter| quarter * 3 - 2), 1)?;
        let period = if self.quarter.is_some() { Period::Quarter } else { Period::Year };
        Some((first, period.end(first)))
    }
}

impl Appraisal {
    /// Begins the year for everybody, and gives the base to everybody who has not got it; again it gives nobody anything
    /// twice. A year can be opened from its first day on, a quarter once it is over. Where the base is given by quarters,
    /// opening the year gives none.
    pub(super) async fn open_period(&self, by: MemberId, opening: Opening) -> Outcome<Opened> {
        let today = self.db.today();
        let (first, end) = opening.days().ok_or(Refusal::BadQuarter)?;
        let book = self.db.read(book).await?;
        let counted_on = if opening.quarter.is_some() { end.previous() } else { first };
        if counted_on >= today && opening.quarter.is_some() || first > today {
            return Err(Refusal::OpeningAhead.into());
        }
        // a scheme that was adopted in the course of its first year opens that year, too
        let version = book.on(counted_on).or_else(|| book.on(today)).ok_or(Refusal::NoScheme)?.clone();
        let by_quarters = version.scheme.base_rhythm == BaseRhythm::Quarter;
        if opening.quarter.is_some() && !by_quarters {
            return Err(Refusal::BadQuarter.into());
        }
        let gives_base = by_quarters == opening.quarter.is_some();
        if gives_base && !version.scheme.rules.iter().any(|rule| rule.kind == AppraisalKind::Base) {
            return Err(Refusal::NoSuchRule.into());
        }
        let started_by = year_start::version(&book, opening.year, today).cloned();
        let mut members: Vec<(MemberId, UnitId)> = Vec::new();
        self.directory.each_member(|card, _| {
            let is_appraised = card.status == MemberStatus::Active || card.status == MemberStatus::Away;
            if is_appraised && card.kind != MemberKind::Masses {
                members.push((card.id, card.unit));
            }
        });
        members.sort_unstable();
        let mut opened = Opened::default();
        for chunk in members.chunks(CHUNK) {
            let (chunk, version, started_by) = (chunk.to_vec(), version.clone(), started_by.clone());
            let some = self
                .db
                .write(move |tx| {
                    tx.take_turns(chunk.iter().map(|(member, _)| *member))?;
                    let started = match &started_by {
                        Some(version) => year_start::settle(tx, (opening.year, version), &chunk, (Some(by), None))?,
                        None => Vec::new(),
                    };
                    let base = match gives_base {
                        true => give(tx, by, opening, (first, end), (&version, &chunk))?,
                        false => Opened::default(),
                    };
                    Ok::<_, Stop<Refusal>>(Opened {
                        year_start: u32::try_from(started.len()).unwrap_or(u32::MAX),
                        ..base
                    })
                })
                .await?;
            opened.members += some.members;
            opened.entries += some.entries;
            opened.withheld += some.withheld;
            opened.year_start += some.year_start;
        }
        self.db
            .write(move |tx| -> Outcome<()> {
                let detail = json!({
                    "year": opening.year, "quarter": opening.quarter, "members": opened.members,
                    "entries": opened.entries, "withheld": opened.withheld, "year_start": opened.year_start,
                });
                // openings have no id; the detail names it
                let (subject_kind, subject_id) = ("appraisal_opening", Uuid::nil());
                let action = "appraisal.open";
                Ok(trail::note(tx, Act { actor: Some(by), action, subject_kind, subject_id, detail })?)
            })
            .await?;
        Ok(opened)
    }
}

/// Gives the base to some members, whose turns the caller has taken.
fn give(
    tx: &mut Tx,
    by: MemberId,
    opening: Opening,
    (first, end): (Day, Day),
    (version, chunk): (&SchemeVersion, &[(MemberId, UnitId)]),
) -> Outcome<Opened> {
    let ids: Vec<MemberId> = chunk.iter().map(|(member, _)| *member).collect();
    let day = if opening.quarter.is_some() { end.previous() } else { first };
    let classes = classes(tx.conn, &ids, tx.today())?;
    let given: HashSet<(MemberId, String)> =
        store::book::list_given(tx.conn, &ids, (AppraisalSource::Opening, opening.source()))?.into_iter().collect();
    let withheld = match opening.quarter {
        Some(_) => standing_deductions(&store::book::list_deductions(tx.conn, &ids, first, end)?, (first, end)),
        None => HashSet::new(),
    };
    let scheme = &version.scheme;
    let rule = scheme.rules.iter().find(|rule| rule.kind == AppraisalKind::Base).ok_or(Refusal::NoSuchRule)?;
    let reason = match opening.quarter {
        Some(quarter) => format!("{} 年第{}季度基础分", opening.year, crate::base::text::chinese_number(quarter)),
        None => format!("{} 年基础分", opening.year),
    };
    let mut opened = Opened::default();
    let mut entries: HashMap<MemberId, u32> = HashMap::new();
    for (member, unit) in chunk {
        let class = scheme.class(classes.get(member).map(String::as_str)).ok_or(Refusal::NoSuchClass)?;
        for (place, dimension) in scheme.dimensions.iter().enumerate() {
            let wanted = rules::base_of(scheme, class, place, opening.quarter);
            if wanted == 0 {
                continue;
            }
            let key = (*member, dimension.key.clone());
            if given.contains(&key) {
                continue;
            }
            if withheld.contains(&key) {
                opened.withheld += 1;
                continue;
            }
            let new = NewEntry {
                member: *member,
                unit: *unit,
                scheme: version,
                rule: &rule.code,
                dimension: &dimension.key,
                wanted,
                day,
                reason: &reason,
                source: (AppraisalSource::Opening, opening.source()),
                proposed_by: None,
                approved_by: Some(by),
            };
            enter(tx, &new)?;
            opened.entries += 1;
            *entries.entry(*member).or_default() += 1;
        }
    }
    opened.members = u32::try_from(entries.len()).unwrap_or(u32::MAX);
    Ok(opened)
}

/// In which dimensions of whom a deduction of these days stands.
fn standing_deductions(entries: &[Entry], (first, end): (Day, Day)) -> HashSet<(MemberId, String)> {
    let gone: HashSet<Uuid> =
        entries.iter().filter_map(|entry| entry.corrects()).map(|corrected| corrected.uuid()).collect();
    let stands = |entry: &&Entry| {
        entry.corrects().is_none()
            && !gone.contains(&entry.id.uuid())
            && entry.points < 0
            && (first..end).contains(&entry.day)
    };
    entries.iter().filter(stands).map(|entry| (entry.member_id, entry.dimension.clone())).collect()
}
