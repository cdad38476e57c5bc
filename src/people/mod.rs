//! Who belongs to the enterprise, what each may do, and how each signs in.
//!
//! Uses `ground`.

pub mod members;
pub mod sessions;
pub mod desk;
