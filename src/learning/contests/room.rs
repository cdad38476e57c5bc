//! What the room hands over to the program.

use super::{Contests, KEYS, is_part_of};
use crate::doing::meetings::Meetings;
use crate::learning::quiz::Quiz;
use crate::room::{House, Opened, Room, SECOND};

pub async fn open(house: &House) -> Opened {
    let quiz = house.get::<Quiz>();
    quiz.used_by(KEYS);
    house.get::<Meetings>().unless_part(is_part_of);
    Ok(Room::of(Contests::new(house.db.clone(), house.get(), quiz, house.get()))
        .every(SECOND, "contest corrections", |contests| async move { contests.regrade().await })
        .every(SECOND, "contests", |contests| async move { contests.keep_up().await })
        .every(SECOND, "contest results", |contests| async move { contests.settle().await })
        .room())
}
