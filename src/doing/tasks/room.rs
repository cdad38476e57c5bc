//! What the room hands over to the program.

use super::actions::Tasks;
use super::facts::{CLOSED, FIRST_ON_TIME, ON_TIME, OVERDUE};
use super::laying::LAYING;
use super::personal::PERSONAL;
use super::settings::Terms;
use super::standing::STANDINGS;
use super::steps::EVIDENCE;
use crate::ground::files::Files;
use crate::people::members::RosterChanges;
use crate::room::{House, MINUTE, Opened, Room};

crate::notice_kinds! {
    /// Something is to be done, or has become of it.
    TASK = "task" / "任务": AT_ONCE,
}

pub async fn open(house: &House) -> Opened {
    let terms = Terms::new();
    let settings = terms.each();
    let tasks = Tasks::new(house.db.clone(), (house.get(), house.get()), house.calendar.clone(), terms, house.get());
    let (files, seen) = (house.get::<Files>(), tasks.clone());
    files.let_read(EVIDENCE, move |conn, person, id| seen.may_see(conn, person, id));
    files.hide_when(EVIDENCE, |_, _| Ok(false));
    let changes = house.get::<RosterChanges>();
    changes.lay_anew(tasks.clone(), |tasks| async move {
        tasks.lay_anew().await?;
        tasks.hand_on().await
    });
    Ok(Room::of(tasks)
        .when_due(LAYING, |tasks| async move { tasks.lay_waiting().await })
        .when_due(STANDINGS, |tasks| async move { tasks.keep_standings().await })
        .every(MINUTE, "tasks", |tasks| async move { tasks.look_at_days().await })
        .tells(CLOSED, |tasks, month| async move { tasks.closed_in(month).await })
        .tells(ON_TIME, |tasks, month| async move { tasks.on_time_in(month).await })
        .tells(FIRST_ON_TIME, |tasks, month| async move { tasks.first_on_time_in(month).await })
        .tells(OVERDUE, |tasks, month| async move { tasks.overdue_in(month).await })
        .room()
        .settings(settings)
        .keeps(PERSONAL))
}
