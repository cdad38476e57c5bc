//! What units say of numbers that the program filled in 数据有误: noted by them, answered by who asked.

use serde_json::json;

use super::actions::{Outcome, Reports, Whole, note, whole_of};
use super::desk::{CORRECTION, tell};
use super::model::{ReportCorrection, ReportCorrectionId, ReportId};
use super::rules::Refusal;
use super::store;
use crate::base::capability::Capability;
use crate::base::idempotency::IdempotencyKey;
use crate::base::person::Person;
use crate::base::text::in_quotes;
use crate::kernel::{desk, idempotency};

impl Reports {
    /// Notes that a number is wrong, with the number as it stands there now.
    pub(super) async fn correct(
        &self,
        person: &Person,
        id: ReportId,
        (field, text): (String, String),
        key: Option<IdempotencyKey>,
    ) -> Outcome<Whole> {
        let found = self.find_whole_for(person, Capability::FillReports, id).await?;
        let fields = &found.version.fields.0;
        if fields.field(&field).is_none_or(|known| known.fact.is_none()) {
            return Err(Refusal::NotFilled.into());
        }
        let filled = self.filled(fields, found.report.unit_id, found.period.span()).await?;
        let shown = filled.into_iter().find(|one| one.key == field).and_then(|one| one.value).unwrap_or_default();
        let (room, by) = (self.clone(), person.member);
        self.db
            .write(move |tx| {
                let report = store::reports::lock_row(tx.conn, id)?.ok_or(Refusal::NoSuchReport)?;
                let whole = whole_of(tx.conn, report)?;
                idempotency::once(tx, key.as_ref(), |tx| {
                    let correction = ReportCorrection {
                        id: tx.fresh_id(),
                        report_id: id,
                        field: field.clone(),
                        shown: shown.clone(),
                        note: text.clone(),
                        noted_by: by,
                        noted_at: tx.now(),
                        answer: None,
                        answered_by: None,
                        answered_at: None,
                    };
                    store::requests::insert_correction(tx.conn, &correction)?;
                    room.lay_correction(tx, &correction, (&whole.report, &whole.form))?;
                    let detail = json!({ "correction_id": correction.id, "field": field, "shown": shown });
                    note(tx, Some(by), "reports.correct", id, detail)?;
                    Ok::<_, crate::db::Stop<Refusal>>(correction.id)
                })?;
                Ok(whole)
            })
            .await
    }

    /// Answers what a unit said of a number; once.
    pub(super) async fn answer_correction(
        &self,
        person: &Person,
        id: ReportCorrectionId,
        answer: String,
    ) -> Outcome<Whole> {
        let found = self.db.read(move |conn| store::requests::find_correction(conn, id)).await?;
        let found = found.ok_or(Refusal::NoSuchCorrection)?;
        let whole = self.find_whole_for(person, Capability::RunReports, found.report_id).await?;
        let (by, report_id) = (person.member, found.report_id);
        let is_same = found.answer.as_ref() == Some(&answer) && found.answered_by == Some(by);
        if is_same {
            return Ok(whole);
        }
        self.db
            .write(move |tx| {
                let correction = ReportCorrection {
                    answer: Some(answer.clone()),
                    answered_by: Some(by),
                    answered_at: Some(tx.now()),
                    ..found.clone()
                };
                if !store::requests::answer_correction(tx.conn, &correction)? {
                    return Err(Refusal::Answered.into());
                }
                desk::clear(tx, CORRECTION, id.uuid())?;
                let title = whole.version.fields.0.field(&found.field).map(|field| field.title.clone());
                let body = format!("关于{}的数据：{answer}", in_quotes(&title.unwrap_or_default()));
                tell(tx, found.noted_by, ("报送数据答复", body), format!("/reports/{}", found.report_id))?;
                let detail = json!({ "correction_id": id, "field": found.field });
                note(tx, Some(by), "reports.answer_correction", found.report_id, detail)?;
                Ok(())
            })
            .await?;
        self.find_whole(report_id).await
    }
}
