//! Five end-to-end tests of programs as they are built, each behind a chore of `cargo xtask`:
//!
//! * `browser_test`: the page in a real browser;
//! * `clients`: clients of every kind, also in other languages and engines, in one session;
//! * `mouth_to_ear`: how much later a loudspeaker plays what a microphone hears, with devices;
//! * `scenario`: players of many networks in one session on a real server;
//! * `soak`: a real server under honest players, attackers and faults, for as long as one likes.
//!
//! The programs of the same names in `src/bin` are all that uses this library, and say on other systems that they do
//! not run there: it drives processes, and is empty where there is no Unix.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command line tool talks to people by printing, and on other systems it prints less"
)]

#[cfg(unix)]
pub mod browser_test;
#[cfg(unix)]
pub mod clients;
#[cfg(unix)]
pub mod mouth_to_ear;
#[cfg(unix)]
mod mumble_user;
#[cfg(unix)]
pub mod scenario;
#[cfg(target_os = "linux")]
pub mod soak;
