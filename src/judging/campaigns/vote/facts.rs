//! What is told of votes: how many of those who could voted. Never of which units they are.

use super::store::tallies as store;
use crate::base::capability::Capability;
use crate::base::period::Span;
use crate::db::DbError;
use crate::judging::campaigns::Campaigns;
use crate::kernel::facts::{About, FactMeasure, Record};

pub(in crate::judging::campaigns) const TURNOUT: About = About {
    name: "campaigns.turnout",
    title: ("投票参与率", "Turnout of votes"),
    measure: FactMeasure::Share,
    higher_is_better: true,
    not_for_assessment: Some("投票自愿，参与情况不得作为考评依据"),
    opened_with: Capability::ReadCampaigns,
};

impl Campaigns {
    /// The votes that were counted within the month, each where its selection belongs.
    pub(in crate::judging::campaigns) async fn voted_in_month(&self, month: Span) -> Result<Vec<Record>, DbError> {
        let (from, until) = (month.first.start(), month.end.start());
        let counted = self.db.read(move |conn| store::list_turnouts(conn, from, until)).await?;
        let record = |(id, title, at, unit, voters, electorate): store::Turnout| Record {
            kind: "campaign",
            id: id.to_string(),
            title,
            day: at.day(),
            unit,
            amount: voters.into(),
            base: electorate.into(),
            entered_on: None,
        };
        Ok(counted.into_iter().map(record).collect())
    }
}
