//! What the room hands over to the program.

use super::Events;
use crate::room::{House, Opened, Room};

pub async fn open(house: &House) -> Opened {
    let events = Events::new(house.db.clone(), house.live.clone());
    Ok(Room::of(events)
        .hears(|events, heard| async move {
            events.hear(&heard.changes);
            Ok(())
        })
        .room())
}
