//! Forge's network: bytes, rules, bad ways and bad people.

mod conformance;
mod golden;
mod hostile;
#[cfg(target_os = "linux")] // Elsewhere, 127.0.0.1 may be the only address that leads back.
mod slots;
mod ways;
