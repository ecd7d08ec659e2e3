//! Five end-to-end tests of the built programs, each run by a command of `cargo xtask`:
//!
//! * `browser_test`: the page in a real browser;
//! * `clients`: clients of every kind, also in other languages and engines, in one session;
//! * `mouth_to_ear`: the delay from the microphone to another player's loudspeaker, with devices;
//! * `scenario`: players of many networks in one session on a real server;
//! * `soak`: a real server under honest players, attackers and faults, for any length of time.
//!
//! Only the programs of the same names in `src/bin` use this library. It drives processes, so it is empty on systems
//! other than Unix, where the programs say so.
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
