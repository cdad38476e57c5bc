//! What the page of the day shows of a member's study.

use std::collections::BTreeSet;
use std::sync::Arc;

use diesel::QueryResult;

use super::actions::Study;
use super::feed::Shown;
use super::model::{FeedPush, Mark, ReadState};
use super::rules::streak::{Days, LOOK_BACK_DAYS, Streak, streak};
use super::{rules, store};
use crate::base::id::{MemberId, UnitId};
use crate::base::time::{Day, Timestamp};
use crate::db::{Conn, DbError};
use crate::kernel::glance::{Look, Seen};
use crate::people::members::{self, ABSENCES, absences_in};

/// What the room looks for.
pub const LOOKS: [Look; 2] = [store::readings::MARKS, store::readings::DONE_DAYS];

/// How long days on which there was something to do are remembered: today's breaks no streak yet.
const OPEN_DAYS_FRESH: std::time::Duration = std::time::Duration::from_secs(60);

/// What of a page is the same for everybody at home in one unit.
pub struct TodaysPushes {
    pushes: Vec<Arc<Shown>>,
    next_publish_at: Option<Timestamp>,
    open: Arc<BTreeSet<Day>>,
    /// Of those at home there.
    path: Arc<[UnitId]>,
}

/// A member's study today.
pub struct StudyToday {
    /// What was published to his units, with what he has done with it.
    pub items: Vec<(FeedPush, ReadState)>,
    /// When the next push of today is published.
    pub next_publish_at: Option<Timestamp>,
    pub streak: Streak,
}

impl Study {
    /// Today's pushes to the units of `path`, from memory.
    pub async fn todays_pushes(&self, path: &Arc<[UnitId]>) -> Result<TodaysPushes, DbError> {
        let (pushes, next_publish_at) = self.feed.today(path).await?;
        let today = self.db.today();
        let Some(home) = path.first().copied() else {
            return Ok(TodaysPushes { pushes, next_publish_at, open: Arc::default(), path: path.clone() });
        };
        let read = async || {
            let (study, from) = (self.clone(), today.minus_days(LOOK_BACK_DAYS));
            let of_home = move |conn: &mut Conn| {
                let stays = members::stays_in(conn, &study.directory.tree(), home, from)?;
                study.open_days_of(conn, &stays)
            };
            self.db.read(of_home).await
        };
        let open = self.open_days.get(&(today, home), OPEN_DAYS_FRESH, read).await?;
        Ok(TodaysPushes { pushes, next_publish_at, open, path: path.clone() })
    }

    /// What the member has done with them, and his streak; that his phone has them is put down. Asks the database only
    /// for streaks that are longer than what was seen.
    pub fn today_of(
        &self,
        conn: &mut Conn,
        member: MemberId,
        pushes: &TodaysPushes,
        seen: &Seen,
    ) -> QueryResult<StudyToday> {
        let now = self.db.now();
        let open_from = self.open_from();
        let mark = |line: &crate::kernel::glance::Line| {
            Some(Mark { item_id: line.id()?, day: line.day()?, finished_at: line.at() })
        };
        let marks: Vec<Mark> = seen.of(store::readings::MARKS.kind).filter_map(mark).collect();
        self.serve(member, &pushes.pushes, now);
        let state = |shown: &Arc<Shown>| (shown.push.clone(), rules::read_state(&shown.push, &marks, open_from));
        Ok(StudyToday {
            items: pushes.pushes.iter().map(state).collect(),
            next_publish_at: pushes.next_publish_at,
            streak: self.streak_seen(conn, member, pushes, seen)?,
        })
    }

    fn streak_seen(
        &self,
        conn: &mut Conn,
        member: MemberId,
        pushes: &TodaysPushes,
        seen: &Seen,
    ) -> QueryResult<Streak> {
        let (today, open_from, open) = (self.db.today(), self.open_from(), &pushes.open);
        let done: BTreeSet<Day> = seen.of(store::readings::DONE_DAYS.kind).filter_map(|line| line.day()).collect();
        let from = today.minus_days(LOOK_BACK_DAYS);
        if members::was_elsewhere_in(seen, from) {
            let days = self.load_days(conn, member, &pushes.path, from)?;
            return Ok(streak(&days, today, open_from));
        }
        let oldest = done.first().copied().unwrap_or(from);
        let is_all = done.len() < store::readings::DONE_DAYS_SEEN;
        let since = if is_all { from } else { oldest };
        let mut days =
            Days { done, open: open.range(since..).copied().collect(), away: absences_in(seen.of(ABSENCES.kind)) };
        if !is_all && !days.breaks(open_from) {
            days.done = store::readings::list_done_days(conn, member, from)?.into_iter().collect();
            days.open = (**open).clone();
        }
        Ok(streak(&days, today, open_from))
    }
}
