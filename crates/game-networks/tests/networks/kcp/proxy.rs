//! A proxy over kcp2k on both sides, with real sockets and simulated time.

mod fixture;
mod passing;
#[cfg(target_os = "linux")]
mod waking;
