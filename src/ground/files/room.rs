//! What the room hands over to the program.

use super::{Addresses, Depot, Files};
use crate::room::{House, Opened, Room};

pub async fn open(house: &House) -> Opened {
    let config = &house.config.files;
    let depot = Depot::open(&config.files_place)?;
    let addresses = Addresses::new(&house.secrets.session_key);
    Ok(Room::of(Files::new(house.db.clone(), depot, addresses.clone(), config))
        .clears("loose files", |files| async move { files.tidy().await })
        .room()
        .lends(addresses))
}
