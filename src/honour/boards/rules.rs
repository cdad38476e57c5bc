//! How branches are ranked, and who sees which name.

use std::collections::HashMap;

use super::model::{BranchCard, BranchLine, BranchTotal, MemberLine, PersonCard, Place};
use crate::base::id::UnitId;
use crate::base::rank::are_told_by_difference;
use crate::base::text::mask_name;

/// A board that is not shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Members are compared within their branches alone.
    OwnBranchOnly,
    /// Branches are not compared.
    BranchesOff,
}

impl crate::db::Refusal for Refusal {}

/// Ranks branches by points per active member, then by their total, then by id; without active members there is no rank.
/// Where few of a branch hide, what it has is not told, for by it and by the others' points theirs would be.
pub fn rank_branches(cards: Vec<BranchCard<'_>>, totals: &[BranchTotal]) -> Vec<BranchLine> {
    let totals: HashMap<UnitId, &BranchTotal> = totals.iter().map(|total| (total.branch, total)).collect();
    let mut lines: Vec<(i64, i64, BranchLine)> = cards
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
            (average, total, line)
        })
        .collect();
    lines.sort_by_key(|(average, total, line)| (-average, -total, line.unit_id));
    let ranked = (1..).zip(lines).map(|(rank, (.., line))| BranchLine { rank, ..line });
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
        let seen: Vec<_> = rank_branches(cards, &totals)
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
    fn what_a_branch_has_is_not_told_where_few_of_it_hide() {
        let card = |n| BranchCard { unit: unit(n), name: "支部", active_members: 10 };
        let total = |n, total, hidden| BranchTotal { branch: unit(n), total, participants: 9, hidden };
        let totals = [total(1, 50, 1), total(2, 40, 0), total(3, 30, 4), total(4, 20, 5)];
        let told: Vec<_> = rank_branches((1..=4).map(card).collect(), &totals)
            .iter()
            .map(|line| (line.rank, line.unit_id, line.average_hundredths, line.total))
            .collect();
        let expected = [
            (1, unit(1), None, None),
            (2, unit(2), Some(400), Some(40)),
            (3, unit(3), None, None),
            (4, unit(4), Some(200), Some(20)),
        ];
        assert_eq!(told, expected, "the place is by all of them");
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
