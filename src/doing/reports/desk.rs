//! What of reports waits for whom, and who is told.

use diesel::QueryResult;

use super::actions::Reports;
use super::model::{
    Report, ReportCorrection, ReportForm, ReportFormState, ReportId, ReportPeriod, ReportRequest, ReportState,
};
use super::rules::periods;
use super::store;
use crate::base::capability::Capability;
use crate::base::id::{MemberId, UnitId};
use crate::base::text::{cut, in_quotes};
use crate::base::time::Day;
use crate::db::Tx;
use crate::ground::notices::{self, NewNotice, NoticeKind, To};
use crate::kernel::desk::{self, Due, NewItem, Post, Urgency, Whose};

crate::kernel::desk::kinds! {
    /// What a unit owes.
    pub(super) REPORT = "report" / "报送",
    /// What was handed in for a period.
    pub(super) REVIEW = "report_review" / "审核报送",
    /// That something comes later, or not at all.
    pub(super) REQUEST = "report_request" / "缓报和免报申请",
    /// What a unit says of a number.
    pub(super) CORRECTION = "report_correction" / "报送数据有误",
    /// What is asked beyond the limits.
    pub(super) FORM = "report_form" / "批准报送",
    /// A form whose end comes near.
    pub(super) RENEWAL = "report_renewal" / "报送续期",
    /// A bulletin that another one reviews.
    pub(super) BULLETIN = "report_bulletin" / "审核报送通报",
}

/// Characters of a form's title that an item shows.
const TITLE_CHARS: usize = 30;

/// What a report is called: the form with the period.
pub(super) fn called(form: &ReportForm, period: &ReportPeriod) -> String {
    let label = periods::label(form.cycle, period.first_on, period.last_on);
    format!("{}（{label}）", in_quotes(&cut(&form.title, TITLE_CHARS)))
}

struct Waiting {
    kind: &'static str,
    subject: uuid::Uuid,
    title: String,
    link: String,
    due: Option<Day>,
    post: (Capability, UnitId),
}

fn item(waiting: Waiting) -> NewItem {
    let Waiting { kind, subject, title, link, due, post: (capability, unit) } = waiting;
    let whose = Whose::Holders(Post { capability, unit });
    NewItem { kind, subject, title, link, due: due.map(Due::On), urgency: Urgency::Normal, whose, barred: Vec::new() }
}

impl Reports {
    /// Has a report wait for those who fill it in, or for nobody.
    pub(super) fn lay_due(
        &self,
        tx: &mut Tx,
        report: &Report,
        (form, period): (&ReportForm, &ReportPeriod),
    ) -> QueryResult<()> {
        let verb = match report.state {
            ReportState::Due => "填报",
            ReportState::Returned => "修改后重新提交",
            _ => return desk::clear(tx, REPORT, report.id.uuid()),
        };
        let made = item(Waiting {
            kind: REPORT,
            subject: report.id.uuid(),
            title: format!("{verb}{}", called(form, period)),
            link: format!("/reports/{}", report.id),
            due: Some(report.due_on),
            post: (Capability::FillReports, report.unit_id),
        });
        self.desks.replace(tx, REPORT, report.id.uuid(), [made])
    }

    /// Has what was handed in for a period wait for who asked it.
    pub(super) fn lay_review(&self, tx: &mut Tx, form: &ReportForm, period: &ReportPeriod) -> QueryResult<()> {
        let waits = store::reports::any_submitted(tx.conn, period.id)?;
        let made = || {
            item(Waiting {
                kind: REVIEW,
                subject: period.id.uuid(),
                title: format!("审核各单位提交的{}", called(form, period)),
                link: format!("/report-forms/{}/overview", form.id),
                due: None,
                post: (Capability::RunReports, form.unit_id),
            })
        };
        self.desks.replace(tx, REVIEW, period.id.uuid(), waits.then(made))
    }

