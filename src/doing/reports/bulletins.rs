//! The bulletin 通报 of a period: drafted from what came in, edited, reviewed by another person, issued, and from then on unchanged.

use diesel::QueryResult;
use serde_json::json;

use super::actions::{Outcome, Reports};
use super::desk::{BULLETIN, called};
use super::model::bulletin::{ReportBulletinText, about, thing};
use super::model::{ReportForm, ReportHead, ReportId, ReportPeriod, ReportPeriodId};
use super::rules::Refusal;
use super::rules::bulletin::{self, Cited, Frame};
use super::store::{self, reports::ReportFilter};
use crate::base::capability::{Capability, Reach};
use crate::base::form::FormKind;
use crate::base::id::MemberId;
use crate::base::person::Person;
use crate::base::text::in_title_marks;
use crate::base::version::SeenState;
use crate::db::{Conn, Json, Stop, Tx};
use crate::ground::bulletins::{self, Bulletin, BulletinState, Sheet};
use crate::ground::notices::{self, NewNotice, NoticeKind, To};
use crate::kernel::desk::{self, NewItem, Post, Urgency, Whose};
use crate::kernel::text_versions::TextVersion;
use crate::kernel::trail::{self, Act};

impl From<bulletins::Refusal> for Stop<Refusal> {
    fn from(refusal: bulletins::Refusal) -> Self {
        Stop::Refused(refusal.into())
    }
}

impl From<Stop<bulletins::Refusal>> for Stop<Refusal> {
    fn from(stop: Stop<bulletins::Refusal>) -> Self {
        match stop {
            Stop::Refused(refusal) => refusal.into(),
            Stop::Failed(error) => Stop::Failed(error),
        }
    }
}

/// Reports of one period at most: as many as there are units of a kind.
const MOST: i64 = 20_000;

/// A bulletin with its sheet.
#[derive(Clone, Debug)]
pub(super) struct SeenBulletin {
    pub bulletin: Bulletin<ReportBulletinText>,
    pub sheet: Sheet,
    /// Who ticked that units are named.
    pub names_by: Option<MemberId>,
}

impl Reports {
    /// Drafts the bulletin of a period; one that is there stays. Says whether it is new.
    pub(super) async fn draft_bulletin(
        &self,
        by: MemberId,
        reach: &Reach,
        id: ReportPeriodId,
        frame: Frame,
    ) -> Outcome<bool> {
        self.find_period_within(reach, id).await?;
        let room = self.clone();
        self.db
            .write(move |tx| {
                let (form, period) = lock(tx, id)?;
                if find(tx.conn, id)?.is_some() {
                    return Ok(false);
                }
                let cited = cited(tx.conn, &form, &period)?;
                let text = bulletin::draft(frame.clone(), &called(&form, &period), &cited)?;
                bulletins::draft(tx, about(id), by, text)?;
                room.lay_bulletin(tx, &form, &period)?;
                note(tx, by, "reports.draft_bulletin", id, json!({}))?;
                Ok(true)
            })
            .await
    }

    /// Writes another version; a reviewed one becomes a draft again, and nobody has ticked it. The same again changes nothing.
    pub(super) async fn edit_bulletin(
        &self,
        by: MemberId,
        reach: &Reach,
        id: ReportPeriodId,
        seen: Option<SeenState>,
        text: ReportBulletinText,
    ) -> Outcome<()> {
        self.find_period_within(reach, id).await?;
        let room = self.clone();
        self.db
            .write(move |tx| {
                let (form, period) = lock(tx, id)?;
                let found = find(tx.conn, id)?.ok_or(bulletins::Refusal::NotFound)?;
                if found.text == text && found.edited_by == by {
                    return Ok(());
                }
                thing(id).changed_since(tx.conn, seen)?.map_err(Refusal::Outdated)?;
                bulletins::may_edit(&found)?;
                if found.text == text {
                    return Ok(());
                }
                let reports = heads(tx.conn, id)?;
                bulletin::check(&text, |cited: ReportId| reports.iter().any(|report| report.id == cited))?;
                let version = bulletins::edit(tx, found, by, text.clone())?;
                store::forms::set_names(tx.conn, id, None)?;
                room.lay_bulletin(tx, &form, &period)?;
                Ok(note(tx, by, "reports.edit_bulletin", id, json!({ "version": version }))?)
            })
            .await
    }

