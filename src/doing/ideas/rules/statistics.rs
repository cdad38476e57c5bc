//! Statistics: how many ideas, by whom, what became of them and how long it took.

use std::collections::HashSet;

use crate::base::id::MemberId;
use crate::base::time::Timestamp;
use crate::doing::ideas::model::{IdeaState, OutcomeKind, Passage, Verdict};

/// How long ideas take from one step to another.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Length {
    pub from: IdeaState,
    pub to: IdeaState,
    /// Ideas that took both steps.
    pub count: usize,
    /// Days with one decimal; half of the ideas took no longer.
    pub median_days: Option<f64>,
    /// Days with one decimal; nine in ten took no longer.
    pub p90_days: Option<f64>,
}

/// Everything that is counted about a unit and a period.
#[derive(Clone, Debug, PartialEq)]
pub struct Counts {
    /// Ideas that were handed in.
    pub submitted: usize,
    /// Members who wrote or helped to write one.
    pub authors: usize,
    /// Ideas that the committee has decided.
    pub decided: usize,
    /// Of those, adopted or tried.
    pub adopted: usize,
    pub states: Vec<(IdeaState, usize)>,
    pub lengths: Vec<Length>,
    pub outcomes: Vec<(OutcomeKind, usize)>,
    pub saved_fen: i64,
}

/// Counts everything.
pub fn summed_up(ideas: &[Passage], co_authors: &[MemberId], recorded: &[(OutcomeKind, Option<i64>)]) -> Counts {
    let authors: HashSet<MemberId> =
        ideas.iter().map(|idea| idea.author_id).chain(co_authors.iter().copied()).collect();
    let adopted = |idea: &&Passage| matches!(idea.verdict, Some(Verdict::Adopted | Verdict::Pilot));
    let states = IdeaState::EACH.iter().map(|state| (*state, ideas.iter().filter(|idea| idea.state == *state).count()));
    let outcomes =
        OutcomeKind::EACH.iter().map(|kind| (*kind, recorded.iter().filter(|(recorded, _)| recorded == kind).count()));
    Counts {
        submitted: ideas.len(),
        authors: authors.len(),
        decided: ideas.iter().filter(|idea| idea.verdict.is_some()).count(),
        adopted: ideas.iter().filter(adopted).count(),
        states: states.filter(|(_, count)| *count > 0).collect(),
        lengths: lengths(ideas),
        outcomes: outcomes.collect(),
        saved_fen: recorded.iter().filter_map(|(_, fen)| *fen).fold(0, i64::saturating_add),
    }
}

type Instant = fn(&Passage) -> Option<Timestamp>;

fn lengths(ideas: &[Passage]) -> Vec<Length> {
    let passed: [(IdeaState, Instant); 5] = [
        (IdeaState::Submitted, |idea| idea.submitted_at),
        (IdeaState::Collected, |idea| idea.collected_at),
        // whatever was decided
        (IdeaState::Adopted, |idea| idea.decided_at),
        (IdeaState::Delivered, |idea| idea.delivered_at),
        (IdeaState::Accepted, |idea| idea.accepted_at),
    ];
    let length = |(from, began): (IdeaState, Instant), (to, ended): (IdeaState, Instant)| {
        let took = |idea: &Passage| Some(ended(idea)?.seconds_since(began(idea)?).max(0));
        let mut seconds: Vec<i64> = ideas.iter().filter_map(took).collect();
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
