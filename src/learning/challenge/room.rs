//! What the room hands over to the program.

use super::{Challenge, is_asking};
use crate::learning::quiz::Quiz;
use crate::room::{House, MINUTE, Opened, Room, SECOND};

pub async fn open(house: &House) -> Opened {
    let quiz = house.get::<Quiz>();
    quiz.unless_asked_by(is_asking);
    let challenge =
        Challenge::open(house.db.clone(), house.get(), quiz, house.get(), house.get(), house.config.challenge);
    Ok(Room::of(challenge)
        .every(SECOND, "challenge corrections", |challenge| async move { challenge.regrade().await })
        .every(MINUTE, "challenge tallies", |challenge| async move { challenge.keep_up().await })
        .every(SECOND, "challenge", |challenge| async move { challenge.end_overdue().await })
        .room())
}
