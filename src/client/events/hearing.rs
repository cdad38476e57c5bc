//! Hearing what changed, and who listens.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use uuid::Uuid;

use super::model::EventTopic;
use crate::base::id::{MemberId, SessionId};
use crate::base::person::Person;
use crate::db::{Db, DbError};
use crate::kernel::changes::{self, Change};
use crate::kernel::live::{Happened, Live};

/// Streams of one member, and of all members of this process.
const PER_MEMBER: usize = 5;
const IN_ALL: usize = 4_000;

/// The room's handle; clones share it.
#[derive(Clone)]
pub struct Events {
    db: Db,
    live: Live,
    open: Arc<Mutex<HashMap<MemberId, usize>>>,
}

/// A stream that is counted; it is let go when this is.
pub(super) struct Counted {
    events: Events,
    member: MemberId,
}

impl Drop for Counted {
    fn drop(&mut self) {
        metrics::gauge!("event_streams").decrement(1.0);
        let mut open = self.events.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = open.get_mut(&self.member) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.member);
            }
        }
    }
}

/// What of it concerns one stream.
pub(super) enum Concern {
    /// It is told.
    Tell(EventTopic),
    /// The session is over.
    Close,
    Nothing,
}

impl Events {
    pub fn new(db: Db, live: Live) -> Events {
        Events { db, live, open: Arc::default() }
    }

    /// Tells listeners of this process what was heard of.
    pub(super) fn hear(&self, heard: &[Change]) {
        for change in heard {
            let Some(subject) = change.subject::<Uuid>() else { continue };
            let (id, topic) = (Some(change.id()), change.topic.clone());
            self.live.tell(Happened { id, topic, subject, to: None, detail: None });
        }
    }

    /// Listens, unless too many do.
    pub(super) fn listen(
        &self,
        member: MemberId,
    ) -> Option<(tokio::sync::broadcast::Receiver<Arc<Happened>>, Counted)> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if open.values().sum::<usize>() >= IN_ALL {
            return None;
        }
        let count = open.entry(member).or_default();
        if *count >= PER_MEMBER {
            return None;
        }
        *count += 1;
        drop(open);
        metrics::gauge!("event_streams").increment(1.0);
        Some((self.live.listen(), Counted { events: self.clone(), member }))
    }

    /// What changed after the change `id`, as long as that is kept; `None` when it is not.
    pub(super) async fn missed(&self, id: Uuid) -> Result<Option<Vec<Happened>>, DbError> {
        let now = self.db.now();
        let found = self.db.read(move |conn| changes::after(conn, id, now)).await?;
        Ok(found.map(|changes| {
            let told = changes.into_iter().filter_map(|change| {
                let (id, subject) = (Some(change.id()), change.subject()?);
                Some(Happened { id, topic: change.topic, subject, to: None, detail: None })
            });
            told.collect()
        }))
    }
}

/// What of it concerns somebody on a session who listens to some topics.
pub(super) fn concern(happened: &Happened, (session, person): (SessionId, &Person), topics: &[EventTopic]) -> Concern {
    let of_session = happened.topic == "session_ended" && happened.subject == session.uuid();
    let of_member = happened.topic == "member_sessions_ended" && happened.subject == person.member.uuid();
    if of_session || of_member {
        return Concern::Close;
    }
    if happened.to.is_some_and(|to| to != person.member) {
        return Concern::Nothing;
    }
    let Some(topic) = EventTopic::of(&happened.topic).filter(|topic| topics.contains(topic)) else {
        return Concern::Nothing;
    };
    // an inbox is somebody's, or that of a unit with everything below it
    let is_theirs =
        |subject: Uuid| subject == person.member.uuid() || person.path.iter().any(|unit| unit.uuid() == subject);
    if topic == EventTopic::Notices && !is_theirs(happened.subject) {
        return Concern::Nothing;
    }
    Concern::Tell(topic)
}
