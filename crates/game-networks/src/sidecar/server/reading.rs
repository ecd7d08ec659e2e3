//! Input: new connections at the port, and the events of each link.

use std::net::SocketAddr;
use std::sync::atomic::Ordering;
use std::time::Instant;

use consonance_link::gateway::tcp::{TcpEnd, TcpEvent, TcpId};
use consonance_link::{Delivery, DisconnectReason, NoHandshakeSlot, Peer};
use ring::rand::SecureRandom as _;

use super::SidecarServer;
use super::guest_link::{GuestLink, Seat};
use super::shards::{First, MovedLink};
use crate::sidecar::frame::NONCE_BYTES;
use crate::sidecar::voice_end::Heard;

/// An event found while reading a link.
pub(super) enum Seen {
    Connected(Peer),
    Packet(Peer, Delivery),
    /// A link is gone.
    Ended,
}

impl SidecarServer {
    /// The next event to report.
    pub(super) fn look(&mut self, now: Instant, bytes: &mut Vec<u8>) -> Option<Seen> {
        if let Some(seen) = self.take_moved(now) {
            return Some(seen);
        }
        while let Some(&id) = self.turn.front() {
            if self.hold_back(now, id) {
                self.turn.pop_front();
                continue;
            }
            let Some(link) = self.links.get_mut(&id) else {
                self.turn.pop_front();
                continue;
            };
            let Some(heard) = link.end.poll(&self.settings) else {
                self.turn.pop_front();
                continue;
            };
            let mut first = None;
            match heard {
                Heard::Packet { player, delivery, packet } => match link.players.get(&player) {
                    Some(Seat::In { peer, .. }) => {
                        bytes.clear();
                        bytes.extend_from_slice(packet);
                        return Some(Seen::Packet(*peer, delivery));
                    }
                    Some(Seat::Kicked) => {}
                    None => first = Some(First::with_packet(player, delivery, packet)),
                },
                Heard::Joined { player, was_there, address } => {
                    first = Some(First::announced(player, was_there, address));
                }
                Heard::Left { player } => {
                    let seat = link.players.remove(&player);
                    self.see_off(seat.as_ref());
                }
                Heard::Up { session, name } => {
                    link.is_up(session, name);
                    self.handshake_slots.release(Some(link.remote.ip()), id);
                    self.links_up.fetch_add(1, Ordering::Relaxed);
                }
                Heard::Bye { reason } => {
                    let reason = DisconnectReason::closed_by_peer(reason);
                    self.end_link(now, id, "", &reason);
                }
                Heard::Refused => {
                    self.statistics.connections.failed_handshakes += 1;
                    self.end_link(now, id, "", &DisconnectReason::ClosedByUs);
                }
                Heard::Broken(what) => self.break_link(now, id, what),
                Heard::Nothing => {}
            }
            if let Some(peer) = first.and_then(|first| self.open(now, id, first)) {
                return Some(Seen::Connected(peer));
            }
            if !self.ended.is_empty() {
                return Some(Seen::Ended);
            }
        }
        None
    }

    /// The player of this seat has left.
    fn see_off(&mut self, seat: Option<&Seat>) {
        if let Some(Seat::In { peer, .. }) = seat {
            self.close_peer(*peer, DisconnectReason::closed_by_peer(b""));
        }
    }

    /// A new peer, unless there is no room, it already exists, or the link belongs to another server.
    fn open(&mut self, now: Instant, id: TcpId, first: First) -> Option<Peer> {
        let link = self.links.get_mut(&id)?;
        if link.players.contains_key(&first.player) {
            return None;
        }
        if link.players.len() >= self.settings.players_max as usize {
            self.statistics.connections.rejected_full += 1;
            let reason = format!("{} players are what this link takes", self.settings.players_max);
            self.say(now, id, |link| link.end.kick(first.player, &reason));
            return None;
        }
        // Placing a session announces a player, and no player can come over a connection that is gone.
        let may_move = link.is_empty() && self.tcp.is_open(id);
        let shards = self.shards.as_ref().filter(|_| may_move);
        if let Some(shard) = shards.and_then(|shards| shards.elsewhere(&link.session)) {
            self.hand_over(now, id, shard, first);
            return None;
        }
        self.open_here(id, first)
    }

    fn open_here(&mut self, id: TcpId, first: First) -> Option<Peer> {
        let First { player, remote, was_there, packet } = first;
        let peer = Peer(self.next_peer);
        self.next_peer += 1;
        self.links.get_mut(&id)?.players.insert(player, Seat::In { peer, remote });
        self.peers.insert(peer, (id, player));
        self.newcomer = Some(peer);
        self.resumed = Some(peer).filter(|_| was_there);
        if let Some((delivery, packet)) = packet {
            self.first_packet = Some((peer, delivery));
            self.first_packet_bytes = packet;
        }
        self.statistics.connections.connected += 1;
        self.statistics.connections.accepted += 1;
        Some(peer)
    }

