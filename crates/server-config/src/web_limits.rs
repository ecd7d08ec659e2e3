//! `[web.limits]`: what one browser, and clients of the page that have not joined, may use.

use crate::table::{Seconds, table};

table! {
    /// `[web.limits]`: bounds of a page's WebRTC connection. All other keys of the table are of the settings that
    /// [`WebConfig`](crate::WebConfig) has.
    pub struct WebLimitsConfig {
        /// Voices sent to one page at once, the most important and loudest; a page on a phone requests 8.
        #[schemars(extend("x-after" = "resume_s"))]
        pub slots_max: usize = 16, 1..=16;
        /// Bytes of messages that a page's connection holds unaccepted.
        #[schemars(extend("x-after" = "queued_bytes"))]
        pub unsent_bytes: usize = 1 << 20, 65_536..=1_073_741_824;
        /// Datagrams per second from one page's address.
        #[schemars(extend("x-after" = "unsent_bytes"))]
        pub datagrams_per_second: u32 = 1000, 100..=1_000_000;
        /// Datagrams of pages queued for one worker.
        #[schemars(extend("x-after" = "datagrams_per_second"))]
        pub queued_datagrams: usize = 4096, 64..=1_000_000;
        /// Time from the answer to a page's offer until it is connected, and time that a TCP connection for voice may
        /// go unclaimed by a page.
        #[schemars(extend("x-after" = "pending_joins"))]
        pub connect_timeout_s: Seconds = Seconds::new(30), 1..=300;
    }
}
