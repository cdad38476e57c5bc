//! The tests of the whole program, in one binary. `XIANFENG_TEST_DATABASE` chooses the database.

mod support;

mod board_kernel;
mod boards;
mod quiz;
mod sessions;
