//! What the room hands over to the program.

use super::Operator;
use crate::room::{House, Opened, Room};

pub async fn open(house: &House) -> Opened {
    Ok(Room::of(Operator {
        db: house.db.clone(),
        uptime: house.uptime.clone(),
        members: house.get(),
        sessions: house.get(),
        quiz: house.get(),
        board_room: house.get(),
        campaigns: house.get(),
        backups: house.get(),
        audit: house.get(),
        alarms: house.get(),
        channels: house.get(),
        second_factors: house.get(),
    })
    .room())
}
