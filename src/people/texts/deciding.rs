//! Deciding about a text: by a person of the branch, or by the platform's check where it has nothing against it.

use std::sync::Arc;

use diesel::QueryResult;

use super::actions::{DESK, Outcome, Texts, note};
use super::model::{Decided, HeldText, HeldTextId, TextDecision, TextFinding, TextState, TextVerdict};
use super::rules::{self, Refusal};
use super::store;
use crate::base::capability::Capability;
use crate::base::own_case::Judgement;
use crate::base::person::Person;
use crate::db::{DbError, Never, Stop, Tx};
use crate::ground::notices::{self, NewNotice, NoticeKind, To};
use crate::kernel::desk::{self, Post};
use crate::kernel::recusals::{self, ActOf};
use crate::kernel::trail::{self, Act};

/// Texts that one tidying forgets.
const FORGOTTEN_AT_ONCE: i64 = 500;
/// Days after which the copy of what was let through, or taken back, is of no use.
const SETTLED_DAYS: i64 = 7;
/// Days for which an author may look up why something came back.
const RETURNED_DAYS: i64 = 180;
const DAY_SECONDS: i64 = 86_400;

impl Texts {
    /// Lets a text through, or returns it with a reason; the same decision again changes nothing. Its author is told.
    pub(super) async fn decide(
        &self,
        person: Arc<Person>,
        id: HeldTextId,
        verdict: TextVerdict,
        reason: Option<String>,
    ) -> Outcome<Decided> {
        let room = self.clone();
        self.db.write(move |tx| room.decide_in(tx, &person, id, (verdict, reason.as_deref()))).await
    }

    fn decide_in(
        &self,
        tx: &mut Tx,
        person: &Person,
        id: HeldTextId,
        (verdict, reason): (TextVerdict, Option<&str>),
    ) -> Outcome<Decided> {
        store::lock(tx.conn, id)?;
        let found = store::find(tx.conn, id)?.ok_or(Refusal::NoSuchText)?;
        if !self.reaches(person, found.0.unit_id) {
            return Err(Refusal::NoSuchText.into());
        }
        let involved = self.involved(tx.conn, &found.0, person.member)?;
        Judgement::ReviewText.check(involved).map_err(|_| Refusal::OwnText)?;
        if !rules::may_decide(&found, person.member, verdict, reason)? {
            return Ok(found);
        }
        let text = found.0;
        let to = match verdict {
            TextVerdict::Pass => TextState::Passed,
            TextVerdict::Return => TextState::Returned,
        };
        let now = tx.now();
        if !store::advance(tx.conn, id, (TextState::Waiting, to), Some(now))? {
            return Err(Refusal::NotWaiting { state: text.state }.into());
        }
        self.settle(tx, &text, verdict)?;
        let decision = TextDecision {
            text_id: id,
            verdict,
            reason: reason.map(str::to_owned),
            decided_by: person.member,
            decided_at: now,
        };
        store::insert_decision(tx.conn, &decision)?;
        desk::clear(tx, DESK, id.uuid())?;
        self.note_recusals(tx, &text)?;
        let detail = serde_json::json!({ "verdict": verdict, "reason": reason, "kind": text.kind });
        let act = Act {
            actor: Some(person.member),
            action: "texts.decide",
            subject_kind: "held_text",
            subject_id: id.uuid(),
            detail,
        };
        trail::note(tx, act)?;
        notices::tell(tx, self.told(&text, &decision))?;
        Ok(store::find(tx.conn, id)?.ok_or(Refusal::NoSuchText)?)
    }

    fn settle(&self, tx: &mut Tx, text: &HeldText, verdict: TextVerdict) -> Result<(), DbError> {
        match self.kind(&text.kind) {
            Some(kind) => (kind.settled)(tx, text, verdict),
            None => Ok(()),
        }
    }

    /// Writes down who would have decided by his duty, but for having written it.
    fn note_recusals(&self, tx: &mut Tx, text: &HeldText) -> QueryResult<()> {
        let post = Post { capability: Capability::ReviewTexts, unit: text.unit_id };
        let able = self.desks.able(post, tx.today());
        let writers = self.writers(tx.conn, text)?;
        let recused: Vec<_> = writers.into_iter().filter(|(writer, _)| able.contains(writer)).collect();
        let act = ActOf { kind: "held_text", subject: text.id.uuid(), act: "decision".into() };
        recusals::note(tx, &act, &recused)
    }

    fn told(&self, text: &HeldText, decision: &TextDecision) -> NewNotice {
        let noun = self.noun(&text.kind);
        let (title, body) = match decision.verdict {
            TextVerdict::Pass => (format!("您的{noun}已通过审核"), "其他人现在可以看到了".to_owned()),
            TextVerdict::Return => {
                let reason = decision.reason.as_deref().unwrap_or_default();
                (format!("您的{noun}没有通过审核"), format!("原因：{reason}"))
            }
        };
        NewNotice {
            to: To::Member(text.author_id),
            kind: NoticeKind::TEXT_REVIEW,
            title,
            body,
            link: Some(text.link.clone()),
        }
    }

    /// Writes down what the platform's check said, and has the text go the way that follows from it.
    pub(super) async fn conclude(
        &self,
        id: HeldTextId,
        finding: TextFinding,
        hint: Option<&'static str>,
    ) -> Result<(), DbError> {
        let room = self.clone();
        let write = self.db.write(move |tx| -> Result<(), Stop<Never>> {
            store::lock(tx.conn, id)?;
            let Some((text, _)) = store::find(tx.conn, id)? else { return Ok(()) };
            if !text.state.is_open() {
                return Ok(());
            }
            let next = rules::checked(text.state, finding, room.is_switched_on());
            let now = tx.now();
            if let Some(to) = next {
                store::advance(tx.conn, id, (text.state, to), (!to.is_open()).then_some(now))?;
            }
            store::put_finding(tx.conn, id, finding, hint)?;
            let text = HeldText { finding: Some(finding), ..text };
            match next {
                Some(TextState::Passed) => room.settle(tx, &text, TextVerdict::Pass)?,
                Some(TextState::Waiting) => room.lay_on_desk(tx, &text)?,
                _ => {}
            }
            Ok(note(tx, None, "texts.check", &text)?)
        });
        write.await.map_err(DbError::from)
    }
}

/// Throws away what is of no use any more.
pub(super) fn tidy(tx: &mut Tx) -> QueryResult<()> {
    let now = tx.now();
    let ago = |days: i64| now.plus_seconds(-days * DAY_SECONDS);
    let over = [TextState::Passed, TextState::TakenBack];
    store::forget(tx.conn, &over, ago(SETTLED_DAYS), FORGOTTEN_AT_ONCE)?;
    store::forget(tx.conn, &[TextState::Returned], ago(RETURNED_DAYS), FORGOTTEN_AT_ONCE).map(drop)
}
