//! What members say, and what is answered.
//!
//! May use the wings `ground` and `people`.

pub mod feedback;
