//! What settings were set to, by whom, when and why; and what is proposed.

use std::collections::HashMap;

use diesel::prelude::*;
use uuid::Uuid;

use super::{Changes, Setting, TOPIC, Value};
use crate::base::approval::{Proposal, ProposalState, VALID_SECONDS};
use crate::base::id::MemberId;
use crate::base::time::Timestamp;
use crate::base::version::{LastChange, Version};
use crate::db::schema::setting_changes;
use crate::db::{Conn, Tx};
use crate::kernel::{agenda, changes};
use crate::on;

crate::id!(
    /// A change of a setting, or a proposal of one.
    SettingChangeId
);

/// A change of a setting: in force since it was answered, or a proposal of one.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = setting_changes)]
pub struct SettingChange {
    pub id: SettingChangeId,
    pub key: String,
    /// What was in force when it was made; see [`SettingChange::former`].
    pub former: i64,
    /// `None` for the default, whatever that is; see [`SettingChange::value`].
    pub value: Option<i64>,
    pub reason: String,
    pub state: ProposalState,
    pub proposed_by: MemberId,
    pub proposed_at: Timestamp,
    /// `None` while it waits, and where nobody had to be asked.
    pub answered_by: Option<MemberId>,
    /// When it came into force, or was refused or taken back.
    pub answered_at: Option<Timestamp>,
    /// Of a setting that is text, where `former` is 0.
    pub former_text: Option<String>,
    /// Of a setting that is text, where `value` is 0.
    pub text: Option<String>,
}

impl SettingChange {
    /// What was in force when it was made.
    pub fn former(&self) -> Value {
        Value::of(self.former, self.former_text.clone())
    }

    /// What it is changed to; `None` for the default.
    pub fn value(&self) -> Option<Value> {
        self.value.map(|number| Value::of(number, self.text.clone()))
    }

    /// As the rule of two people looks at it.
    pub fn rule(&self) -> Proposal {
        let (state, proposed_by) = (self.state, Some(self.proposed_by));
        Proposal { state, proposed_by, about: None, expires_at: Some(self.expires_at()) }
    }

    /// Whether it waited for a second person.
    pub fn was_proposed(&self) -> bool {
        self.state != ProposalState::Approved || self.answered_by.is_some()
    }

    /// As the last change of its setting, once it is in force.
    pub fn as_last(&self) -> Option<LastChange> {
        let by = Some(self.answered_by.unwrap_or(self.proposed_by));
        Some(LastChange { version: Version(self.id.uuid()), by, at: self.answered_at? })
    }

    /// Until when it can be answered.
    pub fn expires_at(&self) -> Timestamp {
        self.proposed_at.plus_seconds(VALID_SECONDS)
    }
}

/// Writes a change down; `false` when another one of this key waits for its answer.
pub fn insert(tx: &mut Tx, change: &SettingChange) -> QueryResult<bool> {
    let now = tx.now();
    let overdue = setting_changes::table
        .filter(setting_changes::key.eq(&change.key))
        .filter(setting_changes::state.eq(ProposalState::Open))
        .filter(setting_changes::proposed_at.le(now.plus_seconds(-VALID_SECONDS)));
    let expired = (setting_changes::state.eq(ProposalState::Expired), setting_changes::answered_at.eq(now));
    on!(&mut *tx.conn, c => diesel::update(overdue).set(expired).execute(c))?;
    let inserted = on!(&mut *tx.conn, c => diesel::insert_into(setting_changes::table)
        .values(change)
        .on_conflict_do_nothing()
        .execute(c))?;
    Ok(inserted == 1)
}

/// Within which every server has heard of a change.
const HEARD_WITHIN_SECONDS: i64 = 3;

/// The instant of a change of `key` that is made now: after every one before it, also when the clock went back, since the
/// last one holds.
pub fn instant_of_change(tx: &mut Tx, key: &str) -> QueryResult<Timestamp> {
    let last: Option<Option<Timestamp>> = on!(&mut *tx.conn, c => setting_changes::table
        .filter(setting_changes::key.eq(key))
        .filter(setting_changes::state.eq(ProposalState::Approved))
        .order(setting_changes::answered_at.desc())
        .select(setting_changes::answered_at)
        .first(c)
        .optional())?;
    let next = last.flatten().map(|last| Timestamp::from_micros(last.micros() + 1));
    Ok(next.map_or(tx.now(), |next| next.max(tx.now())))
}

