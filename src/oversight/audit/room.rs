//! What the room hands over to the program.

use std::time::Duration;

use super::Audit;
use super::anchors::Anchors;
use crate::room::{House, Opened, Room};

/// How often lines are looked for that wait for their seal.
const PACE: Duration = Duration::from_secs(5);

pub async fn open(house: &House) -> Opened {
    let anchors = Anchors::in_file(&house.config.trail_anchors());
    Ok(Room::of(Audit::new(house.db.clone(), &house.secrets.session_key, anchors))
        .every(PACE, "trail seals", |audit| async move { audit.seal().await })
        .looks_out("留痕", |audit| async move { audit.look_out().await })
        .room())
}
