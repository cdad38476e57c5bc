//! What rooms do when the roster or the day has changed.
//!
//! A handle of its own, which no room keeps: what is handed in holds the room that hands it in.

use std::pin::Pin;
use std::sync::Arc;

use crate::base::hooks::Hooks;
use crate::db::DbError;

type Lay = Arc<dyn Fn() -> Pin<Box<dyn Future<Output = Result<(), DbError>> + Send>> + Send + Sync>;

/// The list of what rooms do; clones share it.
#[derive(Clone, Default)]
pub struct RosterChanges(Hooks<Lay>);

impl RosterChanges {
    /// Has `lay` called with the room's handle whenever the roster or the day has changed: it lays anew on the desk what
    /// depends on more of the roster than who holds a duty, such as where somebody is at home whom something is about.
    pub fn lay_anew<T, F>(&self, room: T, lay: impl Fn(T) -> F + Send + Sync + 'static)
    where
        T: Clone + Send + Sync + 'static,
        F: Future<Output = Result<(), DbError>> + Send + 'static,
    {
        self.0.add(Arc::new(move || Box::pin(lay(room.clone()))));
    }

    /// Does everything that was handed in; a room that fails keeps no other one waiting.
    pub async fn tell_rooms(&self) -> Result<(), DbError> {
        let mut outcome = Ok(());
        for lay in self.0.each() {
            outcome = outcome.and(lay().await);
        }
        outcome
    }
}
