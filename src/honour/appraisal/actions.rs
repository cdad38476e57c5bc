//! Schemes and their versions, and the classes of members.

use std::collections::HashMap;

use diesel::QueryResult;
use serde_json::json;
use uuid::Uuid;

use super::model::{AppraisalRule, AppraisalScheme, SchemeBook, SchemeVersion};
use super::rules::{self, Refusal};
use super::settings::Terms;
use super::store;
use crate::base::capability::{Capability, Reach};
use crate::base::id::{MemberId, UnitId};
use crate::base::idempotency::IdempotencyKey;
use crate::base::own_case::{Involvement, Judgement};
use crate::base::person::Person;
use crate::base::time::Day;
use crate::db::{Conn, Db, DbError, Stop, Tx};
use crate::kernel::calendar::Calendar;
use crate::kernel::idempotency::{self, Reused};
use crate::kernel::trail::{self, Act};
use crate::people::members::{Desks, Directory};

pub(super) type Outcome<T> = Result<T, Stop<Refusal>>;

impl From<Reused> for Refusal {
    fn from(_: Reused) -> Self {
        Refusal::KeyReused
    }
}

/// The room's handle; clones share it.
#[derive(Clone)]
pub struct Appraisal {
    pub(super) db: Db,
    pub(super) directory: Directory,
    pub(super) desks: Desks,
    pub(super) calendar: Calendar,
    pub(super) terms: Terms,
}

/// What is written as the next version.
#[derive(Clone, Debug)]
pub(super) enum NewScheme {
    Whole(AppraisalScheme),
    /// The version that holds by then, with one rule written anew, or added.
    Rule(AppraisalRule),
}

impl Appraisal {
    pub fn new(db: Db, directory: Directory, desks: Desks, calendar: Calendar, terms: Terms) -> Self {
        Appraisal { db, directory, desks, calendar, terms }
    }

    /// Every version of the scheme.
    pub(super) async fn schemes(&self) -> Result<SchemeBook, DbError> {
        self.db.read(book).await
    }

    /// Writes the next version.
    pub(super) async fn write_scheme(
        &self,
        by: MemberId,
        new: NewScheme,
        (from, basis): (Day, String),
        key: Option<IdempotencyKey>,
    ) -> Outcome<SchemeVersion> {
        self.db
            .write(move |tx| {
                tx.take_turn_on("appraisal_schemes")?;
                let version = idempotency::once(tx, key.as_ref(), |tx| write_version(tx, by, &new, (from, &basis)))?;
                Ok(book(tx.conn)?.version(version).cloned().ok_or(Refusal::NoSuchVersion)?)
            })
            .await
    }

    /// Takes back a version that is not in force yet.
    pub(super) async fn withdraw_scheme(&self, by: MemberId, version: i32) -> Outcome<()> {
        self.db
            .write(move |tx| {
                tx.take_turn_on("appraisal_schemes")?;
                let book = book(tx.conn)?;
                let found = book.version(version).ok_or(Refusal::NoSuchVersion)?;
                if found.effective_on <= tx.today() {
                    return Err(Refusal::InForce.into());
                }
                store::withdraw_scheme(tx.conn, version, tx.now())?;
                Ok(note_scheme(tx, by, "appraisal.withdraw_scheme", found)?)
            })
            .await
    }

