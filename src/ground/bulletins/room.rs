//! What the room hands over to the program: what it keeps about members, and nothing but what other rooms call.

use super::personal::PERSONAL;
use crate::room::{House, Opened, Room};

pub async fn open(_: &House) -> Opened {
    Ok(Room::default().keeps(PERSONAL))
}
