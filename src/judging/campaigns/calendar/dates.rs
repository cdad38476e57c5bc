//! What a calendar shows of selections: their stages.

use std::sync::Arc;

use crate::base::dates::{DateKind, Dated, Days, When, units_of};
use crate::base::person::Person;
use crate::db::DbError;
use crate::judging::campaigns::model::StageRow;
use crate::judging::campaigns::{Campaigns, store};
use crate::kernel::dates::{MOST_OF_A_ROOM, Told};

impl Campaigns {
    /// The stages of selections of the units of `person` that were announced and not cancelled.
    pub(in crate::judging::campaigns) async fn dates(&self, person: Arc<Person>, days: Days) -> Result<Told, DbError> {
        let units = units_of(&person);
        let found =
            self.db.read(move |conn| store::list_between(conn, &units, days.instants(), MOST_OF_A_ROOM)).await?;
        let dated = |(title, stage): (String, StageRow)| {
            Some(Dated {
                kind: DateKind::Stage,
                key: format!("stage-{}-{}", stage.campaign_id, stage.stage),
                title: format!("{title} · {}", stage.stage.title()),
                when: When::At(stage.opens_at, Some(stage.closes_at)),
                place: None,
                link: Some(format!("/campaigns/{}", stage.campaign_id)),
            })
        };
        Ok(Told::of(found, dated))
    }
}
