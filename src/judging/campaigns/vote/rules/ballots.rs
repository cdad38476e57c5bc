//! What a ballot may name, how it is written down, and how ballots are counted.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::Refusal;
use crate::base::id::{MemberId, UnitId};
use crate::judging::campaigns::entries::model::EntryId;

/// An entry as voting sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// From 1 on.
    pub number: u16,
    pub unit: UnitId,
    /// Who wrote it and who leads it.
    pub people: Vec<MemberId>,
}

/// Who votes: whose own entries are not to be chosen. Nobody's where self-voting is allowed.
#[derive(Clone, Debug, Default)]
pub struct OwnEntries {
    pub voter: Option<MemberId>,
    /// The voter's units up to the branch.
    pub units: Vec<UnitId>,
}

impl OwnEntries {
    fn have(&self, candidate: &Candidate) -> bool {
        self.units.contains(&candidate.unit) || self.voter.is_some_and(|voter| candidate.people.contains(&voter))
    }
}

/// How many entries the voter may choose, at least and at most: the numbers of the rules, as far as so many are open to
/// him. `None` when nothing is.
pub fn bounds<'a>(
    candidates: impl Iterator<Item = &'a Candidate>,
    (min, max): (u16, u16),
    own: &OwnEntries,
) -> Option<(u16, u16)> {
    let open = candidates.filter(|candidate| !own.have(candidate)).count();
    let open = u16::try_from(open).unwrap_or(u16::MAX);
    (open > 0).then(|| (min.min(open), max.min(open)))
}

/// The choices as numbers, sorted, for a ballot of at least `min` and at most `max`, as far as so many are open to the
/// voter.
pub fn choose(
    candidates: &HashMap<EntryId, Candidate>,
    asked: (u16, u16),
    own: &OwnEntries,
    chosen: &[EntryId],
) -> Result<Vec<u16>, Refusal> {
    let bounds = bounds(candidates.values(), asked, own);
    if let Some((min, max)) =
        bounds.filter(|(min, _)| chosen.len() < usize::from(*min) || chosen.len() > usize::from(asked.1))
    {
        return Err(Refusal::WrongNumber { min, max });
    }
    let mut seen = HashSet::new();
    let mut numbers = Vec::with_capacity(chosen.len());
    for (index, id) in chosen.iter().enumerate() {
        let candidate = candidates.get(id).ok_or(Refusal::NotOnBallot { index })?;
        if !seen.insert(*id) {
            return Err(Refusal::ChosenTwice { index });
        }
        if own.have(candidate) {
            return Err(Refusal::OwnEntry { index });
        }
        numbers.push(candidate.number);
    }
    bounds.ok_or(Refusal::NothingToChoose)?;
    numbers.sort_unstable();
    Ok(numbers)
}

/// Sorted numbers as bytes, two for each; filled up with zeros for `max` choices, so that every ballot is as long.
pub fn slip_choices(numbers: &[u16], max: u16) -> Vec<u8> {
    let mut bytes: Vec<u8> = numbers.iter().flat_map(|number| number.to_be_bytes()).collect();
    bytes.resize(usize::from(max).max(numbers.len()) * 2, 0);
    bytes
}

/// How many of `slips` name each number; `None` when one is no ballot: a number twice, or unknown.
pub fn count<'a>(slips: impl Iterator<Item = &'a [u8]>, known: &HashSet<u16>) -> Option<BTreeMap<u16, i64>> {
    let mut totals: BTreeMap<u16, i64> = known.iter().map(|number| (*number, 0)).collect();
    for slip in slips {
        let mut before = 0;
        for pair in slip.chunks(2) {
            let number = u16::from_be_bytes([*pair.first()?, *pair.get(1)?]);
            if number == 0 {
                continue;
            }
            if number <= before {
                return None;
            }
            before = number;
            *totals.get_mut(&number)? += 1;
        }
    }
    Some(totals)
}

/// Receipts as they are published and hashed: sorted, a line break after each.
pub fn receipts_text(mut receipts: Vec<String>) -> String {
    receipts.sort_unstable();
    receipts.into_iter().map(|receipt| receipt + "\n").collect()
}

/// The least members that a unit must have for its participation to be shown.
const SHOWN_FROM: u32 = 5;

/// A unit with its electorate and its voters.
pub type Turnout = (UnitId, u32, u32);

