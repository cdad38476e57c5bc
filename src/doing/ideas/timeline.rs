//! The timeline: the steps that an idea took.

use std::collections::HashMap;
use std::sync::Arc;

use super::model::{IdeaId, IdeaStep, StepId, thing};
use super::{Ideas, Outcome, store};
use crate::base::person::Person;
use crate::doing::meetings::{self, Meeting, MeetingId};
use crate::kernel::recusals::{self, Recusal};

impl Ideas {
    /// The steps of an idea, oldest first, with the meetings at which some were taken, and who was kept out of them.
    pub async fn timeline(
        &self,
        person: Arc<Person>,
        id: IdeaId,
        after: Option<StepId>,
        limit: i64,
    ) -> Outcome<(Vec<IdeaStep>, HashMap<MeetingId, Meeting>, Vec<Recusal>)> {
        self.find_seen(person, id).await?;
        let found = self
            .db
            .read(move |conn| {
                let steps = store::steps::page_steps(conn, id, after, limit)?;
                let ids: Vec<MeetingId> = steps.iter().filter_map(|step| step.meeting_id).collect();
                let meetings = meetings::find_some(conn, &ids)?;
                let recused = recusals::list(conn, thing(id).kind, id.uuid())?;
                Ok((steps, meetings.into_iter().map(|meeting| (meeting.id, meeting)).collect(), recused))
            })
            .await?;
        Ok(found)
    }
}
