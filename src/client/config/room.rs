//! What the room hands over to the program.

use super::api::AppConfig;
use crate::room::{House, Opened, Room};

pub async fn open(house: &House) -> Opened {
    Ok(Room::of(AppConfig::new(house)).room())
}
