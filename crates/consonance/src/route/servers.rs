//! The servers of one session: which are known, how to reach them, and when each is tried.

use std::time::{Duration, Instant};

use consonance_link::random::Random;

use super::known_servers::{KnownServers, ServerAddress};
use super::path::Path;
use super::race::Race;

/// Makes the path to a server's address; `None` if the address is invalid.
pub(crate) type DialServer = Box<dyn Fn(&str) -> Option<Path> + Send>;

/// The server at a place that another one has named, with the same requirements for its certificate. `None` if the
/// place is invalid.
pub(crate) type NameServer = fn(&ServerAddress, &str) -> Option<ServerAddress>;

pub(super) struct Servers {
    known: KnownServers,
    dial: DialServer,
    name: NameServer,
    random: Random,
    /// Whether the next attempts follow the loss of a link.
    is_after_loss: bool,
}

impl Servers {
    /// Clients with different seeds do not all move to another server at once.
    pub(super) fn new(known: KnownServers, (dial, name): (DialServer, NameServer), seed: u64) -> Self {
        Self { known, dial, name, random: Random::new(seed, "another server"), is_after_loss: false }
    }

    /// The server in use, or the one that was in use last.
    pub(super) fn current(&self) -> &ServerAddress {
        self.known.current()
    }

    pub(super) fn has_others(&self) -> bool {
        self.known.has_others()
    }

    /// Sets the servers as named by the current one, each by host and port.
    pub(super) fn list(&mut self, places: &[Box<str>]) {
        let (current, name) = (self.known.current().clone(), self.name);
        self.known.list(places.iter().filter_map(|place| name(&current, place)));
    }

    /// Lets the next link lead to the current server only if no other works.
    pub(super) fn leave_current(&mut self) {
        self.known.leave_current();
    }

    /// A link leads to this server, or else to the current one.
    pub(super) fn note_up(&mut self, other: Option<ServerAddress>) {
        let server = other.unwrap_or_else(|| self.known.current().clone());
        self.known.set_current(server);
    }

    /// The link is lost: most likely its server is gone.
    pub(super) fn note_lost(&mut self) {
        self.is_after_loss = true;
    }

    pub(super) fn dial(&self, server: &ServerAddress) -> Option<Path> {
        (self.dial)(&server.address)
    }

    /// The order and the times of the next attempts.
    pub(super) fn race(&mut self, now: Instant) -> Race {
        let (others, leaves) = (self.known.others(), self.known.take_leaves_current());
        let spread = SPREAD_MAX.mul_f64(self.random.unit());
        if leaves && !others.is_empty() {
            return Race::of_others_first(now + spread, others);
        }
        let is_after_loss = std::mem::take(&mut self.is_after_loss);
        let head_start = if is_after_loss { HEAD_START_AFTER_LOSS } else { HEAD_START };
        Race::of_current_first(now, head_start, spread, others)
    }
}

/// How long the first server is tried alone when a chat starts: the path may be long, and a datagram may be lost.
pub(super) const HEAD_START: Duration = Duration::from_secs(1);
/// The same for the server whose link was lost: most likely it is gone.
pub(super) const HEAD_START_AFTER_LOSS: Duration = Duration::from_millis(250);
/// Clients of a server that is gone move to the others over this time.
pub(super) const SPREAD_MAX: Duration = Duration::from_millis(500);