/// Writes the answer to a proposal down; `false` when it was answered meanwhile.
pub fn answer(
    tx: &mut Tx,
    id: SettingChangeId,
    state: ProposalState,
    (by, at): (MemberId, Timestamp),
) -> QueryResult<bool> {
    let open = setting_changes::table.find(id).filter(setting_changes::state.eq(ProposalState::Open));
    let answer =
        (setting_changes::state.eq(state), setting_changes::answered_by.eq(by), setting_changes::answered_at.eq(at));
    Ok(on!(&mut *tx.conn, c => diesel::update(open).set(answer).execute(c))? == 1)
}

/// Puts `change` into force with this transaction: here at once, elsewhere as soon as it is heard of.
pub fn put_in_force(tx: &mut Tx, setting: &Setting, change: &SettingChange) -> QueryResult<()> {
    changes::announce(tx, TOPIC, change.id.uuid())?;
    if let Some(kind) = setting.wakes {
        agenda::put_now(tx, kind, Uuid::nil())?;
        // and once more when every server has heard of it: one that has not may be the first to look
        let heard = tx.now().plus_seconds(HEARD_WITHIN_SECONDS);
        agenda::put(tx, kind, change.id.uuid(), heard)?;
    }
    let (setting, value, at) = (setting.clone(), change.value(), change.answered_at.unwrap_or(tx.now()));
    tx.after_commit(move || setting.take(at, value.clone()));
    Ok(())
}

pub fn find(conn: &mut Conn, id: SettingChangeId) -> QueryResult<Option<SettingChange>> {
    on!(conn, c => setting_changes::table.find(id).select(SettingChange::as_select()).first(c).optional())
}

/// A change, held until the end of the transaction, so that nobody answers it meanwhile.
pub fn lock_row(conn: &mut Conn, id: SettingChangeId) -> QueryResult<Option<SettingChange>> {
    let change = setting_changes::table.find(id);
    match conn {
        Conn::Pg(c) => change.select(SettingChange::as_select()).for_update().first(c).optional(),
        // all writes go through one thread, one transaction after the other
        Conn::Sqlite(c) => change.select(SettingChange::as_select()).first(c).optional(),
    }
}

/// The proposals that wait for an answer, by key; those whose time is over among them.
pub fn list_open(conn: &mut Conn) -> QueryResult<Vec<SettingChange>> {
    on!(conn, c => setting_changes::table
        .filter(setting_changes::state.eq(ProposalState::Open))
        .order(setting_changes::key)
        .select(SettingChange::as_select())
        .load(c))
}

/// The changes of a setting before `before`, newest first, whatever became of them.
pub fn list(
    conn: &mut Conn,
    key: &str,
    before: Option<SettingChangeId>,
    limit: i64,
) -> QueryResult<Vec<SettingChange>> {
    on!(conn, c => setting_changes::table
        .filter(setting_changes::key.eq(key))
        .filter(setting_changes::id.lt(before.unwrap_or_else(|| Uuid::max().into())))
        .order(setting_changes::id.desc())
        .limit(limit)
        .select(SettingChange::as_select())
        .load(c))
}

/// What the setting was set to last; `None` where it never was.
pub fn newest_in_force(conn: &mut Conn, key: &str) -> QueryResult<Option<SettingChange>> {
    on!(conn, c => setting_changes::table
        .filter(setting_changes::key.eq(key))
        .filter(setting_changes::state.eq(ProposalState::Approved))
        .order((setting_changes::answered_at.desc(), setting_changes::id.desc()))
        .select(SettingChange::as_select())
        .first(c)
        .optional())
}

/// What was set and when, by key, in that order; a handful for each in a year.
pub(super) fn list_approved(conn: &mut Conn) -> QueryResult<HashMap<String, Changes>> {
    let set: Vec<SettingChange> = on!(conn, c => setting_changes::table
        .filter(setting_changes::state.eq(ProposalState::Approved))
        .order((setting_changes::answered_at, setting_changes::id))
        .select(SettingChange::as_select())
        .load(c))?;
    let mut changes: HashMap<String, Changes> = HashMap::new();
    for change in set {
        let value = change.value();
        changes.entry(change.key).or_default().extend(change.answered_at.map(|at| (at, value)));
    }
    Ok(changes)
}
