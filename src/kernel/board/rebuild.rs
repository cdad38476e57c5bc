//! Compares days and standings with the truth, and puts right what differs. The truth are the entries of the ledger,
//! and for a measure beside it what its room tells.
//!
//! Members are looked at in chunks on a reader; who seems to differ is looked at again alone, in a transaction that
//! holds the member's lock, since between two questions a new award may have come.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use diesel::QueryResult;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::standing::{self, DayPoints, Standing};
use super::sweep::SweepId;
use super::{Boards, Form, Measure, TOTAL, store};
use crate::base::id::MemberId;
use crate::base::time::{Day, Period};
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
#[schema(as = BoardDifference)]
pub struct Difference {
    /// Whose it is.
    pub member: MemberId,
    /// The measure, or the dimension of a day.
    pub measure: String,
    /// What differs: `day 2026-07-01` of the ledger's days, or a period of the standing such as `standing month`.
    pub what: String,
    /// What is true: points, and when they were last changed.
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
    let (begun, measures) = (Instant::now(), Arc::<[Measure]>::from(boards.measures()));
    let mut report = Report { next: Some(after.unwrap_or(Uuid::nil().into())), ..Report::default() };
    while let Some(after) = report.next.filter(|_| report.members == 0 || begun.elapsed() < patience) {
        let (known, today) = (measures.clone(), boards.0.db.today());
        let (members, suspects) = boards.0.db.read(move |conn| look_at(conn, &known, after, today)).await?;
        report.next = members.last().copied();
        report.members += members.len();
        for member in suspects {
            let known = measures.clone();
            let found = boards.0.db.write(move |tx| put_right(tx, &known, member, dry_run)).await?;
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
            if let Err(error) = redis.clear(&boards.0.db.fresh_id::<SweepId>().to_string()).await {
                tracing::warn!(%error, "the boards in Redis could not be emptied");
            }
        }
    }
}

/// The next members, and those among them that seem to differ.
fn look_at(
    conn: &mut Conn,
    measures: &[Measure],
    after: MemberId,
    today: Day,
) -> QueryResult<(Vec<MemberId>, Vec<MemberId>)> {
    let limit = CHUNK.cast_signed() as i64;
    let mut known: BTreeSet<MemberId> =
        ledger::members(conn, after, limit)?.into_iter().chain(store::members(conn, after, limit)?).collect();
    for measure in measures {
        known.extend((measure.members)(conn, after, limit)?);
    }
    let members: Vec<MemberId> = known.into_iter().take(CHUNK).collect();
    let differing = differences(conn, measures, &members, today)?;
    let suspects = members.iter().copied().filter(|member| differing.contains_key(member)).collect();
    Ok((members, suspects))
}

/// Looks at one member again while nobody else can change anything, and writes unless `dry_run`.
fn put_right(
    tx: &mut Tx,
    measures: &[Measure],
    member: MemberId,
    dry_run: bool,
) -> Result<Vec<Difference>, Stop<Never>> {
    tx.take_turn(member)?;
    let found = differences(tx.conn, measures, &[member], tx.today())?.remove(&member).unwrap_or_default();
    if found.is_empty() || dry_run {
        return Ok(found);
    }
    let truth = Truth::of(tx.conn, measures, &[member])?.remove(&member).unwrap_or_default();
    ledger::replace_days(tx.conn, member, &truth.ledger)?;
    let kept = standing::of_member(tx.conn, member)?;
    for mut right in standings_of(member, &truth, kept.iter().map(|standing| &*standing.measure), tx.today()) {
        let known = kept.iter().find(|standing| standing.measure == right.measure);
        if known.is_none_or(|known| known.terms != right.terms || known.ahead_on != right.ahead_on) {
            // above every version that a board can have seen, also of a row that is gone: no row changes every µs
            right.version = known.map_or(0, |known| known.version + 1).max(tx.now().micros());
            standing::put(tx, &[right])?;
        }
    }
    Ok(found)
}

/// What is true of a member.
#[derive(Default)]
struct Truth {
    /// What the entries give.
    ledger: Days,
    /// What the measures beside the ledger tell; no part of the total.
    beside: Days,
}

impl Truth {
    fn of(conn: &mut Conn, measures: &[Measure], members: &[MemberId]) -> QueryResult<BTreeMap<MemberId, Truth>> {
        let mut all: BTreeMap<MemberId, Truth> = BTreeMap::new();
        for (member, ledger) in ledger::days_of_entries(conn, members)? {
            all.entry(member).or_default().ledger = ledger;
        }
        for measure in measures {
            for (member, day) in (measure.days)(conn, members)? {
                all.entry(member).or_default().beside.insert((day.day, measure.name.to_owned()), day);
            }
        }
        Ok(all)
    }

    /// What counts in `measure`.
    fn days(&self, measure: &str) -> impl Iterator<Item = DayPoints> {
        let ledger = self.ledger.iter().filter(move |((_, dimension), _)| measure == TOTAL || dimension == measure);
        let beside = self.beside.iter().filter(move |((_, name), _)| name == measure);
        ledger.chain(beside).map(|(_, points)| *points)
    }
}

/// What the truth gives: a standing for the total, for each dimension or measure in it, and for each that is kept.
fn standings_of<'a>(
    member: MemberId,
    truth: &'a Truth,
    kept: impl Iterator<Item = &'a str>,
    today: Day,
) -> Vec<Standing> {
    let in_days = truth.ledger.keys().chain(truth.beside.keys()).map(|(_, measure)| measure.as_str());
    let total = (!truth.ledger.is_empty()).then_some(TOTAL);
    let measures: BTreeSet<&str> = in_days.chain(total).chain(kept).collect();
    measures.into_iter().map(|measure| Standing::of_days(member, measure, truth.days(measure), today)).collect()
}

fn differences(
    conn: &mut Conn,
    measures: &[Measure],
    members: &[MemberId],
    today: Day,
) -> QueryResult<BTreeMap<MemberId, Vec<Difference>>> {
    let truth = Truth::of(conn, measures, members)?;
    let days = ledger::days_kept(conn, members)?;
    let mut kept: BTreeMap<MemberId, Vec<Standing>> = BTreeMap::new();
    for standing in store::of_members(conn, members)? {
        kept.entry(standing.member).or_default().push(standing);
    }
    let (nothing, no_days, no_standings) = (Truth::default(), Days::new(), Vec::new());
    Ok(members
        .iter()
        .map(|member| {
            let truth = truth.get(member).unwrap_or(&nothing);
            let mut found = compare_days(*member, &truth.ledger, days.get(member).unwrap_or(&no_days));
            found.extend(compare_standings(*member, truth, kept.get(member).unwrap_or(&no_standings), today));
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

fn compare_standings(member: MemberId, truth: &Truth, kept: &[Standing], today: Day) -> Vec<Difference> {
    let show = |standing: &Standing, period| {
        let term = standing.term(period);
        format!("{} since {} at {}", term.score, term.start, term.at)
    };
    let mut found = Vec::new();
    for right in standings_of(member, truth, kept.iter().map(|standing| &*standing.measure), today) {
        let none = Standing::new(member, &right.measure);
        let known = kept.iter().find(|standing| standing.measure == right.measure).unwrap_or(&none);
        let period = Period::EACH.iter().copied().find(|period| right.term(*period) != known.term(*period));
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
