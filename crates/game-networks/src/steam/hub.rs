//! A Steam in memory: accounts that reach each other as Steam's documentation says, for
//! tests and for trying things out.
//!
//! * Sending begins a session and accepts the other's; an account that was not accepted waits, with everything it sent
//!   reliably, and its receiver is asked once.
//! * [`UnreliableNoDelay`](SendKind::UnreliableNoDelay) is thrown away while the session is not up.
//! * Packets have the limits of their kinds, and what waits for a receiver is bounded: then `send` says false.
//! * What cannot be delivered for [a while](HubSettings::session_timeout) ends the session and is told to the sender as
//!   [`SteamEvent::ConnectFail`]; no other end is told anything.
//! * Unreliable packets are lost and overtaken by a seed. Everything takes [a while](HubSettings::latency) of simulated
//!   time, which is the latest `now` of any account.
//!
//! How much may wait unread is Steam's secret; here each channel has a limit, above which the oldest voice is lost and
//! what is reliable waits at its sender.

mod account;
mod network;
mod way;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::steam::steam_p2p::{Arrival, SendKind, SessionState, SteamEvent, SteamId, SteamP2p};

use network::Network;

/// The hub that connects accounts. Clones share one hub.
#[derive(Clone, Debug)]
pub struct Hub(Arc<Mutex<Network>>);

/// One account's end of Steam, or one of several ends of the same account.
#[derive(Debug)]
pub struct HubAccount {
    hub: Hub,
    id: SteamId,
    /// The number of this end among the account's ends, for events.
    end: u64,
}

/// The hub's treatment of packets.
#[derive(Clone, Debug, PartialEq)]
pub struct HubSettings {
    /// The seed of random decisions. 0.
    pub seed: u64,
    /// The share of unreliable packets that are lost, 0 to 1. 0.
    pub loss: f64,
    /// The share of unreliable packets that are late by twice the latency and a millisecond, 0 to 1. 0.
    pub reordering: f64,
    /// The delay from one account to another. 0.
    pub latency: Duration,
    /// How long something may wait for a session before it fails. 20 s, as Steam documents.
    pub session_timeout: Duration,
    /// Bytes of packets that wait to reach one account from another. 1 MiB.
    pub queued_bytes_max: usize,
    /// Packets that wait to be read from one channel. 4096.
    pub unread_packets_max: usize,
    /// Whether receivers are told how a packet was sent. Steam does not, and voice does not need it; tests whose
    /// packets are not voice do. No.
    pub tells_send_kinds: bool,
}

impl Default for HubSettings {
    fn default() -> Self {
        Self {
            seed: 0,
            loss: 0.0,
            reordering: 0.0,
            latency: Duration::ZERO,
            session_timeout: Duration::from_secs(20),
            queued_bytes_max: 1024 * 1024,
            unread_packets_max: 4096,
            tells_send_kinds: false,
        }
    }
}

impl Hub {
    /// A Steam without accounts, at the beginning of its time.
    pub fn new(settings: HubSettings, now: Instant) -> Self {
        Self(Arc::new(Mutex::new(Network::new(settings, now))))
    }

    /// Logs an account in, or gives another end of one that is logged in: a packet is read by the end that asks first,
    /// an event is seen by all. When the last end is dropped, the account is logged off.
    pub fn log_in(&self, id: SteamId) -> HubAccount {
        let end = self.lock().log_in(id);
        HubAccount { hub: self.clone(), id, end }
    }

    /// Cuts or restores an account's connection: while it is cut, nothing reaches it or leaves it, and no end is told.
    pub fn set_reachable(&self, id: SteamId, is_reachable: bool) {
        self.lock().set_reachable(id, is_reachable);
    }

    /// The same, only between two accounts.
    pub fn set_reach_each_other(&self, one: SteamId, other: SteamId, is_reachable: bool) {
        self.lock().set_reach_each_other(one, other, is_reachable);
    }

    fn lock(&self) -> MutexGuard<'_, Network> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl SteamP2p for HubAccount {
    fn id(&self) -> SteamId {
        self.id
    }

    fn run_callbacks(&mut self, now: Instant) {
        self.hub.lock().advance(now);
    }

    fn poll_event(&mut self) -> Option<SteamEvent> {
        self.hub.lock().poll_event(self.id, self.end)
    }

    fn send(&mut self, to: SteamId, kind: SendKind, channel: i32, packet: &[u8]) -> bool {
        self.hub.lock().send(self.id, to, kind, channel, packet)
    }

    fn receive(&mut self, channel: i32, packet: &mut Vec<u8>) -> Option<Arrival> {
        self.hub.lock().receive(self.id, channel, packet)
    }

    fn accept(&mut self, from: SteamId) {
        self.hub.lock().accept(self.id, from);
    }

    fn close_session(&mut self, with: SteamId) {
        self.hub.lock().close_session(self.id, with);
    }

    fn close_channel(&mut self, with: SteamId, channel: i32) {
        self.hub.lock().close_channel(self.id, with, channel);
    }

    fn session_state(&self, with: SteamId) -> SessionState {
        self.hub.lock().session_state(self.id, with)
    }
}

impl Drop for HubAccount {
    fn drop(&mut self) {
        self.hub.lock().log_off(self.id, self.end);
    }
}
