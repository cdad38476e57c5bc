//! What the room hands over to the program.

use super::Operations;
use crate::room::{House, Opened, Room};

pub async fn open(house: &House) -> Opened {
    Ok(Room::of(Operations { db: house.db.clone(), channels: house.get() }).room())
}
