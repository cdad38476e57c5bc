//! What a calendar shows of pushes.

use std::sync::Arc;

use super::Study;
use super::store;
use crate::base::capability::Capability;
use crate::base::dates::{DateKind, Dated, Days, When, units_of};
use crate::base::person::Person;
use crate::db::DbError;
use crate::kernel::dates::{MOST_OF_A_ROOM, Told};

impl Study {
    /// What was pushed to the units of `person`; what is planned for those whose content he keeps.
    pub(super) async fn dates(&self, person: Arc<Person>, days: Days) -> Result<Told, DbError> {
        let units = units_of(&person);
        let list = move |conn: &mut crate::db::Conn| {
            store::list_of_days(conn, &units, (days.from, days.until), MOST_OF_A_ROOM)
        };
        let found = self.db.read(list).await?;
        let (tree, keeps) = (self.directory.tree(), person.reach(Capability::ManageContent));
        let shown = |(push, title): (super::model::Push, String)| {
            let is_kept =
                || tree.get(push.unit_id).is_some_and(|unit| keeps.as_ref().is_some_and(|k| k.covers(&unit.path)));
            let is_out = push.published_at.is_some();
            (is_out && person.path.contains(&push.unit_id) || is_kept()).then(|| Dated {
                kind: DateKind::Push,
                key: format!("push-{}", push.id),
                title,
                when: When::On(push.day),
                place: None,
                link: Some(format!("/study/items/{}", push.item_id)),
            })
        };
        Ok(Told::of(found, shown))
    }
}
