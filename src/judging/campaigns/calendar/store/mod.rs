//! Campaigns as they are written and moved on, and what two people change about them.

pub mod campaigns;
pub mod cancellations;
pub mod extensions;
pub mod stages;
