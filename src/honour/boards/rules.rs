//! How branches are ranked, and who sees which name.

use std::collections::{BTreeMap, HashMap};

use super::model::{
    BranchCard, BranchCorrection, BranchLine, BranchTotal, LaterPoints, MemberCorrection, MemberLine, PersonCard,
    Place, lot,
};
use crate::base::id::UnitId;
use crate::base::rank::are_told_by_difference;
use crate::base::text::mask_name;
use crate::base::time::{Day, Period};

/// Corrections that are shown beside a frozen board.
pub const MOST_CORRECTIONS: usize = 100;

/// A board that is not shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Members are compared within their branches alone.
    OwnBranchOnly,
    /// Branches are not compared.
    BranchesOff,
    /// The period goes on, or late entries may still come.
    NotClosed,
}

impl crate::db::Refusal for Refusal {}

/// Ranks branches by points per active member, compared exactly, then by their total, then by the lot of the period `of`;
/// without active members there is no rank. Where few of a branch hide, what it has is not told, for by it and by the
/// others' points theirs would be.
pub fn rank_branches(of: (Period, Day), cards: Vec<BranchCard<'_>>, totals: &[BranchTotal]) -> Vec<BranchLine> {
    let totals: HashMap<UnitId, &BranchTotal> = totals.iter().map(|total| (total.branch, total)).collect();
    let mut lines: Vec<(i64, BranchLine)> = cards
        .into_iter()
        .filter(|card| card.active_members > 0)
        .map(|BranchCard { unit, name, active_members }| {
            let found = totals.get(&unit);
            let (total, participants) = found.map_or((0, 0), |t| (t.total, t.participants));
            let average = hundredths(total, active_members);
            let is_told = !are_told_by_difference(found.map_or(0, |t| t.hidden));
            let line = BranchLine {
                rank: 0,
                unit_id: unit,
                name: name.to_owned(),
                average_hundredths: is_told.then_some(average),
                total: is_told.then_some(total),
                active_members,
                participants,
            };
            (total, line)
        })
        .collect();
    lines.sort_by(|(total, line), (other_total, other)| {
        let by_mean = {
            let crossed = |total: i64, by: &BranchLine| i128::from(total) * i128::from(by.active_members);
            crossed(*other_total, line).cmp(&crossed(*total, other))
        };
        by_mean.then(other_total.cmp(total)).then_with(|| {
            let lot = |line: &BranchLine| (lot(of.0, of.1, line.unit_id.uuid()), line.unit_id);
            lot(line).cmp(&lot(other))
        })
    });
    let ranked = (1..).zip(lines).map(|(rank, (_, line))| BranchLine { rank, ..line });
    ranked.collect()
}

/// `total / count` in hundredths, half up; `count` is positive.
fn hundredths(total: i64, count: i64) -> i64 {
    (total * 200 + count).div_euclid(2 * count)
}

/// How a member appears to a viewer from `branch`; `None` for anyone who is hidden.
pub fn line(place: &Place, person: &PersonCard<'_>, viewer_branch: Option<UnitId>) -> Option<MemberLine> {
    let masked = person.branch.is_none() || person.branch != viewer_branch;
    (!person.hidden).then(|| full_line(place, person, masked))
}

/// How a correction appears to a viewer from `branch`; `None` of anyone who is hidden.
pub fn correction(
    later: &LaterPoints,
    rank: Option<usize>,
    person: &PersonCard<'_>,
    viewer_branch: Option<UnitId>,
) -> Option<MemberCorrection> {
    let masked = person.branch.is_none() || person.branch != viewer_branch;
    (!person.hidden).then(|| MemberCorrection {
        made_on: later.made_on,
        rank,
        name: if masked { mask_name(person.name) } else { person.name.to_owned() },
        unit: person.unit_name.to_owned(),
        points: later.points,
    })
}

/// What was corrected for these branches, by day, newest first; nothing of those of which it is not told what they have.
pub fn correct_branches(lines: &[BranchLine], later: &BTreeMap<(Day, UnitId), i64>) -> Vec<BranchCorrection> {
    let told = lines.iter().filter(|line| line.total.is_some());
    let names: HashMap<UnitId, &str> = told.map(|line| (line.unit_id, &*line.name)).collect();
    let correction = |(&(made_on, unit_id), &points): (&(Day, UnitId), &i64)| {
        let name = names.get(&unit_id).filter(|_| points != 0)?;
        Some(BranchCorrection { made_on, unit_id, name: (*name).to_owned(), points })
    };
    later.iter().rev().filter_map(correction).take(MOST_CORRECTIONS).collect()
}

