//! Forms: asked within the limits or approved above them, changed for periods to come, renewed and ended.

use std::collections::HashMap;

use serde_json::json;

use super::actions::{Outcome, Reports, note_form};
use super::model::{
    FormChange, FormVersion, NewForm, ReportCycle, ReportForm, ReportFormId, ReportFormState, ReportPeriod, form_thing,
};
use super::opening::OPENING;
use super::rules::{self, Refusal, periods};
use super::store::{self, forms::FormFilter};
use crate::base::approval::{Answer, Proposal, ProposalState};
use crate::base::capability::Reach;
use crate::base::id::{MemberId, UnitId};
use crate::base::idempotency::IdempotencyKey;
use crate::base::period::Span;
use crate::base::time::{Day, Period};
use crate::base::version::SeenState;
use crate::db::{Json, Tx};
use crate::kernel::{agenda, idempotency};
use crate::people::members::directory::UnitTree;

/// How long a form is asked until it is renewed, in months from the day on which it was.
const MONTHS: u32 = 12;

/// A form with the fields that hold.
#[derive(Clone, Debug)]
pub(super) struct AskedForm {
    pub form: ReportForm,
    pub version: FormVersion,
    /// How many units owe it now.
    pub units: usize,
}

impl Reports {
    /// Asks something of units below one within reach. Beyond the limits it waits for those above.
    pub(super) async fn ask(
        &self,
        by: MemberId,
        reach: &Reach,
        new: NewForm,
        key: Option<IdempotencyKey>,
    ) -> Outcome<AskedForm> {
        let tree = self.directory.tree();
        if tree.get(new.unit).is_none() {
            return Err(Refusal::NoSuchUnit.into());
        }
        if !self.covers(reach, new.unit) {
            return Err(Refusal::OutOfReach.into());
        }
        rules::check_new(&new, |name| self.facts.find(name).is_some())?;
        self.check_owner(new.owner)?;
        if audience(&tree, (new.unit, &new.unit_kind)).next().is_none() {
            return Err(Refusal::NobodyOwes.into());
        }
        let room = self.clone();
        self.db
            .write(move |tx| {
                tx.take_turn_on("report_forms")?;
                let id = idempotency::once(tx, key.as_ref(), |tx| room.insert(tx, by, &new))?;
                room.asked(tx, id)
            })
            .await
    }

    fn insert(&self, tx: &mut Tx, by: MemberId, new: &NewForm) -> Outcome<ReportFormId> {
        let today = tx.today();
        let starts_on = new.starts_on.unwrap_or(today).max(today.minus_days(366));
        let mut form = ReportForm {
            id: tx.fresh_id(),
            unit_id: new.unit,
            title: new.title.clone(),
            basis: new.basis.clone(),
            reader: new.reader.clone(),
            owner_id: new.owner.unwrap_or(by),
            unit_kind: new.unit_kind.clone(),
            cycle: new.cycle,
            opens_day: new.opens_day,
            due_after: new.due_after,
            allows_no_change: new.allows_no_change,
            preset: new.preset.clone(),
            state: ReportFormState::Active,
            over_limit: false,
            version: 1,
            starts_on,
            ends_on: new.due_on.unwrap_or_else(|| a_year_from(today)),
            next_on: starts_on,
            created_by: by,
            created_at: tx.now(),
            answered_by: None,
            answered_at: None,
            answer: None,
            opens_task: new.opens_task,
        };
        if form.cycle == ReportCycle::Once && form.ends_on < form.starts_on {
            return Err(Refusal::BadWindow { field: "/due_on", message: "截止日期不能早于开始日期" }.into());
        }
        form.next_on = self.first_period(&form, today, new.starts_on.is_some())?;
        form.over_limit = self.is_over_limit(tx, &form)?;
        if form.over_limit {
            form.state = ReportFormState::Proposed;
        }
        store::forms::insert(tx.conn, &form)?;
        let fields = Json(new.form.clone());
        let version = FormVersion { form_id: form.id, version: 1, fields, written_by: by, written_at: tx.now() };
        store::forms::insert_version(tx.conn, &version)?;
        self.lay_form(tx, &form)?;
        agenda::put_now(tx, OPENING, form.id.uuid())?;
        let detail = json!({ "unit_id": form.unit_id, "unit_kind": form.unit_kind, "cycle": form.cycle, "over_limit": form.over_limit });
        note_form(tx, Some(by), "reports.ask", form.id, detail)?;
        Ok(form.id)
    }

