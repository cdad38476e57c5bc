//! Grades of branches: what a branch says of itself, what the inspection found, what was put right, what the committee
//! decided.

use std::collections::HashMap;
use std::sync::Arc;

use diesel::QueryResult;
use serde_json::json;

use super::actions::{Barred, Honours, Outcome, note, numbered};
use super::grades::Whole;
use super::model::{GradeCase, GradeCaseId, GradeHow, GradeMove, GradeState, GradeStep, PartyGrade, UnitGrade};
use super::rules::grades::{Places, Standing, may_grade, step};
use super::rules::stars::shown;
use super::rules::{FIRST_YEAR, Refusal};
use super::stars::book;
use super::store;
use crate::base::capability::Capability;
use crate::base::id::{MemberId, UnitId};
use crate::base::own_case::Judgement;
use crate::base::person::Person;
use crate::base::time::Day;
use crate::db::{Conn, Tx};
use crate::kernel::desk::{self, Due, NewItem, Post, Urgency, Whose};

crate::kernel::desk::kinds! {
    /// A branch on its way to a grade waits for the next step.
    GRADE = "honour_grade" / "党支部定级",
}

/// Days for a step where the scheme says nothing.
const STEP_DAYS: u64 = 15;
/// The most that an inspection gives, in hundredths.
const FULL: i32 = 10_000;

/// What somebody does on the way to a grade.
#[derive(Clone, Debug)]
pub(super) enum GradeAct {
    /// The inspection: its score, and what is to be put right by which day.
    Inspect { score: i32, findings: Option<String>, due_on: Option<Day> },
    /// The branch has put it right.
    Rectify { note: String },
    /// Another look: whether it is put right, or by which day it is to be.
    Recheck { passed: bool, note: Option<String>, due_on: Option<Day> },
}

impl Honours {
    /// Begins the way to a grade: what the branch says of itself.
    pub(super) async fn assess(
        &self,
        person: &Arc<Person>,
        (unit, year, wanted): (UnitId, i32, PartyGrade),
        (score, text): (i32, String),
    ) -> Outcome<Whole> {
        self.check_branch(unit)?;
        self.holds(person, Capability::RecommendHonours, unit)?;
        let this_year = self.db.today().parts().0;
        if !(this_year - 1..=this_year).contains(&year) {
            return Err(Refusal::BadYear.into());
        }
        let (room, by) = (self.clone(), person.member);
        self.db
            .write(move |tx| {
                let rules = book(tx.conn)?.on(tx.today()).scheme.grades.clone();
                let today = tx.today();
                let has_grade = grade_on(tx.conn, unit, today)?.is_some();
                if !has_grade && score < rules.standard {
                    let (score, line) = (shown(score.into()), shown(rules.standard.into()));
                    return Err(Refusal::NotReached(format!("自评 {score} 分，达到 {line} 分方可申报")).into());
                }
                let case = GradeCase {
                    id: tx.fresh_id(),
                    unit_id: unit,
                    year,
                    wanted,
                    state: GradeState::SelfAssessed,
                    due_on: None,
                    created_by: by,
                    created_at: tx.now(),
                };
                if !store::grades::insert(tx.conn, &case)? {
                    return Err(Refusal::CaseThere.into());
                }
                room.take_step(tx, (&case, by), (GradeMove::SelfAssess, Some(score), Some(text.clone()), None))?;
                room.lay_case(tx, &case)?;
                whole(tx.conn, case.id)
            })
            .await
    }

