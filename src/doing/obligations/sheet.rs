//! The month sheet 月度工作提示: what units owe, drawn from the rules, the tree and the records of all rooms.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use super::actions::{Book, FRESH, Obligations, book};
use super::model::{Entry, Event, Evidence, Exemption, ObligationState, Rule};
use super::rules::{Due, counting, owes, state, window_of_event, windows};
use super::store;
use crate::base::approval::ProposalState;
use crate::base::capability::Role;
use crate::base::id::UnitId;
use crate::base::period::Span;
use crate::base::time::{Day, Period};
use crate::db::{Conn, DbError};
use crate::kernel::facts::Record;
use crate::people::members::model::BRANCH_KIND;

/// Days around windows in which events that they count from are looked for: half a year after one, a term before.
const EVENT_REACH: u64 = 800;
/// Days by which days of rest move the last day of a window, at most.
const MOST_REST: u64 = 15;

/// Units that a query names; of more it asks for all.
const MOST_NAMED: usize = 200;

/// Something that a unit owes.
#[derive(Clone, Debug)]
pub(super) struct Line {
    pub unit: UnitId,
    pub rule: Arc<Rule>,
    pub window: Due,
    pub state: ObligationState,
    /// What counts, by its days.
    pub evidence: Vec<Evidence>,
    /// That it does not apply, or that this was asked for.
    pub exemption: Option<Exemption>,
    /// What it counts from.
    pub event: Option<Event>,
}

/// A unit by its code, with its lines.
pub(super) type OfUnit = (String, UnitId, Vec<Line>);

/// How facts about meetings begin.
const MEETINGS: &str = "meetings.";

/// What units wrote down themselves.
struct Written {
    book: Book,
    entries: Vec<Entry>,
    events: Vec<Event>,
    exemptions: Vec<Exemption>,
}

/// What counts, by unit.
type ByUnit = HashMap<UnitId, Vec<Evidence>>;

impl Obligations {
    /// The units of a sheet: the unit, and the groups of a branch.
    pub(super) fn units_of_sheet(&self, unit: UnitId) -> Vec<UnitId> {
        let tree = self.directory.tree();
        let is_branch = tree.get(unit).is_some_and(|card| card.unit.kind == BRANCH_KIND);
        if is_branch { tree.subtree(unit) } else { vec![unit] }
    }

    /// What units owe in windows that touch a month, by the last day; in the running month also what was not done in the
    /// one before.
    pub(super) async fn sheet(&self, units: &[UnitId], month: Span) -> Result<Vec<Line>, DbError> {
        let today = self.db.today();
        let is_running = month.first <= today && today < month.end;
        let from = if is_running { Span::of(Period::Month, month.first.previous()).first } else { month.first };
        let mut lines = self.lines(units, (from, month.end.previous())).await?;
        lines.retain(|line| line.window.due >= month.first || line.state == ObligationState::Late);
        Ok(lines)
    }

    /// What units owe in windows that touch the days from `from` to `until`, by the last day, then by the code.
    pub(super) async fn lines(&self, units: &[UnitId], (from, until): (Day, Day)) -> Result<Vec<Line>, DbError> {
        let (earliest, latest) = (from.minus_days(EVENT_REACH), until.plus_days(EVENT_REACH));
        let only = (units.len() <= MOST_NAMED).then(|| units.to_vec());
        let written = move |conn: &mut Conn| {
            Ok(Written {
                book: book(conn)?,
                entries: store::list_entries(conn, only.as_deref(), (earliest, latest))?,
                events: store::list_events(conn, only.as_deref(), (earliest, latest))?,
                exemptions: store::list_exempted(conn, only.as_deref(), (earliest, latest))?,
            })
        };
        let written = self.db.read(written).await?;
        let mut lines = Vec::new();
        for rule in &written.book.rules {
            let by_calendar = self.due(windows(rule, from.minus_days(MOST_REST), until));
            let its = written.events.iter().filter(|event| event.code == rule.code);
            let mut all = self.due(its.filter_map(|event| window_of_event(rule, event.happens_on)).collect());
            all.extend(&by_calendar);
            let evidence = self.evidence(rule, &written, &all).await?;
            for unit in units {
                if self.asks(rule, *unit) {
                    let of_unit = (*unit, evidence.get(unit).map_or(&[][..], Vec::as_slice));
                    self.add_lines(&mut lines, rule, of_unit, (&written, &by_calendar, (from, until)));
                }
            }
        }
        lines.sort_by(|a, b| (a.window.due, &a.rule.code, a.unit).cmp(&(b.window.due, &b.rule.code, b.unit)));
        Ok(lines)
    }

