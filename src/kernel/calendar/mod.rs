//! The calendar of the enterprise 工作日历: which days are worked, and what those are called that are not.
//!
//! Saturdays and Sundays are off, and so are holidays; some rest days are worked for them. The State Council publishes that
//! year by year: what is known by the time of a release ships with it (2026), what comes later is entered by an organiser
//! ([`Calendar::put`]), and until then a year has the days that the law fixes and is provisional. A notice may speak of the
//! last days of December before its year, so the next year is asked first.
//!
//! Table: `calendars`, a row for each year that was entered. All of it is kept in memory; other processes hear of a change
//! ([`TOPIC`]). Whether a day off is one on which nothing is asked of members is a setting.

mod known;

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::changes;
use super::settings::{Range, Setting};
use super::trail::Thing;
use crate::base::capability::Capability;
use crate::base::id::MemberId;
use crate::base::time::{Day, Timestamp};
use crate::db::schema::calendars;
use crate::db::{Conn, Db, DbError, Json, Tx};
use crate::on;

/// What other processes hear when a year was entered.
pub const TOPIC: &str = "calendar";

/// The most days off on end after which the next one is taken for a working day.
const LONGEST_REST_DAYS: usize = 31;

crate::words!(
    /// Where a year's days come from.
    CalendarState {
        /// The State Council has published them, or the enterprise has entered its own.
        Published = "published" / "已公布",
        /// Only those that the law fixes; working days in their place are not known yet.
        Provisional = "provisional" / "暂定",
    }
);

crate::words!(
    /// What a day off is to members.
    DaysOff {
        /// No paper is drawn for it, and it breaks no streak.
        Rest = "rest" / "休息：不自动出卷，不中断连续学习",
        /// A day like any other.
        AsUsual = "as_usual" / "照常",
    }
);

/// A day that is not what its weekday says, or that has a name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CalendarDay {
    pub day: Day,
    /// What it is called, in Chinese.
    #[schema(examples("国庆节"))]
    pub name: String,
    /// Whether it is off; else it is worked, also on a Saturday or Sunday.
    pub is_off: bool,
}

/// The days of one year.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct YearCalendar {
    pub year: i32,
    pub state: CalendarState,
    /// Which notice, or law, says so.
    pub source: String,
    /// In order; of other days the weekday decides. Some may lie in the December before.
    pub days: Vec<CalendarDay>,
    /// By whom and when it was entered; `None` of what is known without that.
    pub entered: Option<(MemberId, Timestamp)>,
}

/// A year as it was entered.
#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = calendars, primary_key(year))]
struct Row {
    year: i32,
    source: String,
    days: Json<Vec<CalendarDay>>,
    entered_by: MemberId,
    entered_at: Timestamp,
}

impl From<Row> for YearCalendar {
    fn from(row: Row) -> Self {
        YearCalendar {
            year: row.year,
            state: CalendarState::Published,
            source: row.source,
            days: row.days.0,
            entered: Some((row.entered_by, row.entered_at)),
        }
    }
}

/// The calendar; clones share it.
#[derive(Clone)]
pub struct Calendar(Arc<Inner>);

struct Inner {
    db: Db,
    /// Those that were entered.
    years: RwLock<BTreeMap<i32, Arc<YearCalendar>>>,
    days_off: Setting,
}

impl Calendar {
    /// With what a day off is to members where no setting says otherwise.
    pub fn new(db: Db, days_off: DaysOff) -> Calendar {
        const WORDS: &[(&str, &str)] =
            &[(DaysOff::Rest.as_str(), DaysOff::Rest.title()), (DaysOff::AsUsual.as_str(), DaysOff::AsUsual.title())];
        let title = ("休息日的安排（此后的日子）", "What a day off is to members, of days to come");
        let days_off = Setting::text(
            "calendar.days_off",
            title,
            Capability::ManageContent,
            Range::OneOf(WORDS),
            days_off.as_str(),
        );
        Calendar(Arc::new(Inner { db, years: RwLock::default(), days_off }))
    }

