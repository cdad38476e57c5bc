//! What the room hands over to the program.

use super::facts::MEAN;
use super::{BoardRoom, FREEZING};
use crate::room::{House, Opened, Room, SECOND};

pub async fn open(house: &House) -> Opened {
    Ok(Room::of(BoardRoom::new(house.get(), house.get(), house.get()))
        .when_due(FREEZING, |boards| async move { boards.freeze().await })
        .tells(MEAN, |boards, month| async move { boards.mean_in(month).await })
        .every(SECOND, "boards", |boards| async move { boards.catch_up().await })
        .room())
}
