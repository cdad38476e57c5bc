//! Xianfeng 先锋: the mobile backend that carries an enterprise's year of Party-building work.
//!
//! Rooms in reading order; ARCHITECTURE.md draws the map.

pub mod app;
pub mod config;
pub mod room;
pub mod health;

pub mod base;
pub mod db;
pub mod kernel;
pub mod web;

pub mod members;
pub mod sessions;
pub mod points;
pub mod boards;
pub mod study;
pub mod quiz;
pub mod challenge;
pub mod contests;
pub mod meetings;
pub mod ideas;
pub mod brands;
pub mod campaigns;
pub mod notices;
pub mod files;
pub mod audit;
pub mod backup;
pub mod operator;

pub mod demo;
