//! What time brings: reminders of due days.

use chrono::NaiveTime;

use super::Ideas;
use super::model::Idea;
use super::rules::SOON_DAYS;
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
            self.db
                .write(move |tx| -> Result<(), Stop<Never>> {
                    for idea in &due {
                        if store::reminders::mark_reminded(tx.conn, idea, today)? {
                            tell_due(tx, idea, today)?;
                        }
                    }
                    Ok(())
                })
                .await?;
        }
    }
}

fn tell_due(tx: &mut Tx, idea: &Idea, today: Day) -> diesel::QueryResult<()> {
    let (Some(member), Some(due_on)) = (idea.implementer_id, idea.due_on) else { return Ok(()) };
    let (overdue, day) = (due_on < today, due_on.in_chinese());
    let title = if overdue { "金点子实施已超期" } else { "金点子实施即将到期" };
    let asked = if overdue { "已经超期，请尽快提交成果" } else { "请按期提交成果" };
    let body = format!("您负责实施的金点子{}应于{day}完成，{asked}。", in_quotes(&idea.title));
    let link = Some(format!("/ideas/{}", idea.id));
    notices::tell(tx, NewNotice { to: To::Member(member), kind: NoticeKind::IDEA, title: title.into(), body, link })
}
