//! What the room hands over to the program.

use super::Presets;
use crate::room::{House, Opened, Room};

pub async fn open(_: &House) -> Opened {
    let presets = Presets::default();
    let settings = presets.each();
    Ok(Room::default().lends(presets).settings(settings))
}
