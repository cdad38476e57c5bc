//! What the room hands over to the program.

use super::actions::{AlarmRoom, Means};
use crate::base::capability::Capability;
use crate::kernel::alarms::Lookout;
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
    let (db, config, boards) = (house.db.clone(), house.config.clone(), house.get());
    let means = Means { db, config, boards, sentence: sentence.clone() };
    let alarms = AlarmRoom::new(means.clone(), house.alarms.clone());
    let maintenance = {
        let means = means.clone();
        Maintenance::new(move || means.sentence())
    };
    Ok(Room::of(alarms)
        .every(MINUTE, "alarms", |alarms| async move {
            alarms.measure().await;
            Ok(())
        })
        .room()
        .lookout(Lookout::new(means, "运行环境", Means::look_out))
        .gives(maintenance)
        .settings([sentence]))
}
