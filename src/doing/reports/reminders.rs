//! Reminding those who fill in: three days before, on the day, and after it; one notice for all that a member is reminded of, never
//! at night or on a day off.

use std::collections::{BTreeMap, HashSet};

use chrono::NaiveTime;

use super::actions::Reports;
use super::desk::tell;
use super::model::{ReportHead, ReportId, ReportOccasion};
use super::rules;
use super::store;
use crate::base::capability::Capability;
use crate::base::id::MemberId;
use crate::base::text::in_quotes;
use crate::db::{Conn, DbError, Never, Stop};
use crate::kernel::desk::Post;

/// Reports that are looked at in one go; what is late longest comes first.
const CHUNK: i64 = 2_000;
/// How many of them a notice names.
const NAMED: usize = 3;
/// For how long it is kept of what somebody was reminded.
const KEPT_DAYS: u64 = 60;

/// From when until when reminders go out.
fn daytime() -> (NaiveTime, NaiveTime) {
    let hour = |hour| NaiveTime::from_hms_opt(hour, 0, 0).unwrap_or_default();
    (hour(8), hour(20))
}

impl Reports {
    /// Reminds of each report once for each occasion; of several servers the one that writes it down.
    pub(super) async fn remind(&self) -> Result<(), DbError> {
        let (now, today) = (self.db.now(), self.db.today());
        let (morning, evening) = daytime();
        if self.calendar.is_off(today) || now < today.at(morning) || now >= today.at(evening) {
            return Ok(());
        }
        let days = rules::reminded(today);
        let find = move |conn: &mut Conn| {
            let due = store::reports::list_to_remind(conn, days, CHUNK)?;
            let done: HashSet<(ReportId, ReportOccasion)> = match due.is_empty() {
                true => HashSet::new(),
                false => store::reports::list_reminded(conn, days.0)?.into_iter().collect(),
            };
            let is_new = |(report, _): &(ReportHead, String)| {
                !done.contains(&(report.id, rules::occasion(report.due_on, today)))
            };
            Ok(due.into_iter().filter(is_new).collect::<Vec<_>>())
        };
        let due = self.db.read(find).await?;
        if due.is_empty() {
            return Ok(());
        }
        let room = self.clone();
        let written = self.db.write(move |tx| -> Result<(), Stop<Never>> {
            let mut whose: BTreeMap<MemberId, Vec<(&ReportHead, &str)>> = BTreeMap::new();
            for (report, title) in &due {
                let (occasion, now) = (rules::occasion(report.due_on, today), tx.now());
                if store::reports::mark_reminded(tx.conn, report.id, occasion, now)? {
                    let post = Post { capability: Capability::FillReports, unit: report.unit_id };
                    for member in room.desks.nearest(post, &[], today) {
                        whose.entry(member).or_default().push((report, title.as_str()));
                    }
                }
            }
            for (member, reports) in whose {
                let link = match reports.as_slice() {
                    [(only, _)] => format!("/reports/{}", only.id),
                    _ => "/reports".to_owned(),
                };
                let late = reports.iter().filter(|(report, _)| report.due_on < today).count();
                let title = if late > 0 { "报送提醒：有逾期" } else { "报送提醒" };
                tell(tx, member, (title, in_words(&reports, today)), link)?;
            }
            store::reports::forget_reminders(tx.conn, today.minus_days(KEPT_DAYS))?;
            Ok(())
        });
        written.await.map_err(DbError::from)
    }
}

fn in_words(reports: &[(&ReportHead, &str)], today: crate::base::time::Day) -> String {
    let each = reports.iter().take(NAMED).map(|(report, title)| {
        let when = match rules::occasion(report.due_on, today) {
            ReportOccasion::Soon => format!("{}前报送", report.due_on.in_chinese()),
            ReportOccasion::Today => "今天截止".to_owned(),
            ReportOccasion::Late => format!("应于{}前报送，请尽快补报", report.due_on.in_chinese()),
        };
        format!("{}{when}", in_quotes(title))
    });
    let named = each.collect::<Vec<_>>().join("；");
    if reports.len() > NAMED { format!("{named}；等 {} 项", reports.len()) } else { named }
}
