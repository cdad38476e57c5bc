//! What the room hands over to the program.

use super::Appraisal;
use super::personal::PERSONAL;
use super::proposing::EVIDENCE;
use super::settings::Terms;
use crate::ground::files::Files;
use crate::room::{House, MINUTE, Opened, Room};

crate::notice_kinds! {
    /// Something of the member's appraisal was proposed, decided or is due.
    APPRAISAL = "appraisal" / "考评积分": AT_ONCE,
}

pub async fn open(house: &House) -> Opened {
    let terms = Terms::new();
    let settings = terms.each();
    let appraisal = Appraisal::new(house.db.clone(), house.get(), house.get(), house.calendar.clone(), terms);
    let files = house.get::<Files>();
    let seen = appraisal.clone();
    files.let_read(EVIDENCE, move |conn, person, id| seen.may_see(conn, person, id));
    files.hide_when(EVIDENCE, |_, _| Ok(true));
    Ok(Room::of(appraisal)
        .every(MINUTE, "appraisal", |appraisal| async move { appraisal.remind().await })
        .room()
        .settings(settings)
        .keeps(PERSONAL))
}
