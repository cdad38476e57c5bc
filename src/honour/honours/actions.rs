//! The room's handle, and what all of its parts ask: who a holder is, who reaches a unit, what is told and noted.

use std::sync::Arc;

use std::collections::HashMap;

use diesel::QueryResult;
use serde_json::Value;
use uuid::Uuid;

use super::model::{AwardId, Awarded, Bar, Holder, HolderId, HolderRow, HonourHolderKind};
use super::rules::Refusal;
use super::settings::Terms;
use super::store;
use crate::base::capability::{Capability, Reach};
use crate::base::crypto::Key;
use crate::base::id::{MemberId, UnitId};
use crate::base::own_case::{Involvement, Judgement, belonging};
use crate::base::person::Person;
use crate::base::text::squeeze;
use crate::db::{Conn, Db, Stop, Tx};
use crate::ground::documents;
use crate::ground::notices::{self, NewNotice, NoticeKind, To};
use crate::honour::appraisal::Appraisal;
use crate::kernel::attempts::Attempts;
use crate::kernel::calendar::Calendar;
use crate::kernel::facts::KnownFacts;
use crate::kernel::idempotency::Reused;
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
pub struct Honours {
    pub(super) db: Db,
    pub(super) directory: Directory,
    pub(super) desks: Desks,
    pub(super) calendar: Calendar,
    pub(super) terms: Terms,
    pub(super) appraisal: Arc<Appraisal>,
    pub(super) attempts: Attempts,
    /// Hides in what is stored from where codes were tried.
    pub(super) key: Key,
    /// What rooms tell of units, also those that are opened later.
    pub(super) facts: KnownFacts,
}

/// A holder as somebody names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum NewHolder {
    Member(MemberId),
    Unit(UnitId),
    /// A brand, a post or a zone of a unit, by its name.
    Named(HonourHolderKind, UnitId, String),
}

impl NewHolder {
    /// The member, of an honour of a member.
    pub fn member(&self) -> Option<MemberId> {
        match self {
            NewHolder::Member(member) => Some(*member),
            NewHolder::Unit(_) | NewHolder::Named(..) => None,
        }
    }
}

impl Honours {
    pub fn new(
        db: Db,
        (directory, desks): (Directory, Desks),
        calendar: Calendar,
        terms: Terms,
        (attempts, key): (Attempts, Key),
        (facts, appraisal): (KnownFacts, Appraisal),
    ) -> Self {
        let appraisal = Arc::new(appraisal);
        Honours { db, directory, desks, calendar, terms, appraisal, attempts, key, facts }
    }

    /// The unit to which a holder belongs.
    pub(super) fn unit_of(&self, holder: &NewHolder) -> Result<UnitId, Refusal> {
        match holder {
            NewHolder::Member(member) => {
                let path = self.directory.path_unless_left(*member).ok_or(Refusal::NoSuchMember)?;
                path.first().copied().ok_or(Refusal::NoSuchMember)
            }
            NewHolder::Unit(unit) | NewHolder::Named(_, unit, _) => {
                self.directory.tree().get(*unit).map(|card| card.unit.id).ok_or(Refusal::NoSuchUnit)
            }
        }
    }

    /// Whether a reach covers a unit.
    pub(super) fn covers(&self, reach: &Reach, unit: UnitId) -> bool {
        self.directory.tree().is_within(reach, unit)
    }

    /// Refuses a unit beyond reach.
    pub(super) fn check_reach(&self, reach: &Reach, unit: UnitId) -> Result<(), Refusal> {
        match self.directory.tree().get(unit) {
            None => Err(Refusal::NoSuchUnit),
            Some(card) if reach.covers(&card.path) => Ok(()),
            Some(_) => Err(Refusal::OutOfReach),
        }
    }

    /// Whether the person holds a capability that reaches a unit.
    pub(super) fn holds(&self, person: &Person, capability: Capability, unit: UnitId) -> Result<(), Refusal> {
        let reach = person.reach(capability).ok_or(Refusal::NotAllowed)?;
        self.check_reach(&reach, unit)
    }

    /// The units below `unit`, for a list that shows one part; `None` for all of them.
    pub(super) fn below(&self, unit: Option<UnitId>) -> Result<Option<Vec<UnitId>>, Refusal> {
        let Some(unit) = unit else { return Ok(None) };
        let tree = self.directory.tree();
        match tree.get(unit) {
            Some(_) => Ok(Some(tree.subtree(unit))),
            None => Err(Refusal::NoSuchUnit),
        }
    }

    /// The units within reach, or below `unit` where one is named; `None` for all of them.
    pub(super) fn within(&self, reach: &Reach, unit: Option<UnitId>) -> Result<Option<Vec<UnitId>>, Refusal> {
        if let Some(unit) = unit {
            self.check_reach(reach, unit)?;
            return self.below(Some(unit));
        }
        Ok(self.directory.tree().within(reach))
    }

