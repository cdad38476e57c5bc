//! What the room works with, and who may read which sheet.

use std::fmt::Debug;
use std::sync::Arc;
use std::time::Duration;

use diesel::QueryResult;
use serde::Serialize;
use uuid::Uuid;

use super::model::{Rule, Switch};
use super::rules::{Refusal, is_used};
use super::{shipped, store};
use crate::base::capability::{Capability, Reach};
use crate::base::id::{MemberId, UnitId};
use crate::base::person::Person;
use crate::base::time::Day;
use crate::db::{Conn, Db, DbError, Stop, Tx};
use crate::kernel::calendar::Calendar;
use crate::kernel::facts::{KnownFacts, Record};
use crate::kernel::idempotency::Reused;
use crate::kernel::memo::Memo;
use crate::kernel::trail::{self, Act};
use crate::people::members::{Desks, Directory};

pub(super) type Outcome<T> = Result<T, Stop<Refusal>>;

/// Months of facts that are remembered.
const REMEMBERED: usize = 200;
/// How old what is remembered of facts may be: who has just written a meeting down sees it on the sheet.
pub(super) const FRESH: Duration = Duration::from_secs(1);

impl From<Reused> for Refusal {
    fn from(_: Reused) -> Self {
        Refusal::KeyReused
    }
}

/// The room's handle; clones share it.
#[derive(Clone)]
pub struct Obligations {
    pub(super) db: Db,
    pub(super) directory: Directory,
    pub(super) desks: Desks,
    pub(super) calendar: Calendar,
    pub(super) facts: KnownFacts,
    /// The records of a fact in the month of that first day.
    pub(super) records: Arc<Memo<(String, Day), Vec<Record>>>,
}

/// Every rule with what the enterprise has said of those that ship.
#[derive(Clone, Debug)]
pub(super) struct Book {
    pub rules: Vec<Arc<Rule>>,
    pub switches: Vec<Switch>,
}

impl Book {
    pub fn find(&self, code: &str) -> Option<&Arc<Rule>> {
        self.rules.iter().find(|rule| rule.code == code)
    }

    /// Whether the rule is used for a window that begins on `first`.
    pub fn is_used(&self, rule: &Rule, first: Day) -> bool {
        rule.owner.is_some() || is_used(&self.switches, &rule.code, shipped::is_usual(&rule.code), first)
    }
}

/// Every rule: those that ship, then the enterprise's own.
pub(super) fn book(conn: &mut Conn) -> QueryResult<Book> {
    let own = store::list_rules(conn)?.into_iter().map(Rule::from);
    let rules = shipped::each().into_iter().chain(own).map(Arc::new).collect();
    Ok(Book { rules, switches: store::list_switches(conn)? })
}

impl Obligations {
    pub fn new(db: Db, (directory, desks): (Directory, Desks), calendar: Calendar, facts: KnownFacts) -> Self {
        Obligations { db, directory, desks, calendar, facts, records: Arc::new(Memo::new(REMEMBERED)) }
    }

    pub(super) async fn book(&self) -> Result<Book, DbError> {
        self.db.read(book).await
    }

    /// Whether a reach covers a unit.
    pub(super) fn covers(&self, reach: &Reach, unit: UnitId) -> bool {
        self.directory.tree().is_within(reach, unit)
    }

    /// Refuses a unit that is not there or lies beyond a reach.
    pub(super) fn check_reach(&self, reach: &Reach, unit: UnitId) -> Result<(), Refusal> {
        let tree = self.directory.tree();
        let card = tree.get(unit).ok_or(Refusal::NoSuchUnit)?;
        if reach.covers(&card.path) { Ok(()) } else { Err(Refusal::OutOfReach) }
    }

    /// The units within reach, or below `unit` where one is named; `None` for all of them.
    pub(super) fn units_within(&self, reach: &Reach, unit: Option<UnitId>) -> Result<Option<Vec<UnitId>>, Refusal> {
        if let Some(unit) = unit {
            self.check_reach(reach, unit)?;
            return Ok(Some(self.directory.tree().subtree(unit)));
        }
        Ok(self.directory.tree().within(reach))
    }

    /// Refuses who may not read the sheet of a unit: those read it who belong there or below, and those whose duties reach it.
    pub(super) fn check_reader(&self, person: &Person, unit: UnitId) -> Result<(), Refusal> {
        let tree = self.directory.tree();
        let card = tree.get(unit).ok_or(Refusal::NoSuchUnit)?;
        let leads = person.reach(Capability::ReadObligations).is_some_and(|reach| reach.covers(&card.path));
        if leads || person.path.contains(&unit) { Ok(()) } else { Err(Refusal::NotYours) }
    }
}

/// Writes down who did what about something of a unit.
pub(super) fn note(
    tx: &mut Tx,
    by: MemberId,
    action: &str,
    (subject_kind, subject_id): (&str, Uuid),
    detail: impl Serialize + Debug,
) -> QueryResult<()> {
    trail::note(tx, Act { actor: Some(by), action, subject_kind, subject_id, detail })
}
