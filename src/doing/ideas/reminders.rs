//! What time brings: reminders of due days.

use chrono::NaiveTime;

use super::Ideas;
use super::model::Idea;
use super::rules::{self, SOON_DAYS};
use super::store;
use crate::base::id::MemberId;
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
    /// Reminds those who must deliver soon, and does what the last migration left to be done; often, and by every server.
    pub async fn care(&self) -> Result<(), DbError> {
        self.index_old().await?;
        self.lay_old_on_desk().await?;
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
            let due = self.db.read(move |conn| store::reminders::list_to_remind(conn, today, until, CHUNK)).await?;
            if due.is_empty() {
                return Ok(());
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

    /// Reminds the implementer and, once the work is overdue, every week those who decide: they answer for it. Where nobody
    /// carries it out any more they are reminded in his place.
    fn tell_due(&self, tx: &mut Tx, idea: &Idea, today: Day) -> diesel::QueryResult<()> {
        let (Some(member), Some(due_on)) = (idea.implementer_id, idea.due_on) else { return Ok(()) };
        let (overdue, day) = (due_on < today, due_on.in_chinese());
        let title = if overdue { "金点子实施已超期" } else { "金点子实施即将到期" };
        let (about, is_gone) = (in_quotes(&idea.title), self.lacks_implementer(idea));
        if !is_gone {
            let asked = if overdue { "已经超期，请尽快提交成果" } else { "请按期提交成果" };
            let body = format!("您负责实施的金点子{about}应于{day}完成，{asked}。");
            remind_of(tx, idea, member, title, body)?;
        }
        if is_gone || rules::is_told_to_deciders(due_on, today) {
            let people = store::people::list_people(tx.conn, idea.id)?;
            let name = self.name(member);
            let (how, asked) =
                if is_gone { ("已离开", "请重新指派实施人") } else { ("尚未提交成果", "请督促") };
            let body = format!("金点子{about}由{name}负责实施，应于{day}完成，{name}{how}，{asked}。");
            for decider in self.deciders(idea, &people, today) {
                remind_of(tx, idea, decider, title, body.clone())?;
            }
        }
        Ok(())
    }
}

fn remind_of(tx: &mut Tx, idea: &Idea, member: MemberId, title: &str, body: String) -> diesel::QueryResult<()> {
    let link = Some(format!("/ideas/{}", idea.id));
    notices::tell(tx, NewNotice { to: To::Member(member), kind: NoticeKind::IDEA, title: title.into(), body, link })
}
