//! What tests of several crates share. Only tests and tools use it, and it ends a test that cannot be set up.
//!
//! Each part is a feature, so that a crate's tests build no more than they need:
//!
//! * `player`: the session engine over a transport, without sound (module `player`).
//! * `sound`: recorded speech, and how much of it is found again (module `sound`).
//! * `networks`: a player's end of each game network (module `networks`).
//! * `rtc`: what a page does with WebRTC, without a browser (module `rtc`).
//! * `stage`: programs and real browsers, started, directed and listened to (module `stage`); on Unix.
//! * `command`: the programs `consonance` and `consonance-bench`, and a folder for their files (module `command`).
#![forbid(unsafe_code)]

#[cfg(feature = "command")]
pub mod command;
#[cfg(feature = "networks")]
pub mod networks;
#[cfg(feature = "player")]
pub mod player;
#[cfg(feature = "rtc")]
pub mod rtc;
#[cfg(feature = "sound")]
pub mod sound;
#[cfg(all(unix, feature = "stage"))]
pub mod stage;
