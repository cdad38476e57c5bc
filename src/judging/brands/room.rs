//! What the room hands over to the program.

use super::Brands;
use super::keeping::FILES;
use crate::ground::files::Files;
use crate::room::{House, Opened, Room};

pub async fn open(house: &House) -> Opened {
    let files = house.get::<Files>();
    for kind in FILES {
        // everybody sees every brand
        files.let_read(kind, |_, _, _| Ok(true));
        files.hide_when(kind, |_, _| Ok(false));
    }
    Ok(Room::of(Brands::new(house.db.clone(), house.get())).room())
}
