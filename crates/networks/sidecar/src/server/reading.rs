//! What comes in: newcomers at the port, and what each link says.

use std::net::{SocketAddr, TcpListener};
use std::time::Instant;

use consonance_transport::{Delivery, DisconnectReason, Peer};
use ring::rand::SecureRandom as _;

use super::SidecarServer;
use super::guest_link::{GuestLink, Seat};
use crate::frame::{NONCE_BYTES, Player};
use crate::socket::WireSocket;
use crate::voice_end::Heard;

/// What was found in what a link said.
pub(super) enum Seen {
    Connected(Peer),
    Packet(Peer, Delivery),
    /// Somebody is gone.
    Ended,
}

impl SidecarServer {
    /// The next thing that was read, as an event to report.
    pub(super) fn look(&mut self, now: Instant) -> Option<Seen> {
        while let Some(&number) = self.turn.front() {
            let Some(link) = self.links.get_mut(&number) else {
                self.turn.pop_front();
                continue;
            };
            let Some(heard) = link.end.poll(now, &self.settings) else {
                self.turn.pop_front();
                continue;
            };
            match heard {
                Heard::Packet { player, delivery, packet } => {
                    self.packet.clear();
                    self.packet.extend_from_slice(packet);
                    if let Some(seen) = self.take_packet(now, number, player, delivery) {
                        return Some(seen);
                    }
                }
                Heard::Joined { player, was_there, address } => {
                    let remote = String::from_utf8_lossy(address).parse().ok();
                    if let Some(peer) = self.open(now, number, player, remote) {
                        self.came_back = Some(peer).filter(|_| was_there);
                        return Some(Seen::Connected(peer));
                    }
                }
                Heard::Left { player } => {
                    if let Some(Seat::In { peer, .. }) = link.players.remove(&player) {
                        self.close_peer(peer, DisconnectReason::closed_by_peer(b""));
                    }
                }
                Heard::Up { session, name } => link.is_up(session, name),
                Heard::Bye { reason } => {
                    let reason = DisconnectReason::closed_by_peer(reason);
                    self.end_link(now, number, "", &reason);
                }
                Heard::Refused => self.statistics.connections.failed_handshakes += 1,
                Heard::Broken(what) => self.break_link(now, number, what),
                Heard::Nothing => {}
            }
            if !self.ended.is_empty() {
                return Some(Seen::Ended);
            }
        }
        None
    }

    fn take_packet(&mut self, now: Instant, number: u64, player: Player, delivery: Delivery) -> Option<Seen> {
        let link = self.links.get(&number)?;
        match link.players.get(&player) {
            Some(Seat::In { peer, .. }) => Some(Seen::Packet(*peer, delivery)),
            Some(Seat::Kicked) => None,
            None => {
                let peer = self.open(now, number, player, None)?;
                self.first_packet = Some((peer, delivery));
                Some(Seen::Connected(peer))
            }
        }
    }

    /// A new peer, if there is room for it and it is not there already.
    fn open(
        &mut self,
        now: Instant,
        number: u64,
        player: Player,
        remote: Option<SocketAddr>,
    ) -> Option<Peer> {
        let link = self.links.get_mut(&number)?;
        if link.players.contains_key(&player) {
            return None;
        }
        if link.players.len() >= self.settings.players_max as usize {
            self.statistics.connections.turned_away_full += 1;
            let reason = format!("{} players are what this link takes", self.settings.players_max);
            self.say(now, number, |link| link.end.kick(player, &reason));
            return None;
        }
        let peer = Peer(self.next_peer);
        self.next_peer += 1;
        link.players.insert(player, Seat::In { peer, remote });
        self.peers.insert(peer, (number, player));
        self.newcomer = Some(peer);
        self.statistics.connections.connected += 1;
        self.statistics.connections.accepted += 1;
        Some(peer)
    }

    pub(super) fn close_peer(&mut self, peer: Peer, reason: DisconnectReason) {
        self.peers.remove(&peer);
        self.statistics.connections.connected -= 1;
        self.ended.push_back((peer, reason));
    }

    fn break_link(&mut self, now: Instant, number: u64, what: &'static str) {
        if self.links.get(&number).is_some_and(|link| link.end.is_up()) {
            self.statistics.connections.protocol_violations += 1;
        } else {
            self.statistics.connections.failed_handshakes += 1;
        }
        let reason = DisconnectReason::ProtocolViolated { violation: what.to_owned() };
        self.end_link(now, number, what, &reason);
    }

    /// Takes in who knocks, and a piece of what each link says. True if there is something to look at.
    pub(super) fn read(&mut self, now: Instant) -> bool {
        self.take_in(now);
        let Self { links, turn, piece, .. } = self;
        let mut lost = Vec::new();
        for (&number, link) in links.iter_mut() {
            if link.read(now, piece) {
                turn.push_back(number);
            } else if link.is_gone() || link.end.is_over(now) {
                lost.push(number);
            } else {
                link.end.keep_alive(now);
            }
        }
        for &number in &lost {
            self.lose(now, number);
        }
        !(self.turn.is_empty() && self.ended.is_empty())
    }

    /// A link is over: by itself, or because it was said so.
    fn lose(&mut self, now: Instant, number: u64) {
        let Some(link) = self.links.get(&number) else { return };
        if !link.end.is_up() && !link.end.is_ending() {
            self.statistics.connections.failed_handshakes += 1;
        }
        let reason = if link.is_gone() {
            DisconnectReason::closed_by_peer(b"the link to its game server broke")
        } else {
            DisconnectReason::TimedOut
        };
        self.end_link(now, number, "nothing was heard for too long", &reason);
        if let Some(mut link) = self.links.remove(&number) {
            link.flush(now);
        }
    }

    fn take_in(&mut self, now: Instant) {
        while let Some(Ok((stream, remote))) = self.listener.as_ref().map(TcpListener::accept) {
            let strangers = self.links.values().filter(|link| !link.end.is_up()).count();
            let connections = &mut self.statistics.connections;
            if self.links.len() - strangers >= self.settings.links_max {
                connections.turned_away_full += 1;
                continue;
            }
            if strangers >= self.settings.strangers_max {
                connections.turned_away_handshaking += 1;
                continue;
            }
            let mut nonce = [0; NONCE_BYTES];
            let drawn = self.random.fill(&mut nonce);
            let socket = WireSocket::accepted(stream, self.settings.socket_buffer_bytes);
            let (Ok(()), Ok(socket)) = (drawn, socket) else { continue };
            if self.readiness.watch(socket.stream()).is_ok() {
                let link = GuestLink::new(now, socket, remote, &self.settings, nonce);
                self.links.insert(self.next_link, link);
                self.next_link += 1;
            }
        }
    }
}
