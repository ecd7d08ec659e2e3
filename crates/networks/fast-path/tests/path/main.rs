//! Both halves of the path together, on simulated time and a network that the test controls.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

mod addresses;
mod encrypted_voice;
mod format;
mod gathering;
mod hostile;
mod opening;
mod pair;
#[cfg(feature = "plain-cipher")]
mod plain;
