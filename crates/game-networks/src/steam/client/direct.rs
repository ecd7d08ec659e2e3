//! Direct links: both players open one, and it is up at each end when the other has welcomed it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Instant;

use consonance_link::Delivery;
use consonance_link::hosted::{DirectRequest, HostedClientHandle};

use super::Pump;
use crate::steam::signal::Signal;
use crate::steam::steam_p2p::Arrival;
use crate::steam::{SendKind, SessionState, SteamId, SteamP2p, packet_type};

#[derive(Debug, Default)]
pub(super) struct Direct {
    /// Accounts that the game has named, and that the voice has not disconnected.
    named: BTreeSet<SteamId>,
    links: BTreeMap<SteamId, DirectLink>,
    /// Accounts that said hello before the game named them.
    early: VecDeque<(SteamId, u32)>,
    /// The latest announcement of the player to others.
    pub(super) announcement: Option<Vec<u8>>,
    announced_at: Option<Instant>,
}

#[derive(Clone, Copy, Debug)]
struct DirectLink {
    /// The number of the link that we have opened.
    number: u32,
    /// The number of the one that the other has opened, if it is one of ours.
    theirs: Option<u32>,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// We have sent a hello; the time since which Steam's session is up.
    Opening {
        up_since: Option<Instant>,
    },
    Up,
}

impl Direct {
    pub(super) fn has_link(&self, id: SteamId) -> bool {
        self.links.contains_key(&id)
    }
}

impl<P: SteamP2p> Pump<P> {
    pub(super) fn write_direct(&mut self, now: Instant) {
        let channel = self.settings.link.channels.to_client;
        let mut too_slow = Vec::new();
        loop {
            match self.handle.poll_direct() {
                None => return,
                Some(DirectRequest::Send { peers, delivery, packet }) => {
                    let kind = packet_type::kind_of(delivery, packet);
                    if packet_type::is_announcement(packet) {
                        self.direct.announcement = Some(packet.to_vec());
                    }
                    for &peer in peers {
                        if !self.steam.send(SteamId(peer), kind, channel, packet) && kind.is_reliable() {
                            too_slow.push(peer);
                        }
                    }
                }
                Some(DirectRequest::Disconnect { peer }) => {
                    self.direct.named.remove(&SteamId(peer));
                    self.part_from(now, SteamId(peer));
                }
            }
            for peer in too_slow.drain(..) {
                self.handle.direct_send_failed(peer);
                self.direct.named.remove(&SteamId(peer));
                self.part_from(now, SteamId(peer));
            }
        }
    }

    /// The game names a player: a link is opened, and the player here introduces itself to all again.
    pub(super) fn name(&mut self, id: SteamId) {
        if id == self.settings.server || id == self.steam.id() {
            return;
        }
        self.direct.named.insert(id);
        if !self.direct.links.contains_key(&id) {
            let early = self.direct.early.iter().position(|(other, _)| *other == id);
            let theirs = early.and_then(|at| self.direct.early.remove(at)).map(|(_, number)| number);
            self.open(id, theirs);
        }
        self.announce();
    }

    pub(super) fn unname(&mut self, now: Instant, id: SteamId) {
        self.direct.named.remove(&id);
        self.direct.early.retain(|(other, _)| *other != id);
        if self.is_up(id) {
            self.handle.direct_disconnected(id.0, "");
        }
        self.part_from(now, id);
    }

    pub(super) fn is_known(&self, id: SteamId) -> bool {
        self.direct.named.contains(&id) || self.direct.links.contains_key(&id)
    }

    /// Another player opens a link.
    pub(super) fn handle_player_hello(&mut self, from: SteamId, number: u32) {
        if !self.direct.named.contains(&from) {
            self.direct.early.retain(|(other, _)| *other != from);
            if self.direct.early.len() >= EARLY_MAX {
                self.direct.early.pop_front();
            }
            return self.direct.early.push_back((from, number));
        }
        match self.direct.links.get_mut(&from) {
            Some(link) if link.theirs.is_none() => {
                link.theirs = Some(number);
                self.say(from, &Signal::Welcome(number));
            }
            // The player restarted without a goodbye.
            Some(_) => {
                self.end(from, |handle| handle.direct_disconnected(from.0, ""));
                self.open(from, Some(number));
            }
            None => self.open(from, Some(number)),
        }
    }

    pub(super) fn handle_player_signal(&mut self, now: Instant, from: SteamId, signal: &Signal) -> Delivery {
        let Some(link) = self.direct.links.get(&from) else { return Delivery::Reliable };
        match signal {
            Signal::Welcome(number) if *number == link.number => self.bring_up(now, from),
            Signal::Goodbye(number, _) if Some(*number) == link.theirs => {
                self.end(from, |handle| handle.direct_disconnected(from.0, ""));
            }
            _ => {}
        }
        Delivery::Reliable
    }

