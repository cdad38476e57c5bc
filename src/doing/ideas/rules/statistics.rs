//! Statistics: how many ideas, by whom, what became of them and how long it took.
//!
//! They count what happened within a period: steps that were taken, and where what was handed in stood at its end. So a
//! period that is over stays as it was, whatever becomes of its ideas later.

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap, HashSet};

use crate::base::id::{MemberId, UnitId};
use crate::base::time::Timestamp;
use crate::doing::ideas::model::{IdeaId, IdeaState, OutcomeKind, Recorded, StepId, Taken, Verb};

/// How long ideas took from one step to another that they took within the period.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Length {
    pub from: IdeaState,
    pub to: IdeaState,
    /// Ideas that took the later step.
    pub count: usize,
    /// Days with one decimal; half of the ideas took no longer.
    pub median_days: Option<f64>,
    /// Days with one decimal; nine in ten took no longer.
    pub p90_days: Option<f64>,
}

/// Everything that is counted about a unit and a period.
#[derive(Clone, Debug, PartialEq)]
pub struct Counts {
    /// Ideas that were handed in for the first time.
    pub submitted: usize,
    /// Members who wrote or helped to write one of them.
    pub authors: usize,
    /// Ideas that were collected.
    pub collected: usize,
    /// Ideas that the committee decided.
    pub decided: usize,
    /// Ideas that it adopted, or wanted tried.
    pub adopted: usize,
    /// Ideas whose realisation was accepted.
    pub realised: usize,
    /// Where those that were handed in stood at the end of the period.
    pub states: Vec<(IdeaState, usize)>,
    pub lengths: Vec<Length>,
    pub outcomes: Vec<(OutcomeKind, usize)>,
    pub saved_fen: i64,
}

impl Counts {
    /// Whether anything happened at all.
    fn is_any(&self) -> bool {
        let steps = self.submitted + self.collected + self.decided + self.realised;
        steps > 0 || self.saved_fen != 0 || self.outcomes.iter().any(|(_, count)| *count > 0)
    }
}

/// What happened in a period at some units.
pub struct Events<'a> {
    /// When it began.
    pub from: Timestamp,
    /// The units; everywhere when `None`.
    pub units: Option<&'a HashSet<UnitId>>,
    /// Steps until its end, idea by idea, in the order in which they were taken.
    pub steps: &'a [Taken],
    /// Who wrote what was handed in by a step.
    pub authors: &'a [(StepId, MemberId)],
    pub recorded: &'a [Recorded],
}

impl Events<'_> {
    fn counts(&self, step: &Taken) -> bool {
        step.at >= self.from && self.units.is_none_or(|units| units.contains(&step.unit_id))
    }

    /// The steps of each idea.
    fn ideas(&self) -> impl Iterator<Item = &[Taken]> {
        self.steps.chunk_by(|one, next| one.idea_id == next.idea_id)
    }

    /// Ideas that took such a step within the period.
    fn count(&self, is_such: impl Fn(&Taken) -> bool) -> usize {
        self.ideas().filter(|steps| steps.iter().any(|step| is_such(step) && self.counts(step))).count()
    }
}

/// Counts everything.
pub fn summed_up(events: &Events) -> Counts {
    let first = |steps: &[Taken]| steps.iter().find(|step| step.verb == Verb::Submit).copied();
    let handed_in: Vec<(StepId, IdeaState)> = events
        .ideas()
        .filter_map(|steps| Some((first(steps).filter(|step| events.counts(step))?.id, steps.last()?.to_state)))
        .collect();
    let hand_ins: HashSet<StepId> = handed_in.iter().map(|(step, _)| *step).collect();
    let authors: HashSet<MemberId> =
        events.authors.iter().filter(|(step, _)| hand_ins.contains(step)).map(|(_, author)| *author).collect();
    let standing = |state: &IdeaState| (*state, handed_in.iter().filter(|(_, stood)| stood == state).count());
    let recorded =
        |kind: &OutcomeKind| (*kind, events.recorded.iter().filter(|one| one.counts && one.kind == *kind).count());
    Counts {
        submitted: handed_in.len(),
        authors: authors.len(),
        collected: events.count(|step| step.verb == Verb::Collect),
        decided: events.count(Taken::decides),
        adopted: events.count(Taken::adopts),
        realised: events.count(|step| step.verb == Verb::Accept),
        states: IdeaState::EACH.iter().map(standing).filter(|(_, count)| *count > 0).collect(),
        lengths: lengths(events),
        outcomes: OutcomeKind::EACH.iter().map(recorded).collect(),
        saved_fen: events.recorded.iter().map(|one| one.saved_fen).fold(0, i64::saturating_add),
    }
}

crate::words!(
    /// By what statistics are parted.
    Grouping {
        Branch = "branch" / "按党支部",
        Category = "category" / "按类别",
    }
);

/// Of what a part of the statistics is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Group {
    /// A branch; `None` for what belongs to none.
    Branch(Option<UnitId>),
    Category(String),
}

