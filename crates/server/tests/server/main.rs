//! The parts of a server that need no worker.

mod hand_over;
mod storage;
mod tokens;