    /// A day in the first period that leaves the units their time. Where a day is named it is the one of that day.
    fn first_period(&self, form: &ReportForm, today: Day, is_named: bool) -> Result<Day, Refusal> {
        let days = self.terms.lead_days();
        let mut span = periods::span(form, form.starts_on);
        let leaves = |span: Span, from: Day| self.due_day(form, span) >= from.plus_days(days);
        if !is_named && form.cycle != ReportCycle::Once && !leaves(span, today) {
            span = periods::span(form, span.end);
        }
        let opens = periods::opens_on(form, span);
        if leaves(span, opens.max(today)) { Ok(span.first) } else { Err(Refusal::TooSoon { days }) }
    }

    /// Until which day a period is due: the day of its window, or the first working day after it.
    pub(super) fn due_day(&self, form: &ReportForm, span: Span) -> Day {
        self.calendar.working_day_from(periods::due_on(form, span))
    }

    /// Whether a unit would owe more with this form than the limits allow.
    fn is_over_limit(&self, tx: &mut Tx, form: &ReportForm) -> Outcome<bool> {
        let (others, most) = if form.cycle == ReportCycle::Once {
            let month = Span::of(Period::Month, form.ends_on);
            (store::forms::list_once(tx.conn, (month.first, month.end))?, self.terms.once_most())
        } else {
            let mut open = store::forms::list_open(tx.conn)?;
            open.retain(|other| other.cycle != ReportCycle::Once);
            (open, self.terms.periodic_most())
        };
        let tree = self.directory.tree();
        let mut owed: HashMap<UnitId, usize> = HashMap::new();
        for other in others.iter().filter(|other| other.unit_kind == form.unit_kind) {
            for unit in audience(&tree, (other.unit_id, &other.unit_kind)) {
                *owed.entry(unit).or_default() += 1;
            }
        }
        let over = audience(&tree, (form.unit_id, &form.unit_kind))
            .any(|unit| owed.get(&unit).copied().unwrap_or(0) + 1 > most);
        Ok(over)
    }

    /// Changes a form within reach, for periods to come; those that are open keep their version.
    pub(super) async fn edit_form(
        &self,
        by: MemberId,
        reach: &Reach,
        id: ReportFormId,
        seen: Option<SeenState>,
        change: FormChange,
    ) -> Outcome<AskedForm> {
        self.find_form_within(reach, id).await?;
        if let Some(form) = &change.form {
            rules::check_form(form, |name| self.facts.find(name).is_some())?;
        }
        self.check_owner(change.owner)?;
        let room = self.clone();
        self.db
            .write(move |tx| {
                let form = store::forms::lock_row(tx.conn, id)?.ok_or(Refusal::NoSuchForm)?;
                form_thing(id).changed_since(tx.conn, seen)?.map_err(Refusal::Outdated)?;
                if matches!(form.state, ReportFormState::Refused | ReportFormState::Ended) {
                    return Err(Refusal::WrongFormState(form.state).into());
                }
                let FormChange { title, basis, reader, owner, allows_no_change, opens_task, form: fields } =
                    change.clone();
                let present = store::forms::find_version(tx.conn, id, form.version)?;
                let fields = fields.filter(|fields| present.is_none_or(|present| present.fields.0 != *fields));
                let version = if fields.is_some() { form.version + 1 } else { form.version };
                let form = ReportForm {
                    title: title.unwrap_or(form.title),
                    basis: basis.unwrap_or(form.basis),
                    reader: reader.unwrap_or(form.reader),
                    owner_id: owner.unwrap_or(form.owner_id),
                    allows_no_change: allows_no_change.unwrap_or(form.allows_no_change),
                    opens_task: opens_task.unwrap_or(form.opens_task),
                    version,
                    ..form
                };
                store::forms::update(tx.conn, &form)?;
                if let Some(fields) = fields {
                    let (fields, written_at) = (Json(fields), tx.now());
                    let written = FormVersion { form_id: id, version, fields, written_by: by, written_at };
                    store::forms::insert_version(tx.conn, &written)?;
                }
                note_form(tx, Some(by), "reports.edit_form", id, json!({ "version": version }))?;
                room.asked(tx, id)
            })
            .await
    }

