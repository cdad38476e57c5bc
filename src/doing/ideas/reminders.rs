//! What time brings: reminders of due days, and posts that changed hands.

use std::collections::HashMap;

use chrono::NaiveTime;

use super::Ideas;
use super::model::{Idea, IdeaId, IdeaPerson, IdeaState};
use super::rules::{self, SOON_DAYS};
use super::store;
use crate::base::text::in_quotes;
use crate::base::time::Day;
use crate::db::{DbError, Never, Stop, Tx};
use crate::ground::notices::{self, NewNotice, NoticeKind, To};

/// Ideas of one transaction.
const CHUNK: i64 = 200;

/// The hour from which on reminders go out.
fn morning() -> NaiveTime {
    NaiveTime::from_hms_opt(8, 0, 0).unwrap_or_default()
}

impl Ideas {
    /// Brings up to date whose turn it is, and reminds those who must deliver soon; often, and by every server.
    pub async fn care(&self) -> Result<(), DbError> {
        self.index_old().await?;
        self.pass_on().await?;
        self.remind().await
    }

    /// Reminds implementers of what is due soon or overdue, once a day and idea: of several servers the one that puts
    /// the day down tells.
    async fn remind(&self) -> Result<(), DbError> {
        let (now, today) = (self.db.now(), self.db.today());
        if now < today.at(morning()) {
            return Ok(());
        }
        let until = today.plus_days(SOON_DAYS + 1);
        loop {
            let due = self.db.read(move |conn| store::list_to_remind(conn, today, until, CHUNK)).await?;
            if due.is_empty() {
                return Ok(());
            }
            self.db
                .write(move |tx| -> Result<(), Stop<Never>> {
                    for idea in &due {
                        if store::mark_reminded(tx.conn, idea, today)? {
                            tell_due(tx, idea, today)?;
                        }
                    }
                    Ok(())
                })
                .await?;
        }
    }

    /// Looks through the ideas that wait for a post when the roster or the day has changed since the last time.
    async fn pass_on(&self) -> Result<(), DbError> {
        let today = self.db.today();
        let Some(edition) = self.holders.unseen(today) else { return Ok(()) };
        let waiting: Vec<IdeaState> =
            IdeaState::EACH.iter().copied().filter(|state| rules::next_post(*state).is_some()).collect();
        let mut after = None;
        loop {
            let states = waiting.clone();
            let chunk = self.db.read(move |conn| store::list_waiting(conn, &states, after, CHUNK)).await?;
            let Some(last) = chunk.last() else { break };
            after = Some(last.id);
            self.pass_on_some(chunk, today).await?;
        }
        self.holders.saw(edition);
        Ok(())
    }

    async fn pass_on_some(&self, ideas: Vec<Idea>, today: Day) -> Result<(), DbError> {
        let ids: Vec<IdeaId> = ideas.iter().map(|idea| idea.id).collect();
        let mut people: HashMap<IdeaId, Vec<IdeaPerson>> = HashMap::new();
        for person in self.db.read(move |conn| store::list_people_of(conn, &ids)).await? {
            people.entry(person.idea_id).or_default().push(person);
        }
        let next = |idea: &Idea| {
            self.holders.next_unit(idea, people.get(&idea.id).map(Vec::as_slice).unwrap_or_default(), today)
        };
        let changed: Vec<_> = ideas
            .iter()
            .map(|idea| (idea.id, idea.state, next(idea), idea.waits_unit_id))
            .filter(|(.., next, known)| next != known)
            .collect();
        if changed.is_empty() {
            return Ok(());
        }
        self.db
            .write(move |tx| -> Result<(), Stop<Never>> {
                for (id, state, unit, _) in &changed {
                    store::update_waits(tx.conn, *id, *state, *unit)?;
                }
                Ok(())
            })
            .await
            .map_err(DbError::from)
    }
}

fn tell_due(tx: &mut Tx, idea: &Idea, today: Day) -> diesel::QueryResult<()> {
    let (Some(member), Some(due_on)) = (idea.implementer_id, idea.due_on) else { return Ok(()) };
    let (overdue, day) = (due_on < today, due_on.in_chinese());
    let title = if overdue { "金点子实施已超期" } else { "金点子实施即将到期" };
    let asked = if overdue { "已经超期，请尽快提交成果" } else { "请按期提交成果" };
    let body = format!("您负责实施的金点子{}应于{day}完成，{asked}。", in_quotes(&idea.title));
    let link = Some(format!("/ideas/{}", idea.id));
    notices::tell(tx, NewNotice { to: To::Member(member), kind: NoticeKind::Idea, title: title.into(), body, link })
}
