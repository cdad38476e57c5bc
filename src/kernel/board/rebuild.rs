//! Compares days and standings with the entries of the ledger, which are the truth, and puts right what differs.
//!
//! Members are looked at in chunks on a reader; who seems to differ is looked at again alone, in a transaction that
//! holds the member's lock, since between two questions a new award may have come.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use diesel::QueryResult;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::standing::{self, Standing};
use super::{Boards, Form, TOTAL, store};
use crate::base::id::MemberId;
use crate::base::time::Period;
use crate::db::{Conn, DbError, Never, Stop, Tx};
use crate::kernel::ledger::{self, Days};

/// Members in one question.
const CHUNK: usize = 200;

/// Differences that are spelled out; further ones are only counted.
const SHOWN: usize = 100;

/// What a comparison found.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub struct Report {
    /// Members that were looked at.
    pub members: usize,
    /// Members whose days or standings differed from the ledger.
    pub differing: usize,
    /// Members that were put right; 0 after a dry run.
    pub written: usize,
    /// Up to 100 differences.
    pub differences: Vec<Difference>,
    /// Whom to go on after, when time was up; `null` once everyone has been looked at.
    pub next: Option<MemberId>,
}

/// One thing that is not as the ledger says.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
pub struct Difference {
    /// Whose it is.
    pub member: MemberId,
    /// The measure, or the dimension of a day.
    pub measure: String,
    /// What differs: `day 2026-07-01` of the ledger's days, or a period of the standing such as `standing month`.
    pub what: String,
    /// What the ledger says: points, and when they were last changed.
    pub expected: String,
    /// What was found.
    pub found: String,
}

/// Recomputes standings from the ledger's entries and repairs what differs, unless `dry_run`.
///
/// Goes through the members after `after` until `patience` is over, and says how far it came. Once everyone has been
/// looked at the boards are emptied, and the next [`sweep`](super::sweep) fills them anew.
pub async fn rebuild(
    boards: &Boards,
    dry_run: bool,
    after: Option<MemberId>,
    patience: Duration,
) -> Result<Report, DbError> {
    let begun = Instant::now();
    let mut report = Report { next: Some(after.unwrap_or(Uuid::nil().into())), ..Report::default() };
    while let Some(after) = report.next.filter(|_| report.members == 0 || begun.elapsed() < patience) {
        let (members, suspects) = boards.0.db.read(move |conn| look_at(conn, after)).await?;
        report.next = members.last().copied();
        report.members += members.len();
        for member in suspects {
            let found = boards.0.db.write(move |tx| put_right(tx, member, dry_run)).await?;
            report.differing += usize::from(!found.is_empty());
            report.written += usize::from(!found.is_empty() && !dry_run);
            let room = SHOWN.saturating_sub(report.differences.len());
            report.differences.extend(found.into_iter().take(room));
        }
    }
    if report.next.is_none() && !dry_run {
        empty(boards).await;
    }
    Ok(report)
}

/// Makes the next sweep send everything. Boards in the process take what is newer; those in Redis, which others can
/// write to, are taken away, and one that is away is left as it is.
async fn empty(boards: &Boards) {
    match &boards.0.form {
        Form::Local(_, watermark) => watermark.store(0, Ordering::Release),
        Form::Redis(redis) => {
            if let Err(error) = redis.clear().await {
                tracing::warn!(%error, "the boards in Redis could not be emptied");
            }
        }
    }
}

/// The next members, and those among them that seem to differ.
fn look_at(conn: &mut Conn, after: MemberId) -> QueryResult<(Vec<MemberId>, Vec<MemberId>)> {
    let limit = CHUNK.cast_signed() as i64;
    let known: BTreeSet<MemberId> =
        ledger::members(conn, after, limit)?.into_iter().chain(store::members(conn, after, limit)?).collect();
    let members: Vec<MemberId> = known.into_iter().take(CHUNK).collect();
    let differing = differences(conn, &members)?;
    let suspects = members.iter().copied().filter(|member| differing.contains_key(member)).collect();
    Ok((members, suspects))
}

