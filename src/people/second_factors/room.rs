//! What the room hands over to the program.

use super::personal::PERSONAL;
use super::{SecondFactors, store};
use crate::people::members::RosterChanges;
use crate::people::sessions::Sessions;
use crate::room::{House, Opened, Room};

pub async fn open(house: &House) -> Opened {
    let sessions: Sessions = house.get();
    sessions.tell_factors(store::is_enrolled);
    let people = (house.get(), house.get());
    let factors = SecondFactors::new(house.db.clone(), people, sessions, house.get(), &house.secrets);
    let changes = house.get::<RosterChanges>();
    changes.lay_anew(factors.clone(), |factors| async move { factors.lay_anew_on_desk().await });
    let tidying = factors.clone();
    Ok(Room::of(factors).room().keeps(PERSONAL).tidies(move |tx| tidying.tidy(tx)))
}
