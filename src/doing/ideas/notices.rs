//! Telling people of steps and of what is said.

use diesel::QueryResult;

use super::Ideas;
use super::model::{Circle, Comment, Idea, Move, NewOutcome, Verb};
use crate::base::capability::Capability;
use crate::base::id::{MemberId, UnitId};
use crate::base::own_case::Involvement;
use crate::base::text::{cut, in_quotes, yuan};
use crate::base::time::Day;
use crate::db::Tx;
use crate::ground::notices::{self, NewNotice, NoticeKind, To};
use crate::kernel::desk::Post;
use crate::people::members::Departure;

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
        let today = tx.today();
        told.retain(|member| *member != actor && self.sees(*member, idea, circle, today));
        for member in told {
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
            let notice = NewNotice { to: To::Member(member), kind: NoticeKind::IDEA, title, body, link };
            // what was done last tells how far it has come
            match what.verb {
                Verb::Report => notices::tell_growing(tx, notice)?,
                _ => notices::tell(tx, notice)?,
            }
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

    /// Whether the member may see the idea today: nobody is told what is said where he may no longer look.
    fn sees(&self, member: MemberId, idea: &Idea, circle: &Circle, today: Day) -> bool {
        let person = self.directory.person(member, today);
        person.is_some_and(|person| self.check_sight(&person, idea, circle).is_ok())
    }

    /// Tells the idea's writers and those who can name another implementer that the one who carries it out is gone.
    pub(super) fn tell_departure(
        &self,
        tx: &mut Tx,
        idea: &Idea,
        circle: &Circle,
        departure: &Departure,
    ) -> QueryResult<()> {
        let name = self.name(departure.member);
        let (what, how) = match &departure.to {
            None => ("金点子实施人已离开", "已离开".to_owned()),
            Some(to) => (
                "金点子实施人已调动",
                to.first().map(|unit| format!("已调到{}", self.unit_name(*unit))).unwrap_or_default(),
            ),
        };
        let told = format!("金点子{}由{name}负责实施，{name}{how}", in_quotes(&idea.title));
        let deciders = self.deciders(idea, circle, tx.today());
        let mut writers: Vec<MemberId> = circle.co_authors().chain([idea.author_id]).collect();
        writers.sort_unstable();
        writers.dedup();
        let each = deciders.into_iter().map(|member| (member, "，请重新指派实施人或确认由其继续实施"));
        for (member, asked) in each.chain(writers.into_iter().map(|member| (member, "，将由有权决定的人员重新指派")))
        {
            if member != departure.member && self.sees(member, idea, circle, tx.today()) {
                let (title, body) = (what.to_owned(), format!("{told}{asked}。"));
                let link = Some(format!("/ideas/{}", idea.id));
                notices::tell(tx, NewNotice { to: To::Member(member), kind: NoticeKind::IDEA, title, body, link })?;
            }
        }
        Ok(())
    }

    /// Those with whom it lies to decide about an idea today, but for those whose own it is.
    pub(super) fn deciders(&self, idea: &Idea, circle: &Circle, today: Day) -> Vec<MemberId> {
        let post = Post { capability: Capability::DecideIdeas, unit: idea.unit_id };
        self.desks.nearest(post, &circle.everybody(idea), today)
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
        let today = tx.today();
        told.retain(|member| *member != comment.author_id && self.sees(*member, idea, circle, today));
        let name = self.name(comment.author_id);
        let said = in_quotes(&cut(&comment.text, SHOWN_CHARS));
        for member in told {
            let (title, verb) = match Some(member) == replied_to {
                true => ("您的评论有新回复", "回复了您在金点子"),
                false => ("金点子有新评论", "评论了金点子"),
            };
            let of = if Some(member) == replied_to { "中的评论" } else { "" };
            let merged = merged_into(idea, circle, member);
            let body = format!("{name}{verb}{}{merged}{of}：{said}", in_quotes(&idea.title));
            let link = Some(format!("/ideas/{}", idea.id));
            let title = title.to_owned();
            notices::tell_growing(tx, NewNotice { to: To::Member(member), kind: NoticeKind::IDEA, title, body, link })?;
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
