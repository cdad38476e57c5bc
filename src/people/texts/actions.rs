//! Holding texts, and what rooms learn of those that are theirs.

use std::collections::HashMap;
use std::sync::Arc;

use diesel::QueryResult;
use serde_json::json;
use uuid::Uuid;

use super::checking::{CHECK, Check, LANE};
use super::model::{Decided, HeldText, HeldTextId, TextReview, TextState, TextVerdict};
use super::rules::{self, Refusal};
use super::store;
use crate::base::capability::{Capability, Reach};
use crate::base::hooks::Hooks;
use crate::base::id::{MemberId, UnitId};
use crate::base::own_case::{Involved, Involvement};
use crate::base::person::Person;
use crate::db::{Conn, Db, DbError, Stop, Tx};
use crate::ground::files::{self, Addresses, FileView};
use crate::kernel::desk::{self, NewItem, Post, Urgency, Whose};
use crate::kernel::outbox::{self, Posting};
use crate::kernel::settings::Setting;
use crate::kernel::trail::{self, Act};
use crate::people::members::{Desks, Directory};
use crate::people::platforms::{Platform, Platforms};
use crate::people::sessions::{self, Method};

pub(super) type Outcome<T> = Result<T, Stop<Refusal>>;

crate::kernel::desk::kinds! {
    /// What texts are on the desk.
    pub(super) DESK = "held_text" / "待审核文字",
}

/// The setting by which everything that members write waits for people.
pub(super) const REVIEW: &str = "texts.review";
pub(super) const ON: &str = "on";
pub(super) const OFF: &str = "off";

type Writers = dyn Fn(&mut Conn, Uuid) -> QueryResult<Vec<(MemberId, Involvement)>> + Send + Sync;
type Settled = dyn Fn(&mut Tx, &HeldText, TextVerdict) -> Result<(), DbError> + Send + Sync;

/// What a room does with texts of one kind, and what it knows of them.
pub struct TextKind {
    /// What its room calls it, such as `idea`.
    pub kind: &'static str,
    /// What people call it, such as 金点子.
    pub noun: &'static str,
    /// Whether it answers something that others wrote, rather than opening a subject.
    pub is_comment: bool,
    /// Under which kind pictures and papers belong to it, where it has any.
    pub files: Option<&'static str>,
    /// Who wrote it, each with how: none of them decides about it.
    pub writers: Box<Writers>,
    /// Goes on with what was let through, or takes note of what was returned.
    pub settled: Box<Settled>,
}

/// A text as its room hands it over.
#[derive(Clone, Debug)]
pub struct NewText {
    pub kind: &'static str,
    pub subject: Uuid,
    pub author: MemberId,
    /// The author's home unit.
    pub unit: UnitId,
    /// Everything of it that others would read.
    pub text: String,
    /// Where its author finds it in the app.
    pub link: String,
    /// What the room needs to go on once it is let through.
    pub carried: Option<String>,
}

/// The room's handle; clones share it.
#[derive(Clone)]
pub struct Texts {
    pub(super) db: Db,
    pub(super) directory: Directory,
    pub(super) desks: Desks,
    pub(super) platforms: Platforms,
    addresses: Addresses,
    review: Setting,
    kinds: Hooks<Arc<TextKind>>,
}

impl Texts {
    pub fn new(
        db: Db,
        (directory, desks): (Directory, Desks),
        platforms: Platforms,
        addresses: Addresses,
        review: Setting,
    ) -> Texts {
        Texts { db, directory, desks, platforms, addresses, review, kinds: Hooks::default() }
    }

    /// Has texts of a room's own kind held.
    pub fn holds(&self, kind: TextKind) {
        self.kinds.add(Arc::new(kind));
    }

    /// The same without what rooms said of their kinds: for what a room says itself, which would otherwise hold itself for
    /// ever, and the database with it.
    #[must_use]
    pub fn apart(&self) -> Texts {
        Texts { kinds: Hooks::default(), ..self.clone() }
    }

    pub(super) fn kind(&self, word: &str) -> Option<Arc<TextKind>> {
        self.kinds.each().into_iter().find(|kind| kind.kind == word)
    }

    pub(super) fn is_switched_on(&self) -> bool {
        &*self.review.words() == ON
    }