    fn due(&self, days: Vec<super::rules::Days>) -> Vec<Due> {
        days.into_iter().map(|days| Due { days, due: self.calendar.working_day_from(days.last) }).collect()
    }

    /// Whether the rule asks units such as this one.
    pub(super) fn asks(&self, rule: &Rule, unit: UnitId) -> bool {
        let tree = self.directory.tree();
        let Some(card) = tree.get(unit) else { return false };
        rule.audience.iter().any(|audience| audience.contains(&card.unit.kind))
            && rule.owner.is_none_or(|owner| card.path.contains(&owner))
            && (!rule.needs_committee
                || !self.directory.holders(Role::BranchCommittee, unit, self.db.today()).is_empty())
    }

    fn add_lines(
        &self,
        lines: &mut Vec<Line>,
        rule: &Arc<Rule>,
        (unit, evidence): (UnitId, &[Evidence]),
        (written, by_calendar, (from, until)): (&Written, &[Due], (Day, Day)),
    ) {
        let tree = self.directory.tree();
        let Some(card) = tree.get(unit) else { return };
        let today = self.db.today();
        let is_asked = |window: &Due| window.due >= from && window.days.first <= until;
        let mut add = |window: Due, before: Option<Due>, event: Option<Event>| {
            let there = owes(card.unit.created_at.day(), card.unit.closed_on, window);
            if !there || !is_asked(&window) || !written.book.is_used(rule, window.days.first) {
                return;
            }
            let exemption = written.exemptions.iter().rev().find(|one| {
                (one.unit_id, one.code.as_str(), one.window_on) == (unit, rule.code.as_str(), window.days.first)
            });
            let exempted = exemption.is_some_and(|one| one.state == ProposalState::Approved);
            let counts = counting(evidence, before, window);
            let state = state(&counts, exempted, window, today);
            let evidence = counts.into_iter().cloned().collect();
            lines.push(Line {
                unit,
                rule: rule.clone(),
                window,
                state,
                evidence,
                exemption: exemption.cloned(),
                event,
            });
        };
        for (at, window) in by_calendar.iter().enumerate() {
            let before = at.checked_sub(1).and_then(|at| by_calendar.get(at)).copied();
            add(*window, before, None);
        }
        for event in written.events.iter().filter(|event| event.unit_id == unit && event.code == rule.code) {
            if let Some(window) = window_of_event(rule, event.happens_on).and_then(|days| self.due(vec![days]).pop()) {
                add(window, None, Some(event.clone()));
            }
        }
    }

    /// What counts for a rule, of every unit, by its days.
    async fn evidence(&self, rule: &Rule, written: &Written, windows: &[Due]) -> Result<ByUnit, DbError> {
        let mut found = ByUnit::new();
        if let Some(fact) = &rule.fact {
            for record in self.records_of(fact, windows).await? {
                let Record { kind, id, title, day, unit, entered_on, .. } = record;
                found.entry(unit).or_default().push(Evidence { kind, id, title, day, entered_on });
            }
        }
        for entry in written.entries.iter().filter(|entry| rule.by_line && entry.code == rule.code) {
            found.entry(entry.unit_id).or_default().push(Evidence {
                kind: "obligation_entry",
                id: entry.id.to_string(),
                title: entry.note.clone(),
                day: entry.done_on,
                entered_on: Some(entry.entered_at.day()),
            });
        }
        found.values_mut().for_each(|evidence| evidence.sort_by(|a, b| (a.day, &a.id).cmp(&(b.day, &b.id))));
        Ok(found)
    }

