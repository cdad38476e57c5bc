//! What happens, told to whoever listens at this moment: pages that are open.
//!
//! Nothing is kept here. What the database knows of ([`changes`](super::changes)) is told in every process, with the id of the
//! change, so that a page which lost its connection can ask for what it missed; what only this process knows, such as how far
//! an import has come, is told to its member alone and has no id.

use std::sync::Arc;

use serde::Serialize;
use tokio::sync::broadcast;
use uuid::Uuid;

use crate::base::id::MemberId;

/// Events that wait for a page that reads slowly; one that falls further behind is told to read everything anew.
const WAITING: usize = 256;

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Happened {
    /// Of the change; none for what only this process knows.
    pub id: Option<Uuid>,
    /// As the change or the teller calls it.
    pub topic: String,
    /// What it happened to; nil where there is but one.
    pub subject: Uuid,
    /// To whom alone it is told; everybody when absent.
    pub to: Option<MemberId>,
    /// What there is to know beside that, in JSON.
    pub detail: Option<String>,
}

/// Where things are told and heard; clones share it.
#[derive(Clone)]
pub struct Live(broadcast::Sender<Arc<Happened>>);

impl Default for Live {
    fn default() -> Self {
        Live(broadcast::channel(WAITING).0)
    }
}

impl Live {
    /// Tells everybody who listens.
    pub fn tell(&self, happened: Happened) {
        // nobody listens: then there is nobody to be told
        let _ = self.0.send(Arc::new(happened));
    }

    /// Tells a member how far something of his has come, on the pages that he has open with this process.
    pub fn tell_progress(&self, member: MemberId, topic: &str, detail: impl Serialize) {
        if self.0.receiver_count() == 0 {
            return;
        }
        let detail = serde_json::to_string(&detail).ok();
        self.tell(Happened { id: None, topic: topic.to_owned(), subject: Uuid::nil(), to: Some(member), detail });
    }

    /// Listens from now on.
    pub fn listen(&self) -> broadcast::Receiver<Arc<Happened>> {
        self.0.subscribe()
    }
}
