//! Looking at the outbox, and deciding about messages that are parked.

use diesel::QueryResult;
use serde_json::json;

use super::Operations;
use crate::base::id::MemberId;
use crate::db::{Conn, DbError, Never, Stop, Tx};
use crate::kernel::outbox::{self, Backlog, Held, MessageId};
use crate::kernel::trail::{self, Act};
use crate::people::channels::checking::Step;

impl Operations {
    /// What the channels need, step by step.
    pub(super) async fn check_channels(&self) -> Result<Vec<Step>, DbError> {
        self.channels.check().await
    }

    /// What waits in each lane, and a page of what is parked.
    pub(super) async fn look(
        &self,
        after: Option<MessageId>,
        limit: i64,
    ) -> Result<(Vec<Backlog>, Vec<Held>), DbError> {
        let look = move |conn: &mut Conn| -> QueryResult<_> {
            Ok((outbox::backlogs(conn)?, outbox::list_parked(conn, after, limit)?))
        };
        self.db.read(look).await
    }

    /// Lets a parked message be delivered, or all of them; says how many.
    pub(super) async fn release(&self, actor: MemberId, id: Option<MessageId>) -> Result<usize, DbError> {
        self.decide(actor, "outbox.release", id, outbox::release).await
    }

    /// Throws a parked message away; says whether there was one.
    pub(super) async fn discard(&self, actor: MemberId, id: MessageId) -> Result<usize, DbError> {
        self.decide(actor, "outbox.discard", Some(id), outbox::discard).await
    }

    async fn decide(
        &self,
        actor: MemberId,
        action: &'static str,
        id: Option<MessageId>,
        act: fn(&mut Tx, Option<MessageId>) -> QueryResult<usize>,
    ) -> Result<usize, DbError> {
        let decided = self.db.write(move |tx| -> Result<usize, Stop<Never>> {
            let held = id.map(|id| outbox::find_parked(tx.conn, id)).transpose()?.flatten();
            let count = act(tx, id)?;
            if count > 0 {
                let subject_id = id.map_or_else(uuid::Uuid::nil, MessageId::uuid);
                let topic = held.map(|held| held.topic);
                let detail = json!({ "messages": count, "topic": topic });
                trail::note(tx, Act { actor: Some(actor), action, subject_kind: "message", subject_id, detail })?;
            }
            Ok(count)
        });
        decided.await.map_err(DbError::from)
    }
}
