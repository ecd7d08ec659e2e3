//! A proxy over kcp2k on both sides, with real sockets in a time of their own.

mod passing;
mod stage;
#[cfg(target_os = "linux")]
mod waking;