    /// Whether the unit is a Party committee, which alone commends.
    pub(super) fn is_committee(&self, unit: UnitId) -> bool {
        let tree = self.directory.tree();
        let kind = tree.get(unit).map(|card| card.unit.kind.clone()).unwrap_or_default();
        super::rules::is_committee(&kind, &self.terms.committees())
    }

    /// Refuses who is involved: his own honour, or that of the unit that he belongs to.
    pub(super) fn check_own(
        judgement: Judgement,
        person: &Person,
        (member, unit, proposer): (Option<MemberId>, Option<UnitId>, Option<MemberId>),
    ) -> Result<(), Refusal> {
        let himself = (member == Some(person.member)).then_some(Involvement::Subject);
        let proposed = (proposer == Some(person.member)).then_some(Involvement::Proposer);
        let of_unit = unit.and_then(|unit| belonging(person, unit));
        let involved = himself.into_iter().chain(proposed).chain(of_unit).collect();
        judgement.check(involved).map_err(|_| Refusal::Own)
    }

    /// What a holder is called.
    pub(super) fn name_of(&self, holder: Holder, named: Option<&str>) -> String {
        match holder {
            Holder::Member(member) => self.directory.name_of(member),
            Holder::Unit(unit) => self.directory.unit_name(unit),
            Holder::Thing(..) => named.unwrap_or_default().to_owned(),
        }
    }

    /// What the holder of an honour is called.
    pub(super) fn holder_name(&self, (award, _, named): &Awarded) -> String {
        self.name_of(award.holder(), named.as_deref())
    }

    pub(super) fn tell(
        &self,
        tx: &mut Tx,
        member: MemberId,
        title: &str,
        body: String,
        link: String,
    ) -> QueryResult<()> {
        let to = To::Member(member);
        notices::tell(tx, NewNotice { to, kind: NoticeKind::HONOUR, title: title.into(), body, link: Some(link) })
    }
}

/// The holder that somebody named; a brand, a post or a zone is written down the first time it is named.
pub(super) fn resolve(tx: &mut Tx, new: &NewHolder) -> QueryResult<Holder> {
    let (kind, unit, name) = match new {
        NewHolder::Member(member) => return Ok(Holder::Member(*member)),
        NewHolder::Unit(unit) => return Ok(Holder::Unit(*unit)),
        NewHolder::Named(kind, unit, name) => (*kind, *unit, name.trim()),
    };
    if let Some(known) = store::find_named(tx.conn, kind, unit, name)? {
        return Ok(Holder::Thing(kind, known.id));
    }
    let row = HolderRow { id: tx.fresh_id(), kind, unit_id: unit, name: name.to_owned(), created_at: tx.now() };
    if store::insert_holder(tx.conn, &row)? {
        return Ok(Holder::Thing(kind, row.id));
    }
    // somebody else named it a moment ago
    let known: HolderId = store::find_named(tx.conn, kind, unit, name)?.ok_or(diesel::result::Error::NotFound)?.id;
    Ok(Holder::Thing(kind, known))
}

/// Who takes no part in a year.
#[derive(Clone, Debug, Default)]
pub(super) struct Barred {
    pub members: Vec<MemberId>,
    pub units: Vec<UnitId>,
}

impl Barred {
    pub(super) fn of(conn: &mut Conn, year: i32) -> QueryResult<Barred> {
        let bars: Vec<Bar> = store::list_bars_of(conn, year)?;
        let members = bars.iter().filter_map(|bar| bar.member_id).collect();
        let units = bars.iter().filter(|bar| bar.member_id.is_none()).map(|bar| bar.unit_id).collect();
        Ok(Barred { members, units })
    }
}

/// By what two honours are the same: whose, of what, by which document.
pub(super) fn cause_of(holder: Holder, title: &str, year: i32, document: &str) -> String {
    format!("{}|{}|{year}|{}", holder.uuid(), squeeze(title), squeeze(document))
}

/// The number of a document as it is written in full; refused where it is none, since nothing else may be said there.
pub(super) fn numbered(text: &str) -> Result<String, Refusal> {
    documents::parse(text).map(|number| number.to_string()).ok_or(Refusal::NoNumber)
}

/// Honours by whose they are.
pub(super) fn by_holder<K: std::hash::Hash + Eq>(
    awards: Vec<Awarded>,
    key: impl Fn(&Awarded) -> Option<K>,
) -> HashMap<K, Vec<Awarded>> {
    let mut found: HashMap<K, Vec<Awarded>> = HashMap::new();
    for awarded in awards {
        if let Some(key) = key(&awarded) {
            found.entry(key).or_default().push(awarded);
        }
    }
    found
}

/// Where an honour is read.
pub(super) fn link_of(id: AwardId) -> String {
    format!("/honours/{id}")
}

pub(super) fn note(
    tx: &mut Tx,
    actor: Option<MemberId>,
    action: &str,
    (subject_kind, subject_id): (&str, Uuid),
    detail: Value,
) -> QueryResult<()> {
    trail::note(tx, Act { actor, action, subject_kind, subject_id, detail })
}
