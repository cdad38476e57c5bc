//! What is asked in a month of those who do a unit's paperwork: forms, and what the enterprise's own rules cost.

use std::collections::BTreeMap;

use super::actions::{Burden, Outcome};
use super::rules::{self, Refusal};
use crate::base::capability::Reach;
use crate::base::id::UnitId;
use crate::base::period::Span;
use crate::base::time::{Day, Period};
use crate::doing::obligations::OwnCost;
use crate::doing::reports::Owed;

/// What is asked of the office of one unit.
#[derive(Clone, Debug, Default)]
pub struct Office {
    /// By their days.
    pub forms: Vec<Owed>,
    /// By their days, each time of its own.
    pub rules: Vec<OwnCost>,
    /// Notices to everybody in the unit, and to what lies above.
    pub prompts: i64,
}

impl Office {
    /// Forms that are asked beyond the limits.
    pub fn forms_over_limit(&self) -> usize {
        self.forms.iter().filter(|form| form.over_limit).count()
    }

    /// Minutes that the enterprise's own rules cost.
    pub fn rule_minutes(&self) -> i64 {
        self.rules.iter().map(|cost| cost.minutes).sum()
    }
}

/// A unit and those directly below it in a month.
#[derive(Clone, Debug)]
pub struct OfficeLedger {
    pub month: Span,
    pub office: Office,
    /// By their codes.
    pub children: Vec<(UnitId, Office)>,
}

impl Burden {
    /// What is asked of the offices of a unit and of each one directly below it in the month of a day.
    pub async fn offices(&self, reach: &Reach, unit: UnitId, day: Day) -> Outcome<OfficeLedger> {
        let tree = self.directory.tree();
        let card = tree.get(unit).ok_or(Refusal::NoSuchUnit)?;
        if !reach.covers(&card.path) {
            return Err(Refusal::OutOfReach.into());
        }
        rules::check_month(day, self.db.today())?;
        let month = Span::of(Period::Month, day);
        let mut below: Vec<(String, UnitId)> = card
            .children
            .iter()
            .filter_map(|child| tree.get(*child))
            .filter(|child| child.unit.closed_on.is_none_or(|closed| closed >= month.first))
            .map(|child| (child.unit.code.clone(), child.unit.id))
            .collect();
        below.sort();
        let units: Vec<UnitId> = [unit].into_iter().chain(below.into_iter().map(|(_, unit)| unit)).collect();
        let mut offices: BTreeMap<UnitId, Office> = units.iter().map(|unit| (*unit, Office::default())).collect();
        for form in self.reports.owed_in(units.clone(), month).await? {
            offices.entry(form.unit).or_default().forms.push(form);
        }
        for cost in self.obligations.own_costs(&units, month).await? {
            offices.entry(cost.unit).or_default().rules.push(cost);
        }
        let days = (month.first, month.end.previous());
        let asked = self.asked(days.0, days.1).await?;
        for (unit, office) in &mut offices {
            let path = tree.get(*unit).map(|card| card.path.clone()).unwrap_or_default();
            office.prompts = rules::by_day(&asked, &path, days.0, days.1).values().map(|day| day.prompts).sum();
        }
        let mut of = |unit: UnitId| offices.remove(&unit).unwrap_or_default();
        let office = of(unit);
        let children = units.into_iter().skip(1).map(|unit| (unit, of(unit))).collect();
        Ok(OfficeLedger { month, office, children })
    }
}
