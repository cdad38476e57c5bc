//! Members: the organisation tree, its members, their duties and absences.

pub mod directory;
pub mod model;
pub mod roster;
pub mod store;

pub use directory::Directory;

use crate::base::crypto::Key;
use crate::base::text::fold;

/// What a phone number is looked up by; the number itself is sealed.
pub fn phone_index(key: &Key, phone: &str) -> Vec<u8> {
    key.mac(&[b"phone", fold(phone).as_bytes()]).to_vec()
}
