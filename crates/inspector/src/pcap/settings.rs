//! How much to capture.

use std::time::Duration;

use consonance_settings::settings;

settings! {
    /// The bounds of one capture. Whatever is beyond them is left out, and the file says so.
    #[derive(Debug, Copy, PartialEq, Eq)]
    pub struct PacketCaptureSettings {
        /// The size at which the capture ends.
        ///
        /// In bytes. A voice is about 10 MB per hour and listener.
        pub max_bytes: u64 as packet_capture_bytes_max = 64 << 20, 65_536..=1_099_511_627_776_u64;
        /// The time after which the capture ends.
        pub max_duration: Duration as packet_capture_duration_s = Duration::from_hours(1), 1..=31_536_000;
        /// How many links get an interface of their own; packets of further ones share the last.
        pub max_links: u16 as _ = 1000;
    }
}