/// Looks at one member again while nobody else can change anything, and writes unless `dry_run`.
fn put_right(tx: &mut Tx, member: MemberId, dry_run: bool) -> Result<Vec<Difference>, Stop<Never>> {
    ledger::lock(tx.conn, member)?;
    let found = differences(tx.conn, &[member])?.remove(&member).unwrap_or_default();
    if found.is_empty() || dry_run {
        return Ok(found);
    }
    let days = ledger::days_of_entries(tx.conn, &[member])?.remove(&member).unwrap_or_default();
    ledger::replace_days(tx.conn, member, &days)?;
    let kept = standing::of_member(tx.conn, member)?;
    for mut right in standings_of(member, &days, kept.iter().map(|standing| &*standing.measure)) {
        let known = kept.iter().find(|standing| standing.measure == right.measure);
        if known.is_none_or(|known| known.terms != right.terms) {
            // above every version that a board can have seen, also of a row that is gone: no row changes every µs
            right.version = known.map_or(0, |known| known.version + 1).max(tx.now().micros());
            match known {
                Some(_) => standing::replace(tx, &right)?,
                None => standing::insert(tx, &right)?,
            }
        }
    }
    Ok(found)
}

/// What the entries give: a standing for the total, for each dimension in them, and for each measure that is kept.
fn standings_of<'a>(member: MemberId, days: &'a Days, kept: impl Iterator<Item = &'a str>) -> Vec<Standing> {
    let in_days = days.keys().map(|(_, dimension)| dimension.as_str());
    let total = (!days.is_empty()).then_some(TOTAL);
    let measures: BTreeSet<&str> = in_days.chain(total).chain(kept).collect();
    measures
        .into_iter()
        .map(|measure| {
            let of_measure = days.iter().filter(|((_, dimension), _)| measure == TOTAL || dimension == measure);
            Standing::of_days(member, measure, of_measure.map(|(_, points)| *points))
        })
        .collect()
}

fn differences(conn: &mut Conn, members: &[MemberId]) -> QueryResult<BTreeMap<MemberId, Vec<Difference>>> {
    let truth = ledger::days_of_entries(conn, members)?;
    let days = ledger::days_kept(conn, members)?;
    let mut kept: BTreeMap<MemberId, Vec<Standing>> = BTreeMap::new();
    for standing in store::of_members(conn, members)? {
        kept.entry(standing.member).or_default().push(standing);
    }
    let (no_days, no_standings) = (Days::new(), Vec::new());
    Ok(members
        .iter()
        .map(|member| {
            let truth = truth.get(member).unwrap_or(&no_days);
            let mut found = compare_days(*member, truth, days.get(member).unwrap_or(&no_days));
            found.extend(compare_standings(*member, truth, kept.get(member).unwrap_or(&no_standings)));
            (*member, found)
        })
        .filter(|(_, found)| !found.is_empty())
        .collect())
}

fn compare_days(member: MemberId, truth: &Days, kept: &Days) -> Vec<Difference> {
    let keys: BTreeSet<_> = truth.keys().chain(kept.keys()).collect();
    let show = |days: &Days, key| days.get(key).map_or("nothing".to_owned(), |d| format!("{} at {}", d.points, d.at));
    keys.into_iter()
        .filter(|key| truth.get(key) != kept.get(key))
        .map(|key| Difference {
            member,
            measure: key.1.clone(),
            what: format!("day {}", key.0),
            expected: show(truth, key),
            found: show(kept, key),
        })
        .collect()
}

fn compare_standings(member: MemberId, truth: &Days, kept: &[Standing]) -> Vec<Difference> {
    let show = |standing: &Standing, period| {
        let term = standing.term(period);
        format!("{} since {} at {}", term.score, term.start, term.at)
    };
    let mut found = Vec::new();
    for right in standings_of(member, truth, kept.iter().map(|standing| &*standing.measure)) {
        let none = Standing::new(member, &right.measure);
        let known = kept.iter().find(|standing| standing.measure == right.measure).unwrap_or(&none);
        let period = Period::EACH.into_iter().find(|period| right.term(*period) != known.term(*period));
        found.extend(period.map(|period| Difference {
            member,
            measure: right.measure.to_string(),
            what: format!("standing {period:?}").to_lowercase(),
            expected: show(&right, period),
            found: show(known, period),
        }));
    }
    found
}
