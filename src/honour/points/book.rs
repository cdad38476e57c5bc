//! The rules in memory: every award needs one, and they change a few times a year.

use std::sync::{Arc, PoisonError, RwLock};

use tokio::sync::Mutex;

use super::model::{Rule, RuleName};
use super::store;
use crate::base::time::Day;
use crate::db::{Db, DbError};

/// Every version of every rule, as this process knows them. It learns of what another process wrote within two seconds;
/// until then it awards by the version before, which every entry of the ledger names.
#[derive(Clone, Default)]
pub(super) struct RuleBook {
    rules: Arc<RwLock<Vec<Rule>>>,
    /// Held while the rules are read anew, so that an older answer never replaces a newer one.
    reloading: Arc<Mutex<()>>,
}

impl RuleBook {
    pub async fn reload(&self, db: &Db) -> Result<(), DbError> {
        let _turn = self.reloading.lock().await;
        let rules = db.read(store::list_all).await?;
        *self.rules.write().unwrap_or_else(PoisonError::into_inner) = rules;
        Ok(())
    }

    /// The version that holds on `day`: of those that are effective by then the one that is so since the latest day, and of
    /// two of the same day the newer.
    pub fn in_force(&self, name: RuleName, day: Day) -> Option<Rule> {
        let rules = self.rules.read().unwrap_or_else(PoisonError::into_inner);
        let held = rules.iter().filter(|rule| rule.rule == name && rule.effective_on <= day);
        held.max_by_key(|rule| (rule.effective_on, rule.version)).cloned()
    }

    /// Every version of every rule, by rule and version.
    pub fn every_version(&self) -> Vec<Rule> {
        let mut rules = self.rules.read().unwrap_or_else(PoisonError::into_inner).clone();
        rules.sort_by_key(|rule| (rule.rule.to_string(), rule.version));
        rules
    }

    /// The version of each rule that holds on `day`.
    pub fn all_in_force(&self, day: Day) -> Vec<Rule> {
        RuleName::each().filter_map(|name| self.in_force(name, day)).collect()
    }
}
