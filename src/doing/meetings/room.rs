//! What the room hands over to the program.

use super::Meetings;
use crate::room::{House, Opened, Room};

pub async fn open(house: &House) -> Opened {
    Ok(Room::of(Meetings::new(house.db.clone(), house.get())).room())
}
