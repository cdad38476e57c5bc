//! The tests of the whole program, in one binary. `XIANFENG_TEST_DATABASE` chooses the database.

mod support;

mod crash;
mod sessions;
