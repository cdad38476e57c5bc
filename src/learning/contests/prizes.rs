//! Prizes: what the terms promise for ranks becomes honours once the results are published.

use std::collections::BTreeSet;

use super::model::Contest;
use super::{Contests, rules, store};
use crate::base::id::MemberId;
use crate::base::text::in_title_marks;
use crate::db::Tx;
use crate::honour::honours::{ContestHolder, ContestPrize, ContestPrizes, PrizeCorrection};

impl Contests {
    /// Tells the room of honours who won what by the results as they stand.
    pub(super) fn give_prizes(&self, tx: &mut Tx, contest: &Contest, by: MemberId) -> diesel::QueryResult<()> {
        let terms = contest.terms();
        let last = |for_units: bool| {
            let its = terms.prizes.iter().filter(|prize| prize.for_units == for_units);
            its.map(|prize| i32::try_from(prize.to_rank).unwrap_or(i32::MAX)).max()
        };
        let mut prizes = BTreeSet::new();
        if let Some(last) = last(false) {
            for result in store::results::list_until(tx.conn, contest.id, last)? {
                let prize = rules::prize_of(terms, result.rank, false);
                let holder = ContestHolder::Member(result.member_id);
                prizes.extend(prize.map(|prize| ContestPrize { holder, title: prize.title.to_string() }));
            }
        }
        if let Some(last) = last(true) {
            for result in store::results::list_branches_until(tx.conn, contest.id, last)? {
                let prize = rules::prize_of(terms, result.rank, true).filter(|_| result.participants > 0);
                let holder = ContestHolder::Unit(result.unit_id);
                prizes.extend(prize.map(|prize| ContestPrize { holder, title: prize.title.to_string() }));
            }
        }
        let correction = contest.correction_id.map(|id| PrizeCorrection {
            id: id.uuid(),
            by,
            reason: contest.correction_reason.clone().unwrap_or_default(),
        });
        if terms.prizes.is_empty() {
            return Ok(());
        }
        let told = ContestPrizes {
            contest: contest.id.uuid(),
            document: format!("知识竞赛{}", in_title_marks(&contest.title)),
            by_unit: contest.unit_id,
            awarded_on: contest.published_at.unwrap_or(tx.now()).day(),
            prizes,
            correction,
        };
        self.honours.record_prizes(tx, &told)
    }
}
