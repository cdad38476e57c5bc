//! What is put to a vote or to a jury: brands and the selections that judge them.
//!
//! Uses `ground`, `people` and `honour`.

pub mod brands;
pub mod campaigns;