    /// A packet of another player. An original begins with its introduction.
    pub(super) fn handle_player_packet(&mut self, now: Instant, arrival: Arrival) -> Delivery {
        let from = arrival.from;
        if packet_type::is_announcement(&self.packet) && self.direct.named.contains(&from) {
            if !self.direct.links.contains_key(&from) {
                self.open(from, None);
            }
            self.bring_up(now, from);
        }
        let delivery = packet_type::delivery_of(arrival, &self.packet);
        // Packets of unknown accounts are dropped and counted by the transport.
        let _ = self.handle.receive_direct(from.0, delivery, &self.packet);
        delivery
    }

    /// Steam has lost a player. It is tried again with the next announcement.
    pub(super) fn lose(&mut self, id: SteamId) {
        self.end(id, |handle| handle.direct_lost(id.0));
    }

    pub(super) fn handle_direct_timeout(&mut self, now: Instant) {
        let welcome_timeout = self.settings.welcome_timeout;
        let mut originals = Vec::new();
        for (&id, link) in &mut self.direct.links {
            let State::Opening { up_since } = &mut link.state else { continue };
            if self.steam.session_state(id) != SessionState::Active {
                *up_since = None;
            } else if now.saturating_duration_since(*up_since.get_or_insert(now)) >= welcome_timeout {
                originals.push(id);
            }
        }
        for id in originals {
            self.bring_up(now, id);
        }
        let interval = self.settings.announcement_interval;
        if *self.direct.announced_at.get_or_insert(now) + interval <= now {
            self.direct.announced_at = Some(now);
            for id in self.direct.named.iter().copied().collect::<Vec<_>>() {
                if !self.direct.links.contains_key(&id) {
                    self.open(id, None);
                }
            }
            self.announce();
        }
    }

    /// Sends heartbeats, so that Steam notices players that are gone.
    pub(super) fn say_still_here(&mut self) {
        let ours = self.direct.links.iter().filter(|(_, link)| link.theirs.is_some());
        for id in ours.map(|(&id, _)| id).collect::<Vec<_>>() {
            self.say(id, &Signal::StillHere);
        }
    }

    pub(super) fn part_from_all(&mut self, now: Instant) {
        for id in self.direct.links.keys().copied().collect::<Vec<_>>() {
            self.part_from(now, id);
        }
    }

    fn is_up(&self, id: SteamId) -> bool {
        self.direct.links.get(&id).is_some_and(|link| link.state == State::Up)
    }

    fn open(&mut self, id: SteamId, theirs: Option<u32>) {
        let number = self.next_number();
        let channel = self.settings.link.channels.player_hello;
        self.direct.links.insert(id, DirectLink { number, theirs, state: State::Opening { up_since: None } });
        self.steam.send(id, SendKind::Reliable, channel, &Signal::Hello(number).to_bytes());
        if let Some(theirs) = theirs {
            self.say(id, &Signal::Welcome(theirs));
        }
    }

    fn bring_up(&mut self, now: Instant, id: SteamId) {
        let Some(link) = self.direct.links.get_mut(&id) else { return };
        if link.state == State::Up {
            return;
        }
        link.state = State::Up;
        if !self.handle.direct_connected(id.0) {
            self.direct.named.remove(&id);
            self.part_from(now, id);
        }
    }

    /// The link ends on this side.
    fn part_from(&mut self, now: Instant, id: SteamId) {
        let Some(link) = self.direct.links.remove(&id) else { return };
        let channels = self.settings.link.channels;
        let channel = if link.theirs.is_some() { channels.to_client } else { channels.player_hello };
        let goodbye = Signal::Goodbye(link.number, String::new());
        self.farewells.say(now, &mut self.steam, id, channel, &goodbye);
        self.farewells.close_later(now, id);
    }

    /// The link has ended on the other side.
    fn end(&mut self, id: SteamId, tell: impl FnOnce(&mut HostedClientHandle)) {
        if self.direct.links.remove(&id).is_some_and(|link| link.state == State::Up) {
            tell(&mut self.handle);
        }
    }

    fn announce(&mut self) {
        let Some(announcement) = &self.direct.announcement else { return };
        let channel = self.settings.link.channels.to_client;
        for (&id, _) in self.direct.links.iter().filter(|(_, link)| link.state == State::Up) {
            self.steam.send(id, SendKind::ReliableWithBuffering, channel, announcement);
        }
    }

    /// Sends a signal among the packets.
    fn say(&mut self, id: SteamId, signal: &Signal) {
        let channel = self.settings.link.channels.to_client;
        self.steam.send(id, SendKind::Reliable, channel, &signal.to_bytes());
    }
}

/// The number of remembered accounts that sent a hello before the game named them.
const EARLY_MAX: usize = 64;
