//! Statistics of a unit and a period.

use std::collections::HashSet;

use super::rules::{self, Counts, Events, Group, Grouping, Happened, Refusal};
use super::store::statistics::{self, Span};
use super::{Ideas, Outcome};
use crate::base::capability::Reach;
use crate::base::id::UnitId;
use crate::base::time::{Day, Period};

impl Ideas {
    /// The present business day.
    pub fn today(&self) -> Day {
        self.db.today()
    }

    /// The numbers of a unit's subtree (of the whole reach when `None`) from one day to another, both included; with
    /// the active members there. Of a period that is closed, members and tree are those of its last day.
    pub async fn statistics(&self, reach: &Reach, unit: Option<UnitId>, from: Day, to: Day) -> Outcome<(Counts, u32)> {
        if from > to {
            return Err(Refusal::BadPeriod.into());
        }
        let now = self.units(reach, unit)?;
        let then = match self.closings.find(Period::Day, to).await? {
            Some(closing) => Some(self.closings.roster(closing.roster).await?),
            None => None,
        };
        let tops = tops(reach, unit);
        let members =
            then.as_ref().map_or_else(|| self.members_of(reach, unit), |roster| roster.counted(tops.as_deref()));
        let units = match (&then, tops) {
            // what came into the tree later has no past in it
            (Some(roster), Some(tops)) if now.is_some() => Some(roster.below(&tops)),
            _ => now,
        };
        let span = Span { from: from.start(), until: to.next().start() };
        let numbers = self
            .db
            .read(move |conn| {
                let steps = statistics::list_taken(conn, units.as_deref(), span)?;
                let authors = statistics::list_authors(conn, span)?;
                let recorded = statistics::list_recorded(conn, units.as_deref(), span)?;
                let units: Option<HashSet<UnitId>> = units.as_ref().map(|units| units.iter().copied().collect());
                Ok(rules::summed_up(&Events {
                    from: span.from,
                    units: units.as_ref(),
                    steps: &steps,
                    authors: &authors,
                    recorded: &recorded,
                }))
            })
            .await?;
        Ok((numbers, members))
    }

    /// The same counts for each branch of the scope, or for each category, largest first; without those in which nothing
    /// happened. What belongs to no branch stands without a unit. A branch is what it was on the last day of a closed period.
    pub async fn grouped_statistics(
        &self,
        reach: &Reach,
        unit: Option<UnitId>,
        by: Grouping,
        (from, to): (Day, Day),
    ) -> Outcome<Vec<(Group, Counts)>> {
        if from > to {
            return Err(Refusal::BadPeriod.into());
        }
        let units = self.units(reach, unit)?;
        let then = match self.closings.find(Period::Day, to).await? {
            Some(closing) => Some(self.closings.roster(closing.roster).await?),
            None => None,
        };
        let tree = self.directory.tree();
        let below = |branch: UnitId| -> HashSet<UnitId> {
            let below = then.as_ref().map_or_else(|| tree.subtree(branch), |roster| roster.below(&[branch]));
            below.into_iter().collect()
        };
        let is_branch = |id: &UnitId| tree.get(*id).is_some_and(|card| card.branch == Some(*id));
        let within = |id: &UnitId| units.as_ref().is_none_or(|units| units.contains(id));
        let all = tree.root().map(|root| tree.subtree(root)).unwrap_or_default();
        let branches: Vec<(UnitId, HashSet<UnitId>)> =
            all.into_iter().filter(|id| is_branch(id) && within(id)).map(|id| (id, below(id))).collect();
        let span = Span { from: from.start(), until: to.next().start() };
        let found = self
            .db
            .read(move |conn| {
                let steps = statistics::list_taken(conn, units.as_deref(), span)?;
                let authors = statistics::list_authors(conn, span)?;
                let recorded = statistics::list_recorded(conn, units.as_deref(), span)?;
                let categories = statistics::list_categories(conn, units.as_deref(), span)?;
                let units: Option<HashSet<UnitId>> = units.as_ref().map(|units| units.iter().copied().collect());
                let happened = Happened { from: span.from, units, steps, authors, recorded, categories };
                Ok(match by {
                    Grouping::Branch => rules::by_branch(&happened, &branches),
                    Grouping::Category => rules::by_category(&happened),
                })
            })
            .await?;
        Ok(found)
    }

    /// The units of the subtree, or of the whole reach; `None` when that is everything.
    pub(super) fn units(&self, reach: &Reach, unit: Option<UnitId>) -> Result<Option<Vec<UnitId>>, Refusal> {
        let tree = self.directory.tree();
        let below = |units: &[UnitId]| match tree.root() {
            Some(root) if units.contains(&root) => None,
            _ => Some(units.iter().flat_map(|unit| tree.subtree(*unit)).collect()),
        };
        match (unit, reach) {
            (Some(unit), _) => {
                let card = tree.get(unit).ok_or(Refusal::NoSuchUnit)?;
                if reach.covers(&card.path) { Ok(below(&[unit])) } else { Err(Refusal::OutOfReach) }
            }
            (None, Reach::Everything) => Ok(None),
            (None, Reach::Below(units)) => Ok(below(units)),
        }
    }

    /// What statistics are about, by name.
    pub fn scope_name(&self, reach: &Reach, unit: Option<UnitId>) -> String {
        let tree = self.directory.tree();
        let units = match (unit, reach) {
            (Some(unit), _) => vec![unit],
            (None, Reach::Below(units)) => units.clone(),
            (None, Reach::Everything) => tree.root().into_iter().collect(),
        };
        let name = |unit: &UnitId| tree.get(*unit).map(|card| card.unit.name.clone());
        units.iter().filter_map(name).collect::<Vec<_>>().join("、")
    }

    /// Active members of the subtree, or of the whole reach.
    fn members_of(&self, reach: &Reach, unit: Option<UnitId>) -> u32 {
        let (tree, count) = (self.directory.tree(), self.directory.headcount());
        match (unit, reach) {
            (Some(unit), _) => count.below(unit),
            (None, Reach::Everything) => tree.root().map_or(0, |root| count.below(root)),
            // a duty below another of the same person counts once
            (None, Reach::Below(units)) => {
                let mut units = units.clone();
                units.sort_unstable();
                units.dedup();
                let above = |unit: &UnitId| {
                    let path = tree.get(*unit).map(|card| card.path.clone());
                    path.is_some_and(|path| path.iter().skip(1).any(|ancestor| units.contains(ancestor)))
                };
                units.iter().filter(|unit| !above(unit)).map(|unit| count.below(*unit)).sum()
            }
        }
    }
}

/// The units whose subtrees are meant; `None` for everything.
fn tops(reach: &Reach, unit: Option<UnitId>) -> Option<Vec<UnitId>> {
    match (unit, reach) {
        (Some(unit), _) => Some(vec![unit]),
        (None, Reach::Below(units)) => Some(units.clone()),
        (None, Reach::Everything) => None,
    }
}
