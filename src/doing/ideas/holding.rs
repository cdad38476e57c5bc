//! What is held until it may be seen: an idea that is handed in stays its author's draft until then, and a comment is seen by
//! nobody but who wrote it. Who lets it through, and why something is held at all, the room `texts` knows.

use diesel::QueryResult;
use serde_json::json;
use uuid::Uuid;

use super::attachments::ATTACHMENT;
use super::model::{Circle, Comment, CommentId, Idea, IdeaId, IdeaState, Move, Verb, thing};
use super::steps::Taking;
use super::store::{self, comments};
use super::{Ideas, desk};
use crate::base::id::MemberId;
use crate::base::own_case::Involvement;
use crate::base::person::Person;
use crate::db::{Conn, DbError, Stop, Tx};
use crate::kernel::trail::{self, Act};
use crate::people::texts::{HeldText, NewText, TextKind, TextReview, TextVerdict};

/// What texts of ideas are held under.
pub(super) const IDEA: &str = "idea";
/// What comments on ideas are held under.
pub(super) const COMMENT: &str = "idea_comment";

/// A comment as its reader sees it: with how it stands with his own that others do not see.
pub type SeenComment = (Comment, Option<TextReview>);

impl Ideas {
    /// Says what becomes of held texts of ideas once somebody has decided.
    pub(super) fn have_texts_held(&self) {
        let apart = Ideas { texts: self.texts.apart(), ..self.clone() };
        let room = apart.clone();
        self.texts.holds(TextKind {
            kind: IDEA,
            noun: "金点子",
            is_comment: false,
            files: Some(ATTACHMENT),
            writers: Box::new(writers_of_idea),
            settled: Box::new(move |tx, text, verdict| room.settle_idea(tx, text, verdict)),
        });
        let room = apart;
        self.texts.holds(TextKind {
            kind: COMMENT,
            noun: "评论",
            is_comment: true,
            files: None,
            writers: Box::new(|conn, id| {
                let comment = comments::find_comment(conn, CommentId::from(id))?;
                Ok(comment.map(|comment| (comment.author_id, Involvement::Author)).into_iter().collect())
            }),
            settled: Box::new(move |tx, text, verdict| match verdict {
                TextVerdict::Pass => Ok(room.show_comment(tx, text.subject().into())?),
                TextVerdict::Return => Ok(()),
            }),
        });
    }

    /// Whether an idea that is handed in is held. It stays a draft, and its author has nothing more to do.
    pub(super) fn hold_idea(&self, tx: &mut Tx, person: &Person, idea: &Idea, what: &Move) -> QueryResult<bool> {
        let note = what.note.iter().map(String::as_str);
        let all = [&idea.title, &idea.problem, &idea.proposal, &idea.benefit].map(String::as_str);
        let text = all.into_iter().chain(note).filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n\n");
        let is_held = self.texts.hold(
            tx,
            NewText {
                kind: IDEA,
                subject: idea.id.uuid(),
                author: person.member,
                unit: person.unit(),
                text,
                link: format!("/ideas/{}", idea.id),
                carried: what.note.clone(),
            },
        )?;
        if is_held {
            note_on(tx, Some(person.member), "ideas.hold", idea.id)?;
            self.desks.replace(tx, desk::KIND, idea.id.uuid(), Vec::new())?;
        }
        Ok(is_held)
    }

    /// Has nobody decide any more about a draft that is written anew or taken back; the caller holds it.
    pub(super) fn take_back_draft(&self, tx: &mut Tx, idea: &Idea, circle: &Circle) -> QueryResult<()> {
        let is_draft = idea.state == IdeaState::Draft;
        if is_draft && self.texts.take_back(tx, IDEA, idea.id.uuid())? {
            self.lay_on_desk(tx, idea, circle)?;
        }
        Ok(())
    }

