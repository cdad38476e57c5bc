//! Prizes of contests: honours by themselves when the results are published, put right when these are corrected.

use std::collections::BTreeSet;

use diesel::QueryResult;
use serde_json::json;
use uuid::Uuid;

use super::actions::{Honours, link_of, note};
use super::awards::Draft;
use super::model::{AwardSource, Awarded, Holder, HonourKind, Withdrawal};
use super::{rules, store};
use crate::base::id::{MemberId, UnitId};
use crate::base::text::in_quotes;
use crate::base::time::Day;
use crate::db::Tx;

/// Who won a prize.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ContestHolder {
    Member(MemberId),
    /// A branch, or a group where the contest was one of a branch.
    Unit(UnitId),
}

/// A prize of a contest, as it is told.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ContestPrize {
    pub holder: ContestHolder,
    /// Such as 一等奖.
    pub title: String,
}

/// That published results were corrected.
#[derive(Clone, Debug)]
pub struct PrizeCorrection {
    pub id: Uuid,
    /// Who corrected the key.
    pub by: MemberId,
    /// In Chinese; winners read it.
    pub reason: String,
}

/// Every prize of a contest by its published results.
#[derive(Clone, Debug)]
pub struct ContestPrizes {
    pub contest: Uuid,
    /// On what they rest, as it is printed.
    pub document: String,
    /// The unit that ran it.
    pub by_unit: UnitId,
    /// The day of publication.
    pub awarded_on: Day,
    pub prizes: BTreeSet<ContestPrize>,
    /// The last correction of the results.
    pub correction: Option<PrizeCorrection>,
}

impl Honours {
    /// Writes the prizes of a contest as honours, and takes away those that were given by results that have been corrected
    /// since, with the correction as the basis. Again it changes nothing.
    pub fn record_prizes(&self, tx: &mut Tx, told: &ContestPrizes) -> QueryResult<()> {
        let given = store::list_from(tx.conn, AwardSource::Contest, told.contest.into())?;
        let theirs = |holder: ContestHolder| match holder {
            ContestHolder::Member(member) => Some(member),
            ContestHolder::Unit(_) => None,
        };
        let before = given.iter().filter_map(|(award, ..)| award.member_id);
        tx.take_turns(told.prizes.iter().filter_map(|prize| theirs(prize.holder)).chain(before))?;
        let mut standing: BTreeSet<ContestPrize> = BTreeSet::new();
        for awarded in given.iter().filter(|(_, withdrawal, _)| withdrawal.is_none()) {
            let Some(prize) = prize_of(awarded) else { continue };
            match &told.correction {
                Some(correction) if !told.prizes.contains(&prize) => self.take_back(tx, awarded, told, correction)?,
                _ => {
                    standing.insert(prize);
                }
            }
        }
        for prize in told.prizes.difference(&standing) {
            self.write_prize(tx, told, prize)?;
        }
        Ok(())
    }

    fn write_prize(&self, tx: &mut Tx, told: &ContestPrizes, prize: &ContestPrize) -> QueryResult<()> {
        let (holder, unit) = match prize.holder {
            // somebody who has left meanwhile keeps what he won, under the unit that ran it
            ContestHolder::Member(member) => {
                let home = self.directory.path(member).and_then(|path| path.first().copied());
                (Holder::Member(member), home.unwrap_or(told.by_unit))
            }
            ContestHolder::Unit(unit) => (Holder::Unit(unit), unit),
        };
        let tree = self.directory.tree();
        let by = tree.get(told.by_unit);
        let kind = by.map(|card| card.unit.kind.clone()).unwrap_or_default();
        let edition = told.correction.as_ref().map_or_else(Uuid::nil, |correction| correction.id);
        let draft = Draft {
            holder,
            unit,
            kind: HonourKind::Honour,
            title: prize.title.clone(),
            level: rules::level_of(tree.root() == Some(told.by_unit), &kind),
            year: told.awarded_on.parts().0,
            awarded_on: told.awarded_on,
            document: told.document.clone(),
            issuer: by.map(|card| card.unit.name.clone()).unwrap_or_default(),
            source: (AwardSource::Contest, told.contest.into()),
            // what was taken away by one correction may be given back by the next
            cause: format!("{}|{}|{}|{edition}", told.contest, holder.uuid(), prize.title),
            by: None,
        };
        self.write(tx, draft).map(drop)
    }

    fn take_back(
        &self,
        tx: &mut Tx,
        (award, ..): &Awarded,
        told: &ContestPrizes,
        correction: &PrizeCorrection,
    ) -> QueryResult<()> {
        let basis = format!("{}成绩更正：{}", told.document, correction.reason);
        let withdrawal =
            Withdrawal { award_id: award.id, document: basis, withdrawn_by: correction.by, withdrawn_at: tx.now() };
        if !store::insert_withdrawal(tx.conn, &withdrawal)? {
            return Ok(());
        }
        let Withdrawal { document, .. } = withdrawal;
        self.retract(tx, award, (correction.by, &document))?;
        let detail = json!({ "title": award.title, "year": award.year, "document": document });
        note(tx, Some(correction.by), "honours.withdraw", ("honour", award.id.uuid()), detail)?;
        for member in self.told_of(tx, award) {
            let body = format!("{} 年度{}已撤销（{document}）。", award.year, in_quotes(&award.title));
            self.tell(tx, member, "荣誉已撤销", body, link_of(award.id))?;
        }
        Ok(())
    }
}

fn prize_of((award, ..): &Awarded) -> Option<ContestPrize> {
    let holder = match award.holder() {
        Holder::Member(member) => ContestHolder::Member(member),
        Holder::Unit(unit) => ContestHolder::Unit(unit),
        Holder::Thing(..) => return None,
    };
    Some(ContestPrize { holder, title: award.title.clone() })
}
