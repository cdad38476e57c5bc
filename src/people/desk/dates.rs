//! What a calendar shows of the desk: what is due.

use std::sync::Arc;

use super::actions::{Desktop, desk_of};
use crate::base::dates::{DateKind, Dated, Days, When};
use crate::base::id::MemberId;
use crate::base::person::Person;
use crate::base::time::Day;
use crate::db::DbError;
use crate::kernel::dates::{MOST_OF_A_ROOM, Told};
use crate::kernel::desk::{self, Item};

impl Desktop {
    /// What waits for `person`, by the day on which it is due.
    pub(super) async fn dates(&self, person: Arc<Person>, days: Days) -> Result<Told, DbError> {
        let (desk, viewer) = (desk_of(&person), person.member);
        let found =
            self.db.read(move |conn| desk::list_due(conn, &desk, (days.from, days.until), MOST_OF_A_ROOM)).await?;
        Ok(Told::of(found, |item| item.due_on().map(|day| dated(&item, viewer, day))))
    }
}

fn dated(item: &Item, viewer: MemberId, day: Day) -> Dated {
    Dated {
        kind: DateKind::Due,
        key: format!("due-{}", item.id),
        title: item.title_for(viewer),
        when: When::On(day),
        place: None,
        link: Some(item.link_for(viewer)),
    }
}
