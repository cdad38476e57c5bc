//! What the room hands over to the program.

use super::{ATTACHMENT, EVIDENCE, Ideas, cites, is_draft, is_hidden};
use crate::doing::meetings::Meetings;
use crate::ground::files::Files;
use crate::room::{House, MINUTE, Opened, Room};

pub async fn open(house: &House) -> Opened {
    let ideas = Ideas::new(house.db.clone(), house.get(), house.get(), house.get(), house.get());
    house.get::<Meetings>().unless_cited(cites);
    let files = house.get::<Files>();
    for kind in [ATTACHMENT, EVIDENCE] {
        let seen = ideas.clone();
        files.let_read(kind, move |conn, person, id| seen.may_see(conn, person, id));
        files.hide_when(kind, is_hidden);
    }
    files.let_delete(ATTACHMENT, |conn, _, id| is_draft(conn, id));
    Ok(Room::of(ideas).every(MINUTE, "ideas", |ideas| async move { ideas.care().await }).room())
}
