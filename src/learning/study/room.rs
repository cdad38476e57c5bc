//! What the room hands over to the program.

use super::timetable::Timetable;
use super::{PUSHES, STUDY_TOPIC, Study};
use crate::room::{House, Opened, Room, SECOND};

crate::point_rules! {
    /// 每日一学: points for each study item that was read to the end.
    STUDY_READ = "study.read" / "完成学习": "每日一学", Learning, 1, day at most 6;
}

pub async fn open(house: &House) -> Opened {
    let timetable = Timetable::new(&house.config.timetable);
    Ok(Room::of(Study::new(house.db.clone(), house.get(), (house.get(), house.get()), timetable.clone()))
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
