//! `[ending]`: how the server ends, and who goes on.

use std::path::PathBuf;
use std::time::Duration;

use consonance_server::{DrainPlan, RestartPlan};

use crate::field::Field;
use crate::keys::Key;

/// How the server ends, and where its players go on.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct EndingConfig {
    /// How long a server that was told to end lets its sessions run empty; zero for not at all.
    pub drain: Duration,
    /// Where players go on meanwhile; see [`DrainPlan::onward`].
    pub onward: Option<String>,
    /// Over which time they are sent there.
    pub onward_window: Duration,
    /// Where the sessions are left to the next process, and taken from at the start.
    pub hand_over_file: Option<PathBuf>,
    /// How long after the end of their links players come back to the next process.
    pub restart_pause: Duration,
    /// How many players of a session come back in each second.
    pub returns_per_s: u32,
}

impl EndingConfig {
    /// How the sessions run empty.
    pub fn drain_plan(&self) -> DrainPlan {
        DrainPlan { ends_in: self.drain, onward: self.onward.clone(), window: self.onward_window }
    }

    /// How another process goes on.
    pub fn restart_plan(&self) -> RestartPlan {
        RestartPlan { pause: self.restart_pause, returns_per_s: self.returns_per_s }
    }
}

impl Default for EndingConfig {
    fn default() -> Self {
        let RestartPlan { pause, returns_per_s } = RestartPlan::default();
        Self {
            drain: Duration::ZERO,
            onward: None,
            onward_window: Duration::from_secs(30),
            hand_over_file: None,
            restart_pause: pause,
            returns_per_s,
        }
    }
}

pub(super) const ENDING_KEYS: &[Key] = &[
    Key::at_once(
        "ending.drain_s",
        Field::Seconds(|config| &mut config.ending.drain, 0.0, 86_400.0),
        "How long a server that is told to end (by TERM or Ctrl-C) lets its sessions run empty, in seconds: nobody new comes in, and players are told. It ends when the last one has gone, after this time, or at once when it is told a second time. 0 ends at once.",
    ),
    Key::at_once(
        "ending.onward",
        Field::Text(|config| &mut config.ending.onward),
        "Where players go on while the sessions run empty: the address of another server, in which {session} stands for the session's name. Games with this library follow by themselves, with their rooms and join tokens.",
    )
    .with_example("\"quic://voice2.example.org:7777/{session}\""),
    Key::at_once(
        "ending.onward_window_s",
        Field::Seconds(|config| &mut config.ending.onward_window, 0.0, 3600.0),
        "Players are sent there evenly over this time in seconds, lest all of them knock at once.",
    ),
    Key::at_once(
        "ending.hand_over_file",
        Field::File(|config| &mut config.ending.hand_over_file),
        "A server that is told to end leaves its sessions in this file, and one that starts goes on with them, and deletes the file once it runs: players lose their links for a moment, and have their places, rooms and permissions again. Where no certificate is configured, the one that was made is handed over, too. The file holds secrets and only the server's user may read it; its folder must be there. With this file, nothing runs empty first.",
    )
    .with_example("\"/run/consonance/hand-over\""),
    Key::at_once(
        "ending.restart_pause_s",
        Field::Seconds(|config| &mut config.ending.restart_pause, 0.0, 5.0),
        "How long after the end of their links players come back then, in seconds: about as long as the next process takes to listen. Who knocks too early knocks again after a third of a second, and then after twice as long each time.",
    ),
    Key::at_once(
        "ending.returns_per_s",
        Field::Number(|config| &mut config.ending.returns_per_s, 1, 100_000),
        "How many players of a session come back in each second then; after five seconds the rest comes, too, as places are kept for ten.",
    ),
];