    /// Has a request wait for who asked for the report, by the day on which that is due.
    pub(super) fn lay_request(
        &self,
        tx: &mut Tx,
        request: &ReportRequest,
        (report, form, period): (&Report, &ReportForm, &ReportPeriod),
    ) -> QueryResult<()> {
        let name = self.directory.unit_name(report.unit_id);
        let made = item(Waiting {
            kind: REQUEST,
            subject: request.id.uuid(),
            title: format!("{name}申请{}{}", request.kind.title(), called(form, period)),
            link: format!("/reports/{}", report.id),
            due: Some(report.due_on),
            post: (Capability::RunReports, form.unit_id),
        });
        let made = NewItem { barred: vec![request.proposed_by], ..made };
        self.desks.replace(tx, REQUEST, request.id.uuid(), [made])
    }

    /// Has what a unit says of a number wait for who asked.
    pub(super) fn lay_correction(
        &self,
        tx: &mut Tx,
        correction: &ReportCorrection,
        (report, form): (&Report, &ReportForm),
    ) -> QueryResult<()> {
        let name = self.directory.unit_name(report.unit_id);
        let made = item(Waiting {
            kind: CORRECTION,
            subject: correction.id.uuid(),
            title: format!("{name}反映{}中的数据有误", in_quotes(&cut(&form.title, TITLE_CHARS))),
            link: format!("/reports/{}", report.id),
            due: None,
            post: (Capability::RunReports, form.unit_id),
        });
        self.desks.replace(tx, CORRECTION, correction.id.uuid(), [made])
    }

    /// Has what is asked beyond the limits wait for those above, and nobody once that is answered.
    pub(super) fn lay_form(&self, tx: &mut Tx, form: &ReportForm) -> QueryResult<()> {
        let made = || {
            let made = item(Waiting {
                kind: FORM,
                subject: form.id.uuid(),
                title: format!("批准超出限额的报送{}", in_quotes(&cut(&form.title, TITLE_CHARS))),
                link: format!("/report-forms/{}", form.id),
                due: None,
                post: (Capability::ApproveReports, form.unit_id),
            });
            NewItem { barred: vec![form.created_by], ..made }
        };
        self.desks.replace(tx, FORM, form.id.uuid(), (form.state == ReportFormState::Proposed).then(made))
    }

    /// Has a form whose end comes near wait for being renewed; the caller says when that is.
    pub(super) fn lay_renewal(&self, tx: &mut Tx, form: &ReportForm) -> QueryResult<()> {
        let is_near = form.ends_on <= tx.today().plus_days(30);
        let waits = form.state == ReportFormState::Active && is_near;
        let made = || {
            item(Waiting {
                kind: RENEWAL,
                subject: form.id.uuid(),
                title: format!("报送{}即将到期，续期或停用", in_quotes(&cut(&form.title, TITLE_CHARS))),
                link: format!("/report-forms/{}", form.id),
                due: Some(form.ends_on),
                post: (Capability::RunReports, form.unit_id),
            })
        };
        self.desks.replace(tx, RENEWAL, form.id.uuid(), waits.then(made))
    }

    /// Nothing of a report waits any more, and no request about it.
    pub(super) fn clear_report(&self, tx: &mut Tx, id: ReportId) -> QueryResult<()> {
        for request in store::requests::list(tx.conn, id)? {
            desk::clear(tx, REQUEST, request.id.uuid())?;
        }
        store::requests::take_back_open(tx.conn, id)?;
        desk::clear(tx, REPORT, id.uuid())
    }

    /// Tells who asked what became of it.
    pub(super) fn tell_asker(&self, tx: &mut Tx, form: &ReportForm) -> QueryResult<()> {
        let done = if form.state == ReportFormState::Active { "已批准" } else { "未获批准" };
        let reason = form.answer.as_ref().map(|reason| format!("：{reason}")).unwrap_or_default();
        let body = format!("您布置的报送{}{done}{reason}。", in_quotes(&cut(&form.title, TITLE_CHARS)));
        tell(tx, form.created_by, ("报送布置", body), format!("/report-forms/{}", form.id))
    }
}

/// Tells a member something about a report.
pub(super) fn tell(tx: &mut Tx, member: MemberId, (title, body): (&str, String), link: String) -> QueryResult<()> {
    let (to, kind, title, link) = (To::Member(member), NoticeKind::REPORT, title.to_owned(), Some(link));
    notices::tell(tx, NewNotice { to, kind, title, body, link })
}
