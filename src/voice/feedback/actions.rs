//! Saying, answering and reading.

use diesel::QueryResult;
use serde_json::json;

use super::model::{Feedback, FeedbackAnswer, FeedbackId, FeedbackState, Said};
use super::rules::{self, Refusal};
use super::settings::Term;
use super::store;
use crate::base::capability::{Capability, Reach};
use crate::base::id::{MemberId, UnitId};
use crate::base::idempotency::IdempotencyKey;
use crate::base::person::Person;
use crate::base::text::{cut, in_quotes};
use crate::db::{Db, DbError, Stop, Tx};
use crate::ground::notices::{self, NewNotice, NoticeKind, To};
use crate::kernel::calendar::Calendar;
use crate::kernel::desk::{self, NewItem, Post, Urgency, Whose};
use crate::kernel::idempotency::{self, Reused};
use crate::kernel::trail::{self, Act};
use crate::people::members::{Desks, Directory};

type Outcome<T> = Result<T, Stop<Refusal>>;

/// What feedback is on the desk.
const KIND: &str = "feedback";

/// Characters of what was said that a title on the desk shows.
const TITLE_CHARS: usize = 20;

impl From<Reused> for Refusal {
    fn from(_: Reused) -> Self {
        Refusal::KeyReused
    }
}

/// The room's handle; clones share it.
#[derive(Clone)]
pub struct FeedbackRoom {
    pub(super) db: Db,
    pub(super) directory: Directory,
    desks: Desks,
    term: Term,
    calendar: Calendar,
}

impl FeedbackRoom {
    pub fn new(db: Db, directory: Directory, desks: Desks, term: Term, calendar: Calendar) -> Self {
        FeedbackRoom { db, directory, desks, term, calendar }
    }

    /// Writes down what a member says, and lays it on the desk of those who answer.
    pub(super) async fn say(
        &self,
        (member, unit): (MemberId, UnitId),
        (text, page): (String, Option<String>),
        key: Option<IdempotencyKey>,
    ) -> Outcome<Said> {
        let room = self.clone();
        self.db
            .write(move |tx| {
                tx.take_turn(member)?;
                let id = idempotency::once(tx, key.as_ref(), |tx| -> Outcome<FeedbackId> {
                    room.say_in(tx, (member, unit), (&text, page.as_ref()))
                })?;
                Ok(store::find(tx.conn, id)?.ok_or(Refusal::NoSuchFeedback)?)
            })
            .await
    }

    fn say_in(
        &self,
        tx: &mut Tx,
        (member, unit): (MemberId, UnitId),
        (text, page): (&str, Option<&String>),
    ) -> Outcome<FeedbackId> {
        let morning = tx.today().start();
        if store::count_since(tx.conn, member, morning)? >= rules::A_DAY {
            return Err(Refusal::TooMuch.into());
        }
        let said = Feedback {
            id: tx.fresh_id(),
            member_id: member,
            unit_id: unit,
            text: text.to_owned(),
            page: page.cloned(),
            due_on: self.calendar.working_day_from(tx.today().plus_days(self.term.days())),
            created_at: tx.now(),
        };
        store::insert(tx.conn, &said)?;
        self.desks.put(
            tx,
            NewItem {
                kind: KIND,
                subject: said.id.uuid(),
                title: format!("答复意见{}", in_quotes(&cut(text, TITLE_CHARS))),
                link: format!("/feedback/{}", said.id),
                due: Some(desk::Due::On(said.due_on)),
                urgency: Urgency::Normal,
                whose: Whose::Holders(Post { capability: Capability::AnswerFeedback, unit }),
                barred: vec![member],
            },
        )?;
        note(tx, member, "feedback.send", &said)?;
        Ok(said.id)
    }

    /// Answers; the same answer again changes nothing. The member is told.
    pub(super) async fn answer(&self, person: &Person, id: FeedbackId, text: String) -> Outcome<Said> {
        let said = self.read(person, id).await?;
        if !self.reaches(person, Capability::AnswerFeedback, said.0.unit_id) {
            return Err(Refusal::NoSuchFeedback.into());
        }
        let actor = person.member;
        self.db
            .write(move |tx| {
                let said = store::find(tx.conn, id)?.ok_or(Refusal::NoSuchFeedback)?;
                if !rules::may_answer(&said, actor, &text)? {
                    return Ok(said);
                }
                let answer =
                    FeedbackAnswer { feedback_id: id, member_id: actor, text: text.clone(), answered_at: tx.now() };
                if !store::insert_answer(tx.conn, &answer)? {
                    return Err(Refusal::AnsweredAlready.into());
                }
                desk::clear(tx, KIND, id.uuid())?;
                note(tx, actor, "feedback.answer", &said.0)?;
                notices::tell(tx, told(&said.0, &answer))?;
                Ok((said.0, Some(answer)))
            })
            .await
    }

    /// What `person` said himself, or may read by a duty.
    pub(super) async fn read(&self, person: &Person, id: FeedbackId) -> Outcome<Said> {
        let said = self.db.read(move |conn| store::find(conn, id)).await?.ok_or(Refusal::NoSuchFeedback)?;
        let may = said.0.member_id == person.member || self.reaches(person, Capability::ReadFeedback, said.0.unit_id);
        if may { Ok(said) } else { Err(Refusal::NoSuchFeedback.into()) }
    }

    /// What a member said before `before`, newest first.
    pub(super) async fn list_mine(
        &self,
        member: MemberId,
        before: Option<FeedbackId>,
        limit: i64,
    ) -> Result<Vec<Said>, DbError> {
        self.db.read(move |conn| store::list_of_member(conn, member, before, limit)).await
    }

    /// What was said within `reach`, newest first.
    pub(super) async fn list(
        &self,
        reach: &Reach,
        state: Option<FeedbackState>,
        before: Option<FeedbackId>,
        limit: i64,
    ) -> Result<Vec<Said>, DbError> {
        let (units, today) = (self.directory.tree().within(reach), self.db.today());
        self.db.read(move |conn| store::list(conn, units.as_deref(), (state, today), before, limit)).await
    }

    fn reaches(&self, person: &Person, capability: Capability, unit: UnitId) -> bool {
        let tree = self.directory.tree();
        let path = tree.get(unit).map(|card| card.path.clone());
        person.reach(capability).zip(path).is_some_and(|(reach, path)| reach.covers(&path))
    }

    pub(super) fn name_of(&self, member: MemberId) -> String {
        self.directory.member(member).map(|card| card.name.to_string()).unwrap_or_default()
    }
}

/// What was said stays between those who read it: the trail knows that it was.
fn note(tx: &mut Tx, actor: MemberId, action: &str, said: &Feedback) -> QueryResult<()> {
    let detail = json!({ "page": said.page, "due_on": said.due_on });
    trail::note(tx, Act { actor: Some(actor), action, subject_kind: "feedback", subject_id: said.id.uuid(), detail })
}

fn told(said: &Feedback, answer: &FeedbackAnswer) -> NewNotice {
    NewNotice {
        to: To::Member(said.member_id),
        kind: NoticeKind::FEEDBACK,
        title: "您的意见已答复".into(),
        body: format!("您说：{}\n答复：{}", cut(&said.text, 60), answer.text),
        link: Some("/me/feedback".into()),
    }
}
