//! Where a request comes from: what the trail keeps beside who acted.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};

use super::id::SessionId;

/// The session and the address behind a request; nothing of both for what the program does by itself.
#[derive(Clone, Debug, Default)]
pub struct Origin {
    pub session: Option<SessionId>,
    /// A keyed hash of the client's address: equal for equal addresses, and no way back from it.
    pub address: Option<[u8; 16]>,
    noted: Option<Arc<Mutex<BTreeSet<String>>>>,
}

tokio::task_local! {
    static ORIGIN: RefCell<Origin>;
}

impl Origin {
    /// A request from the address with this keyed hash.
    pub fn of(address: [u8; 16]) -> Origin {
        Origin { session: None, address: Some(address), noted: Some(Arc::default()) }
    }

    /// Where the request comes from that this task answers.
    pub fn present() -> Origin {
        ORIGIN.try_with(|origin| origin.borrow().clone()).unwrap_or_default()
    }

    /// Answers a request from here.
    pub async fn answer<F: Future>(self, answering: F) -> F::Output {
        ORIGIN.scope(RefCell::new(self), answering).await
    }

    /// The caller of the present request was recognised.
    pub fn recognise(session: SessionId) {
        let _ = ORIGIN.try_with(|origin| origin.borrow_mut().session = Some(session));
    }

    /// The trail has a line about this request, of this action.
    pub fn mark_noted(&self, action: &str) {
        if let Some(noted) = &self.noted {
            noted.lock().unwrap_or_else(PoisonError::into_inner).insert(action.to_owned());
        }
    }

    /// The actions of the lines that the trail has about this request.
    pub fn noted(&self) -> BTreeSet<String> {
        let noted = self.noted.as_ref().map(|noted| noted.lock().unwrap_or_else(PoisonError::into_inner).clone());
        noted.unwrap_or_default()
    }
}
