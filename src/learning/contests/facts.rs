//! What is told of contests: how many of each branch took part.

use super::{Contests, store};
use crate::base::capability::Capability;
use crate::base::period::Span;
use crate::db::DbError;
use crate::kernel::facts::{About, FactMeasure, Record};

pub(super) const TOOK_PART: About = About {
    name: "contests.participation",
    title: ("知识竞赛参与率", "Participation in contests"),
    measure: FactMeasure::Share,
    higher_is_better: true,
    not_for_assessment: Some("竞赛参与情况只用于了解，不得作为考评依据"),
    opened_with: Capability::ReadContests,
};

impl Contests {
    /// Each contest that was published within the month, with every ranked unit: how many of its active members took part.
    pub(super) async fn taken_part(&self, month: Span) -> Result<Vec<Record>, DbError> {
        let (from, until) = (month.first.start(), month.end.start());
        let found = self.db.read(move |conn| store::results::list_participation(conn, from, until)).await?;
        let record = |one: store::results::Participation| Record {
            kind: "contest",
            id: one.contest.to_string(),
            title: one.title,
            day: one.published_at.day(),
            unit: one.unit,
            amount: one.participants.into(),
            base: one.active_members.into(),
            entered_on: None,
        };
        Ok(found.into_iter().map(record).collect())
    }
}
