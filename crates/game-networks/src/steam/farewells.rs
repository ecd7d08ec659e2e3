//! Cleanup of ended links: goodbyes that are still unsent, and sessions that are no longer needed.

use std::collections::{BTreeMap, VecDeque};
use std::time::{Duration, Instant};

use crate::steam::signal::Signal;
use crate::steam::{SendKind, SteamId, SteamP2p};

/// At most one goodbye and one closing for each account, however often its links ended.
#[derive(Debug, Default)]
pub(crate) struct Farewells {
    goodbyes: BTreeMap<SteamId, Goodbye>,
    /// The times at which sessions are closed, the earliest first.
    closings: VecDeque<(Instant, SteamId)>,
}

#[derive(Debug)]
struct Goodbye {
    channel: i32,
    signal: Vec<u8>,
    until: Instant,
}

impl Farewells {
    /// Says goodbye, now or as soon as Steam takes it, in place of an earlier one that it has not taken.
    pub(crate) fn say(
        &mut self,
        now: Instant,
        steam: &mut impl SteamP2p,
        to: SteamId,
        channel: i32,
        signal: &Signal,
    ) {
        let signal = signal.to_bytes();
        if steam.send(to, SendKind::Reliable, channel, &signal) {
            self.goodbyes.remove(&to);
        } else if self.goodbyes.contains_key(&to) || self.goodbyes.len() < WAITING_MAX {
            self.goodbyes.insert(to, Goodbye { channel, signal, until: now + GOODBYE_MAX });
        }
    }

    /// The session with this account may no longer be needed: [`due`](Self::due) returns it after a while.
    pub(crate) fn close_later(&mut self, now: Instant, id: SteamId) {
        self.closings.retain(|(_, other)| *other != id);
        if self.closings.len() < WAITING_MAX {
            self.closings.push_back((now + CLOSED_AFTER, id));
        }
    }

    /// Retries unsent goodbyes.
    pub(crate) fn repeat(&mut self, now: Instant, steam: &mut impl SteamP2p) {
        self.goodbyes.retain(|to, Goodbye { channel, signal, until }| {
            now < *until && !steam.send(*to, SendKind::Reliable, *channel, signal)
        });
    }

    /// A session whose time has come, if it is not used again.
    pub(crate) fn due(&mut self, now: Instant) -> Option<SteamId> {
        Some(self.closings.pop_front_if(|(at, _)| *at <= now)?.1)
    }
}

/// How long a goodbye may wait for room.
const GOODBYE_MAX: Duration = Duration::from_secs(10);

/// The time for the last packets to arrive before the session is closed.
const CLOSED_AFTER: Duration = Duration::from_secs(30);

const WAITING_MAX: usize = 4096;
