//! kcp2k between our own peers, and against the bytes of stock ones.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod conformance;
mod crowd;
mod generations;
mod golden;
mod hostile;
mod proxy;
#[cfg(target_os = "linux")] // Elsewhere, 127.0.0.1 may be the only loopback address.
mod slots;
mod support;
