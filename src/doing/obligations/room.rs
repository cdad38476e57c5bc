//! What the room hands over to the program.

use super::actions::Obligations;
use super::desk::{LOOK, tidy};
use super::facts::{DONE, LATE};
use super::personal::PERSONAL;
use crate::room::{House, Opened, Room};

crate::notice_kinds! {
    /// Something that a unit is to do is due, or what was asked about it was answered.
    OBLIGATIONS = "obligations" / "规定动作": AT_ONCE,
}

pub async fn open(house: &House) -> Opened {
    let obligations =
        Obligations::new(house.db.clone(), (house.get(), house.get()), house.calendar.clone(), house.facts.known());
    Ok(Room::of(obligations)
        .when_due(LOOK, |obligations| async move { obligations.look().await })
        .tells(DONE, |obligations, month| async move { obligations.tell_done(month).await })
        .tells(LATE, |obligations, month| async move { obligations.tell_late(month).await })
        .room()
        .tidies(tidy)
        .keeps(PERSONAL))
}
