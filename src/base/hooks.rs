//! What later rooms let an earlier one ask or do: a list that is filled while the house is opened.

use std::sync::{Arc, PoisonError, RwLock};

/// Questions or acts that other rooms handed in; clones share the list.
#[derive(Clone)]
pub struct Hooks<T>(Arc<RwLock<Vec<T>>>);

impl<T> Default for Hooks<T> {
    fn default() -> Self {
        Hooks(Arc::default())
    }
}

impl<T: Clone> Hooks<T> {
    pub fn add(&self, hook: T) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).push(hook);
    }

    /// Everything that was handed in, in that order.
    pub fn each(&self) -> Vec<T> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
