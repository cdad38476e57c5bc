//! What looks after the house: its trail, its health, its copies and its operator.
//!
//! May use every wing; no wing uses it.

pub mod alarms;
pub mod audit;
pub mod burden;
pub mod settings;
pub mod calendar;
pub mod facts;
pub mod health;
pub mod backup;
pub mod operations;
pub mod operator;
pub mod personal;
