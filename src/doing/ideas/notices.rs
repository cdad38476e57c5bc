//! Telling people of steps and of what is said.

use diesel::QueryResult;

use super::Ideas;
use super::model::{Circle, Comment, Idea, Move, NewOutcome, Verb};
use crate::base::id::{MemberId, UnitId};
use crate::base::own_case::Involvement;
use crate::base::text::{cut, in_quotes, yuan};
use crate::base::time::Day;
use crate::db::Tx;
use crate::ground::notices::{self, NewNotice, NoticeKind, To};

/// Characters of a comment that a notice shows.
const SHOWN_CHARS: usize = 100;

impl Ideas {
    /// Tells the author, the co-authors, the implementer and the one before him, and those whose ideas went into it, but not
    /// the one who did it.
    pub(super) fn tell_people(
        &self,
        tx: &mut Tx,
        actor: MemberId,
        before: &Idea,
        idea: &Idea,
        circle: &Circle,
        what: &Move,
    ) -> QueryResult<()> {
        let mut told: Vec<MemberId> =
            [Some(idea.author_id), idea.implementer_id, before.implementer_id].into_iter().flatten().collect();
        told.extend(circle.co_authors().chain(circle.merged_writers()));
        told.sort_unstable();
        told.dedup();
        for member in told.into_iter().filter(|member| *member != actor) {
            let recorded = what.outcome.as_ref().map(|outcome| format!("：{}", said(outcome))).unwrap_or_default();
            let merged = merged_into(idea, circle, member);
            let mut body = format!("金点子{}{merged}{}{recorded}。", in_quotes(&idea.title), what.verb.told());
            match (what.verb, &what.note) {
                (Verb::Assign, _) => body += &self.assignment(idea),
                (_, Some(note)) => body += note,
                (_, None) => {}
            }
            let title = format!("金点子{}", what.verb.told());
            let link = Some(format!("/ideas/{}", idea.id));
            notices::tell(tx, NewNotice { to: To::Member(member), kind: NoticeKind::IDEA, title, body, link })?;
        }
        Ok(())
    }

    /// Tells those who wrote the idea that is kept what went into it.
    pub(super) fn tell_kept(
        &self,
        tx: &mut Tx,
        actor: MemberId,
        merged: &Idea,
        (kept, circle): (&Idea, &Circle),
    ) -> QueryResult<()> {
        let mut told: Vec<MemberId> = circle.co_authors().chain([kept.author_id]).collect();
        told.sort_unstable();
        told.dedup();
        for member in told.into_iter().filter(|member| *member != actor) {
            let (title, from) = ("您的金点子并入了另一条金点子".to_owned(), in_quotes(&merged.title));
            let body = format!(
                "{}的金点子{from}并入了{}，其支持者和评论一并转来。",
                self.name(merged.author_id),
                in_quotes(&kept.title)
            );
            let link = Some(format!("/ideas/{}", kept.id));
            notices::tell(tx, NewNotice { to: To::Member(member), kind: NoticeKind::IDEA, title, body, link })?;
        }
        Ok(())
    }

    fn assignment(&self, idea: &Idea) -> String {
        let name = idea.implementer_id.map(|member| self.name(member)).unwrap_or_default();
        let day = idea.due_on.map(Day::in_chinese).unwrap_or_default();
        format!("由{name}负责实施，完成期限{day}。")
    }

    /// A member's name.
    pub fn name(&self, member: MemberId) -> String {
        self.directory.name_of(member)
    }

    /// What a unit is called for short.
    pub fn unit_name(&self, unit: UnitId) -> String {
        self.directory.unit_name(unit)
    }

    /// Tells of a comment: the author and the co-authors, those whose ideas went into it, and of a reply the one who is
    /// replied to; nobody hears of their own. Likes are told to nobody: they ask nothing of anybody, the idea counts them,
    /// and hundreds would bury the steps.
    pub(super) fn tell_comment(
        &self,
        tx: &mut Tx,
        idea: &Idea,
        circle: &Circle,
        replied_to: Option<MemberId>,
        comment: &Comment,
    ) -> QueryResult<()> {
        let around = circle.co_authors().chain(circle.merged_writers());
        let mut told: Vec<MemberId> = around.chain([idea.author_id]).chain(replied_to).collect();
        told.sort_unstable();
        told.dedup();
        let name = self.name(comment.author_id);
        let said = in_quotes(&cut(&comment.text, SHOWN_CHARS));
        for member in told.into_iter().filter(|member| *member != comment.author_id) {
            let (title, verb) = match Some(member) == replied_to {
                true => ("您的评论有新回复", "回复了您在金点子"),
                false => ("金点子有新评论", "评论了金点子"),
            };
            let of = if Some(member) == replied_to { "中的评论" } else { "" };
            let merged = merged_into(idea, circle, member);
            let body = format!("{name}{verb}{}{merged}{of}：{said}", in_quotes(&idea.title));
            let link = Some(format!("/ideas/{}", idea.id));
            let title = title.to_owned();
            notices::tell(tx, NewNotice { to: To::Member(member), kind: NoticeKind::IDEA, title, body, link })?;
        }
        Ok(())
    }
}

/// What tells somebody why he hears of an idea that he did not write: his own went into it.
fn merged_into(idea: &Idea, circle: &Circle, member: MemberId) -> String {
    let involved = circle.involved(idea, member);
    let is_part = [Involvement::Author, Involvement::CoAuthor, Involvement::Implementer].map(|way| involved.has(way));
    let own = circle.merged.iter().find(|merged| merged.writers().any(|writer| writer == member));
    match own.filter(|_| !is_part.contains(&true)) {
        Some(own) => format!("（您的{}已并入其中）", in_quotes(&own.title)),
        None => String::new(),
    }
}

/// An outcome in one line.
pub(super) fn said(outcome: &NewOutcome) -> String {
    match outcome.amount_fen {
        Some(fen) => format!("{}{}（{} 元）", outcome.kind.title(), in_quotes(&outcome.title), yuan(fen)),
        None => format!("{}{}", outcome.kind.title(), in_quotes(&outcome.title)),
    }
}
