//! What a calendar shows of contests.

use std::sync::Arc;

use super::Contests;
use super::model::Contest;
use super::store;
use crate::base::dates::{DateKind, Dated, Days, When, units_of};
use crate::base::person::Person;
use crate::db::DbError;
use crate::kernel::dates::{MOST_OF_A_ROOM, Told};

impl Contests {
    /// Contests of the units of `person` that were announced and not cancelled.
    pub(super) async fn dates(&self, person: Arc<Person>, days: Days) -> Result<Told, DbError> {
        let units = units_of(&person);
        let found =
            self.db.read(move |conn| store::list_between(conn, &units, days.instants(), MOST_OF_A_ROOM)).await?;
        let dated = |contest: Contest| {
            Some(Dated {
                kind: DateKind::Contest,
                key: format!("contest-{}", contest.id),
                title: contest.title,
                when: When::At(contest.opens_at, Some(contest.closes_at)),
                place: None,
                link: Some(format!("/contests/{}", contest.id)),
            })
        };
        Ok(Told::of(found, dated))
    }
}
