//! `[shutdown]`: how the server shuts down, and where its players go.

use std::path::PathBuf;

use consonance_server::{DrainPlan, RestartPlan};

use crate::table::{Seconds, table};

table! {
    /// `[shutdown]`: how the server shuts down, and where its players go.
    #[schemars(extend("x-reload" = true))]
    pub struct ShutdownConfig {
        /// How long a server drains its sessions on TERM or Ctrl-C: it admits no new player, tells the others, and ends
        /// when the last has left, after this time, or on a second signal. 0 ends at once.
        pub drain_s: Seconds = Seconds::new(0), 0..=86_400;
        /// Where players go while the server drains: another server's address, with `{session}` for the session's name.
        /// Games with this library follow automatically.
        #[schemars(example = &"quic://voice2.example.org:7777/{session}")]
        pub redirect: Option<String> = None;
        /// The time over which redirects are spread evenly.
        pub redirect_window_s: Seconds = Seconds::new(30), 0..=3600;
        /// A file for a restart without lost sessions: on TERM or Ctrl-C the server writes its sessions to it instead
        /// of draining, and the next process continues them. The file contains secrets and is readable only by the
        /// server's user; its folder must exist.
        #[schemars(example = &"/run/consonance/hand-over", extend("format" = "path"))]
        pub handover_file: Option<PathBuf> = None;
        /// How long after such an end players reconnect: about the time until the next process listens. A client that
        /// is too early retries after a third of a second, then ever later.
        pub reconnect_delay_s: Seconds = Seconds::millis(200), 0..=5;
        /// Players of a session that reconnect per second then; after five seconds, all others do.
        pub reconnects_per_s: u32 = 500, 1..=100_000;
    }
}

impl ShutdownConfig {
    /// How the sessions drain.
    pub fn drain_plan(&self) -> DrainPlan {
        let (ends_in, window) = (self.drain_s.into(), self.redirect_window_s.into());
        DrainPlan { ends_in, redirect: self.redirect.clone(), window }
    }

    /// How the next process continues.
    pub fn restart_plan(&self) -> RestartPlan {
        RestartPlan { pause: self.reconnect_delay_s.into(), returns_per_s: self.reconnects_per_s }
    }
}
