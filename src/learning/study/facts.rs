//! What is told of study: how many of those who were asked read each push.

use super::coverage::Missed;
use super::model::Push;
use super::{Study, store};
use crate::base::capability::Capability;
use crate::base::id::UnitId;
use crate::base::period::Span;
use crate::db::DbError;
use crate::kernel::closing::Digest;
use crate::kernel::facts::{About, FactMeasure, Record};
use crate::people::members::coverage::{self, Homes};

pub(super) const READ: About = About {
    name: "study.coverage",
    title: ("每日一学覆盖率", "Coverage of study"),
    measure: FactMeasure::Share,
    higher_is_better: true,
    not_for_assessment: Some("阅读情况只用于了解，不得作为考评依据"),
    opened_with: Capability::SeeResults,
};

impl Study {
    /// Each push of the month that came out, with every branch of its audience: how many read it.
    pub(super) async fn read_in(&self, month: Span) -> Result<Vec<Record>, DbError> {
        let until = self.db.today().min(month.end.previous());
        let pushes = self.db.read(move |conn| store::list_out(conn, month.first, until)).await?;
        let mut records = Vec::new();
        for (push, title) in pushes {
            let counts = self.branches_of(&push).await?;
            records.extend(counts.into_iter().map(|(unit, counts)| Record {
                kind: "push",
                id: push.id.to_string(),
                title: title.clone(),
                day: push.day,
                unit,
                amount: counts.done.into(),
                base: counts.members.into(),
                entered_on: None,
            }));
        }
        Ok(records)
    }

    async fn branches_of(&self, push: &Push) -> Result<Vec<(UnitId, coverage::Counts)>, DbError> {
        let id = push.id;
        match self.db.read(move |conn| store::coverage::find(conn, id)).await? {
            Some(frozen) => {
                let roster = self.closings.roster(Digest::read(&frozen.roster)?).await?;
                let (directory, unit) = (&self.directory, push.unit_id);
                Ok(coverage::count_by_branch_then::<Missed>(directory, roster, unit, &frozen.lines))
            }
            None => {
                let progress = self.progress(push, push.unit_id).await?;
                Ok(coverage::count_by_branch(&Homes::Now(self.directory.tree()), &progress))
            }
        }
    }
}