    pub(super) fn hold_comment(
        &self,
        tx: &mut Tx,
        person: &Person,
        (idea, id): (IdeaId, CommentId),
        text: &str,
    ) -> QueryResult<bool> {
        self.texts.hold(
            tx,
            NewText {
                kind: COMMENT,
                subject: id.uuid(),
                author: person.member,
                unit: person.unit(),
                text: text.to_owned(),
                link: format!("/ideas/{idea}"),
                carried: None,
            },
        )
    }

    /// Comments with how it stands with those that only their author sees.
    pub(super) fn with_reviews(&self, conn: &mut Conn, found: Vec<Comment>) -> QueryResult<Vec<SeenComment>> {
        let held: Vec<Uuid> =
            found.iter().filter(|comment| comment.held_at.is_some()).map(|comment| comment.id.uuid()).collect();
        let mut reviews = self.texts.reviews(conn, COMMENT, &held)?;
        Ok(found
            .into_iter()
            .map(|comment| {
                let review = reviews.remove(&comment.id.uuid());
                (comment, review)
            })
            .collect())
    }

    /// Hands in what was let through, as its author would have; tells him why when it came back.
    fn settle_idea(&self, tx: &mut Tx, text: &HeldText, verdict: TextVerdict) -> Result<(), DbError> {
        let id = IdeaId::from(text.subject());
        let Some(idea) = store::lock_row(tx.conn, id)?.filter(|idea| idea.state == IdeaState::Draft) else {
            return Ok(());
        };
        let author = self.directory.person(text.author_id, tx.today());
        if let (TextVerdict::Pass, Some(author)) = (verdict, author) {
            let what = Move::new(Verb::Submit).with_note(text.carried.clone());
            return match self.take_step(tx, &author, id, &what, Taking::LetThrough) {
                Ok(_) => Ok(()),
                Err(Stop::Failed(error)) => Err(error),
                // it can no longer be handed in: it stays a draft
                Err(Stop::Refused(refusal)) => {
                    tracing::warn!(?refusal, idea = %id, "what was let through could not be handed in");
                    Ok(())
                }
            };
        }
        let circle = store::people::find_circle(tx.conn, id)?;
        note_on(tx, None, "ideas.keep_draft", id)?;
        Ok(self.lay_on_desk(tx, &idea, &circle)?)
    }

    /// Has everybody see a comment, as if it had just been written.
    fn show_comment(&self, tx: &mut Tx, id: CommentId) -> QueryResult<()> {
        let Some(comment) = comments::lock_comment(tx.conn, id)?.filter(|comment| comment.held_at.is_some()) else {
            return Ok(());
        };
        comments::show_comment(tx.conn, id)?;
        let Some(idea) = store::find(tx.conn, comment.idea_id)? else { return Ok(()) };
        let circle = store::people::find_circle(tx.conn, idea.id)?;
        let parent = comment.parent_id.map(|parent| comments::find_comment(tx.conn, parent)).transpose()?.flatten();
        let replied_to = parent.filter(|parent| parent.deleted_at.is_none()).map(|parent| parent.author_id);
        self.tell_comment(tx, &idea, &circle, replied_to, &comment)
    }
}

/// Those who wrote an idea: its author, and those who helped, also those who were taken off.
fn writers_of_idea(conn: &mut Conn, id: Uuid) -> QueryResult<Vec<(MemberId, Involvement)>> {
    let id = IdeaId::from(id);
    let Some(idea) = store::find(conn, id)? else { return Ok(Vec::new()) };
    let people = store::people::list_people(conn, id)?;
    let helped = people.iter().map(|person| (person.member_id, person.part.involvement()));
    let helped = helped.filter(|(_, how)| *how == Involvement::CoAuthor);
    Ok(helped.chain([(idea.author_id, Involvement::Author)]).collect())
}

/// A line about the idea itself, so that anyone who has it open sees that it stands otherwise.
fn note_on(tx: &mut Tx, actor: Option<MemberId>, action: &'static str, id: IdeaId) -> QueryResult<()> {
    let its = thing(id);
    trail::note(tx, Act { actor, action, subject_kind: its.kind, subject_id: its.id, detail: json!({}) })
}