/// The line itself, with the name in full or masked.
pub fn full_line(place: &Place, person: &PersonCard<'_>, masked: bool) -> MemberLine {
    let name = if masked { mask_name(person.name) } else { person.name.to_owned() };
    MemberLine { rank: place.rank, name, unit: person.unit_name.to_owned(), score: place.score }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn unit(n: u128) -> UnitId {
        Uuid::from_u128(n).into()
    }

    #[test]
    fn branches_are_ranked_by_points_per_active_member() {
        let card = |n, active_members| BranchCard { unit: unit(n), name: "支部", active_members };
        let total = |n, total, participants| BranchTotal { branch: unit(n), total, participants, hidden: 0 };
        let cards = vec![card(1, 3), card(2, 10), card(3, 8), card(4, 0), card(5, 4), card(6, 2)];
        let totals = [total(1, 10, 2), total(2, 30, 9), total(3, 1, 1), total(4, 99, 9), total(5, 12, 4)];
        let july = (Period::Month, "2026-07-01".parse().unwrap());
        let seen: Vec<_> = rank_branches(july, cards, &totals)
            .iter()
            .map(|l| (l.rank, l.unit_id, l.average_hundredths.unwrap(), l.total.unwrap(), l.participants))
            .collect();
        let expected = [
            (1, unit(1), 333, 10, 2),
            (2, unit(2), 300, 30, 9),
            (3, unit(5), 300, 12, 4),
            (4, unit(3), 13, 1, 1), // 12.5 is rounded up
            (5, unit(6), 0, 0, 0),
        ];
        assert_eq!(seen, expected);
    }

    #[test]
    fn equal_branches_stand_by_a_lot_that_is_another_one_in_another_period() {
        let card = |n| BranchCard { unit: unit(n), name: "支部", active_members: 2 };
        let ranked = |start: &str| -> Vec<UnitId> {
            let lines = rank_branches((Period::Month, start.parse().unwrap()), (1..30).map(card).collect(), &[]);
            lines.iter().map(|line| line.unit_id).collect()
        };
        let july = ranked("2026-07-01");
        assert_eq!(july, ranked("2026-07-01"));
        assert_ne!(july, ranked("2026-08-01"));
        assert!(!july.is_sorted(), "the order of the roster is no lot");
    }

    #[test]
    fn what_a_branch_has_is_not_told_where_few_of_it_hide() {
        let card = |n| BranchCard { unit: unit(n), name: "支部", active_members: 10 };
        let total = |n, total, hidden| BranchTotal { branch: unit(n), total, participants: 9, hidden };
        let totals = [total(1, 50, 1), total(2, 40, 0), total(3, 30, 4), total(4, 20, 5)];
        let start = "2026-07-01".parse().unwrap();
        let lines = rank_branches((Period::Month, start), (1..=4).map(card).collect(), &totals);
        let told: Vec<_> =
            lines.iter().map(|line| (line.rank, line.unit_id, line.average_hundredths, line.total)).collect();
        let expected = [
            (1, unit(1), None, None),
            (2, unit(2), Some(400), Some(40)),
            (3, unit(3), None, None),
            (4, unit(4), Some(200), Some(20)),
        ];
        assert_eq!(told, expected, "the place is by all of them");
        let later = (1..=4).map(|n| ((start, unit(n)), 5)).collect();
        let corrected: Vec<_> = correct_branches(&lines, &later).iter().map(|one| one.unit_id).collect();
        assert_eq!(corrected, [unit(4), unit(2)], "neither is what was corrected");
    }

    #[test]
    fn a_name_is_shown_within_ones_branch_only_and_a_hidden_member_nowhere() {
        let place = Place { rank: 4, subject: Uuid::nil().into(), score: 9 };
        let person = |branch, hidden| PersonCard { name: "张三丰", unit_name: "一组", branch, hidden };
        let seen = |branch, viewer, hidden| line(&place, &person(branch, hidden), viewer).map(|l| l.name);
        let (east, west) = (Some(unit(1)), Some(unit(2)));
        assert_eq!(seen(east, east, false).as_deref(), Some("张三丰"));
        assert_eq!(seen(east, west, false).as_deref(), Some("张**"));
        assert_eq!(seen(None, None, false).as_deref(), Some("张**"));
        assert_eq!(seen(east, east, true), None);
    }
}
