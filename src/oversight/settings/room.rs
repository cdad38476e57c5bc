//! What the room hands over to the program.

use super::SettingRoom;
use crate::ground::notices::{NOTICE_KINDS, NoticeKind};
use crate::kernel::settings::TOPIC;
use crate::room::{House, Opened, Room};

crate::more_words!(NoticeKind in NOTICE_KINDS {
    /// A setting waits for the member's approval, or the member's proposal was answered.
    SETTING = "setting" / "设置变更",
});

pub async fn open(house: &House) -> Opened {
    let room = SettingRoom { db: house.db.clone(), settings: house.settings.clone(), directory: house.get() };
    Ok(Room::of(room)
        .hears(|room, heard| async move {
            match heard.concerns(TOPIC) {
                true => room.settings.load(&room.db).await,
                false => Ok(()),
            }
        })
        .room())
}
