//! What the room hands over to the program.

use super::Honours;
use super::personal::PERSONAL;
use super::settings::Terms;
use crate::room::{House, Opened, Room};

crate::notice_kinds! {
    /// An honour was given or taken away, or a nomination went on.
    HONOUR = "honour" / "荣誉": AT_ONCE,
}

pub async fn open(house: &House) -> Opened {
    let terms = Terms::new();
    let settings = terms.each();
    let key = house.secrets.session_key.derive(b"certificates");
    let people = (house.get(), house.get());
    let told = (house.facts.known(), house.get());
    let honours = Honours::new(house.db.clone(), people, house.calendar.clone(), terms, (house.get(), key), told);
    Ok(Room::of(honours).room().keeps(PERSONAL).settings(settings))
}
