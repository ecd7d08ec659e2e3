//! `[shutdown]`: how the server shuts down, and where its players go.

use std::path::PathBuf;

use consonance_server::{DrainPlan, RestartPlan};

use crate::table::{Seconds, table};

table! {
    /// `[shutdown]`: how the server shuts down, and where its players go.
    #[schemars(extend("x-reload" = true))]
    pub struct ShutdownConfig {
        /// How long a server that is told to end (by TERM or Ctrl-C) drains its sessions, in seconds: no new player is
        /// admitted, and players are told. It ends when the last one has gone, after this time, or at once when it is
        /// told a second time. 0 ends at once.
        pub drain_s: Seconds = Seconds::new(0), 0..=86_400;
        /// Where players go while the server drains: the address of another server, in which `{session}` stands for
        /// the session's name. Games with this library follow by themselves, with their rooms and join tokens.
        #[schemars(example = &"quic://voice2.example.org:7777/{session}")]
        pub redirect: Option<String> = None;
        /// The time in seconds over which players are redirected evenly, so that they do not all connect at once.
        pub redirect_window_s: Seconds = Seconds::new(30), 0..=3600;
        /// A server that is told to end leaves its sessions in this file; one that starts continues them, and deletes
        /// the file once it runs: players lose their links for a moment, and get their places, rooms and permissions
        /// back. Where no certificate is configured, the generated one is handed over, too. The file holds secrets,
        /// and only the server's user may read it; its folder must exist. With this file, the server does not drain
        /// first.
        #[schemars(example = &"/run/consonance/hand-over", extend("format" = "path"))]
        pub handover_file: Option<PathBuf> = None;
        /// How long after the end of their links players reconnect then, in seconds: about as long as the next process
        /// takes to listen. A client that is too early tries again after a third of a second, and then after twice as
        /// long each time.
        pub reconnect_delay_s: Seconds = Seconds::millis(200), 0..=5;
        /// How many players of a session reconnect in each second then. After five seconds all others do, too, since
        /// places are kept for ten.
        pub reconnects_per_s: u32 = 500, 1..=100_000;
    }
}

impl ShutdownConfig {
    /// How the sessions drain.
    pub fn drain_plan(&self) -> DrainPlan {
        let (ends_in, window) = (self.drain_s.into(), self.redirect_window_s.into());
        DrainPlan { ends_in, onward: self.redirect.clone(), window }
    }

    /// How another process continues.
    pub fn restart_plan(&self) -> RestartPlan {
        RestartPlan { pause: self.reconnect_delay_s.into(), returns_per_s: self.reconnects_per_s }
    }
}
