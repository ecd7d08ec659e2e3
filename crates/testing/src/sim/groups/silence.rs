//! Time in which nobody speaks: it passes from one event to the next, so that a minute costs little.

use std::time::Duration;

use consonance_session::Instant;

use super::world::{STEP, World};
use crate::sim::violation::Checked;

/// The most that passes at once.
const LEAP_MAX: Duration = Duration::from_millis(50);

impl World {
    /// Advances time by that much, in which nobody speaks.
    pub(super) fn pass_in_silence(&mut self, span: Duration) -> Checked {
        let end = self.now + span;
        self.is_silent = true;
        while self.now < end {
            let due = self.next_due().map_or(LEAP_MAX, |due| due.saturating_sub(self.now));
            let whole = Duration::from_millis(due.as_micros().div_ceil(1000) as u64);
            self.pass(whole.clamp(STEP, LEAP_MAX))?;
        }
        self.is_silent = false;
        Ok(())
    }

    /// The next time at which something happens by itself, or arrives.
    fn next_due(&self) -> Option<Duration> {
        let members = self.players.iter().filter_map(|player| {
            let keys = player.keys.as_ref()?;
            let client = player.client.poll_timeout().map(|(at, _)| at.since(Instant::START));
            [client, keys.member.poll_timeout(), keys.cipher.poll_timeout()].into_iter().flatten().min()
        });
        let server = self.server.poll_timeout().map(|(at, _)| at.since(Instant::START));
        members.chain(server).chain(self.links.next_arrival()).min()
    }
}
