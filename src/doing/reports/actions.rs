//! The room's handle, and who may see and do what.

use std::sync::Arc;

use diesel::QueryResult;
use serde_json::Value;
use uuid::Uuid;

use super::desk::called;
use super::model::ReportCorrection;
use super::model::{FormVersion, Report, ReportForm, ReportFormId, ReportId, ReportPeriod, ReportRequest};
use super::rules::Refusal;
use super::settings::Terms;
use super::store;
use crate::base::capability::{Capability, Reach};
use crate::base::form::{Answers, Lookup};
use crate::base::id::{MemberId, UnitId};
use crate::base::person::Person;
use crate::base::time::Day;
use crate::db::{Conn, Db, Stop, Tx};
use crate::doing::tasks::Tasks;
use crate::ground::files::{self, FileView};
use crate::kernel::calendar::Calendar;
use crate::kernel::facts::{KnownFacts, Record};
use crate::kernel::idempotency::Reused;
use crate::kernel::memo::Memo;
use crate::kernel::trail::{self, Act};
use crate::people::members::{Desks, Directory};

pub(super) type Outcome<T> = Result<T, Stop<Refusal>>;

impl From<Reused> for Refusal {
    fn from(_: Reused) -> Self {
        Refusal::KeyReused
    }
}

/// The kind under which files belong to a report; the room vouches for it.
pub(super) const FILE: &str = "report_file";

/// Months of facts that are remembered.
const REMEMBERED: usize = 16;

/// The room's handle; clones share it.
#[derive(Clone)]
pub struct Reports {
    pub(super) db: Db,
    pub(super) directory: Directory,
    pub(super) desks: Desks,
    pub(super) calendar: Calendar,
    pub(super) terms: Terms,
    pub(super) facts: KnownFacts,
    pub(super) tasks: Arc<Tasks>,
    pub(super) remembered: Arc<Memo<(&'static str, Day), Vec<Record>>>,
}

/// A report with what it is made of.
#[derive(Clone, Debug)]
pub(super) struct Whole {
    pub report: Report,
    pub form: ReportForm,
    pub version: FormVersion,
    pub period: ReportPeriod,
}

/// What else is shown of a report.
#[derive(Clone, Debug)]
pub(super) struct Around {
    pub files: Vec<FileView>,
    pub requests: Vec<ReportRequest>,
    pub corrections: Vec<ReportCorrection>,
    /// What the unit handed in last, as far as this version asks for it.
    pub previous: Option<(ReportId, Answers)>,
}

impl Reports {
    pub fn new(
        db: Db,
        (directory, desks): (Directory, Desks),
        calendar: Calendar,
        terms: Terms,
        (facts, tasks): (KnownFacts, Tasks),
    ) -> Self {
        let (tasks, remembered) = (Arc::new(tasks), Arc::new(Memo::new(REMEMBERED)));
        Reports { db, directory, desks, calendar, terms, facts, tasks, remembered }
    }

    /// Whether a reach covers a unit.
    pub(super) fn covers(&self, reach: &Reach, unit: UnitId) -> bool {
        self.directory.tree().is_within(reach, unit)
    }

    /// Whether the person's duties carry the capability for a unit.
    pub(super) fn may(&self, person: &Person, capability: Capability, unit: UnitId) -> bool {
        person.reach(capability).is_some_and(|reach| self.covers(&reach, unit))
    }

    /// The units within reach, or below `unit` where one is named; `None` for all of them.
    pub(super) fn units(&self, reach: &Reach, unit: Option<UnitId>) -> Result<Option<Vec<UnitId>>, Refusal> {
        let tree = self.directory.tree();
        if let Some(unit) = unit {
            let card = tree.get(unit).ok_or(Refusal::NoSuchUnit)?;
            return if reach.covers(&card.path) { Ok(Some(tree.subtree(unit))) } else { Err(Refusal::OutOfReach) };
        }
        Ok(tree.within(reach))
    }

    /// Whether somebody with that reach may see a form: of a unit within it, or one that asks from above.
    pub(super) fn may_see_form(&self, reach: &Reach, form: &ReportForm) -> bool {
        let tree = self.directory.tree();
        let from_above = match reach {
            Reach::Everything => true,
            Reach::Below(units) => {
                units.iter().any(|unit| tree.get(*unit).is_some_and(|card| card.path.contains(&form.unit_id)))
            }
        };
        from_above || self.covers(reach, form.unit_id)
    }

    /// A form of a unit within reach.
    pub(super) async fn find_form_within(&self, reach: &Reach, id: ReportFormId) -> Outcome<ReportForm> {
        let form = self.db.read(move |conn| store::forms::find(conn, id)).await?.ok_or(Refusal::NoSuchForm)?;
        if self.covers(reach, form.unit_id) { Ok(form) } else { Err(Refusal::OutOfReach.into()) }
    }

