//! The tests of the whole program, in one binary. `XIANFENG_TEST_DATABASE` chooses the database.

mod support;

// what every room must keep
mod access;
mod database;
mod house;
mod input;
mod openapi;
mod schema;

// room by room
mod members;
mod sessions;
