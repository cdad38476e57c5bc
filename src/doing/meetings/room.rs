//! What the room hands over to the program.

use super::Meetings;
use crate::room::{House, Opened, Room};

pub async fn open(house: &House) -> Opened {
    let key = house.secrets.session_key.derive(b"meeting codes");
    Ok(Room::of(Meetings::new(house.db.clone(), house.get(), key, house.get())).room())
}
