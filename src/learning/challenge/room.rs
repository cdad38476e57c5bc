//! What the room hands over to the program.

use super::personal::PERSONAL;
use super::settings::TermSettings;
use super::{Challenge, RUNS, is_asking};
use crate::learning::quiz::Quiz;
use crate::learning::quiz::lending::CHALLENGE_CORRECTIONS;
use crate::room::{House, MINUTE, Opened, Room};

crate::point_rules! {
    /// 挑战答题: points for each right answer by which a run beats the day's best so far.
    CHALLENGE = "challenge" / "挑战答题": "挑战答题", Learning, 1, day at most 6;
}

pub async fn open(house: &House) -> Opened {
    let quiz = house.get::<Quiz>();
    quiz.unless_asked_by(is_asking);
    let terms = TermSettings::new(house.config.challenge);
    let challenge = Challenge::open(house.db.clone(), house.get(), quiz, house.get(), house.get(), terms.clone());
    Ok(Room::of(challenge)
        .when_due(CHALLENGE_CORRECTIONS, |challenge| async move {
            challenge.regrade().await?;
            challenge.next_regrading().await
        })
        .when_due(RUNS, |challenge| async move {
            challenge.end_overdue().await?;
            challenge.next_overdue().await
        })
        .every(MINUTE, "challenge tallies", |challenge| async move { challenge.catch_up().await })
        .room()
        .keeps(PERSONAL)
        .settings(terms.each()))
}
