//! What the room hands over to the program.

use super::Quiz;
use crate::room::{House, MINUTE, Opened, Room, SECOND};

pub async fn open(house: &House) -> Opened {
    Ok(Room::of(Quiz::new(house.db.clone(), house.get(), house.get(), house.config.timetable))
        .every(SECOND, "quiz", |quiz| async move { quiz.publish_due().await })
        .every(SECOND, "corrections", |quiz| async move { quiz.regrade().await })
        .every(SECOND, "correction notices", |quiz| async move { quiz.tell_corrected().await })
        .every(MINUTE, "tallies", |quiz| async move { quiz.keep_up().await })
        .room())
}
