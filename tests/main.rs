//! Every integration test, in one binary.

mod board_kernel;
mod boards;