    /// Approves a version, and says whether it may name units; nobody does who wrote it. Again it changes nothing.
    pub(super) async fn review_bulletin(
        &self,
        by: MemberId,
        reach: &Reach,
        id: ReportPeriodId,
        (version, names): (i32, bool),
    ) -> Outcome<()> {
        self.find_period_within(reach, id).await?;
        self.db
            .write(move |tx| {
                lock(tx, id)?;
                let found = find(tx.conn, id)?.ok_or(bulletins::Refusal::NotFound)?;
                if !bulletins::review(tx, found, by, version)? {
                    return Ok(());
                }
                store::forms::set_names(tx.conn, id, names.then_some(by))?;
                desk::clear(tx, BULLETIN, id.uuid())?;
                Ok(note(tx, by, "reports.review_bulletin", id, json!({ "version": version, "names": names }))?)
            })
            .await
    }

    /// Issues a reviewed version: those of the unit that asked are told, and it stays as it is. Again it changes nothing.
    pub(super) async fn issue_bulletin(
        &self,
        by: MemberId,
        reach: &Reach,
        id: ReportPeriodId,
        version: i32,
    ) -> Outcome<()> {
        self.find_period_within(reach, id).await?;
        let room = self.clone();
        self.db
            .write(move |tx| {
                let (form, period) = lock(tx, id)?;
                let found = find(tx.conn, id)?.ok_or(bulletins::Refusal::NotFound)?;
                let sheet = room.sheet(&found, &heads(tx.conn, id)?, &period);
                if !bulletins::issue(tx, found, by, version, &sheet)? {
                    return Ok(());
                }
                let (to, kind) = (To::Unit(form.unit_id), NoticeKind::PUBLISHED);
                let title = format!("报送通报：{}", form.title);
                let body = format!("{}{}", sheet.document_no, in_title_marks(&sheet.title));
                let link = Some(format!("/report-periods/{id}/bulletin"));
                notices::tell_growing(tx, NewNotice { to, kind, title, body, link })?;
                Ok(note(tx, by, "reports.issue_bulletin", id, json!({ "version": version }))?)
            })
            .await
    }

    /// The bulletin: for everybody of the unit that asked once it is issued, before that for who reads its reports.
    pub(super) async fn bulletin(&self, person: &Person, id: ReportPeriodId) -> Outcome<SeenBulletin> {
        let (form, period) = self.find_period(id).await?;
        let manages = self.may(person, Capability::ReadReports, form.unit_id);
        let (found, reports) = self.db.read(move |conn| Ok((find(conn, id)?, heads(conn, id)?))).await?;
        let is_for = |found: &Bulletin<ReportBulletinText>| {
            manages || found.state == BulletinState::Issued && person.path.contains(&form.unit_id)
        };
        let bulletin = found.filter(is_for).ok_or(bulletins::Refusal::NotFound)?;
        let sheet = match &bulletin.sheet {
            Some(sheet) => sheet.clone(),
            None => self.sheet(&bulletin, &reports, &period),
        };
        Ok(SeenBulletin { bulletin, sheet, names_by: period.names_by })
    }

    /// The versions of a bulletin after `after`, the first one first.
    pub(super) async fn bulletin_versions(
        &self,
        reach: &Reach,
        id: ReportPeriodId,
        after: i32,
        limit: i64,
    ) -> Outcome<Vec<TextVersion>> {
        self.find_period_within(reach, id).await?;
        let (found, kept) = self
            .db
            .read(move |conn| Ok((find(conn, id)?, bulletins::list_versions(conn, about(id), after, limit)?)))
            .await?;
        let bulletin = found.ok_or(bulletins::Refusal::NotFound)?;
        if after > 0 || !kept.is_empty() {
            return Ok(kept);
        }
        // one that was never changed is its only version
        let content = Json(serde_json::to_value(&bulletin.text).unwrap_or_default());
        let (written_by, written_at) = (bulletin.edited_by, bulletin.edited_at);
        Ok(vec![TextVersion { version: bulletin.version, content, written_by, written_at }])
    }