    /// Goes on with a case.
    pub(super) async fn act_on_case(&self, person: &Arc<Person>, id: GradeCaseId, act: GradeAct) -> Outcome<Whole> {
        let case = self.case_for(id).await?;
        let capability = match act {
            GradeAct::Rectify { .. } => Capability::RecommendHonours,
            GradeAct::Inspect { .. } | GradeAct::Recheck { .. } => Capability::KeepHonours,
        };
        self.holds(person, capability, case.unit_id)?;
        if capability == Capability::KeepHonours {
            let whose = (None, Some(case.unit_id), Some(case.created_by));
            Honours::check_own(Judgement::JudgeGrade, person, whose)?;
        }
        let (room, by) = (self.clone(), person.member);
        self.db
            .write(move |tx| {
                let case = store::grades::find(tx.conn, id)?.ok_or(Refusal::NoSuchCase)?;
                let rules = book(tx.conn)?.on(tx.today()).scheme.grades.clone();
                let tomorrow = tx.today().next();
                let usual = tx.today().plus_days(u64::try_from(rules.rectify_days).unwrap_or(STEP_DAYS));
                let due = |asked: Option<Day>| match asked.unwrap_or(usual) {
                    day if day < tomorrow => Err(Refusal::DueMissing),
                    day => Ok(Some(room.calendar.working_day_from(day))),
                };
                let taken = match act.clone() {
                    GradeAct::Inspect { score, .. } if !(0..=FULL).contains(&score) => {
                        return Err(Refusal::Contradiction("/score", "分数须在 0 到 100 分之间".into()).into());
                    }
                    GradeAct::Inspect { score, findings: Some(found), due_on } => {
                        (GradeMove::Find, Some(score), Some(found), due(due_on)?)
                    }
                    GradeAct::Inspect { due_on: Some(_), .. } => return Err(Refusal::DueMissing.into()),
                    GradeAct::Inspect { score, .. } => (GradeMove::Inspect, Some(score), None, None),
                    GradeAct::Rectify { note } => (GradeMove::Rectify, None, Some(note), None),
                    GradeAct::Recheck { passed: true, note, .. } => (GradeMove::Clear, None, note, None),
                    GradeAct::Recheck { note: None, .. } => return Err(Refusal::DueMissing.into()),
                    GradeAct::Recheck { note, due_on, .. } => (GradeMove::SendBack, None, note, due(due_on)?),
                };
                room.move_on(tx, &case, by, taken)?;
                whole(tx.conn, id)
            })
            .await
    }

    fn move_on(
        &self,
        tx: &mut Tx,
        case: &GradeCase,
        by: MemberId,
        taken: (GradeMove, Option<i32>, Option<String>, Option<Day>),
    ) -> Outcome<()> {
        let to = step(case.state, taken.0)?;
        let due = taken.3;
        if !store::grades::advance(tx.conn, case.id, case.state, to, due)? {
            return Err(Refusal::ChangedMeanwhile.into());
        }
        self.take_step(tx, (case, by), taken)?;
        Ok(self.lay_case(tx, &GradeCase { state: to, due_on: due, ..case.clone() })?)
    }

    fn take_step(
        &self,
        tx: &mut Tx,
        (case, by): (&GradeCase, MemberId),
        (taken, score, text, due_on): (GradeMove, Option<i32>, Option<String>, Option<Day>),
    ) -> QueryResult<()> {
        let step = GradeStep {
            id: tx.fresh_id(),
            case_id: case.id,
            step: taken,
            score,
            note: text,
            due_on,
            taken_by: by,
            taken_at: tx.now(),
        };
        store::grades::insert_step(tx.conn, &step)?;
        let action = match taken {
            GradeMove::SelfAssess => "honours.assess_grade",
            GradeMove::Inspect | GradeMove::Find => "honours.inspect_grade",
            GradeMove::Rectify => "honours.rectify_grade",
            GradeMove::Clear | GradeMove::SendBack => "honours.recheck_grade",
            GradeMove::Grade => "honours.grade",
        };
        let detail = json!({ "unit_id": case.unit_id, "year": case.year, "score": score, "due_on": due_on });
        note(tx, Some(by), action, ("grade_case", case.id.uuid()), detail)
    }

