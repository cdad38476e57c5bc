//! What the room hands over to the program.

use super::facts::READ;
use super::personal::PERSONAL;
use super::pictures::{COVER, PICTURE};
use super::timetable::Timetable;
use super::{COVERAGE, PUSHES, REMINDERS, STUDY_TOPIC, Study};
use crate::ground::files::Files;
use crate::kernel::closing::Closings;
use crate::room::{House, Opened, Room, SECOND};

crate::point_rules! {
    /// 每日一学: points for each study item that was read to the end.
    STUDY_READ = "study.read" / "完成学习": "每日一学", Learning, 1, day at most 6;
}

crate::notice_kinds! {
    /// What there is to study today.
    STUDY = "study" / "每日一学": TODAY,
}

pub async fn open(house: &House) -> Opened {
    let timetable = Timetable::new(&house.config.timetable, house.uptime.clone(), house.calendar.clone());
    let grace = timetable.grace.clone();
    let closings = house.get::<Closings>();
    closings.final_at_by(move |day| grace.final_at(day));
    closings.then_look_at(COVERAGE);
    let lent = (house.get(), house.get(), house.get(), house.get());
    let study = Study::new(house.db.clone(), house.get(), lent, closings, timetable.clone());
    let handlers = study.handlers();
    let files = house.get::<Files>();
    for kind in [COVER, PICTURE] {
        let seen = study.clone();
        files.let_read(kind, move |conn, person, id| seen.may_see(conn, person, id));
        files.hide_when(kind, |_, _| Ok(false));
    }
    Ok(Room::of(study)
        .when_due(REMINDERS, |study| async move { study.remind_due().await })
        .when_due(PUSHES, |study| async move {
            study.publish_due().await?;
            study.next_due().await
        })
        .when_due(COVERAGE, |study| async move { study.freeze_coverage().await })
        .tells(READ, |study, month| async move { study.read_in(month).await })
        .has_dates(|study, person, days| async move { study.dates(person, days).await })
        .clears("servings and unfinished readings", |study| async move { study.clear().await })
        .every(SECOND, "servings", |study| async move { study.flush().await })
        .ends_with("the last servings", |study| async move { study.flush().await })
        .hears(|study, heard| async move {
            if heard.concerns(STUDY_TOPIC) {
                study.forget();
            }
            Ok(())
        })
        .room()
        .keeps(PERSONAL)
        .delivers(handlers)
        .settings(timetable.settings())
        .lends(timetable.grace))
}
