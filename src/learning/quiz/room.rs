//! What the room hands over to the program.

use super::facts::ANSWERED;
use super::model::correction::{CORRECTION_NOTICES, CORRECTIONS};
use super::personal::PERSONAL;
use super::practice::unlinkable;
use super::timetable::Timetable;
use super::{COVERAGE, PAPERS, Quiz};
use crate::kernel::closing::Closings;
use crate::learning::study::Study;
use crate::room::{House, MINUTE, Opened, Room};

crate::point_rules! {
    /// 每日一答: points for each right answer of the daily paper.
    QUIZ_DAILY = "quiz.daily" / "每日答题": "每日一答", Learning, 1, day at most 5;
}

pub async fn open(house: &House) -> Opened {
    let timetable = Timetable::new(&house.config.timetable, house.get(), house.calendar.clone());
    house.get::<Study>().link_unless(unlinkable);
    let closings = house.get::<Closings>();
    closings.then_look_at(COVERAGE);
    let (people, lent) = ((house.get(), house.get()), (house.get(), house.get()));
    Ok(Room::of(Quiz::new(house.db.clone(), people, lent, closings, timetable.clone()))
        .when_due(PAPERS, |quiz| async move {
            quiz.publish_due().await?;
            quiz.next_due().await
        })
        .when_due(COVERAGE, |quiz| async move { quiz.freeze_coverage().await })
        .when_due(CORRECTIONS, |quiz| async move {
            quiz.regrade().await?;
            quiz.next_regrading().await
        })
        .when_due(CORRECTION_NOTICES, |quiz| async move {
            quiz.tell_corrected().await?;
            quiz.next_telling().await
        })
        .tells(ANSWERED, |quiz, month| async move { quiz.answered_in(month).await })
        .clears("fetches and cleared lines", |quiz| async move { quiz.clear().await })
        .every(MINUTE, "tallies", |quiz| async move { quiz.catch_up().await })
        .room()
        .keeps(PERSONAL)
        .settings(timetable.settings()))
}
