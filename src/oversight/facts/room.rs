//! What the room hands over to the program.

use super::actions::{FACTS, FactRoom};
use crate::base::capability::Capability;
use crate::kernel::closing::Closings;
use crate::kernel::settings::Setting;
use crate::room::{House, Opened, Room};

/// Days of the next month on which entries for a month still count, at most: what is due "by the fifth" is in by then.
const MOST_CLOSING_DAYS: i64 = 20;

pub async fn open(house: &House) -> Opened {
    let closing_days = Setting::number(
        "facts.closing_days",
        (
            "月度数据截止：次月几日（含当日）之后定局",
            "Days of the next month, the last included, after which the numbers of a month are final",
        ),
        Capability::ManageContent,
        ((1, MOST_CLOSING_DAYS), "日"),
        5,
    );
    let closings = house.get::<Closings>();
    closings.then_look_at(FACTS);
    let (lent, told) = ((house.get(), closings, house.get()), house.facts.clone());
    let room = FactRoom::new(house.db.clone(), lent, told, closing_days.clone());
    Ok(Room::of(room).when_due(FACTS, |room| async move { room.freeze().await }).room().settings([closing_days]))
}