    /// Says to which class a member belongs, from today. The base that was given stays; the next one follows the class.
    pub(super) async fn set_class(
        &self,
        person: &Person,
        member: MemberId,
        (class, reason): (String, String),
    ) -> Outcome<()> {
        let path = self.directory.path_unless_left(member).ok_or(Refusal::UnknownMember)?;
        let unit = *path.first().ok_or(Refusal::UnknownMember)?;
        let himself = (member == person.member).then_some(Involvement::Subject);
        Judgement::SetAppraisalClass.check(himself.into_iter().collect()).map_err(|_| Refusal::OwnClass)?;
        let post = self.post_of(Capability::DecideAppraisal, member, unit, self.db.today());
        if !self.holds(person, post) {
            return Err(Refusal::OutOfReach.into());
        }
        let by = person.member;
        self.db
            .write(move |tx| {
                tx.take_turn(member)?;
                let today = tx.today();
                let book = book(tx.conn)?;
                let scheme = &book.on(today).ok_or(Refusal::NoScheme)?.scheme;
                if !scheme.classes.iter().any(|known| known.key == class) {
                    return Err(Refusal::NoSuchClass.into());
                }
                let present = classes(tx.conn, &[member], today)?;
                if present.get(&member) == Some(&class) {
                    return Ok(());
                }
                let id = tx.fresh_id::<super::model::AppraisalSourceId>().uuid();
                let (class, reason, at) = (class.as_str(), reason.as_str(), tx.now());
                store::insert_class(tx.conn, &store::NewClass { id, member, class, from: today, reason, by, at })?;
                let detail = json!({ "class": class, "reason": reason, "from": today });
                let (action, subject_kind) = ("appraisal.set_class", "member_appraisal");
                let subject_id = member.uuid();
                Ok(trail::note(tx, Act { actor: Some(by), action, subject_kind, subject_id, detail })?)
            })
            .await
    }

    /// Whether a reach covers a unit.
    pub(super) fn covers(&self, reach: &Reach, unit: UnitId) -> bool {
        self.directory.tree().is_within(reach, unit)
    }

    /// The units within reach, or below `unit` where one is named; `None` for all of them.
    pub(super) fn units(&self, reach: &Reach, unit: Option<UnitId>) -> Result<Option<Vec<UnitId>>, Refusal> {
        let tree = self.directory.tree();
        if let Some(unit) = unit {
            let card = tree.get(unit).ok_or(Refusal::NoSuchUnit)?;
            return if reach.covers(&card.path) { Ok(Some(tree.subtree(unit))) } else { Err(Refusal::OutOfReach) };
        }
        Ok(tree.within(reach))
    }
}

/// Every version of the scheme.
pub(super) fn book(conn: &mut Conn) -> QueryResult<SchemeBook> {
    Ok(SchemeBook(store::list_schemes(conn)?))
}

/// The class of each member for whom one was set by `day`.
pub(super) fn classes(conn: &mut Conn, members: &[MemberId], day: Day) -> QueryResult<HashMap<MemberId, String>> {
    Ok(store::classes_of(conn, members, day)?.into_iter().collect())
}

fn write_version(tx: &mut Tx, by: MemberId, new: &NewScheme, (from, basis): (Day, &str)) -> Outcome<i32> {
    let book = book(tx.conn)?;
    let scheme = match new {
        NewScheme::Whole(scheme) => scheme.clone(),
        NewScheme::Rule(rule) => {
            let mut scheme = book.on(from).ok_or(Refusal::NoScheme)?.scheme.clone();
            match scheme.rules.iter_mut().find(|known| known.code == rule.code) {
                Some(known) => *known = rule.clone(),
                None => scheme.rules.push(rule.clone()),
            }
            scheme
        }
    };
    rules::check_version(&scheme, from, &book, tx.today())?;
    let version = SchemeVersion {
        version: store::highest_version(tx.conn)? + 1,
        scheme,
        basis: basis.to_owned(),
        effective_on: from,
        created_by: Some(by),
        created_at: tx.now(),
    };
    if !store::insert_scheme(tx.conn, &version)? {
        return Err(Refusal::ChangedMeanwhile.into());
    }
    note_scheme(tx, by, "appraisal.write_scheme", &version)?;
    Ok(version.version)
}

fn note_scheme(tx: &mut Tx, by: MemberId, action: &str, version: &SchemeVersion) -> QueryResult<()> {
    let detail = json!({
        "version": version.version, "effective_on": version.effective_on, "basis": version.basis,
        "rules": version.scheme.rules.len(),
    });
    // versions have numbers and no id; the detail names it
    let (subject_kind, subject_id) = ("appraisal_schemes", Uuid::nil());
    trail::note(tx, Act { actor: Some(by), action, subject_kind, subject_id, detail })
}
