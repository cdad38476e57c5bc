//! What changes the roster: units, people, duties. Each action is one transaction that leaves a trail, lets the other
//! processes know and puts its result into the directory after the commit.

mod absences;
mod admin;
mod anonymity;
mod corrections;
mod duties;
mod proposals;
mod members;
mod moves;
mod phones;
mod rosters;
mod settings;
mod units;
mod imports;

pub use absences::NewLeave;
pub use admin::FirstAdministrator;
pub use corrections::NewCorrection;
pub use duties::{Granted, NewDuty};
pub use imports::Progress;
pub use members::{MemberChange, NewMember};
pub use moves::Departure;
pub use phones::{OwnChange, WaitingPhone};
pub use proposals::ProposalFilter;
pub use rosters::{Called, Listed, RosterFilter};
pub use units::{NewUnit, UnitChange};

use std::collections::HashMap;

use diesel::QueryResult;
use serde::Serialize;
use uuid::Uuid;

use super::desks::Desks;
use super::directory::{Directory, MemberCard, UnitTree, card};
use super::model::{MemberRow, RoleRow};
use super::rules::{self, Refusal};
use super::store;
use crate::base::capability::Reach;
use crate::base::crypto::Key;
use crate::base::hooks::Hooks;
use crate::base::id::{MemberId, UnitId};
use crate::base::phone;
use crate::base::time::Timestamp;
use crate::db::{Conn, Db, DbError, Stop, Tx};
use crate::kernel::backlog::Backlog;
use crate::kernel::changes::{self, Change};
use crate::kernel::idempotency::Reused;
use crate::kernel::trail::{self, Act};

/// The change that tells other processes to read one member again.
pub const MEMBER_TOPIC: &str = "member";
/// The change that tells other processes to read the tree again.
pub const UNITS_TOPIC: &str = "units";
/// The change that tells other processes to read everything again, after an import.
pub const ROSTER_TOPIC: &str = "roster";

/// What people are told the operator is, who works on the server itself and is nobody's account.
pub const OPERATOR: &str = "系统维护人员";

/// Changed members beyond which reading everything is cheaper than reading them one by one.
const MANY: usize = 500;

type Outcome<T> = Result<T, Stop<Refusal>>;

impl From<Reused> for Refusal {
    fn from(_: Reused) -> Self {
        Refusal::KeyReused
    }
}

/// Everything the room works with; clones share it.
#[derive(Clone)]
pub struct Members {
    db: Db,
    directory: Directory,
    desks: Desks,
    phone_key: Key,
    /// Whether a member judges a selection that is not over.
    judges: Hooks<Judges>,
    /// What else ends when a member leaves.
    upon_leaving: Hooks<UponLeaving>,
    /// How the accounts of members stand.
    accounts: Hooks<Accounts>,
    /// What rooms do when somebody moves or leaves.
    upon_departure: Hooks<moves::UponDeparture>,
    /// What waited before there was a desk of all rooms.
    unlaid_duties: Backlog,
    unlaid_phones: Backlog,
    /// Numbers that were stored before comparing had its present rules.
    unfolded_phones: Backlog,
}

/// Whether a member judges something that is not over.
type Judges = fn(&mut Conn, MemberId) -> QueryResult<bool>;
/// What a room ends when a member leaves.
type UponLeaving = fn(&mut Tx, MemberId) -> QueryResult<()>;

/// How the accounts of some members stand at an instant; those of whom nothing is said have none.
type Accounts = fn(&mut Conn, &[MemberId], Timestamp) -> QueryResult<HashMap<MemberId, Account>>;

/// How the account of a member stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Account {
    /// The member ever signed in.
    pub signed_in: bool,
    /// An invite code for the member can be used.
    pub code_open: bool,
}

/// Who changes the roster, and how far that person's duty reaches.
#[derive(Clone, Debug)]
pub struct Manager {
    /// `None` for the operator's command line.
    pub member: Option<MemberId>,
    pub reach: Reach,
}

impl Manager {
    /// Anyone who sits at the server's own command line.
    pub fn operator() -> Self {
        Manager { member: None, reach: Reach::Everything }
    }
}