    /// A form that somebody with that reach may see.
    pub(super) async fn find_form_seen(&self, reach: &Reach, id: ReportFormId) -> Outcome<ReportForm> {
        let form = self.db.read(move |conn| store::forms::find(conn, id)).await?.ok_or(Refusal::NoSuchForm)?;
        if self.may_see_form(reach, &form) { Ok(form) } else { Err(Refusal::OutOfReach.into()) }
    }

    /// A report with what it is made of.
    pub(super) async fn find_whole(&self, id: ReportId) -> Outcome<Whole> {
        let found = self.db.read(move |conn| whole(conn, id)).await?;
        Ok(found.ok_or(Refusal::NoSuchReport)?)
    }

    /// A report of a unit for which the person may do so.
    pub(super) async fn find_whole_for(&self, person: &Person, does: Capability, id: ReportId) -> Outcome<Whole> {
        let whole = self.find_whole(id).await?;
        let unit = if does == Capability::RunReports { whole.form.unit_id } else { whole.report.unit_id };
        if self.may(person, does, unit) { Ok(whole) } else { Err(Refusal::OutOfReach.into()) }
    }

    /// What else is shown of a report.
    pub(super) async fn around(&self, seen: &Whole) -> Outcome<Around> {
        let seen = seen.clone();
        let found = self.db.read(move |conn| {
            let id = seen.report.id;
            let its = (seen.form.id, seen.report.unit_id);
            let earlier = store::reports::find_previous(conn, its, seen.period.first_on)?;
            let previous = match earlier {
                None => None,
                Some(earlier) => {
                    let older = store::forms::find_version(conn, seen.form.id, earlier.version)?;
                    let answers = earlier.submitted.zip(older).map(|(answers, older)| {
                        crate::base::form::previous(&seen.version.fields.0, &older.fields.0, &answers.0)
                    });
                    answers.map(|answers| (earlier.id, answers))
                }
            };
            Ok(Around {
                files: files::list_of(conn, FILE, id.uuid())?,
                requests: store::requests::list(conn, id)?,
                corrections: store::requests::list_corrections(conn, id)?,
                previous,
            })
        });
        Ok(found.await?)
    }

    /// Whether somebody may see files of a report.
    pub(super) fn may_see(&self, conn: &mut Conn, person: &Person, id: Uuid) -> QueryResult<bool> {
        let report = store::reports::find(conn, id.into())?;
        Ok(report.is_some_and(|report| self.may(person, Capability::ReadReports, report.unit_id)))
    }

    /// What a report is called, with its period, if the person may see it.
    pub fn title_for(&self, conn: &mut Conn, person: &Person, id: ReportId) -> QueryResult<Option<String>> {
        let Some(whole) = whole(conn, id)? else { return Ok(None) };
        let seen = self.may(person, Capability::ReadReports, whole.report.unit_id);
        Ok(seen.then(|| called(&whole.form, &whole.period)))
    }

    /// A member's name.
    pub(super) fn member_name(&self, id: MemberId) -> String {
        self.directory.name_of(id)
    }

    /// What a unit is called for short.
    pub(super) fn unit_name(&self, id: UnitId) -> String {
        self.directory.unit_name(id)
    }

    /// What members, units and these files are called.
    pub(super) fn with_names<T>(&self, files: &[FileView], act: impl FnOnce(&Lookup<'_>) -> T) -> T {
        let tree = self.directory.tree();
        let file = |id: Uuid| files.iter().find(|file| file.id.uuid() == id).map(|file| file.name.clone());
        act(&Lookup {
            member: &|id: MemberId| self.directory.member(id).map(|card| card.name.to_string()),
            unit: &|id: UnitId| tree.get(id).map(|card| card.unit.short_name.clone()),
            file: &file,
        })
    }
}

/// A report with what it is made of.
pub(super) fn whole(conn: &mut Conn, id: ReportId) -> QueryResult<Option<Whole>> {
    let Some(report) = store::reports::find(conn, id)? else { return Ok(None) };
    whole_of(conn, report).map(Some)
}

/// The same of a report that the caller has, and may hold.
pub(super) fn whole_of(conn: &mut Conn, report: Report) -> QueryResult<Whole> {
    let gone = || diesel::result::Error::NotFound;
    let form = store::forms::find(conn, report.form_id)?.ok_or_else(gone)?;
    let version = store::forms::find_version(conn, report.form_id, report.version)?.ok_or_else(gone)?;
    let period = store::forms::find_period(conn, report.period_id)?.ok_or_else(gone)?;
    Ok(Whole { report, form, version, period })
}

/// Writes down what was done to a report.
pub(super) fn note(tx: &mut Tx, actor: Option<MemberId>, action: &str, id: ReportId, detail: Value) -> QueryResult<()> {
    trail::note(tx, Act { actor, action, subject_kind: "report", subject_id: id.uuid(), detail })
}

/// Writes down what was done to a form.
pub(super) fn note_form(
    tx: &mut Tx,
    actor: Option<MemberId>,
    action: &str,
    id: ReportFormId,
    detail: Value,
) -> QueryResult<()> {
    trail::note(tx, Act { actor, action, subject_kind: "report_form", subject_id: id.uuid(), detail })
}
