//! What the room hands over to the program.

use std::time::Duration;

use super::personal::PERSONAL;
use super::{Muting, Onward, handle, tidy};
use crate::kernel::outbox::Handlers;
use crate::room::{House, Job, Opened, Room};

pub async fn open(house: &House) -> Opened {
    let mut handlers = Handlers::default();
    let onward = Onward::default();
    handle(&mut handlers, &house.db, &onward);
    let clear = Job::new(house.db.clone(), "old notices", Duration::ZERO, |db| async move { tidy(&db).await });
    let mut room = Room::default().keeps(PERSONAL).delivers(handlers).lends(Muting::default()).lends(onward);
    room.clears.push(clear);
    Ok(room)
}
