//! What the room hands over to the program.

use super::{Directory, Members};
use crate::room::{House, Opened, Room};
use crate::web::trace::Names;

pub async fn open(house: &House) -> Opened {
    let directory = Directory::default();
    let members = Members::new(house.db.clone(), directory.clone(), house.secrets.phone_key.clone());
    members.reload().await?;
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
        .room()
        .tidies(move |tx| expiring.expire(tx))
        .gives(names)
        .lends(directory))
}
