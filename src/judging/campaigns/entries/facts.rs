//! What is told of entries: how many were handed in late.

use super::store::entries as store;
use crate::base::capability::Capability;
use crate::base::period::Span;
use crate::db::DbError;
use crate::judging::campaigns::Campaigns;
use crate::kernel::facts::{About, FactMeasure, Record};

pub(in crate::judging::campaigns) const LATE: About = About {
    name: "campaigns.late_entries",
    title: ("评选材料迟报数", "Entries of selections handed in late"),
    measure: FactMeasure::Count,
    higher_is_better: false,
    not_for_assessment: None,
    opened_with: Capability::ReadCampaigns,
};

impl Campaigns {
    /// The entries that were handed in late within the month, and were not taken back.
    pub(in crate::judging::campaigns) async fn late_in(&self, month: Span) -> Result<Vec<Record>, DbError> {
        let (from, until) = (month.first.start(), month.end.start());
        let late = self.db.read(move |conn| store::list_late(conn, from, until)).await?;
        let record = |(id, title, at, unit): store::Late| {
            let day = at?.day();
            Some(Record { kind: "entry", id: id.to_string(), title, day, unit, amount: 1, base: 0, entered_on: None })
        };
        Ok(late.into_iter().filter_map(record).collect())
    }
}
