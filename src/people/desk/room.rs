//! What the room hands over to the program.

use super::actions::Desktop;
use crate::room::{House, MINUTE, Opened, Room};

pub async fn open(house: &House) -> Opened {
    let desktop = Desktop::new(house.db.clone(), house.get(), house.get(), house.get());
    Ok(Room::of(desktop)
        .every(MINUTE, "desk", |desktop| async move { desktop.hand_on().await })
        .has_dates(|desktop, person, days| async move { desktop.dates(person, days).await })
        .room())
}