    /// Decides a case: which grade the branch has from today.
    pub(super) async fn decide_grade(
        &self,
        person: &Arc<Person>,
        id: GradeCaseId,
        (grade, document, practice): (PartyGrade, String, Option<String>),
    ) -> Outcome<Whole> {
        let document = numbered(&document)?;
        let case = self.case_for(id).await?;
        self.holds(person, Capability::GrantHonours, case.unit_id)?;
        Honours::check_own(Judgement::JudgeGrade, person, (None, Some(case.unit_id), Some(case.created_by)))?;
        let (room, by) = (self.clone(), person.member);
        self.db
            .write(move |tx| {
                tx.take_turn_on("unit_grades")?;
                let (case, steps) = whole(tx.conn, id)?;
                let score = steps.iter().rev().find(|step| step.step != GradeMove::SelfAssess && step.score.is_some());
                let score = score.and_then(|step| step.score).ok_or(Refusal::WrongGradeState(case.state))?;
                step(case.state, GradeMove::Grade)?;
                let rules = book(tx.conn)?.on(tx.today()).scheme.grades.clone();
                let (standing, places) = room.standing(tx, &case, (score, practice.is_some()))?;
                may_grade(&rules, grade, &standing, places)?;
                room.move_on(tx, &case, by, (GradeMove::Grade, Some(score), practice.clone(), None))?;
                let new = UnitGrade {
                    id: tx.fresh_id(),
                    unit_id: case.unit_id,
                    grade: Some(grade),
                    how: GradeHow::Graded,
                    score: Some(score),
                    from_on: tx.today(),
                    case_id: Some(id),
                    document: document.clone(),
                    set_by: by,
                    set_at: tx.now(),
                };
                store::grades::insert_grade(tx.conn, &new)?;
                whole(tx.conn, id)
            })
            .await
    }

    /// What a branch has when its grade is decided, and how many others have which.
    fn standing(
        &self,
        tx: &mut Tx,
        case: &GradeCase,
        (score, has_practice): (i32, bool),
    ) -> QueryResult<(Standing, Places)> {
        let today = tx.today();
        let grades = store::grades::list_grades(tx.conn, None, today)?;
        let present = present(&grades);
        let others =
            |grade: PartyGrade| present.iter().filter(|(unit, has)| **unit != case.unit_id && **has == grade).count();
        let of_unit: Vec<&UnitGrade> = grades.iter().filter(|grade| grade.unit_id == case.unit_id).collect();
        let last_score = of_unit.iter().rev().find_map(|grade| grade.score.filter(|_| grade.from_on < today));
        let model_since = of_unit.iter().rev().take_while(|grade| grade.grade >= Some(PartyGrade::Model)).last();
        let model_years = model_since.map_or(0, |grade| full_years(grade.from_on, today));
        let barred = Barred::of(tx.conn, case.year)?.units.contains(&case.unit_id);
        let standing = Standing {
            score,
            last_score,
            grade: present.get(&case.unit_id).copied(),
            model_years,
            barred,
            has_practice,
        };
        let branches = self.branch_units().len();
        let places = Places { branches, models: others(PartyGrade::Model), red_flags: others(PartyGrade::RedFlag) };
        Ok((standing, places))
    }

    /// Writes down which grade a branch had before the product was there, or lowers it, at any time.
    pub(super) async fn set_grade(
        &self,
        person: &Arc<Person>,
        (unit, grade): (UnitId, Option<PartyGrade>),
        (from_on, document): (Day, String),
    ) -> Outcome<UnitGrade> {
        let document = numbered(&document)?;
        self.check_branch(unit)?;
        self.holds(person, Capability::GrantHonours, unit)?;
        Honours::check_own(Judgement::JudgeGrade, person, (None, Some(unit), None))?;
        if from_on > self.db.today() || from_on.parts().0 < FIRST_YEAR {
            return Err(Refusal::BadDay.into());
        }
        let by = person.member;
        self.db
            .write(move |tx| {
                tx.take_turn_on("unit_grades")?;
                let history = store::grades::list_grades(tx.conn, Some(&[unit]), Day::LAST)?;
                let how = match history.last() {
                    None if grade.is_some() => GradeHow::Recorded,
                    Some(last) if grade < last.grade && from_on >= last.from_on => GradeHow::Lowered,
                    _ => {
                        let why = "这里只登记原有等级，或降低、取消现有等级；晋级须经自评和考评";
                        return Err(Refusal::NotReached(why.into()).into());
                    }
                };
                let new = UnitGrade {
                    id: tx.fresh_id(),
                    unit_id: unit,
                    grade,
                    how,
                    score: None,
                    from_on,
                    case_id: None,
                    document: document.clone(),
                    set_by: by,
                    set_at: tx.now(),
                };
                store::grades::insert_grade(tx.conn, &new)?;
                let detail = json!({ "grade": grade, "how": how, "from_on": from_on, "document": document });
                note(tx, Some(by), "honours.set_grade", ("unit", unit.uuid()), detail)?;
                Ok(new)
            })
            .await
    }

