//! How much to capture.

use std::time::Duration;

/// The bounds of one capture. Whatever is beyond them is left out, and the file says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PacketCaptureSettings {
    /// How large the file may become, in bytes. A voice is about 10 MB per hour and listener.
    pub max_bytes: u64,
    /// How long to capture.
    pub max_duration: Duration,
    /// How many links get an interface of their own; packets of further ones share the last.
    pub max_links: u16,
}

impl Default for PacketCaptureSettings {
    /// 64 MiB, an hour, 1000 links.
    fn default() -> Self {
        Self { max_bytes: 64 << 20, max_duration: Duration::from_hours(1), max_links: 1000 }
    }
}
