//! A proxy over kcp2k on both sides, with real sockets and simulated time.

mod passing;
mod stage;
#[cfg(target_os = "linux")]
mod waking;
