//! The accounts and everything between them.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use consonance_link::random::Random;

use super::HubSettings;
use super::account::{Account, Session};
use super::way::{Parcel, Way};
use crate::steam::steam_p2p::{Arrival, P2pError, SendKind, SessionState, SteamEvent, SteamId};

#[derive(Debug)]
pub(super) struct Network {
    settings: HubSettings,
    random: Random,
    now: Instant,
    accounts: BTreeMap<SteamId, Account>,
    last_end: u64,
    /// By sender and receiver. What an account has sent still arrives when it has logged off.
    ways: BTreeMap<(SteamId, SteamId), Way>,
    unreachable: BTreeSet<SteamId>,
    /// Each pair once, the lower first.
    severed: BTreeSet<(SteamId, SteamId)>,
}

impl Network {
    pub(super) fn new(settings: HubSettings, now: Instant) -> Self {
        let random = Random::new(settings.seed, "steam");
        Self {
            settings,
            random,
            now,
            accounts: BTreeMap::new(),
            last_end: 0,
            ways: BTreeMap::new(),
            unreachable: BTreeSet::new(),
            severed: BTreeSet::new(),
        }
    }

    pub(super) fn log_in(&mut self, id: SteamId) -> u64 {
        self.last_end += 1;
        self.accounts.entry(id).or_default().add_end(self.last_end);
        self.last_end
    }

    pub(super) fn log_off(&mut self, id: SteamId, end: u64) {
        if self.accounts.get_mut(&id).is_some_and(|account| account.remove_end(end)) {
            self.accounts.remove(&id);
        }
    }

    pub(super) fn set_reachable(&mut self, id: SteamId, is_reachable: bool) {
        if is_reachable {
            self.unreachable.remove(&id);
        } else {
            self.unreachable.insert(id);
        }
    }

    pub(super) fn set_reach_each_other(&mut self, one: SteamId, other: SteamId, is_reachable: bool) {
        if is_reachable {
            self.severed.remove(&pair(one, other));
        } else {
            self.severed.insert(pair(one, other));
        }
    }

    /// Time passes: what is due arrives, and what cannot fails.
    pub(super) fn advance(&mut self, now: Instant) {
        self.now = self.now.max(now);
        let mut ways = std::mem::take(&mut self.ways);
        ways.retain(|&(from, to), way| {
            self.carry(from, to, way);
            !way.is_empty()
        });
        self.ways = ways;
    }

    pub(super) fn poll_event(&mut self, id: SteamId, end: u64) -> Option<SteamEvent> {
        self.accounts.get_mut(&id)?.poll_event(end)
    }

    pub(super) fn send(
        &mut self,
        from: SteamId,
        to: SteamId,
        kind: SendKind,
        channel: i32,
        packet: &[u8],
    ) -> bool {
        if to.0 == 0 || packet.len() > kind.bytes_max() {
            return false;
        }
        self.open_side(from, to).channels.insert(channel);
        self.establish(from, to);
        let is_up = self.session_state(from, to) == SessionState::Active;
        if kind == SendKind::UnreliableNoDelay && !is_up {
            return true;
        }
        let latency = self.settings.latency;
        let mut due = self.now + latency;
        if !kind.is_reliable() {
            if self.random.chance(self.settings.loss) {
                return true;
            }
            if self.random.chance(self.settings.reordering) {
                due += 2 * latency + Duration::from_millis(1);
            }
        }
        let way = self.ways.entry((from, to)).or_default();
        if way.queued_bytes + packet.len() > self.settings.queued_bytes_max {
            return false;
        }
        way.push(Parcel { due, kind, channel, bytes: packet.to_vec() });
        true
    }

    pub(super) fn receive(&mut self, id: SteamId, channel: i32, packet: &mut Vec<u8>) -> Option<Arrival> {
        let (from, parcel) = self.accounts.get_mut(&id)?.read(channel)?;
        *packet = parcel.bytes;
        Some(Arrival { from, kind: self.settings.tells_send_kinds.then_some(parcel.kind) })
    }

    pub(super) fn accept(&mut self, id: SteamId, from: SteamId) {
        self.open_side(id, from);
        self.establish(id, from);
    }

    pub(super) fn close_session(&mut self, id: SteamId, with: SteamId) {
        self.ways.remove(&(id, with));
        if let Some(way) = self.ways.get_mut(&(with, id)) {
            way.is_announced = false;
        }
        if let Some(account) = self.accounts.get_mut(&id) {
            account.close(with);
        }
    }

    pub(super) fn close_channel(&mut self, id: SteamId, with: SteamId, channel: i32) {
        let Some(session) = self.accounts.get_mut(&id).and_then(|account| account.sessions.get_mut(&with))
        else {
            return;
        };
        session.channels.remove(&channel);
        if session.channels.is_empty() {
            self.close_session(id, with);
        }
    }

    pub(super) fn session_state(&self, id: SteamId, with: SteamId) -> SessionState {
        match self.accounts.get(&id).and_then(|account| account.sessions.get(&with)) {
            None => SessionState::None,
            Some(session) if session.is_up => SessionState::Active,
            Some(_) => SessionState::Connecting,
        }
    }

    /// Advances the packets from one account to another.
    fn carry(&mut self, from: SteamId, to: SteamId, way: &mut Way) {
        let is_reached = self.reach_each_other(from, to);
        if !is_reached && self.session_state(from, to) == SessionState::Active {
            way.lose_unreliable();
        }
        let (now, unread_max) = (self.now, self.settings.unread_packets_max);
        if let Some(receiver) = self.accounts.get_mut(&to).filter(|_| is_reached) {
            if receiver.has_accepted(from) {
                way.stuck_since = None;
                while let Some(parcel) = way.pop(now, |channel| receiver.has_room(channel, unread_max)) {
                    receiver.arrive(from, parcel, unread_max);
                }
                return self.establish(from, to);
            }
            if !std::mem::replace(&mut way.is_announced, true) {
                receiver.report(SteamEvent::SessionRequest { from });
            }
        }
        let stuck_since = *way.stuck_since.get_or_insert(now);
        if !way.is_empty() && now.saturating_duration_since(stuck_since) >= self.settings.session_timeout {
            *way = Way::default();
            if let Some(sender) = self.accounts.get_mut(&from) {
                sender.close(to);
                sender.report(SteamEvent::ConnectFail { with: to, error: P2pError::Timeout });
            }
        }
    }

    /// This side of a session, begun if it is not there.
    fn open_side(&mut self, id: SteamId, with: SteamId) -> &mut Session {
        self.accounts.entry(id).or_default().sessions.entry(with).or_default()
    }

    /// A session is up as soon as both sides want it and reach each other.
    fn establish(&mut self, one: SteamId, other: SteamId) {
        let has_side = |id, with| self.accounts.get(&id).is_some_and(|account| account.has_accepted(with));
        if has_side(one, other) && has_side(other, one) && self.reach_each_other(one, other) {
            self.open_side(one, other).is_up = true;
            self.open_side(other, one).is_up = true;
        }
    }

    fn reach_each_other(&self, one: SteamId, other: SteamId) -> bool {
        ![one, other].iter().any(|id| self.unreachable.contains(id))
            && !self.severed.contains(&pair(one, other))
    }
}

fn pair(one: SteamId, other: SteamId) -> (SteamId, SteamId) {
    (one.min(other), one.max(other))
}