    /// Has a form within reach go on for twelve months from today.
    pub(super) async fn renew(&self, by: MemberId, reach: &Reach, id: ReportFormId) -> Outcome<AskedForm> {
        self.find_form_within(reach, id).await?;
        let room = self.clone();
        self.db
            .write(move |tx| {
                let form = store::forms::lock_row(tx.conn, id)?.ok_or(Refusal::NoSuchForm)?;
                rules::check_active(&form)?;
                let ends_on = a_year_from(tx.today());
                if form.cycle == ReportCycle::Once {
                    return Err(Refusal::BadWindow { field: "", message: "一次性报送不能续期" }.into());
                }
                if ends_on > form.ends_on {
                    let form = ReportForm { ends_on, ..form };
                    store::forms::update(tx.conn, &form)?;
                    room.lay_renewal(tx, &form)?;
                }
                note_form(tx, Some(by), "reports.renew_form", id, json!({ "ends_on": ends_on }))?;
                room.asked(tx, id)
            })
            .await
    }

    /// Asks a form within reach no more; what is open goes on.
    pub(super) async fn end(&self, by: MemberId, reach: &Reach, id: ReportFormId) -> Outcome<AskedForm> {
        self.find_form_within(reach, id).await?;
        let room = self.clone();
        self.db
            .write(move |tx| {
                let form = store::forms::lock_row(tx.conn, id)?.ok_or(Refusal::NoSuchForm)?;
                match form.state {
                    ReportFormState::Ended => {}
                    ReportFormState::Refused => return Err(Refusal::WrongFormState(form.state).into()),
                    _ => {
                        let form = ReportForm { state: ReportFormState::Ended, ..form };
                        store::forms::update(tx.conn, &form)?;
                        room.lay_form(tx, &form)?;
                        room.lay_renewal(tx, &form)?;
                        note_form(tx, Some(by), "reports.end_form", id, json!({}))?;
                    }
                }
                room.asked(tx, id)
            })
            .await
    }

    /// Approves or refuses what is asked beyond the limits; another one does so than who asked.
    pub(super) async fn answer_form(
        &self,
        by: MemberId,
        reach: &Reach,
        id: ReportFormId,
        (answer, reason): (Answer, Option<String>),
    ) -> Outcome<AskedForm> {
        self.find_form_within(reach, id).await?;
        let room = self.clone();
        self.db
            .write(move |tx| {
                let form = store::forms::lock_row(tx.conn, id)?.ok_or(Refusal::NoSuchForm)?;
                let state = match form.state {
                    ReportFormState::Proposed => ProposalState::Open,
                    ReportFormState::Refused => ProposalState::Refused,
                    ReportFormState::Active if form.over_limit => ProposalState::Approved,
                    state => return Err(Refusal::WrongFormState(state).into()),
                };
                let proposal = Proposal { state, proposed_by: Some(form.created_by), about: None, expires_at: None };
                if !proposal.answer(answer, by, tx.now()).map_err(Refusal::NoAnswer)? {
                    return room.asked(tx, id);
                }
                let state = match answer {
                    Answer::Approve => ReportFormState::Active,
                    _ => ReportFormState::Refused,
                };
                let (answered_by, answered_at) = (Some(by), Some(tx.now()));
                let mut form = ReportForm { state, answered_by, answered_at, answer: reason.clone(), ..form };
                if state == ReportFormState::Active {
                    form.next_on = room.first_period_left(&form, tx.today());
                }
                store::forms::update(tx.conn, &form)?;
                room.lay_form(tx, &form)?;
                room.tell_asker(tx, &form)?;
                agenda::put_now(tx, OPENING, id.uuid())?;
                let action =
                    if state == ReportFormState::Active { "reports.approve_form" } else { "reports.refuse_form" };
                note_form(tx, Some(by), action, id, json!({ "reason": reason }))?;
                room.asked(tx, id)
            })
            .await
    }

