//! What the room hands over to the program.

use super::page::Today;
use crate::room::{House, Opened, Room};

pub async fn open(house: &House) -> Opened {
    Ok(Room::of(Today::new(house)).room())
}
