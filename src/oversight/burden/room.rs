//! What the room hands over to the program.

use super::actions::{Burden, Limits};
use crate::room::{House, Opened, Room};

pub async fn open(house: &House) -> Opened {
    let limits = Limits::default();
    let burden = Burden::new(house.db.clone(), house.get(), (house.get(), house.get(), house.get()), limits.clone());
    Ok(Room::of(burden).room().settings(limits.each()))
}
