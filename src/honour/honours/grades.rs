//! Grades of branches, and the way to them, as they are read.

use std::collections::HashMap;

use super::actions::{Honours, Outcome};
use super::model::{GradeCase, GradeCaseId, GradeState, GradeStep, UnitGrade};
use super::rules::Refusal;
use super::rules::stars::type_of;
use super::store;
use crate::base::capability::Capability;
use crate::base::id::UnitId;
use crate::base::person::Person;
use crate::base::time::Day;
use crate::db::Conn;

/// A case with its steps.
pub(super) type Whole = (GradeCase, Vec<GradeStep>);

impl Honours {
    /// Which grade each branch of a unit and below has on a day, those without one left out, by unit.
    pub(super) async fn grades(&self, unit: Option<UnitId>, day: Day) -> Outcome<Vec<UnitGrade>> {
        let units = self.below(unit)?;
        let grades = self.db.read(move |conn| store::grades::list_grades(conn, units.as_deref(), day)).await?;
        let mut newest: HashMap<UnitId, UnitGrade> = HashMap::new();
        for grade in grades {
            newest.insert(grade.unit_id, grade);
        }
        let mut found: Vec<UnitGrade> = newest.into_values().filter(|grade| grade.grade.is_some()).collect();
        found.sort_by_key(|grade| grade.unit_id);
        Ok(found)
    }

    /// Everything that happened to the grade of a unit, the oldest first.
    pub(super) async fn grade_history(&self, unit: UnitId) -> Outcome<Vec<UnitGrade>> {
        self.below(Some(unit))?;
        Ok(self.db.read(move |conn| store::grades::list_grades(conn, Some(&[unit]), Day::LAST)).await?)
    }

    /// The functional type of a branch: its key, its name, and the word that decided.
    pub(super) async fn functional_type(&self, unit: UnitId) -> Outcome<Option<(String, String, Option<String>)>> {
        let tree = self.directory.tree();
        let card = tree.get(unit).ok_or(Refusal::NoSuchUnit)?;
        if card.branch != Some(unit) {
            return Ok(None);
        }
        // what stands above everything says nothing of one branch
        let path = card.path.iter().filter(|above| Some(**above) != tree.root());
        let names: Vec<String> =
            path.filter_map(|above| tree.get(*above)).map(|card| card.unit.name.to_string()).collect();
        let book = self.star_book().await?;
        let types = &book.on(self.db.today()).scheme.types;
        Ok(type_of(types, &names).map(|(kind, word)| (kind.key.clone(), kind.name.clone(), word)))
    }

    /// Cases of units within reach, newest first, with their steps.
    pub(super) async fn cases(
        &self,
        units: Option<Vec<UnitId>>,
        which: (Option<i32>, Option<GradeState>),
        before: Option<GradeCaseId>,
        limit: i64,
    ) -> Outcome<Vec<Whole>> {
        let read = move |conn: &mut Conn| {
            let cases = store::grades::list(conn, units.as_deref(), which, before, limit)?;
            let ids: Vec<GradeCaseId> = cases.iter().map(|case| case.id).collect();
            let mut steps: HashMap<GradeCaseId, Vec<GradeStep>> = HashMap::new();
            for step in store::grades::list_steps(conn, &ids)? {
                steps.entry(step.case_id).or_default().push(step);
            }
            Ok(cases.into_iter().map(|case| (steps.remove(&case.id).unwrap_or_default(), case)).collect())
        };
        let found: Vec<(Vec<GradeStep>, GradeCase)> = self.db.read(read).await?;
        Ok(found.into_iter().map(|(steps, case)| (case, steps)).collect())
    }

    /// A case, for those who see results of its unit.
    pub(super) async fn case(&self, person: &Person, id: GradeCaseId) -> Outcome<Whole> {
        let case = self.case_for(id).await?;
        let sees = [Capability::SeeResults, Capability::RecommendHonours, Capability::KeepHonours];
        if !sees.iter().any(|capability| self.holds(person, *capability, case.unit_id).is_ok()) {
            return Err(Refusal::NoSuchCase.into());
        }
        let steps = self.db.read(move |conn| store::grades::list_steps(conn, &[id])).await?;
        Ok((case, steps))
    }
}
