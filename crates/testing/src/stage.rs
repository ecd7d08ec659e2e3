//! Programs and browsers as parts of a test: started, directed, listened to, waited for, and ended with the test.
//!
//! * [`Child`] is a program of ours: its output, its signals, its end. [`free_port`] is for
//!   those that must be told theirs.
//! * [`Browser`] is a real one with a microphone that is a recording, or with devices, and a [`Tab`] is a page in it:
//!   clicked, typed into, looked at, and listened to sample for sample.
//! * [`SoundCard`] is one without hardware, for browsers and for programs that open devices.
//! * [`until`] and [`Patience`] wait for events; each wait has an end, and Ctrl-C ends all of them.
//! * [`Failure`] describes in words what went wrong.
//!
//! Used by: `consonance-e2e`, and the tests of `consonance-cli`. It is independent of servers, pages and voices. It is
//! empty on systems other than Unix: a browser is driven over descriptors that it inherits.

mod browser;
mod browser_kind;
mod child;
mod chromium;
mod failure;
mod firefox;
mod keyboard_key;
mod look;
mod patience;
mod ports;
mod sound_card;
mod tab;
mod window;

pub use browser::{Browser, FOREIGN_NAME, Owner, OwnerDevices};
pub use browser_kind::Kind;
pub use child::Child;
pub use failure::{Failure, ensure};
pub use keyboard_key::KeyboardKey;
pub use look::{Look, WIDTHS};
pub use patience::{BEAT, Patience, SOON, end_with_signals, until};
pub use ports::free_port;
pub use sound_card::{CardRecording, CardWire, SoundCard};
pub use tab::Tab;
