//! What the room hands over to the program.

use super::personal::PERSONAL;
use super::{Platforms, sign_in};
use crate::room::{House, Opened, Room};

pub async fn open(house: &House) -> Opened {
    let lent = (house.get(), house.get());
    let platforms = Platforms::new(&house.db, lent, house.config.platforms.clone(), &house.secrets)?;
    Ok(Room::of(platforms).room().keeps(PERSONAL).tidies(sign_in::tidy))
}
