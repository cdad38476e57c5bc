//! The timeline: the steps that an idea took.

use std::collections::HashMap;
use std::sync::Arc;

use diesel::QueryResult;

use super::model::{IdeaId, IdeaStep, StepId, Verb, thing};
use super::store::lists::IdeaFilter;
use super::{Ideas, Outcome, store};
use crate::base::person::Person;
use crate::db::Conn;
use crate::doing::meetings::{self, Meeting, MeetingId, MeetingThing};
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

    /// What was done to ideas at a meeting, as far as `person` sees them.
    pub(super) fn done_at(
        &self,
        conn: &mut Conn,
        person: &Person,
        meeting: MeetingId,
    ) -> QueryResult<Vec<MeetingThing>> {
        let done = store::steps::list_done_at(conn, meeting)?;
        let ids: Vec<IdeaId> = done.iter().map(|(id, _)| *id).collect();
        let seen = store::lists::find_among(conn, &self.sight(person), &IdeaFilter::default(), &ids)?;
        let ideas = store::find_some(conn, &ids)?;
        let thing = |(id, verb): (IdeaId, Verb)| {
            let idea = ideas.iter().find(|idea| idea.id == id && seen.contains(&id))?;
            let done = verb.told().to_owned();
            Some(MeetingThing { kind: thing(id).kind, id: id.to_string(), title: idea.title.clone(), done })
        };
        Ok(done.into_iter().filter_map(thing).collect())
    }

    /// What an idea is called, if `person` sees it.
    pub(super) fn title_for(&self, conn: &mut Conn, person: &Person, id: IdeaId) -> QueryResult<Option<String>> {
        let seen = store::lists::find_among(conn, &self.sight(person), &IdeaFilter::default(), &[id])?;
        let ideas = store::find_some(conn, &[id])?;
        Ok(ideas.into_iter().find(|idea| seen.contains(&idea.id)).map(|idea| idea.title))
    }
}
