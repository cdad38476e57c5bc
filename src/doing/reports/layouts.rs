//! The layout in which what came in by a form is handed in to those above.

use serde_json::json;

use super::actions::{Outcome, Reports, note_form};
use super::exports::{Collected, columns};
use super::model::{ReportFormId, ReportPeriodId};
use super::rules::Refusal;
use super::store;
use crate::base::capability::Reach;
use crate::base::id::MemberId;
use crate::base::sheet::layout::{self, Filling};
use crate::kernel::layouts::{self, LayoutHead, NewLayout};

/// What the kernel calls layouts of forms.
const KIND: &str = "report_form";

/// What a layout of a form may say once.
pub(super) const ONCE: [&str; 4] = ["报送事项", "布置单位", "期间", "导出日期"];

impl Reports {
    /// What the lines of an export by a form are made of, and its layout, if it has one.
    pub(super) async fn layout(&self, reach: &Reach, id: ReportFormId) -> Outcome<(Vec<String>, Option<LayoutHead>)> {
        let form = self.find_form_seen(reach, id).await?;
        let found = self.db.read(move |conn| {
            let version = store::forms::find_version(conn, id, form.version)?;
            Ok((version, layouts::find(conn, KIND, id.uuid())?))
        });
        let (version, head) = found.await?;
        Ok((columns(&version.ok_or(Refusal::NoSuchForm)?.fields.0), head))
    }

    /// Sets the layout of a form, in the place of a former one. It may name fields of the newest version.
    pub(super) async fn set_layout(
        &self,
        by: MemberId,
        reach: &Reach,
        id: ReportFormId,
        new: NewLayout,
    ) -> Outcome<(Vec<String>, LayoutHead)> {
        self.find_form_within(reach, id).await?;
        let (columns, _) = self.layout(reach, id).await?;
        layout::check(&new.bytes, &ONCE, &columns).map_err(Refusal::BadLayout)?;
        let head = self
            .db
            .write(move |tx| -> Outcome<LayoutHead> {
                store::forms::lock_row(tx.conn, id)?.ok_or(Refusal::NoSuchForm)?;
                let head = layouts::set(tx, KIND, id.uuid(), &new, by)?;
                note_form(tx, Some(by), "reports.set_layout", id, json!({ "name": head.name }))?;
                Ok(head)
            })
            .await?;
        Ok((columns, head))
    }

    /// Takes the layout of a form away; nothing happens where it has none.
    pub(super) async fn remove_layout(&self, by: MemberId, reach: &Reach, id: ReportFormId) -> Outcome<()> {
        self.find_form_within(reach, id).await?;
        self.db
            .write(move |tx| {
                if layouts::remove(tx, KIND, id.uuid())? {
                    note_form(tx, Some(by), "reports.remove_layout", id, json!({}))?;
                }
                Ok(())
            })
            .await
    }

    /// What is filled into the layout for a period, and the layout, if there is one: its name beside both.
    pub(super) async fn filling(
        &self,
        reach: &Reach,
        id: ReportPeriodId,
    ) -> Outcome<(String, Option<Vec<u8>>, Filling)> {
        let Collected { name, form, unit, period, headers, rows } = self.collected(reach, id).await?;
        let subject = form.0;
        let bytes = self.db.read(move |conn| layouts::find_bytes(conn, KIND, subject.uuid())).await?;
        let said = [form.1, unit, period, self.db.today().in_chinese_with_year()];
        Ok((name, bytes, Filling { once: ONCE.into_iter().zip(said).collect(), columns: headers, rows }))
    }
}