impl Members {
    pub fn new(db: Db, directory: Directory, desks: Desks, phone_key: Key) -> Self {
        Members {
            db,
            directory,
            desks,
            phone_key,
            judges: Hooks::default(),
            upon_leaving: Hooks::default(),
            accounts: Hooks::default(),
            upon_departure: Hooks::default(),
            unlaid_duties: Backlog::new("members.duty_desk"),
            unlaid_phones: Backlog::new("members.phone_desk"),
            unfolded_phones: Backlog::new("members.phones"),
        }
    }

    /// Has nobody become administrator or auditor who, as `judges` says, judges a selection that is not over.
    pub fn unless_judging(&self, judges: Judges) {
        self.judges.add(judges);
    }

    /// Has `end` done in the transaction in which somebody leaves.
    pub fn upon_leaving(&self, end: UponLeaving) {
        self.upon_leaving.add(end);
    }

    /// Has rosters say how accounts stand.
    pub fn tell_accounts(&self, accounts: Accounts) {
        self.accounts.add(accounts);
    }

    /// Whether another room says that the member judges something that is not over.
    fn is_judge(&self, conn: &mut Conn, member: MemberId) -> QueryResult<bool> {
        for judges in self.judges.each() {
            if judges(conn, member)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Lays out what waited before there was a desk of all rooms.
    pub async fn lay_old_on_desk(&self) -> Result<(), DbError> {
        self.lay_old_duties().await?;
        self.lay_old_phones().await
    }

    /// Writes anew by what numbers are looked up that were stored before comparing had its present rules.
    pub async fn fold_old_phones(&self) -> Result<(), DbError> {
        let members = self.clone();
        let fold = move |tx: &mut Tx, id: Uuid| {
            let Some(mut row) = store::lock_member(tx.conn, id.into())? else { return Ok(()) };
            let Some(number) = members.open_phone(&row).and_then(|typed| phone::normal(&typed)) else { return Ok(()) };
            let index = Some(super::phone_index(&members.phone_key, &number));
            // somebody else's meanwhile: the roster is put right by a person
            let is_free = store::list_by_phone(tx.conn, index.as_slice())?.iter().all(|other| other.id == row.id);
            if row.phone_index == index || !is_free {
                return Ok(());
            }
            members.put_phone(&mut row, Some(&number));
            store::update_member(tx.conn, &row)
        };
        self.unfolded_phones.work_off(&self.db, fold).await
    }

    /// Lays out anew what waits for a second person, by the roster as it is now.
    pub async fn lay_anew_on_desk(&self) -> Result<(), DbError> {
        self.lay_duties_anew().await?;
        self.lay_phones_anew().await?;
        self.lay_corrections_anew().await
    }

    /// Marks what waited for a second person longer than it may.
    pub fn expire(&self, tx: &mut Tx) -> QueryResult<()> {
        self.expire_duties(tx)?;
        self.expire_phones(tx)
    }

    /// Reads the whole roster anew.
    pub async fn reload(&self) -> Result<(), DbError> {
        let today = self.db.today();
        let loaded = self.db.read(move |conn| Directory::load(conn, today)).await?;
        self.directory.replace(loaded);
        Ok(())
    }

    /// Reads again what `changes` say that another process changed. A long list is answered by reading everything.
    pub async fn hear(&self, changes: &[Change]) -> Result<(), DbError> {
        let about = |topic: &'static str| changes.iter().filter(move |change| change.topic == topic);
        let members: Vec<MemberId> = about(MEMBER_TOPIC).filter_map(Change::subject).collect();
        if about(ROSTER_TOPIC).next().is_some() || members.len() > MANY {
            return self.reload().await;
        }
        if about(UNITS_TOPIC).next().is_some() {
            self.directory.put_tree(UnitTree::new(self.db.read(store::list_units).await?));
        }
        if members.is_empty() {
            return Ok(());
        }
        let today = self.db.today();
        let cards = self.db.read(move |conn| {
            let roles = store::list_roles_of_all(conn, &members, today)?;
            let duties_of = |id| roles.iter().filter(|role| role.member_id == id).cloned().collect::<Vec<RoleRow>>();
            Ok(store::find_members(conn, &members)?.iter().map(|row| card(row, duties_of(row.id))).collect::<Vec<_>>())
        });
        cards.await?.into_iter().for_each(|card| self.directory.put_member(card));
        Ok(())
    }

    /// The present instant.
    pub fn now(&self) -> Timestamp {
        self.db.now()
    }

    /// A member as stored, with the phone number opened.
    pub async fn find(&self, id: MemberId) -> Result<Option<(MemberRow, Option<String>)>, DbError> {
        let row = self.db.read(move |conn| store::find_member(conn, id)).await?;
        Ok(row.map(|row| {
            let phone = self.open_phone(&row);
            (row, phone)
        }))
    }

    /// The phone number of a member; `None` also when it was sealed under another key.
    pub fn open_phone(&self, row: &MemberRow) -> Option<String> {
        String::from_utf8(self.phone_key.open(row.phone_sealed.as_deref()?)?).ok()
    }

    /// A phone number as it is stored: sealed, and its index.
    fn seal_phone(&self, phone: &str) -> (Vec<u8>, Vec<u8>) {
        (self.phone_key.seal(phone.as_bytes()), super::phone_index(&self.phone_key, phone))
    }

    /// Refuses when a unit does not exist or lies beyond the manager's reach.
    fn check_unit(&self, manager: &Manager, unit: UnitId) -> Result<(), Refusal> {
        check_reach(&self.directory.tree(), manager, unit)
    }

    /// The same of a unit that the body names at `pointer`.
    fn check_named_unit(&self, manager: &Manager, unit: UnitId, pointer: &'static str) -> Result<(), Refusal> {
        self.check_unit(manager, unit).map_err(|refusal| named(refusal, pointer))
    }

    /// Refuses when a member does not exist or lies beyond the manager's reach.
    fn check_member(&self, manager: &Manager, member: MemberId) -> Result<(), Refusal> {
        let card = self.directory.member(member).ok_or(Refusal::NoSuchMember)?;
        self.check_unit(manager, card.unit)
    }

    /// Writes the card of a changed member into the directory after the commit, here and elsewhere.
    fn publish_member(&self, tx: &mut Tx, row: &MemberRow) -> QueryResult<MemberCard> {
        let duties = store::list_roles_of(tx.conn, row.id, tx.today())?;
        changes::announce(tx, MEMBER_TOPIC, row.id.uuid())?;
        let (directory, card) = (self.directory.clone(), card(row, duties));
        let put = card.clone();
        tx.after_commit(move || directory.put_member(put));
        Ok(card)
    }

    /// Writes the changed tree into the directory after the commit, here and elsewhere.
    fn publish_units(&self, tx: &mut Tx, changed: UnitId) -> QueryResult<()> {
        changes::announce(tx, UNITS_TOPIC, changed.uuid())?;
        let (directory, tree) = (self.directory.clone(), UnitTree::new(store::list_units(tx.conn)?));
        tx.after_commit(move || directory.put_tree(tree));
        Ok(())
    }
}

fn check_reach(tree: &UnitTree, manager: &Manager, unit: UnitId) -> Result<(), Refusal> {
    let card = tree.get(unit).ok_or(Refusal::NoSuchUnit)?;
    if manager.reach.covers(&card.path) { Ok(()) } else { Err(Refusal::OutOfReach) }
}

/// A refusal of a unit that the body names at `pointer`.
fn named(refusal: Refusal, pointer: &'static str) -> Refusal {
    match refusal {
        Refusal::NoSuchUnit => Refusal::UnknownUnit { pointer },
        refusal => refusal,
    }
}

/// Leaves a trail of what `manager` did.
fn note<D: Serialize + std::fmt::Debug>(
    tx: &mut Tx,
    manager: &Manager,
    action: &'static str,
    subject: (&'static str, Uuid),
    detail: D,
) -> QueryResult<()> {
    trail::note(tx, Act { actor: manager.member, action, subject_kind: subject.0, subject_id: subject.1, detail })
}
