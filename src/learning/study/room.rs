//! What the room hands over to the program.

use super::timetable::Timetable;
use super::{PUSHES, STUDY_TOPIC, Study};
use crate::room::{House, Opened, Room, SECOND};

pub async fn open(house: &House) -> Opened {
    let timetable = Timetable::new(&house.config.timetable);
    Ok(Room::of(Study::new(house.db.clone(), house.get(), house.get(), timetable.clone()))
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
        .room()
        .settings(timetable.settings())
        .lends(timetable.grace))
}
