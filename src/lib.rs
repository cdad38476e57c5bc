//! Xianfeng 先锋: the mobile backend that carries an enterprise's year of Party-building work.
//!
//! Rooms in reading order; ARCHITECTURE.md draws the map.

pub mod base;
pub mod db;
pub mod kernel;
pub mod web;

pub mod points;

pub mod boards;
