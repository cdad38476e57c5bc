//! What the room hands over to the program.

use super::Meetings;
use super::facts::HELD;
use super::personal::PERSONAL;
use super::photographs::PHOTOGRAPH;
use crate::ground::files::Files;
use crate::room::{House, Opened, Room};

pub async fn open(house: &House) -> Opened {
    let key = house.secrets.session_key.derive(b"meeting codes");
    let meetings = Meetings::new(house.db.clone(), house.get(), key, house.get());
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
