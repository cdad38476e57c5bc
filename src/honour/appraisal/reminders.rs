//! What time brings: those who decide appeals are reminded of what is due soon, and of what is late.

use chrono::NaiveTime;

use super::actions::Appraisal;
use super::appeals::involved;
use super::model::{Appeal, AppealOccasion};
use super::store;
use crate::base::id::MemberId;
use crate::base::time::Day;
use crate::db::{Conn, DbError, Never, Stop, Tx};

/// Appeals that are looked at in one go; what is late longest comes first.
const CHUNK: i64 = 200;
/// Days before the last one from which an appeal is due soon.
const SOON_DAYS: u64 = 2;

/// From when until when reminders go out.
fn daytime() -> (NaiveTime, NaiveTime) {
    let hour = |hour| NaiveTime::from_hms_opt(hour, 0, 0).unwrap_or_default();
    (hour(8), hour(20))
}

impl Appraisal {
    /// Reminds of each appeal once before its last day and once after it, never at night or on a day off; of several
    /// servers the one that puts it down.
    pub(super) async fn remind(&self) -> Result<(), DbError> {
        let (now, today) = (self.db.now(), self.db.today());
        let (morning, evening) = daytime();
        if self.calendar.is_off(today) || now < today.at(morning) || now >= today.at(evening) {
            return Ok(());
        }
        let find = move |conn: &mut Conn| {
            let mut due = store::appeals::list_due(conn, AppealOccasion::Late, (None, today), CHUNK)?;
            let soon = (Some(today), today.plus_days(SOON_DAYS + 1));
            due.extend(store::appeals::list_due(conn, AppealOccasion::Soon, soon, CHUNK)?);
            Ok(due)
        };
        let due: Vec<Appeal> = self.db.read(find).await?;
        if due.is_empty() {
            return Ok(());
        }
        let room = self.clone();
        let written = self.db.write(move |tx| -> Result<(), Stop<Never>> {
            for appeal in &due {
                let (occasion, now) = (occasion(appeal, today), tx.now());
                if store::appeals::mark_reminded(tx.conn, appeal.id, occasion, now)? {
                    room.remind_of(tx, appeal, occasion)?;
                }
            }
            Ok(())
        });
        Ok(written.await?)
    }

    fn remind_of(&self, tx: &mut Tx, appeal: &Appeal, occasion: AppealOccasion) -> diesel::QueryResult<()> {
        let entry = store::book::find(tx.conn, appeal.entry_id)?.ok_or(diesel::result::Error::NotFound)?;
        let barred: Vec<MemberId> = involved(&entry).into_iter().map(|(member, _)| member).collect();
        let name = self.directory.name_of(appeal.member_id);
        let (title, how) = match occasion {
            AppealOccasion::Soon => ("考评积分申诉即将到期", "请按期答复"),
            AppealOccasion::Late => ("考评积分申诉已超期", "已经超期，请尽快答复"),
        };
        let body = format!("{name}的申诉应于{}前答复，{how}。", appeal.due_on.in_chinese());
        for member in self.desks.nearest(self.appeal_post(appeal, tx.today()), &barred, tx.today()) {
            let link = format!("/appraisal/appeals/{}", appeal.id);
            self.tell(tx, member, title, body.clone(), link)?;
        }
        Ok(())
    }
}

fn occasion(appeal: &Appeal, today: Day) -> AppealOccasion {
    if appeal.due_on < today { AppealOccasion::Late } else { AppealOccasion::Soon }
}
