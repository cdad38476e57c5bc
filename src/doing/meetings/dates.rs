//! What a calendar shows of meetings.

use std::sync::Arc;

use super::Meetings;
use super::model::Coming;
use super::store;
use crate::base::dates::{DateKind, Dated, Days, When, units_of};
use crate::base::person::Person;
use crate::db::DbError;
use crate::kernel::dates::{MOST_OF_A_ROOM, Told};

impl Meetings {
    /// The meetings that are held for `person`, and those of units where he holds a duty.
    pub(super) async fn dates(&self, person: Arc<Person>, days: Days) -> Result<Told, DbError> {
        let units = units_of(&person);
        let found = self
            .db
            .read(move |conn| store::list_of_days(conn, &units, (days.from, days.until), MOST_OF_A_ROOM))
            .await?;
        let concerns = |meeting: &Coming| {
            let holds_duty = person.duties.iter().any(|duty| duty.unit == meeting.unit_id);
            holds_duty || meeting.kind.is_for_all() && self.belongs(&person, meeting.unit_id)
        };
        Ok(Told::of(found, |meeting| concerns(&meeting).then(|| dated(meeting))))
    }
}

fn dated(meeting: Coming) -> Dated {
    let kind = meeting.kind.title();
    let says_kind = meeting.title.contains(kind);
    let title = if says_kind { meeting.title } else { format!("{kind}：{}", meeting.title) };
    Dated {
        kind: DateKind::Meeting,
        key: format!("meeting-{}", meeting.id),
        title,
        when: meeting.begins_at.map_or(When::On(meeting.held_on), |from| When::At(from, meeting.ends_at)),
        place: meeting.place,
        link: Some(format!("/meetings/{}", meeting.id)),
    }
}
