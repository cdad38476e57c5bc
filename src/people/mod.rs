//! Who belongs to the enterprise, what each may do, how each signs in, and how each is reached.
//!
//! Uses `ground`.

pub mod members;
pub mod sessions;
pub mod second_factors;
pub mod platforms;
pub mod channels;
pub mod texts;
pub mod dates;
pub mod desk;
