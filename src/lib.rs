//! Xianfeng 先锋: the mobile backend that carries an enterprise's year of Party-building work.
//!
//! Floors and wings in reading order; each wing lists its rooms, and ARCHITECTURE.md draws the map.

pub mod app;
pub mod config;
pub mod room;

pub mod base;
pub mod db;
pub mod kernel;
pub mod web;

pub mod ground;
pub mod people;
pub mod honour;
pub mod doing;
pub mod learning;
pub mod judging;
pub mod voice;
pub mod oversight;
pub mod client;

pub mod demo;