/// Everything that happened in a period, to be parted.
pub struct Happened {
    pub from: Timestamp,
    /// The units of the scope; everywhere when `None`.
    pub units: Option<HashSet<UnitId>>,
    pub steps: Vec<Taken>,
    pub authors: Vec<(StepId, MemberId)>,
    pub recorded: Vec<Recorded>,
    pub categories: Vec<(IdeaId, String)>,
}

impl Happened {
    fn count(&self, steps: &[Taken], units: Option<&HashSet<UnitId>>, recorded: impl Fn(&Recorded) -> bool) -> Counts {
        let its: Vec<Recorded> = self.recorded.iter().filter(|one| recorded(one)).cloned().collect();
        summed_up(&Events { from: self.from, units, steps, authors: &self.authors, recorded: &its })
    }
}

/// Each branch with its units, by how much was handed in there; last what belongs to none of them.
pub fn by_branch(happened: &Happened, branches: &[(UnitId, HashSet<UnitId>)]) -> Vec<(Group, Counts)> {
    let of = |units: &HashSet<UnitId>| happened.count(&happened.steps, Some(units), |one| units.contains(&one.unit_id));
    let mut groups: Vec<(Group, Counts)> =
        branches.iter().map(|(branch, units)| (Group::Branch(Some(*branch)), of(units))).collect();
    groups.sort_by_key(|(_, counts)| Reverse(counts.submitted));
    let known: HashSet<UnitId> = branches.iter().flat_map(|(_, units)| units.iter().copied()).collect();
    let within = |unit: &UnitId| happened.units.as_ref().is_none_or(|units| units.contains(unit));
    let at = happened.steps.iter().map(|step| step.unit_id).chain(happened.recorded.iter().map(|one| one.unit_id));
    let elsewhere: HashSet<UnitId> = at.filter(|unit| !known.contains(unit) && within(unit)).collect();
    groups.push((Group::Branch(None), of(&elsewhere)));
    groups.retain(|(_, counts)| counts.is_any());
    groups
}

/// Each category, by how much was handed in of it.
pub fn by_category(happened: &Happened) -> Vec<(Group, Counts)> {
    let of: HashMap<IdeaId, &str> = happened.categories.iter().map(|(id, category)| (*id, category.as_str())).collect();
    let named = of.values().copied().chain(happened.recorded.iter().map(|one| one.category.as_str()));
    let names: BTreeSet<&str> = named.collect();
    let count = |name: &&str| {
        let is_of = |step: &&Taken| of.get(&step.idea_id) == Some(name);
        let steps: Vec<Taken> = happened.steps.iter().filter(is_of).copied().collect();
        let counts = happened.count(&steps, happened.units.as_ref(), |one| one.category == **name);
        (Group::Category((*name).to_owned()), counts)
    };
    let mut groups: Vec<(Group, Counts)> = names.iter().map(count).filter(|(_, counts)| counts.is_any()).collect();
    groups.sort_by_key(|(_, counts)| Reverse(counts.submitted));
    groups
}

type IsSuch = fn(&Taken) -> bool;

fn lengths(events: &Events) -> Vec<Length> {
    let passed: [(IdeaState, IsSuch); 5] = [
        (IdeaState::Submitted, |step| step.verb == Verb::Submit),
        (IdeaState::Collected, |step| step.verb == Verb::Collect),
        // whatever was decided
        (IdeaState::Adopted, Taken::decides),
        (IdeaState::Delivered, |step| step.verb == Verb::Deliver),
        (IdeaState::Accepted, |step| step.verb == Verb::Accept),
    ];
    let length = |(from, begins): (IdeaState, IsSuch), (to, ends): (IdeaState, IsSuch)| {
        let took = |steps: &[Taken]| {
            let (last, ended) = steps.iter().enumerate().rev().find(|(_, step)| ends(step) && events.counts(step))?;
            let began = steps[..last].iter().rev().find(|step| begins(step))?;
            Some(ended.at.seconds_since(began.at).max(0))
        };
        let mut seconds: Vec<i64> = events.ideas().filter_map(took).collect();
        seconds.sort_unstable();
        let (median_days, p90_days) = (ranked(&seconds, 50), ranked(&seconds, 90));
        Length { from, to, count: seconds.len(), median_days, p90_days }
    };
    let mut lengths: Vec<Length> = passed.windows(2).map(|pair| length(pair[0], pair[1])).collect();
    lengths.push(length(passed[0], passed[4]));
    lengths
}

/// The value below or at which `percent` of the sorted seconds lie (nearest rank), in days with one decimal.
fn ranked(sorted: &[i64], percent: usize) -> Option<f64> {
    let rank = (sorted.len() * percent).div_ceil(100);
    let seconds = sorted.get(rank.checked_sub(1)?)?;
    Some(((seconds * 10 + 43_200) / 86_400) as f64 / 10.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rank_is_the_nearest_one() {
        let days: Vec<i64> = (1..=10).map(|day| day * 86_400).collect();
        assert_eq!((ranked(&days, 50), ranked(&days, 90)), (Some(5.0), Some(9.0)));
        assert_eq!((ranked(&[], 50), ranked(&[129_600], 90)), (None, Some(1.5)));
    }
}