    /// The setting, for the room that hands it over.
    pub fn settings(&self) -> [Setting; 1] {
        [self.0.days_off.clone()]
    }

    /// Reads what was entered.
    pub async fn load(&self) -> Result<(), DbError> {
        let rows = self.0.db.read(list).await?;
        let years = rows.into_iter().map(|row| (row.year, Arc::new(YearCalendar::from(row)))).collect();
        *self.0.years.write().unwrap_or_else(PoisonError::into_inner) = years;
        Ok(())
    }

    /// The days of a year.
    pub fn year(&self, year: i32) -> Arc<YearCalendar> {
        let entered = self.0.years.read().unwrap_or_else(PoisonError::into_inner).get(&year).cloned();
        entered.unwrap_or_else(|| Arc::new(known::of_year(year)))
    }

    /// Enters the days of a year in the place of what was there; the caller has looked at them.
    pub fn put(&self, tx: &mut Tx, by: MemberId, year: i32, source: String, days: Vec<CalendarDay>) -> QueryResult<()> {
        let row = Row { year, source, days: Json(days), entered_by: by, entered_at: tx.now() };
        on!(&mut *tx.conn, c => diesel::insert_into(calendars::table)
            .values(&row)
            .on_conflict(calendars::year)
            .do_update()
            .set(&row)
            .execute(c))?;
        changes::announce(tx, TOPIC, thing(year).id)?;
        let (calendar, entered) = (self.clone(), Arc::new(YearCalendar::from(row)));
        tx.after_commit(move || {
            calendar.0.years.write().unwrap_or_else(PoisonError::into_inner).insert(year, entered);
        });
        Ok(())
    }

    /// What is said of a day.
    fn find(&self, day: Day) -> Option<CalendarDay> {
        let (year, month, _) = day.parts();
        let of = |year: i32| self.year(year).days.iter().find(|known| known.day == day).cloned();
        let ahead = if month == 12 { of(year + 1) } else { None };
        ahead.or_else(|| of(year))
    }

    /// Whether the day is off.
    pub fn is_off(&self, day: Day) -> bool {
        self.find(day).map_or(day.is_weekend(), |known| known.is_off)
    }

    /// What a day off is called; `None` of a day that is worked.
    pub fn day_off(&self, day: Day) -> Option<String> {
        match self.find(day) {
            Some(known) => known.is_off.then_some(known.name),
            None => day.is_weekend().then(|| "周末".to_owned()),
        }
    }

    /// What the day is called: a holiday, or a day that is worked for one; `None` of a day like any other.
    pub fn name_of(&self, day: Day) -> Option<String> {
        self.find(day).map(|known| known.name)
    }

    /// Whether nothing is asked of members on the day by itself: it is off, and days off are for rest.
    pub fn is_for_rest(&self, day: Day) -> bool {
        &*self.0.days_off.words() == DaysOff::Rest.as_str() && self.is_off(day)
    }

    /// The day, or the first one after it that is worked: on which a term ends that would end on a day off.
    pub fn working_day_from(&self, day: Day) -> Day {
        let each = std::iter::successors(Some(day), |day| Some(day.next()));
        each.take(LONGEST_REST_DAYS).find(|day| !self.is_off(*day)).unwrap_or(day)
    }

    /// The first day of which the term has not passed by `today`: what was due on an earlier one is overdue.
    pub fn due_from(&self, today: Day) -> Day {
        let before = std::iter::successors(Some(today), |day| Some(day.previous()));
        before.take(LONGEST_REST_DAYS).find(|day| !self.is_off(day.previous())).unwrap_or(today)
    }
}

/// A year, as its trail knows it.
pub fn thing(year: i32) -> Thing {
    Thing { room: "calendar", kind: "calendar", id: Uuid::from_u128(u128::from(year.unsigned_abs())) }
}

fn list(conn: &mut Conn) -> QueryResult<Vec<Row>> {
    on!(conn, c => calendars::table.order(calendars::year).select(Row::as_select()).load(c))
}
