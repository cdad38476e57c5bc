//! What the room hands over to the program.

use super::SettingRoom;
use super::actions::PROPOSAL_ON_DESK;
use crate::kernel::backlog::Backlog;
use crate::kernel::desk;
use crate::kernel::settings::TOPIC;
use crate::room::{House, MINUTE, Opened, Room};

crate::notice_kinds! {
    /// A setting waits for the member's approval, or the member's proposal was answered.
    SETTING = "setting" / "设置变更": INBOX,
}

pub async fn open(house: &House) -> Opened {
    let room = SettingRoom {
        db: house.db.clone(),
        settings: house.settings.clone(),
        directory: house.get(),
        desks: house.get(),
        unlaid: Backlog::new("settings.desk"),
    };
    Ok(Room::of(room)
        .hears(|room, heard| async move {
            match heard.concerns(TOPIC) {
                true => room.settings.load(&room.db).await,
                false => Ok(()),
            }
        })
        .every(MINUTE, "setting desk", |room| async move { room.lay_old_on_desk().await })
        .room()
        .tidies(|tx| desk::clear_overdue(tx, PROPOSAL_ON_DESK, tx.today())))
}
