//! That a report comes later, or not at all: asked before its day by who fills it in, answered by another person before it
//! is over.

use serde_json::json;

use super::actions::{Outcome, Reports, Whole, note, whole_of};
use super::desk::{REQUEST, called, tell};
use super::model::{Report, ReportId, ReportRequest, ReportRequestId, ReportRequestKind, ReportState};
use super::rules::flow::{FLOW, ReportVerb};
use super::rules::{self, Refusal};
use super::store;
use crate::base::approval::{Answer, ProposalState};
use crate::base::capability::Capability;
use crate::base::idempotency::IdempotencyKey;
use crate::base::person::Person;
use crate::base::time::Day;
use crate::kernel::{desk, idempotency};

impl Reports {
    /// Asks for a later day, or for none at all. One request waits at a time.
    pub(super) async fn request(
        &self,
        person: &Person,
        id: ReportId,
        (kind, until, reason): (ReportRequestKind, Option<Day>, String),
        key: Option<IdempotencyKey>,
    ) -> Outcome<Whole> {
        self.find_whole_for(person, Capability::FillReports, id).await?;
        let (room, by) = (self.clone(), person.member);
        self.db
            .write(move |tx| {
                let report = store::reports::lock_row(tx.conn, id)?.ok_or(Refusal::NoSuchReport)?;
                let whole = whole_of(tx.conn, report)?;
                idempotency::once(tx, key.as_ref(), |tx| {
                    if whole.report.state != ReportState::Due {
                        return Err(Refusal::WrongState(whole.report.state).into());
                    }
                    let due = whole.report.due_on;
                    if tx.today() > due {
                        return Err(Refusal::PastDue.into());
                    }
                    let now = tx.now();
                    let waits = |known: &ReportRequest| known.proposal().state_at(now) == ProposalState::Open;
                    if store::requests::list(tx.conn, id)?.iter().any(waits) {
                        return Err(Refusal::RequestWaits.into());
                    }
                    let until_on = match kind {
                        ReportRequestKind::Exempt => None,
                        ReportRequestKind::Defer => {
                            let until = until.map(|until| room.calendar.working_day_from(until));
                            let most = rules::MOST_DEFERRED;
                            let fits = |until: &Day| *until > due && *until <= due.plus_days(most);
                            Some(until.filter(fits).ok_or(Refusal::BadDeferral { most })?)
                        }
                    };
                    let request = ReportRequest {
                        id: tx.fresh_id(),
                        report_id: id,
                        kind,
                        until_on,
                        reason: reason.clone(),
                        proposed_by: by,
                        proposed_at: now,
                        state: ProposalState::Open,
                        expires_at: due.next().start(),
                        answered_by: None,
                        answered_at: None,
                        answer: None,
                    };
                    store::requests::insert(tx.conn, &request)?;
                    room.lay_request(tx, &request, (&whole.report, &whole.form, &whole.period))?;
                    let detail = json!({ "request_id": request.id, "kind": kind, "until_on": until_on });
                    note(tx, Some(by), "reports.request", id, detail)?;
                    Ok(request.id)
                })?;
                Ok(whole)
            })
            .await
    }

    /// Answers a request: another person than who asked does, until the report's day is over. Again it changes nothing.
    pub(super) async fn answer_request(
        &self,
        person: &Person,
        id: ReportRequestId,
        (answer, reason): (Answer, Option<String>),
    ) -> Outcome<Whole> {
        let found = self.db.read(move |conn| store::requests::find(conn, id)).await?.ok_or(Refusal::NoSuchRequest)?;
        let does = if answer == Answer::TakeBack { Capability::FillReports } else { Capability::RunReports };
        self.find_whole_for(person, does, found.report_id).await?;
        let (room, by, report_id) = (self.clone(), person.member, found.report_id);
        self.db
            .write(move |tx| {
                let report = store::reports::lock_row(tx.conn, report_id)?.ok_or(Refusal::NoSuchReport)?;
                let request = store::requests::find(tx.conn, id)?.ok_or(Refusal::NoSuchRequest)?;
                let whole = whole_of(tx.conn, report)?;
                if !request.proposal().answer(answer, by, tx.now()).map_err(Refusal::NoAnswer)? {
                    return Ok(whole);
                }
                let (answered_by, answered_at) = (Some(by), Some(tx.now()));
                let request = ReportRequest {
                    state: answer.leads_to(),
                    answered_by,
                    answered_at,
                    answer: reason.clone(),
                    ..request
                };
                store::requests::settle(tx.conn, &request)?;
                desk::clear(tx, REQUEST, id.uuid())?;
                let report = if answer == Answer::Approve { granted(&whole.report, &request)? } else { whole.report };
                store::reports::update(tx.conn, &report)?;
                room.lay_due(tx, &report, (&whole.form, &whole.period))?;
                if answer != Answer::TakeBack {
                    let name = called(&whole.form, &whole.period);
                    let done = if answer == Answer::Approve { "已批准" } else { "未获批准" };
                    let reason = reason.as_ref().map(|reason| format!("：{reason}")).unwrap_or_default();
                    let body = format!("{name}的{}申请{done}{reason}", request.kind.title());
                    tell(tx, request.proposed_by, ("报送申请", body), format!("/reports/{report_id}"))?;
                }
                let action = match answer {
                    Answer::Approve => "reports.approve_request",
                    Answer::Refuse => "reports.refuse_request",
                    Answer::TakeBack => "reports.take_back_request",
                };
                let detail = json!({ "request_id": id, "kind": request.kind, "until_on": request.until_on });
                note(tx, Some(by), action, report_id, detail)?;
                Ok(Whole { report, ..whole })
            })
            .await
    }
}

/// The report as an approved request has it.
fn granted(report: &Report, request: &ReportRequest) -> Result<Report, Refusal> {
    match (request.kind, request.until_on) {
        (ReportRequestKind::Defer, Some(until)) => Ok(Report { due_on: until, ..report.clone() }),
        _ => {
            let step = FLOW.step(report.state, ReportVerb::Exempt).ok_or(Refusal::WrongState(report.state))?;
            Ok(Report { state: step.to, ..report.clone() })
        }
    }
}
