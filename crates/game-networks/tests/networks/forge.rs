//! Forge's network: bytes, rules, bad networks and hostile peers.

mod conformance;
mod golden;
mod hostile;
#[cfg(target_os = "linux")] // Elsewhere, 127.0.0.1 may be the only loopback address.
mod slots;
mod ways;
