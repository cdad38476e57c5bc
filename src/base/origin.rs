//! Where a request comes from: what the trail keeps beside who acted.

use std::cell::RefCell;
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::id::SessionId;

/// The session and the address behind a request; nothing of both for what the program does by itself.
#[derive(Clone, Debug, Default)]
pub struct Origin {
    pub session: Option<SessionId>,
    /// A keyed hash of the client's address: equal for equal addresses, and no way back from it.
    pub address: Option<[u8; 16]>,
    noted: Option<Arc<AtomicBool>>,
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

    /// The trail has a line about this request.
    pub fn mark_noted(&self) {
        if let Some(noted) = &self.noted {
            noted.store(true, Ordering::Relaxed);
        }
    }

    /// Whether the trail has a line about this request.
    pub fn is_noted(&self) -> bool {
        self.noted.as_ref().is_some_and(|noted| noted.load(Ordering::Relaxed))
    }
}
