//! What the room hands over to the program.

use super::{Addresses, BlobStore, Files};
use crate::base::capability::Capability;
use crate::kernel::settings::Setting;
use crate::room::{House, Opened, Room};

pub async fn open(house: &House) -> Opened {
    let config = &house.config.files;
    let blobs = BlobStore::open(&config.files_place)?;
    let addresses = Addresses::new(&house.secrets.session_key);
    let megabytes_per_day = Setting::number(
        "files.mb_per_day",
        ("每人每天可上传的附件总量", "Megabytes that one member may upload in a day"),
        Capability::Operate,
        ((0, 100_000), "MB"),
        config.files_mb_per_day.into(),
    );
    Ok(Room::of(Files::new(house.db.clone(), blobs, addresses.clone(), megabytes_per_day.clone()))
        .clears("loose files", |files| async move { files.tidy().await })
        .room()
        .settings([megabytes_per_day])
        .lends(addresses))
}