    async fn find_period(&self, id: ReportPeriodId) -> Outcome<(ReportForm, ReportPeriod)> {
        let found = self.db.read(move |conn| {
            let Some(period) = store::forms::find_period(conn, id)? else { return Ok(None) };
            Ok(store::forms::find(conn, period.form_id)?.map(|form| (form, period)))
        });
        Ok(found.await?.ok_or(Refusal::NoSuchPeriod)?)
    }

    async fn find_period_within(&self, reach: &Reach, id: ReportPeriodId) -> Outcome<ReportPeriod> {
        let (form, period) = self.find_period(id).await?;
        if self.covers(reach, form.unit_id) { Ok(period) } else { Err(Refusal::OutOfReach.into()) }
    }

    fn sheet(&self, found: &Bulletin<ReportBulletinText>, reports: &[ReportHead], period: &ReportPeriod) -> Sheet {
        let name = |report: &ReportHead| self.directory.unit_name(report.unit_id);
        bulletin::sheet(&found.text, (reports, self.db.today()), period.names_by.is_some(), name)
    }

    /// Has the version that is to be reviewed wait for those who may and did not write it; one without a number waits for
    /// nobody.
    fn lay_bulletin(&self, tx: &mut Tx, form: &ReportForm, period: &ReportPeriod) -> QueryResult<()> {
        let to_review = |found: &Bulletin<ReportBulletinText>| {
            found.state == BulletinState::Draft && found.text.document_no.is_some()
        };
        let found = find(tx.conn, period.id)?.filter(to_review);
        let writers = found.map(|found| bulletins::list_writers(tx.conn, &found)).transpose()?;
        let made = |barred: Vec<MemberId>| NewItem {
            kind: BULLETIN,
            subject: period.id.uuid(),
            title: format!("审核报送通报：{}", called(form, period)),
            link: format!("/report-periods/{}/bulletin", period.id),
            due: None,
            urgency: Urgency::Normal,
            whose: Whose::Holders(Post { capability: Capability::ApproveReports, unit: form.unit_id }),
            barred,
        };
        self.desks.replace(tx, BULLETIN, period.id.uuid(), writers.map(made))
    }
}

fn lock(tx: &mut Tx, id: ReportPeriodId) -> Outcome<(ReportForm, ReportPeriod)> {
    let period = store::forms::lock_period(tx.conn, id)?.ok_or(Refusal::NoSuchPeriod)?;
    let form = store::forms::find(tx.conn, period.form_id)?.ok_or(Refusal::NoSuchForm)?;
    Ok((form, period))
}

fn find(conn: &mut Conn, id: ReportPeriodId) -> QueryResult<Option<Bulletin<ReportBulletinText>>> {
    bulletins::find(conn, about(id))
}

fn heads(conn: &mut Conn, id: ReportPeriodId) -> QueryResult<Vec<ReportHead>> {
    let filter = ReportFilter { period: Some(id), ..ReportFilter::default() };
    store::reports::list(conn, &filter, None, MOST)
}

/// What units wrote in texts, field by field.
fn cited(conn: &mut Conn, form: &ReportForm, period: &ReportPeriod) -> QueryResult<Vec<Cited>> {
    let version = store::forms::find_version(conn, form.id, period.version)?;
    let reports = store::reports::list_whole(conn, period.id, None)?;
    let fields = version.map(|version| version.fields.0.fields).unwrap_or_default();
    let mut cited = Vec::new();
    for field in fields.iter().filter(|field| field.kind == FormKind::Text) {
        for report in &reports {
            let answers = report.submitted.as_ref().filter(|_| !report.no_change);
            let text = answers.and_then(|answers| answers.0.get(&field.key)?.as_str());
            cited.extend(text.map(|text| (report.id, field.title.clone(), text.to_owned())));
        }
    }
    Ok(cited)
}

fn note(tx: &mut Tx, by: MemberId, action: &str, id: ReportPeriodId, detail: serde_json::Value) -> QueryResult<()> {
    let thing = thing(id);
    trail::note(tx, Act { actor: Some(by), action, subject_kind: thing.kind, subject_id: thing.id, detail })
}