    pub(super) async fn case_for(&self, id: GradeCaseId) -> Outcome<GradeCase> {
        Ok(self.db.read(move |conn| store::grades::find(conn, id)).await?.ok_or(Refusal::NoSuchCase)?)
    }

    fn check_branch(&self, unit: UnitId) -> Result<(), Refusal> {
        let tree = self.directory.tree();
        let card = tree.get(unit).ok_or(Refusal::NoSuchUnit)?;
        if card.branch == Some(unit) { Ok(()) } else { Err(Refusal::NotABranch) }
    }

    /// Has a case wait for whoever takes the next step.
    fn lay_case(&self, tx: &mut Tx, case: &GradeCase) -> QueryResult<()> {
        let (capability, what) = match case.state {
            GradeState::SelfAssessed => (Capability::KeepHonours, "考评"),
            GradeState::Rectifying => (Capability::RecommendHonours, "整改并报告"),
            GradeState::Rectified => (Capability::KeepHonours, "复核整改"),
            GradeState::Inspected => (Capability::GrantHonours, "评定等级"),
            GradeState::Graded => return desk::clear(tx, GRADE, case.id.uuid()),
        };
        let due = case.due_on.unwrap_or_else(|| self.calendar.working_day_from(tx.today().plus_days(STEP_DAYS)));
        let item = NewItem {
            kind: GRADE,
            subject: case.id.uuid(),
            title: format!("{}：{what}", self.directory.unit_name(case.unit_id)),
            link: format!("/grade-cases/{}", case.id),
            due: Some(Due::On(due)),
            urgency: Urgency::Normal,
            whose: Whose::Holders(Post { capability, unit: case.unit_id }),
            barred: if case.state == GradeState::Rectifying { Vec::new() } else { vec![case.created_by] },
        };
        self.desks.replace(tx, GRADE, case.id.uuid(), [item])
    }
}

fn whole(conn: &mut Conn, id: GradeCaseId) -> Outcome<Whole> {
    let case = store::grades::find(conn, id)?.ok_or(Refusal::NoSuchCase)?;
    Ok((case, store::grades::list_steps(conn, &[id])?))
}

/// The grade that a unit has on a day.
fn grade_on(conn: &mut Conn, unit: UnitId, day: Day) -> QueryResult<Option<PartyGrade>> {
    Ok(store::grades::list_grades(conn, Some(&[unit]), day)?.last().and_then(|grade| grade.grade))
}

/// The last grade of each unit, where it is one.
fn present(grades: &[UnitGrade]) -> HashMap<UnitId, PartyGrade> {
    let mut found = HashMap::new();
    for grade in grades {
        match grade.grade {
            Some(has) => found.insert(grade.unit_id, has),
            None => found.remove(&grade.unit_id),
        };
    }
    found
}

/// Full years from one day to another.
fn full_years(from: Day, to: Day) -> i32 {
    let ((year, month, day), (to_year, to_month, to_day)) = (from.parts(), to.parts());
    to_year - year - i32::from((to_month, to_day) < (month, day))
}
