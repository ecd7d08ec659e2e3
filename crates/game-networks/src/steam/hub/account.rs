//! One account: its sessions, its unread packets, and its ends.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::way::Parcel;
use crate::steam::steam_p2p::{SteamEvent, SteamId};

#[derive(Debug, Default)]
pub(super) struct Account {
    /// The account's sides of its sessions with others.
    pub(super) sessions: BTreeMap<SteamId, Session>,
    unread: BTreeMap<i32, VecDeque<(SteamId, Parcel)>>,
    /// The events that each end has not seen.
    ends: BTreeMap<u64, VecDeque<SteamEvent>>,
}

/// One side of a session. If it exists, the other account is accepted.
#[derive(Debug, Default)]
pub(super) struct Session {
    /// Whether the session is up, as far as this side knows.
    pub(super) is_up: bool,
    pub(super) channels: BTreeSet<i32>,
}

impl Account {
    pub(super) fn add_end(&mut self, end: u64) {
        self.ends.insert(end, VecDeque::new());
    }

    /// True if it was the last.
    pub(super) fn remove_end(&mut self, end: u64) -> bool {
        self.ends.remove(&end);
        self.ends.is_empty()
    }

    pub(super) fn has_accepted(&self, other: SteamId) -> bool {
        self.sessions.contains_key(&other)
    }

    pub(super) fn report(&mut self, event: SteamEvent) {
        for events in self.ends.values_mut().filter(|events| events.len() < EVENTS_MAX) {
            events.push_back(event);
        }
    }

    pub(super) fn poll_event(&mut self, end: u64) -> Option<SteamEvent> {
        self.ends.get_mut(&end)?.pop_front()
    }

    pub(super) fn has_room(&self, channel: i32, packets_max: usize) -> bool {
        self.unread.get(&channel).is_none_or(|unread| unread.len() < packets_max)
    }

    /// A packet has arrived. A full channel loses its oldest unreliable packet for it, or else the packet.
    pub(super) fn arrive(&mut self, from: SteamId, parcel: Parcel, packets_max: usize) {
        let unread = self.unread.entry(parcel.channel).or_default();
        if unread.len() >= packets_max {
            let Some(oldest) = unread.iter().position(|(_, parcel)| !parcel.kind.is_reliable()) else {
                return;
            };
            unread.remove(oldest);
        }
        if let Some(session) = self.sessions.get_mut(&from) {
            session.channels.insert(parcel.channel);
        }
        unread.push_back((from, parcel));
    }

    pub(super) fn read(&mut self, channel: i32) -> Option<(SteamId, Parcel)> {
        self.unread.get_mut(&channel)?.pop_front()
    }

    /// Forgets the session and what has come over it.
    pub(super) fn close(&mut self, with: SteamId) {
        self.sessions.remove(&with);
        for unread in self.unread.values_mut() {
            unread.retain(|(from, _)| *from != with);
        }
    }
}

const EVENTS_MAX: usize = 4096;