    /// Gives a link to the server that its session is for.
    fn hand_over(&mut self, now: Instant, id: TcpId, shard: usize, first: First) {
        self.say_kicks(now);
        let (Some(tcp), Some(shards)) = (self.tcp.give_away(id), &self.shards) else { return };
        let Some(mut link) = self.links.remove(&id) else { return };
        let dropped = &mut self.statistics.links.dropped;
        dropped.outgoing_full += std::mem::take(&mut link.end.channel.outbox.voice_dropped);
        shards.hand_over(shard, MovedLink { tcp, link, first });
    }

    /// Takes a link in that another server gave away, with the player that it was moved for.
    fn take_moved(&mut self, now: Instant) -> Option<Seen> {
        let MovedLink { tcp, mut link, first } = self.shards.as_ref()?.take()?;
        let Ok(id) = self.tcp.take_over(now, tcp) else {
            self.links_up.fetch_sub(1, Ordering::Relaxed);
            return None;
        };
        link.id = id;
        self.links.insert(id, link);
        self.turn.push_back(id);
        self.open_here(id, first).map(Seen::Connected)
    }

    pub(super) fn close_peer(&mut self, peer: Peer, reason: DisconnectReason) {
        self.peers.remove(&peer);
        self.statistics.connections.connected -= 1;
        self.ended.push_back((peer, reason));
    }

    fn break_link(&mut self, now: Instant, id: TcpId, what: &'static str) {
        if self.links.get(&id).is_some_and(|link| link.end.is_up()) {
            self.statistics.connections.protocol_violations += 1;
        } else {
            self.statistics.connections.failed_handshakes += 1;
        }
        let reason = DisconnectReason::ProtocolViolated { violation: what.to_owned() };
        self.end_link(now, id, what, &reason);
    }

    /// Handles the next input, or does what is due. True if there may be more.
    pub(super) fn step(&mut self, now: Instant) -> bool {
        match self.tcp.poll(now) {
            Some(TcpEvent::Opened { id, remote }) => self.take_in(now, id, remote),
            Some(TcpEvent::Received { id }) => self.hear(now, id),
            Some(TcpEvent::Closed { id, end }) => self.lose(now, id, &reason_of(&end)),
            None => return self.look_at_the_time(now),
        }
        true
    }

    /// True if a link has ended.
    fn look_at_the_time(&mut self, now: Instant) -> bool {
        let (mut late, mut quiet) = (Vec::new(), Vec::new());
        for (&id, link) in &mut self.links {
            if link.end.is_over(now) {
                late.push(id);
                continue;
            }
            link.end.keep_alive(now);
            // A link whose reading is on hold may have sent something unseen.
            if !self.held.contains(id) && link.end.falls_quiet(now) {
                quiet.push(link.peers());
            }
        }
        for peers in quiet {
            self.note_reachability(peers, false);
        }
        for &id in &late {
            if self.held.contains(id) {
                self.end_as_too_slow(now, id);
            } else {
                self.lose(now, id, &DisconnectReason::TimedOut);
            }
        }
        !late.is_empty()
    }

    /// A link has ended without our doing.
    fn lose(&mut self, now: Instant, id: TcpId, reason: &DisconnectReason) {
        let Some(link) = self.links.get(&id) else { return };
        if !link.end.is_up() {
            self.statistics.connections.failed_handshakes += 1;
        }
        self.end_link(now, id, "nothing was heard for too long", reason);
    }

    fn take_in(&mut self, now: Instant, id: TcpId, remote: SocketAddr) {
        let connections = &mut self.statistics.connections;
        if self.links_up.load(Ordering::Relaxed) >= self.settings.links_max {
            connections.rejected_full += 1;
            return self.tcp.abort(id);
        }
        let mut nonce = [0; NONCE_BYTES];
        if self.random.fill(&mut nonce).is_err() {
            return self.tcp.abort(id);
        }
        match self.handshake_slots.take(now, Some(remote.ip()), id) {
            Ok(None) => {}
            Ok(Some(longest_here)) => {
                connections.rejected_handshaking += 1;
                self.links.remove(&longest_here);
                self.tcp.abort(longest_here);
            }
            Err(NoHandshakeSlot) => {
                connections.rejected_handshaking += 1;
                return self.tcp.abort(id);
            }
        }
        self.links.insert(id, GuestLink::new(now, id, remote, &self.settings, nonce));
    }
}

/// Why its players are gone when a connection is.
fn reason_of(end: &TcpEnd) -> DisconnectReason {
    match end {
        TcpEnd::TimedOut => DisconnectReason::TimedOut,
        _ => DisconnectReason::closed_by_peer(b"the link to its game server broke"),
    }
}
