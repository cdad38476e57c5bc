//! What the room hands over to the program.

use super::actions::CalendarOfMembers;
use super::personal::PERSONAL;
use crate::room::{House, Opened, Room};

pub async fn open(house: &House) -> Opened {
    let key = house.secrets.session_key.derive(b"calendar feeds");
    let (db, dates) = (house.db.clone(), house.dates.clone());
    let calendars = CalendarOfMembers::new(db, dates, house.calendar.clone(), house.get(), key);
    Ok(Room::of(calendars).room().keeps(PERSONAL))
}
