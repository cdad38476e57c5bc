//! What the room hands over to the program.

use super::CalendarRoom;
use crate::kernel::calendar::TOPIC;
use crate::room::{House, Opened, Room};

pub async fn open(house: &House) -> Opened {
    let calendar = house.calendar.clone();
    calendar.load().await?;
    let settings = calendar.settings();
    let room = CalendarRoom { db: house.db.clone(), calendar: calendar.clone(), directory: house.get() };
    Ok(Room::of(room)
        .hears(|room, heard| async move {
            match heard.concerns(TOPIC) {
                true => room.calendar.load().await,
                false => Ok(()),
            }
        })
        .room()
        .settings(settings)
        .lends(calendar))
}