    /// A day in the first period that still leaves the units their time, of what was approved later than it was asked.
    fn first_period_left(&self, form: &ReportForm, today: Day) -> Day {
        let enough = today.plus_days(self.terms.lead_days());
        let mut span = periods::span(form, form.next_on);
        while form.cycle != ReportCycle::Once && self.due_day(form, span) < enough {
            span = periods::span(form, span.end);
        }
        span.first
    }

    /// Forms that somebody with that reach may see, the newest first.
    pub(super) async fn forms(
        &self,
        reach: &Reach,
        state: Option<ReportFormState>,
        before: Option<ReportFormId>,
        limit: i64,
    ) -> Outcome<Vec<ReportForm>> {
        let tree = self.directory.tree();
        let units = match reach {
            Reach::Everything => None,
            Reach::Below(units) => {
                let above = units.iter().filter_map(|unit| tree.get(*unit)).flat_map(|card| card.path.to_vec());
                let mut all: Vec<UnitId> = units.iter().flat_map(|unit| tree.subtree(*unit)).chain(above).collect();
                all.sort_unstable();
                all.dedup();
                Some(all)
            }
        };
        let filter = FormFilter { units, state };
        Ok(self.db.read(move |conn| store::forms::list(conn, &filter, before, limit)).await?)
    }

    /// One form that somebody with that reach may see.
    pub(super) async fn form(&self, reach: &Reach, id: ReportFormId) -> Outcome<AskedForm> {
        let form = self.find_form_seen(reach, id).await?;
        let version = form.version;
        let found = self.db.read(move |conn| store::forms::find_version(conn, id, version)).await?;
        let version = found.ok_or(Refusal::NoSuchForm)?;
        let units = audience(&self.directory.tree(), (form.unit_id, &form.unit_kind)).count();
        Ok(AskedForm { form, version, units })
    }

    /// Versions of a form after `after`, the first one first.
    pub(super) async fn form_versions(
        &self,
        reach: &Reach,
        id: ReportFormId,
        after: i32,
        limit: i64,
    ) -> Outcome<Vec<FormVersion>> {
        self.find_form_seen(reach, id).await?;
        Ok(self.db.read(move |conn| store::forms::list_versions(conn, id, after, limit)).await?)
    }

    /// Periods of a form that were opened, the newest first.
    pub(super) async fn periods(
        &self,
        reach: &Reach,
        id: ReportFormId,
        before: Option<Day>,
        limit: i64,
    ) -> Outcome<(ReportForm, Vec<ReportPeriod>)> {
        let form = self.find_form_seen(reach, id).await?;
        Ok((form, self.db.read(move |conn| store::forms::list_periods(conn, id, before, limit)).await?))
    }

    fn check_owner(&self, owner: Option<MemberId>) -> Result<(), Refusal> {
        let is_there = |owner| self.directory.path_unless_left(owner).is_some();
        if owner.is_none_or(is_there) { Ok(()) } else { Err(Refusal::NoSuchOwner) }
    }

    fn asked(&self, tx: &mut Tx, id: ReportFormId) -> Outcome<AskedForm> {
        let form = store::forms::find(tx.conn, id)?.ok_or(Refusal::NoSuchForm)?;
        let version = store::forms::find_version(tx.conn, id, form.version)?.ok_or(Refusal::NoSuchForm)?;
        let units = audience(&self.directory.tree(), (form.unit_id, &form.unit_kind)).count();
        Ok(AskedForm { form, version, units })
    }
}

/// Units of the kind at and below a unit that are not closed.
pub(super) fn audience<'a>(tree: &'a UnitTree, (unit, kind): (UnitId, &'a str)) -> impl Iterator<Item = UnitId> + 'a {
    let owes =
        move |id: &UnitId| tree.get(*id).is_some_and(|card| card.unit.kind == kind && card.unit.closed_on.is_none());
    tree.subtree(unit).into_iter().filter(owes)
}

/// The last day of twelve months from a day on.
fn a_year_from(day: Day) -> Day {
    let (year, month, date) = day.parts();
    let later = year + i32::try_from(MONTHS / 12).unwrap_or(1);
    // the 29th of February ends on the 28th
    Day::of(later, month, date).map_or_else(|| day.plus_days(364), Day::previous)
}
