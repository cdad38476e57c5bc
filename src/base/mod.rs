//! The ground floor: pure values that every room shares. Imports nothing of ours.

pub mod capability;
pub mod person;
pub mod separation;
pub mod own_case;
pub mod approval;
pub mod clock;
pub mod disk;
pub mod crypto;
pub mod id;
pub mod idempotency;
pub mod imports;
pub mod hooks;
pub mod period;
pub mod rank;
pub mod score;
pub mod sheet;
pub mod text;
pub mod phone;
pub mod network;
pub mod origin;
pub mod grams;
pub mod time;
pub mod words;
pub mod version;
pub mod workflow;
