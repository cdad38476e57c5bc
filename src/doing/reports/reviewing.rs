//! Reviewing what was handed in, and returning it.

use serde_json::json;

use super::actions::{Outcome, Reports, Whole, note, whole_of};
use super::desk::{called, tell};
use super::model::{Report, ReportId, ReportState};
use super::rules::Refusal;
use super::rules::flow::{FLOW, ReportVerb};
use super::store;
use crate::base::capability::Capability;
use crate::base::own_case::{Involvement, Judgement};
use crate::base::person::Person;

/// What a reviewer says.
#[derive(Clone, Debug)]
pub(super) enum Verdict {
    Reviewed,
    /// With the reason.
    Returned(String),
}

impl Reports {
    /// Approves what a unit handed in, or returns it with a reason; nobody does who wrote it or handed it in. Again it
    /// changes nothing.
    pub(super) async fn review(&self, person: &Person, id: ReportId, verdict: Verdict) -> Outcome<Whole> {
        self.find_whole_for(person, Capability::RunReports, id).await?;
        let (room, by) = (self.clone(), person.member);
        self.db
            .write(move |tx| {
                let report = store::reports::lock_row(tx.conn, id)?.ok_or(Refusal::NoSuchReport)?;
                let whole = whole_of(tx.conn, report)?;
                let verb = match verdict {
                    Verdict::Reviewed => ReportVerb::Review,
                    Verdict::Returned(_) => ReportVerb::Return,
                };
                match FLOW.asks_for(whole.report.state, verb) {
                    Some(true) => {}
                    Some(false) => return Ok(whole),
                    None => return Err(Refusal::WrongState(whole.report.state).into()),
                }
                let wrote = [whole.report.submitted_by, whole.report.edited_by].contains(&Some(by));
                let involved = wrote.then_some(Involvement::Writer).into_iter().collect();
                Judgement::ReviewReport.check(involved).map_err(|_| Refusal::OwnReport)?;
                let (reviewed_by, reviewed_at) = (Some(by), Some(tx.now()));
                let report = match &verdict {
                    Verdict::Reviewed => Report {
                        state: ReportState::Reviewed,
                        reviewed_by,
                        reviewed_at,
                        return_reason: None,
                        ..whole.report
                    },
                    Verdict::Returned(reason) => {
                        Report { state: ReportState::Returned, return_reason: Some(reason.clone()), ..whole.report }
                    }
                };
                store::reports::update(tx.conn, &report)?;
                room.lay_due(tx, &report, (&whole.form, &whole.period))?;
                room.lay_review(tx, &whole.form, &whole.period)?;
                if let (Verdict::Returned(reason), Some(writer)) = (&verdict, report.submitted_by) {
                    let body = format!("{}被退回修改：{reason}", called(&whole.form, &whole.period));
                    tell(tx, writer, ("报送退回修改", body), format!("/reports/{id}"))?;
                }
                let action = if verb == ReportVerb::Review { "reports.review" } else { "reports.return" };
                let detail = json!({ "unit_id": report.unit_id, "reason": report.return_reason });
                note(tx, Some(by), action, id, detail)?;
                Ok(Whole { report, ..whole })
            })
            .await
    }
}
