//! What the room hands over to the program.

use super::facts::TOOK_PART;
use super::personal::PERSONAL;
use super::{CLOCK, Contests, KEYS, RESULTS, is_part_of};
use crate::doing::meetings::Meetings;
use crate::learning::quiz::Quiz;
use crate::learning::quiz::lending::CONTEST_CORRECTIONS;
use crate::room::{House, MINUTE, Opened, Room};

crate::point_rules! {
    /// 知识竞赛: what the contest's own rules give for a rank and for taking part; the rule multiplies and caps it.
    CONTEST = "contest" / "知识竞赛": "知识竞赛", Learning, 1;
}

pub async fn open(house: &House) -> Opened {
    let quiz = house.get::<Quiz>();
    quiz.used_by(KEYS);
    house.get::<Meetings>().unless_part(is_part_of);
    let contests =
        Contests::new(house.db.clone(), (house.get(), house.get()), quiz, (house.get(), house.get()), house.get());
    let explaining = contests.clone();
    house.get::<Meetings>().explained_by(move |conn, person, meeting| explaining.part_of(conn, person, meeting));
    Ok(Room::of(contests)
        .when_due(CONTEST_CORRECTIONS, |contests| async move {
            contests.regrade().await?;
            contests.next_regrading().await
        })
        .when_due(CLOCK, |contests| async move {
            contests.catch_up().await?;
            contests.next_due().await
        })
        .when_due(RESULTS, |contests| async move {
            contests.settle().await?;
            contests.next_result_due().await
        })
        .tells(TOOK_PART, |contests, month| async move { contests.taken_part(month).await })
        .has_dates(|contests, person, days| async move { contests.dates(person, days).await })
        .every(MINUTE, "contest desk", |contests| async move { contests.lay_old_on_desk().await })
        .room()
        .keeps(PERSONAL))
}
