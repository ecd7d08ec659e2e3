//! Both halves of the fast path together, on simulated time and a network that the test controls.

mod addresses;
mod encrypted_voice;
mod format;
mod gathering;
mod hostile;
mod opening;
mod pair;
#[cfg(feature = "plain-cipher")]
mod plain;
