//! What the room hands over to the program.

use std::time::Duration;

use super::Backups;
use crate::room::{House, Opened, Room};

pub async fn open(house: &House) -> Opened {
    Ok(Room::of(Backups::new(house.db.clone(), house.get(), &house.config))
        .every(Duration::from_secs(30), "backup", |backups| async move {
            backups.catch_up().await;
            Ok(())
        })
        .looks_out("备份", Backups::look_out)
        .room())
}
