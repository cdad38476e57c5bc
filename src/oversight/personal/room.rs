//! What the room hands over to the program.

use super::actions::{ON_DESK, PersonalRoom};
use super::kept::PERSONAL;
use super::{ANONYMISATIONS, archive};
use crate::base::capability::Capability;
use crate::kernel::desk;
use crate::kernel::settings::Setting;
use crate::room::{House, Opened, Room};

/// Ten years: longer than anybody asks for.
const MOST_MONTHS: i64 = 120;

pub async fn open(house: &House) -> Opened {
    let months = Setting::number(
        "privacy.anonymise_after_months",
        (
            "人员离开多少个月后自动注销其个人信息（0 为不自动注销）",
            "Months after which members who have left are made anonymous by themselves; never when 0",
        ),
        Capability::ManageMembers,
        ((0, MOST_MONTHS), "个月"),
        36,
    )
    .delicate();
    let minutes = Setting::number(
        "privacy.archive_minutes",
        (
            "每人两次下载“我的数据”之间至少间隔的分钟数",
            "Minutes that must pass before a member may have his data as an archive again",
        ),
        Capability::ManageMembers,
        ((1, 1440), "分钟"),
        10,
    );
    let lent = (house.get(), house.get(), house.get(), house.get());
    let settings = (months.clone(), minutes.clone());
    let room = PersonalRoom::new(house.db.clone(), lent, house.personal.clone(), settings, archive::turns());
    Ok(Room::of(room)
        .when_due(ANONYMISATIONS, |room| async move { room.work_off().await })
        .clears("members who left long ago", |room| async move { room.find_due().await })
        .room()
        .keeps(PERSONAL)
        .tidies(|tx| desk::clear_overdue(tx, ON_DESK, tx.today()))
        .lends(house.personal.clone())
        .settings([months, minutes]))
}
