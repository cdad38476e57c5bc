//! What the room hands over to the program.

use super::actions::Desktop;
use super::personal::PERSONAL;
use crate::room::{House, MINUTE, Opened, Room};

crate::notice_kinds! {
    /// Something is to be prepared, was prepared, or was handed on.
    DESK = "desk" / "交办与移交": AT_ONCE,
}

pub async fn open(house: &House) -> Opened {
    let desktop = Desktop::new(house.db.clone(), house.get(), house.get(), house.get());
    Ok(Room::of(desktop)
        .every(MINUTE, "desk", |desktop| async move { desktop.hand_on().await })
        .has_dates(|desktop, person, days| async move { desktop.dates(person, days).await })
        .room()
        .keeps(PERSONAL))
}
