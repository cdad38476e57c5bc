//! What the room hands over to the program.

use super::actions::FileSettings;
use super::personal::PERSONAL;
use super::rules::Memory;
use super::{Addresses, BlobStore, Files};
use crate::base::capability::Capability;
use crate::kernel::settings::Setting;
use crate::room::{House, Opened, Room};

/// What the database needs for a busy day, and more than the doctor's warning, so that people are told first.
const FREE_MB: i64 = 512;

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
    let left_free = Setting::number(
        "files.free_disk_mb",
        ("附件所在磁盘至少保留的空间，低于它时暂停上传", "Megabytes that uploads leave free on their disk"),
        Capability::Operate,
        ((0, 10_000_000), "MB"),
        FREE_MB,
    );
    let settings = FileSettings { per_day: megabytes_per_day.clone(), left_free: left_free.clone() };
    let memory = Memory::within(house.config.memory());
    Ok(Room::of(Files::new(house.db.clone(), blobs, addresses.clone(), memory, settings))
        .clears("loose files", |files| async move { files.tidy().await })
        .room()
        .keeps(PERSONAL)
        .settings([megabytes_per_day, left_free])
        .lends(addresses))
}
