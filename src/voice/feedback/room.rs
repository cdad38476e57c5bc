//! What the room hands over to the program.

use super::FeedbackRoom;
use super::personal::PERSONAL;
use super::settings::Term;
use crate::room::{House, Opened, Room};

crate::notice_kinds! {
    /// What the member said was answered.
    FEEDBACK = "feedback" / "意见答复": AT_ONCE,
}

pub async fn open(house: &House) -> Opened {
    let term = Term::new();
    let settings = term.each();
    let room = FeedbackRoom::new(house.db.clone(), house.get(), house.get(), term, house.calendar.clone());
    Ok(Room::of(room).room().keeps(PERSONAL).settings(settings))
}