    /// The records of a fact in the months that windows touch.
    async fn records_of(&self, name: &str, windows: &[Due]) -> Result<Vec<Record>, DbError> {
        let Some(fact) = self.facts.find(name) else { return Ok(Vec::new()) };
        let today = self.db.today();
        let mut months = BTreeSet::new();
        for window in windows {
            let mut month = Period::Month.start(window.days.first);
            while month <= window.due.min(today) {
                months.insert(month);
                month = Period::Month.end(month);
            }
        }
        let mut all = Vec::new();
        for first in months {
            let span = Span::of(Period::Month, first);
            let known = self.records.get(&(name.to_owned(), first), FRESH, async || fact.records(span).await).await?;
            all.extend(known.iter().filter(|record| record.amount > 0).cloned());
        }
        Ok(all)
    }

    /// The line about a window of a unit, by the code of its rule and its first day.
    pub(super) async fn line(&self, unit: UnitId, code: &str, first: Day) -> Result<Option<Line>, DbError> {
        let lines = self.lines(&[unit], (first, first)).await?;
        Ok(lines.into_iter().find(|line| line.rule.code == code && line.window.days.first == first))
    }

    /// What each unit at and below one owes in a month, by the units' codes after `after`; units that owe nothing are left
    /// out.
    pub(super) async fn summaries(
        &self,
        top: UnitId,
        month: Span,
        (after, limit): (Option<String>, usize),
    ) -> Result<Vec<OfUnit>, DbError> {
        let codes = self.codes_below(top, |_| true);
        let units: Vec<UnitId> = codes.values().copied().collect();
        let lines = self.sheet(&units, month).await?;
        Ok(by_code(codes, lines, Some, (after, limit)))
    }

    /// What each branch at and below a unit owes in a quarter of what meetings tick, its groups included, by the branches'
    /// codes after `after`.
    pub(super) async fn meetings_of_branches(
        &self,
        top: UnitId,
        quarter: Span,
        (after, limit): (Option<String>, usize),
    ) -> Result<Vec<OfUnit>, DbError> {
        let tree = self.directory.tree();
        let codes = self.codes_below(top, |kind| kind == BRANCH_KIND);
        let units: Vec<UnitId> = codes.values().flat_map(|branch| tree.subtree(*branch)).collect();
        let mut lines = self.lines(&units, (quarter.first, quarter.end.previous())).await?;
        lines.retain(|line| {
            let is_meeting = line.rule.fact.as_ref().is_some_and(|fact| fact.starts_with(MEETINGS));
            is_meeting && line.rule.owner.is_none() && line.window.days.first >= quarter.first
        });
        let branch_of = |unit: UnitId| tree.get(unit).and_then(|card| card.branch);
        Ok(by_code(codes, lines, branch_of, (after, limit)))
    }

    /// The units at and below one whose kind is one of those, by their codes.
    fn codes_below(&self, top: UnitId, is_one: impl Fn(&str) -> bool) -> BTreeMap<String, UnitId> {
        let tree = self.directory.tree();
        let below = tree.subtree(top).into_iter().filter_map(|unit| tree.get(unit));
        below.filter(|card| is_one(&card.unit.kind)).map(|card| (card.unit.code.clone(), card.unit.id)).collect()
    }
}

/// Units in the order of their codes after `after`, each with the lines of those that `belongs` says are its.
fn by_code(
    codes: BTreeMap<String, UnitId>,
    lines: Vec<Line>,
    belongs: impl Fn(UnitId) -> Option<UnitId>,
    (after, limit): (Option<String>, usize),
) -> Vec<OfUnit> {
    let mut by_unit: HashMap<UnitId, Vec<Line>> = HashMap::new();
    for line in lines {
        if let Some(unit) = belongs(line.unit) {
            by_unit.entry(unit).or_default().push(line);
        }
    }
    let comes = |code: &String| after.as_ref().is_none_or(|after| code > after);
    let each = codes.into_iter().filter(|(code, _)| comes(code));
    each.filter_map(|(code, unit)| Some((code, unit, by_unit.remove(&unit)?))).take(limit).collect()
}
