//! A server's parts, its loop on simulated time, and its workers on threads.

mod hand_over;
mod recording;
mod session_loop;
mod storage;
mod tokens;
mod workers;
