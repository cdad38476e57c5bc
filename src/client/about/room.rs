//! What the room hands over to the program.

use super::api::AppConfig;
use super::settings::Appearance;
use crate::room::{House, Opened, Room};

pub async fn open(house: &House) -> Opened {
    let appearance = Appearance::new();
    Ok(Room::of(AppConfig::new(house, appearance.clone())).room().settings(appearance.each()))
}
