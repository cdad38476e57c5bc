//! What the room hands over to the program.

use super::personal::PERSONAL;
use super::{Points, RULES_TOPIC};
use crate::ground::presets::Presets;
use crate::kernel::board::{self, Boards};
use crate::kernel::closing::Closings;
use crate::people::members::{self, Directory};
use crate::room::{House, Opened, Room};

pub async fn open(house: &House) -> Opened {
    let directory = house.get::<Directory>();
    let closings = Closings::new(house.db.clone(), Box::new(members::roster_now));
    let boards = open_boards(house, &directory, closings.clone()).await?;
    let points = Points::open(house.db.clone(), directory, boards.clone()).await?;
    Ok(Room::of(points)
        .hears(|points, heard| async move {
            match heard.concerns(RULES_TOPIC) {
                true => points.hear().await,
                false => Ok(()),
            }
        })
        .room()
        .keeps(PERSONAL)
        .lends(closings)
        .lends(boards))
}

/// The boards, in Redis or in this process, with what they must know of the roster.
async fn open_boards(house: &House, directory: &Directory, closings: Closings) -> Result<Boards, crate::db::DbError> {
    let (paths, branches, roster) = (directory.clone(), directory.clone(), directory.clone());
    let presets = house.get::<Presets>();
    let known = board::Directory {
        path: Box::new(move |member| paths.path_unless_left(member)),
        branch: Box::new(move |member| branches.branch_of_active(member)),
        hides: Box::new(move |member| roster.member(member).is_some_and(|card| !card.appears(presets.board_listing()))),
    };
    match &house.config.redis_url {
        Some(url) => Boards::redis(house.db.clone(), known, closings, url, &house.config.redis_prefix).await,
        None => Boards::local(house.db.clone(), known, closings).await,
    }
}
