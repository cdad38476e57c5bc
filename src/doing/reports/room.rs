//! What the room hands over to the program.

use super::Reports;
use super::actions::FILE;
use super::facts::{FILED, TOLD};
use super::opening::OPENING;
use super::personal::PERSONAL;
use super::settings::Terms;
use super::tasks::note_settled;
use crate::doing::tasks::Tasks;
use crate::ground::files::Files;
use crate::room::{House, MINUTE, Opened, Room};

crate::notice_kinds! {
    /// Something that a unit owes is due, was returned or answered.
    REPORT = "report" / "报送": DIGEST,
}

pub async fn open(house: &House) -> Opened {
    let terms = Terms::new();
    let settings = terms.each();
    let people = (house.get(), house.get());
    let tasks = house.get::<Tasks>();
    tasks.told_by(note_settled);
    let lent = (house.facts.known(), tasks);
    let reports = Reports::new(house.db.clone(), people, house.calendar.clone(), terms, lent);
    let (files, seen) = (house.get::<Files>(), reports.clone());
    files.let_read(FILE, move |conn, person, id| seen.may_see(conn, person, id));
    files.hide_when(FILE, |_, _| Ok(true));
    let mut room = Room::of(reports).when_due(OPENING, |reports| async move { reports.open_due().await }).every(
        MINUTE,
        "report reminders",
        |reports| async move { reports.remind().await },
    );
    for (standing, about) in TOLD {
        room = room.tells(about, move |reports, month| async move { reports.told(standing, month).await });
    }
    for (preset, about) in FILED {
        room = room.tells(about, move |reports, month| async move { reports.filed(preset, month).await });
    }
    Ok(room.room().settings(settings).keeps(PERSONAL))
}
