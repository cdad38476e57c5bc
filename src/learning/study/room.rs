//! What the room hands over to the program.

use super::{PUSHES, STUDY_TOPIC, Study};
use crate::room::{House, Opened, Room, SECOND};

pub async fn open(house: &House) -> Opened {
    Ok(Room::of(Study::new(house.db.clone(), house.get(), house.get(), house.config.timetable))
        .when_due(PUSHES, |study| async move {
            study.publish_due().await?;
            study.next_due().await
        })
        .every(SECOND, "servings", |study| async move { study.flush().await })
        .ends_with("the last servings", |study| async move { study.flush().await })
        .hears(|study, heard| async move {
            if heard.concerns(STUDY_TOPIC) {
                study.forget();
            }
            Ok(())
        })
        .room())
}
