//! What the room hands over to the program.

use super::Brands;
use crate::room::{House, Opened, Room};

pub async fn open(house: &House) -> Opened {
    Ok(Room::of(Brands::new(house.db.clone(), house.get())).room())
}
