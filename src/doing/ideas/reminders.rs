//! What time brings: reminders of due days.

use std::collections::BTreeSet;

use chrono::NaiveTime;

use super::Ideas;
use super::model::Idea;
use super::rules::{self, SOON_DAYS};
use super::store;
use crate::base::capability::Role;
use crate::base::id::MemberId;
use crate::base::text::in_quotes;
use crate::base::time::Day;
use crate::db::{Conn, DbError, Never, Stop, Tx};
use crate::ground::notices::{self, NewNotice, NoticeKind, To};

/// Ideas of one transaction.
const CHUNK: i64 = 200;

/// From when until when reminders go out.
fn daytime() -> (NaiveTime, NaiveTime) {
    let hour = |hour| NaiveTime::from_hms_opt(hour, 0, 0).unwrap_or_default();
    (hour(8), hour(20))
}

impl Ideas {
    /// Reminds those who must deliver soon, and does what the last migration left to be done; often, and by every server.
    pub async fn care(&self) -> Result<(), DbError> {
        self.index_old().await?;
        self.lay_old_on_desk().await?;
        self.remind().await
    }

    /// Reminds implementers of what is due soon or overdue, and secretaries of what is overdue, once for each occasion: of
    /// several servers the one that puts the day down tells. Never at night or on a day off.
    async fn remind(&self) -> Result<(), DbError> {
        let (now, today) = (self.db.now(), self.db.today());
        let (morning, evening) = daytime();
        if self.calendar.is_off(today) || now < today.at(morning) || now >= today.at(evening) {
            return Ok(());
        }
        let (until, mut after) = (today.plus_days(SOON_DAYS + 1), None);
        loop {
            let find = move |conn: &mut Conn| store::reminders::list_to_remind(conn, today, until, after, CHUNK);
            let mut due = self.db.read(find).await?;
            let Some(last) = due.last().map(|idea| idea.id) else { return Ok(()) };
            after = Some(last);
            due.retain(|idea| {
                let due_on = idea.due_on.map(|due_on| self.calendar.working_day_from(due_on));
                due_on.is_some_and(|due_on| rules::is_to_remind(due_on, idea.reminded_on, today, false))
            });
            if due.is_empty() {
                continue;
            }
            let room = self.clone();
            self.db
                .write(move |tx| -> Result<(), Stop<Never>> {
                    for idea in &due {
                        if store::reminders::mark_reminded(tx.conn, idea, today)? {
                            room.tell_due(tx, idea, today)?;
                        }
                    }
                    Ok(())
                })
                .await?;
        }
    }

    /// Reminds the implementer and, once the work is overdue, those who answer for it: the secretary and those who decide.
    /// Where nobody carries it out any more those who decide are reminded in his place.
    fn tell_due(&self, tx: &mut Tx, idea: &Idea, today: Day) -> diesel::QueryResult<()> {
        let (Some(implementer), Some(due_on)) = (idea.implementer_id, idea.due_on) else { return Ok(()) };
        let (overdue, day) = (self.calendar.working_day_from(due_on) < today, due_on.in_chinese());
        let title = if overdue { "金点子实施已超期" } else { "金点子实施即将到期" };
        let (about, is_gone) = (in_quotes(&idea.title), self.lacks_implementer(idea));
        if !is_gone {
            let asked = if overdue { "已经超期，请尽快提交成果" } else { "请按期提交成果" };
            let body = format!("您负责实施的金点子{about}应于{day}完成，{asked}。");
            remind_of(tx, idea, implementer, title, body)?;
        }
        if !is_gone && !overdue {
            return Ok(());
        }
        let circle = store::people::find_circle(tx.conn, idea.id)?;
        let deciders = self.deciders(idea, &circle, today);
        let secretaries = if overdue { self.secretaries_of(idea, today) } else { Vec::new() };
        let told: BTreeSet<MemberId> = deciders.iter().copied().chain(secretaries).collect();
        let (name, how) = (self.name(implementer), if is_gone { "已离开" } else { "尚未提交成果" });
        for member in told.into_iter().filter(|member| *member != implementer) {
            let assigns = is_gone && deciders.contains(&member);
            let asked = if assigns { "请重新指派实施人" } else { "请了解情况并督促" };
            let body = format!("金点子{about}由{name}负责实施，应于{day}完成，{name}{how}，{asked}。");
            remind_of(tx, idea, member, title, body)?;
        }
        Ok(())
    }

    /// The secretaries of the nearest unit at or above the idea's that has one.
    fn secretaries_of(&self, idea: &Idea, today: Day) -> Vec<MemberId> {
        let path = self.directory.tree().get(idea.unit_id).map(|card| card.path.clone()).unwrap_or_default();
        let holders = path.iter().map(|unit| self.directory.holders(Role::Secretary, *unit, today));
        holders.into_iter().find(|holders| !holders.is_empty()).unwrap_or_default()
    }
}

fn remind_of(tx: &mut Tx, idea: &Idea, member: MemberId, title: &str, body: String) -> diesel::QueryResult<()> {
    let link = Some(format!("/ideas/{}", idea.id));
    notices::tell(tx, NewNotice { to: To::Member(member), kind: NoticeKind::IDEA, title: title.into(), body, link })
}
