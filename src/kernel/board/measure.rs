//! Measures beside the ledger: scores that are no points, such as a day's best run, with boards of their own.
//!
//! A room keeps the truth, what each member reached on each day, and registers four questions about it. It tells of
//! every gain by [`Boards::record`], which touches that measure alone and never the total; finished periods and
//! [`rebuild`](super::rebuild) ask the room.

use std::sync::PoisonError;

use diesel::QueryResult;

use super::standing::{self, DayPoints};
use super::{Boards, Home, LaterPoints};
use crate::base::id::{MemberId, UnitId};
use crate::base::time::{Day, Timestamp};
use crate::db::{Conn, Tx};

/// Scores of days, with when they were reached.
pub type ScoredDays = Vec<(MemberId, DayPoints)>;

/// The sum of each member's scores, with when the newest of them was reached.
pub type Totals = Vec<(MemberId, i64, Timestamp)>;

/// Answers what was corrected of the days from one until the day before another, of one member or of everybody.
pub type Later = fn(&mut Conn, Day, Day, Option<MemberId>) -> QueryResult<Vec<LaterPoints>>;

/// A measure that a room keeps itself.
#[derive(Clone, Copy, Debug)]
pub struct Measure {
    /// What stands in a board's address; no dimension of the ledger may bear the same name.
    pub name: &'static str,
    /// As members read it.
    pub title: &'static str,
    /// Members who have something in it, by id, after one of them, as many as the limit says.
    pub members: fn(&mut Conn, MemberId, i64) -> QueryResult<Vec<MemberId>>,
    /// Every day on which one of these members reached something.
    pub days: fn(&mut Conn, &[MemberId]) -> QueryResult<ScoredDays>,
    /// What each member reached from a day until the day before another.
    pub totals: fn(&mut Conn, Day, Day) -> QueryResult<Totals>,
    /// What was corrected of the days from one until the day before another, newest first, of one member or of everybody:
    /// shown beside a frozen board, and in no sum.
    pub later: Later,
}

/// A member's score in a measure has grown.
#[derive(Clone, Copy, Debug)]
pub struct Gain<'a> {
    pub member: MemberId,
    /// The member's home unit and its ancestors, nearest first.
    pub path: &'a [UnitId],
    /// The business day that it counts for.
    pub day: Day,
    /// By how much.
    pub points: i64,
    /// When it was reached: what decides between equals. As the room's truth tells it.
    pub at: Timestamp,
}

impl Boards {
    /// Makes boards of `measure`; before the first of them is asked for.
    pub fn register(&self, measure: Measure) {
        self.0.measures.write().unwrap_or_else(PoisonError::into_inner).push(measure);
    }

    /// The measures beside the ledger.
    pub fn measures(&self) -> Vec<Measure> {
        self.0.measures.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The measure of that name beside the ledger.
    pub fn measure(&self, name: &str) -> Option<Measure> {
        let measures = self.0.measures.read().unwrap_or_else(PoisonError::into_inner);
        measures.iter().find(|measure| measure.name == name).copied()
    }

    /// Adds a gain to the member's standing in `measure` and to nothing else; the boards hear of it after the commit.
    ///
    /// The caller has taken the member's turn ([`Tx::take_turn`]) and has written the same into the truth that `measure`
    /// tells of.
    pub fn record(&self, tx: &mut Tx, measure: &Measure, gain: &Gain) -> QueryResult<()> {
        let points = DayPoints { day: gain.day, points: gain.points, at: gain.at };
        let standings = standing::add(tx, gain.member, &[measure.name], points, |conn, _| {
            Ok((measure.days)(conn, &[gain.member])?.into_iter().map(|(_, points)| points).collect())
        })?;
        let (boards, home): (_, Home) = (self.clone(), Some(gain.path.into()));
        tx.after_commit(move || standings.into_iter().for_each(|standing| boards.take(standing, home.clone())));
        Ok(())
    }
}