    /// Whether what `author` writes now is going to be held.
    pub fn will_hold(&self, tx: &mut Tx, author: MemberId) -> QueryResult<bool> {
        Ok(self.is_switched_on() || self.came_by_mini(tx, author)?)
    }

    /// Holds what is written now, if it is to be held: then nobody but its writers may see it until the room hears otherwise.
    /// Called in the transaction that writes it, once its writers are written down.
    pub fn hold(&self, tx: &mut Tx, new: NewText) -> QueryResult<bool> {
        let (by_people, by_check) = (self.is_switched_on(), self.came_by_mini(tx, new.author)?);
        if !by_people && !by_check {
            return Ok(false);
        }
        let text = HeldText {
            id: tx.fresh_id(),
            kind: new.kind.to_owned(),
            subject_id: new.subject.as_bytes().to_vec(),
            author_id: new.author,
            unit_id: new.unit,
            text: new.text,
            link: new.link,
            carried: new.carried,
            state: if by_people { TextState::Waiting } else { TextState::Checking },
            finding: None,
            hint: None,
            created_at: tx.now(),
            settled_at: None,
        };
        store::insert(tx.conn, &text)?;
        if by_people {
            self.lay_on_desk(tx, &text)?;
        }
        if by_check {
            let posting = Posting::new(CHECK, Check { text: text.id });
            outbox::send_all(tx, vec![Posting { lane: LANE, ..posting }])?;
        }
        note(tx, Some(new.author), "texts.hold", &text)?;
        Ok(true)
    }

    /// Whether the request comes from the mini-program, where the platform asks that texts be shown to its check.
    fn came_by_mini(&self, tx: &mut Tx, author: MemberId) -> QueryResult<bool> {
        let Some(session) = tx.origin().session.filter(|_| self.platforms.uses(Platform::Mini)) else {
            return Ok(false);
        };
        if sessions::find_method(tx.conn, session)? != Some(Method::Mini) {
            return Ok(false);
        }
        Ok(self.platforms.accounts(tx.conn, Platform::Mini, &[author])?.contains_key(&author))
    }

    /// Has nobody decide any more about what is held of a thing: its author takes it back, or writes it anew. The caller
    /// holds the thing. Says whether something was held.
    pub fn take_back(&self, tx: &mut Tx, kind: &str, subject: Uuid) -> QueryResult<bool> {
        let Some(text) = store::find_open(tx.conn, kind, subject)? else { return Ok(false) };
        let now = tx.now();
        if !store::advance(tx.conn, text.id, (text.state, TextState::TakenBack), Some(now))? {
            return Ok(false);
        }
        desk::clear(tx, DESK, text.id.uuid())?;
        note(tx, Some(text.author_id), "texts.take_back", &text)?;
        Ok(true)
    }

    /// Whether something of a thing is held, and still to be decided.
    pub fn is_held(&self, conn: &mut Conn, kind: &str, subject: Uuid) -> QueryResult<bool> {
        Ok(store::find_open(conn, kind, subject)?.is_some())
    }

    /// How it stands with those of some things that are held or came back, for who wrote them.
    pub fn reviews(&self, conn: &mut Conn, kind: &str, subjects: &[Uuid]) -> QueryResult<HashMap<Uuid, TextReview>> {
        let mut reviews = HashMap::new();
        // the last one of each thing holds
        for decided in store::list_of(conn, kind, subjects)? {
            let subject = decided.0.subject();
            match rules::told(&decided) {
                Some(review) => reviews.insert(subject, review),
                None => reviews.remove(&subject),
            };
        }
        Ok(reviews)
    }

    /// Whether `person` has to decide about what is held of a thing, and so may look at what belongs to it.
    pub fn may_review(&self, conn: &mut Conn, person: &Person, kind: &str, subject: Uuid) -> QueryResult<bool> {
        let open = store::find_open(conn, kind, subject)?;
        Ok(open.is_some_and(|text| text.state == TextState::Waiting && self.reaches(person, text.unit_id)))
    }

    pub(super) fn reaches(&self, person: &Person, unit: UnitId) -> bool {
        let tree = self.directory.tree();
        let path = tree.get(unit).map(|card| card.path.clone());
        person.reach(Capability::ReviewTexts).zip(path).is_some_and(|(reach, path)| reach.covers(&path))
    }

