//! Numbers of units that a title asks for: facts of the year before, month by month as they were frozen.

use std::collections::HashMap;

use super::actions::{Honours, Outcome};
use super::model::{Eligibility, WantedFact};
use super::rules::Refusal;
use super::rules::titles::Reached;
use crate::base::id::UnitId;
use crate::base::period::Span;
use crate::base::text::{decimal, yuan};
use crate::base::time::{Day, Period};
use crate::kernel::facts::{self, FactMeasure, Sum};

impl Honours {
    /// Whether titles may ask for these numbers.
    pub(super) fn check_facts(&self, asked: &Eligibility) -> Result<(), Refusal> {
        let no = |why: String| Err(Refusal::Contradiction("/terms/eligibility/facts", why));
        for wanted in &asked.facts {
            let Some(fact) = self.facts.find(&wanted.fact.to_string()) else {
                return no(format!("没有“{}”这项指标", wanted.fact));
            };
            if let Some(why) = fact.about.not_for_assessment {
                return no(format!("“{}”不能作为评选条件：{why}", fact.about.title.0));
            }
        }
        Ok(())
    }

    /// What each of `units` has of the numbers that are asked for, in a year.
    pub(super) async fn reached(
        &self,
        asked: &Eligibility,
        units: &[UnitId],
        year: i32,
    ) -> Outcome<HashMap<UnitId, Vec<Reached>>> {
        let mut reached: HashMap<UnitId, Vec<Reached>> = HashMap::new();
        for wanted in &asked.facts {
            for (unit, one) in self.reached_of(wanted, units, year).await? {
                reached.entry(unit).or_default().push(one);
            }
        }
        Ok(reached)
    }

    async fn reached_of(&self, wanted: &WantedFact, units: &[UnitId], year: i32) -> Outcome<HashMap<UnitId, Reached>> {
        // a fact of a room that is gone is asked of nobody
        let Some(fact) = self.facts.find(&wanted.fact.to_string()) else { return Ok(HashMap::new()) };
        let months: Vec<Day> = (1..=12).filter_map(|month| Day::of(year, month, 1)).collect();
        let (name, of_units) = (fact.about.name, units.to_vec());
        let stretch = (months.first().copied(), months.last().copied());
        let (Some(first), Some(last)) = stretch else { return Ok(HashMap::new()) };
        let frozen = self.db.read(move |conn| facts::frozen_of(conn, name, &of_units, (first, last))).await?;
        let tree = self.directory.tree();
        let path = |unit| tree.get(unit).map(|card| card.path.to_vec()).unwrap_or_default();
        let mut sums: HashMap<UnitId, Sum> = HashMap::new();
        for month in months {
            let of_month = match frozen.get(&month) {
                Some(of_month) => of_month.clone(),
                None if month > self.db.today() => continue,
                None => facts::sums(&fact.records(Span::of(Period::Month, month)).await?, path),
            };
            for unit in units {
                let sum = sums.entry(*unit).or_default();
                *sum = sum.plus(of_month.get(unit).copied().unwrap_or_default());
            }
        }
        let measure = fact.about.measure;
        let shown: fn(i64) -> String = match measure {
            FactMeasure::Count => |value| value.to_string(),
            FactMeasure::Fen => yuan,
            FactMeasure::Share | FactMeasure::Mean => decimal,
        };
        let reached = |(unit, sum): (UnitId, Sum)| {
            let about = fact.about;
            let reached = Reached {
                title: about.title.0,
                higher_is_better: about.higher_is_better,
                shown,
                value: sum.value(measure),
                bound: wanted.bound,
            };
            (unit, reached)
        };
        Ok(sums.into_iter().map(reached).collect())
    }

    /// The branch to which a unit belongs; what lies above branches speaks for itself.
    pub(super) fn branch_or_self(&self, unit: UnitId) -> UnitId {
        self.directory.tree().get(unit).and_then(|card| card.branch).unwrap_or(unit)
    }
}
