//! What the room hands over to the program.

use super::Meetings;
use super::facts::HELD;
use super::model::LinkedKind;
use super::personal::PERSONAL;
use super::photographs::PHOTOGRAPH;
use super::record::{has_tasks, note_settled};
use crate::doing::reports::Reports;
use crate::doing::tasks::Tasks;
use crate::ground::files::Files;
use crate::honour::appraisal::Appraisal;
use crate::room::{House, Opened, Room};

pub async fn open(house: &House) -> Opened {
    let key = house.secrets.session_key.derive(b"meeting codes");
    let meetings = Meetings::new(house.db.clone(), house.get(), (key, house.get()), (house.get(), house.get()));
    let (tasks, reports) = (house.get::<Tasks>(), house.get::<Reports>());
    let names = tasks.clone();
    meetings.links_to(LinkedKind::Task, move |conn, person, id| names.title_for(conn, person, id.uuid().into()));
    meetings.links_to(LinkedKind::Report, move |conn, person, id| reports.title_for(conn, person, id.uuid().into()));
    meetings.unless_part(has_tasks);
    let appraisal = house.get::<Appraisal>();
    tasks.told_by(move |tx, settled| note_settled(tx, &appraisal, settled));
    let (files, seen) = (house.get::<Files>(), meetings.clone());
    files.let_read(PHOTOGRAPH, move |conn, person, id| seen.may_see(conn, person, id));
    files.hide_when(PHOTOGRAPH, |_, _| Ok(false));
    let mut room = Room::of(meetings);
    for (kind, about) in HELD {
        room = room.tells(about, move |meetings, month| async move { meetings.held(kind, month).await });
    }
    Ok(room
        .has_dates(|meetings, person, days| async move { meetings.dates(person, days).await })
        .room()
        .keeps(PERSONAL))
}