    /// Those who wrote a text, each with how.
    pub(super) fn writers(&self, conn: &mut Conn, text: &HeldText) -> QueryResult<Vec<(MemberId, Involvement)>> {
        let mut writers = match self.kind(&text.kind) {
            Some(kind) => (kind.writers)(conn, text.subject())?,
            None => Vec::new(),
        };
        writers.push((text.author_id, Involvement::Author));
        Ok(writers)
    }

    pub(super) fn involved(&self, conn: &mut Conn, text: &HeldText, member: MemberId) -> QueryResult<Involved> {
        let writers = self.writers(conn, text)?;
        Ok(writers.into_iter().filter(|(writer, _)| *writer == member).map(|(_, how)| how).collect())
    }

    /// Has a text wait for those who decide, and for none of its writers. The title tells nothing of what it says.
    pub(super) fn lay_on_desk(&self, tx: &mut Tx, text: &HeldText) -> QueryResult<()> {
        let barred = self.writers(tx.conn, text)?.into_iter().map(|(writer, _)| writer).collect();
        let item = NewItem {
            kind: DESK,
            subject: text.id.uuid(),
            title: format!("审核{}提交的{}", self.directory.name_of(text.author_id), self.noun(&text.kind)),
            link: format!("/texts/{}", text.id),
            due: None,
            urgency: Urgency::Normal,
            whose: Whose::Holders(Post { capability: Capability::ReviewTexts, unit: text.unit_id }),
            barred,
        };
        self.desks.replace(tx, DESK, text.id.uuid(), Some(item))
    }

    pub(super) fn noun(&self, kind: &str) -> &'static str {
        self.kind(kind).map_or("文字", |kind| kind.noun)
    }

    /// One text: for who wrote it, and for those who decide or decided about it.
    pub(super) async fn read(&self, person: Arc<Person>, id: HeldTextId) -> Outcome<(Decided, Vec<FileView>)> {
        let room = self.clone();
        let found = self.db.read(move |conn| {
            let Some(found) = store::find(conn, id)? else { return Ok(None) };
            let is_writer = room.writers(conn, &found.0)?.iter().any(|(writer, _)| *writer == person.member);
            let was_asked = found.0.state == TextState::Waiting || found.1.is_some();
            let may_review = was_asked && room.reaches(&person, found.0.unit_id);
            if !is_writer && !may_review {
                return Ok(None);
            }
            let files = room.kind(&found.0.kind).and_then(|kind| kind.files);
            let files = match files {
                Some(kind) => files::list_of(conn, kind, found.0.subject())?,
                None => Vec::new(),
            };
            Ok(Some((found, files)))
        });
        let (found, files) = found.await?.ok_or(Refusal::NoSuchText)?;
        let hidden = found.0.state != TextState::Passed;
        let now = self.db.now();
        Ok((found, files.into_iter().map(|file| self.addresses.put(file, hidden, now)).collect()))
    }

    /// What waits within `reach`, the oldest first.
    pub(super) async fn list_waiting(
        &self,
        reach: &Reach,
        after: Option<HeldTextId>,
        limit: i64,
    ) -> Result<Vec<Decided>, DbError> {
        let units = self.directory.tree().within(reach);
        self.db.read(move |conn| store::list_waiting(conn, units.as_deref(), after, limit)).await
    }

    /// What a member wrote and is held, or came back; newest first.
    pub(super) async fn list_mine(
        &self,
        member: MemberId,
        before: Option<HeldTextId>,
        limit: i64,
    ) -> Result<Vec<Decided>, DbError> {
        self.db.read(move |conn| store::list_of_member(conn, member, before, limit)).await
    }

    pub(super) fn name_of(&self, member: MemberId) -> String {
        self.directory.name_of(member)
    }

    pub(super) fn unit_name(&self, unit: UnitId) -> String {
        self.directory.unit_name(unit)
    }
}

/// The trail knows that it was, never what it says.
pub(super) fn note(tx: &mut Tx, actor: Option<MemberId>, action: &str, text: &HeldText) -> QueryResult<()> {
    let detail = json!({ "kind": text.kind, "subject_id": text.subject(), "finding": text.finding });
    trail::note(tx, Act { actor, action, subject_kind: "held_text", subject_id: text.id.uuid(), detail })
}
