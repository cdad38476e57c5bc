//! What the room hands over to the program.

use super::actions::AlarmRoom;
use crate::base::capability::Capability;
use crate::kernel::settings::{Range, Setting};
use crate::room::{House, MINUTE, Opened, Room};
use crate::web::maintenance::Maintenance;

/// The longest sentence of maintenance, in characters.
const SENTENCE_MOST: usize = 100;

pub async fn open(house: &House) -> Opened {
    let sentence = Setting::text(
        "service.maintenance",
        (
            "维护说明：填写后全体只能查看、不能提交，各页面显示这句话；清空即恢复",
            "The sentence of maintenance: while it is set nobody can change anything, and every page shows it; empty ends that",
        ),
        Capability::Operate,
        Range::Words { most: SENTENCE_MOST },
        "",
    );
    let maintenance = Maintenance(sentence.clone());
    let means = (house.alarms.clone(), house.get());
    let alarms = AlarmRoom::new(house.db.clone(), house.config.clone(), means, maintenance.clone());
    Ok(Room::of(alarms)
        .every(MINUTE, "alarms", |alarms| async move {
            alarms.measure().await;
            Ok(())
        })
        .looks_out("运行环境", AlarmRoom::look_out)
        .room()
        .lends(maintenance)
        .settings([sentence]))
}
