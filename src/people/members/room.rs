//! What the room hands over to the program.

use super::personal::PERSONAL;
use super::{Desks, Directory, LEAVE, Members, RosterChanges, store};
use crate::ground::notices::Muting;
use crate::room::{House, MINUTE, Opened, Room};
use crate::web::trace::Names;

crate::notice_kinds! {
    /// A duty was granted or ended.
    DUTY = "duty" / "职务变动": AT_ONCE,
}

pub async fn open(house: &House) -> Opened {
    let directory = Directory::default();
    let desks = Desks::new(directory.clone());
    let members = Members::new(house.db.clone(), directory.clone(), desks.clone(), house.secrets.phone_key.clone());
    members.reload().await?;
    let changes = RosterChanges::default();
    changes.lay_anew(members.clone(), |members| async move { members.lay_anew_on_desk().await });
    house.get::<Muting>().by(store::settings::list_muted);
    let roster = directory.clone();
    let names = Names(Box::new(move |member| roster.member(member).map(|card| card.name.to_string())));
    let (expiring, is_shared) = (members.clone(), house.db.is_postgres());
    Ok(Room::of(members)
        .hears(move |members, heard| async move {
            // a SQLite file has only this process, whose actions have put in already what they changed
            match (is_shared, heard.was_deaf) {
                (false, _) => Ok(()),
                (true, false) => members.hear(&heard.changes).await,
                (true, true) => members.reload().await,
            }
        })
        .when_due(LEAVE, |members| async move { members.turn_leave().await })
        .every(MINUTE, "members", |members| async move {
            members.fold_old_phones().await?;
            members.lay_old_on_desk().await
        })
        .room()
        .keeps(PERSONAL)
        .tidies(move |tx| expiring.expire(tx))
        .gives(names)
        .gives(house.live.clone())
        .lends(desks)
        .lends(changes)
        .lends(directory))
}