/// Units with their electorate and voters, the small ones put together until nobody can be told from the difference:
/// the second list holds those that are shown under no name of their own.
pub fn fold_small(mut units: Vec<Turnout>) -> (Vec<Turnout>, Option<(u32, u32)>) {
    units.sort_by_key(|(unit, electorate, _)| (*electorate, *unit));
    let mut folded = units.iter().take_while(|(_, electorate, _)| *electorate < SHOWN_FROM).count();
    let sum = |units: &[Turnout]| units.iter().fold((0, 0), |sum, unit| (sum.0 + unit.1, sum.1 + unit.2));
    while folded > 0 && folded < units.len() && sum(&units[..folded]).0 < SHOWN_FROM {
        folded += 1;
    }
    let rest = sum(&units[..folded]);
    let shown = units.split_off(folded);
    (shown, (folded > 0 && rest.0 >= SHOWN_FROM).then_some(rest))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    fn entry(n: u128) -> EntryId {
        Uuid::from_u128(n).into()
    }

    fn unit(n: u128) -> UnitId {
        Uuid::from_u128(1000 + n).into()
    }

    fn voter(n: u128) -> MemberId {
        Uuid::from_u128(2000 + n).into()
    }

    fn candidates() -> HashMap<EntryId, Candidate> {
        let candidate =
            |n: u16| Candidate { number: n, unit: unit(n.into()), people: vec![voter(n.into()), voter(99)] };
        (1..=5).map(|n| (entry(n.into()), candidate(n))).collect()
    }

    fn own(number: u128, units: &[u128]) -> OwnEntries {
        OwnEntries { voter: Some(voter(number)), units: units.iter().copied().map(unit).collect() }
    }

    #[test]
    fn nobody_must_choose_more_than_is_open_to_him() {
        let chosen = |asked, own: &OwnEntries, ids: &[u128]| {
            let ids: Vec<EntryId> = ids.iter().copied().map(entry).collect();
            choose(&candidates(), asked, own, &ids)
        };
        // two of five are open
        let two = own(1, &[2, 3]);
        assert_eq!(chosen((3, 4), &two, &[4, 5]), Ok(vec![4, 5]));
        assert_eq!(chosen((3, 4), &two, &[4]), Err(Refusal::WrongNumber { min: 2, max: 2 }));
        assert_eq!(chosen((3, 4), &two, &[4, 5, 1]), Err(Refusal::OwnEntry { index: 2 }));
        assert_eq!(chosen((3, 4), &two, &[4, 1]), Err(Refusal::OwnEntry { index: 1 }));
        // one is, and none is
        let one = own(1, &[2, 3, 4]);
        assert_eq!(chosen((2, 2), &one, &[5]), Ok(vec![5]));
        assert_eq!(chosen((2, 2), &one, &[]), Err(Refusal::WrongNumber { min: 1, max: 1 }));
        let none = own(99, &[]);
        assert_eq!(chosen((1, 3), &none, &[5]), Err(Refusal::OwnEntry { index: 0 }));
        assert_eq!(chosen((1, 3), &none, &[]), Err(Refusal::NothingToChoose));
        // where enough is open the rules hold as they are
        assert_eq!(chosen((2, 4), &own(1, &[]), &[5]), Err(Refusal::WrongNumber { min: 2, max: 4 }));
    }

    #[test]
    fn a_ballot_names_as_many_known_entries_as_it_may_and_none_twice_or_of_its_own() {
        let chosen = |ids: &[u128]| {
            let ids: Vec<EntryId> = ids.iter().copied().map(entry).collect();
            choose(&candidates(), (1, 3), &own(5, &[4]), &ids)
        };
        assert_eq!(chosen(&[3, 1]), Ok(vec![1, 3]));
        assert_eq!(chosen(&[]), Err(Refusal::WrongNumber { min: 1, max: 3 }));
        assert_eq!(chosen(&[1, 2, 3, 4]), Err(Refusal::WrongNumber { min: 1, max: 3 }));
        assert_eq!(chosen(&[1, 1]), Err(Refusal::ChosenTwice { index: 1 }));
        assert_eq!(chosen(&[1, 7]), Err(Refusal::NotOnBallot { index: 1 }));
        assert_eq!(chosen(&[1, 4]), Err(Refusal::OwnEntry { index: 1 }), "of the voter's unit");
        assert_eq!(chosen(&[5]), Err(Refusal::OwnEntry { index: 0 }), "of the voter");
        let free = choose(&candidates(), (1, 3), &OwnEntries::default(), &[entry(5), entry(4)]);
        assert_eq!(free, Ok(vec![4, 5]));
    }

    #[test]
    fn what_is_no_ballot_is_not_counted_in_silence() {
        let known: HashSet<u16> = [1, 2, 3].into();
        let slip = |numbers: &[u16]| slip_choices(numbers, 3);
        let counted = count([slip(&[1, 3]), slip(&[3])].iter().map(Vec::as_slice), &known);
        assert_eq!(counted, Some(BTreeMap::from([(1, 1), (2, 0), (3, 2)])));
        for bad in [vec![0, 1, 0, 1], vec![0, 9], vec![0, 1, 0], vec![0, 2, 0, 1]] {
            assert_eq!(count([bad.as_slice()].into_iter(), &known), None, "{bad:?}");
        }
    }

    #[test]
    fn small_units_disappear_in_a_rest_that_is_not_small() {
        let all = |sizes: &[u32]| sizes.iter().zip(1..).map(|(size, n)| (unit(n), *size, 1)).collect::<Vec<_>>();
        let folded = |sizes: &[u32]| {
            let (shown, rest) = fold_small(all(sizes));
            (shown.iter().map(|(_, electorate, _)| *electorate).collect::<Vec<_>>(), rest)
        };
        assert_eq!(folded(&[8, 5]), (vec![5, 8], None));
        assert_eq!(folded(&[8, 1, 6]), (vec![8], Some((7, 2))), "the rest would be one member by subtraction");
        assert_eq!(folded(&[3, 4, 9]), (vec![9], Some((7, 2))));
        assert_eq!(folded(&[2]), (vec![], None));
    }

    proptest! {
        #[test]
        fn every_ballot_is_as_long_and_counts_what_it_names(numbers in proptest::collection::btree_set(1u16..60, 0..10)) {
            let sorted: Vec<u16> = numbers.iter().copied().collect();
            let slip = slip_choices(&sorted, 10);
            prop_assert_eq!(slip.len(), 20);
            let known: HashSet<u16> = (1..60).collect();
            let totals = count([slip.as_slice()].into_iter(), &known).unwrap();
            prop_assert!(totals.iter().all(|(number, votes)| (*votes == 1) == numbers.contains(number)));
        }
    }
}
