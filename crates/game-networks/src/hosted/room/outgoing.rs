//! Outgoing messages: each packet to the receivers that the network can address at once.

use std::mem;
use std::time::Instant;

use consonance_link::Delivery;
use consonance_link::hosted::{ClientRequest, DirectRequest, Received, ServerRequest};

use super::HostedRoom;
use crate::hosted::header;
use crate::hosted::members::Member;
use crate::hosted::message::{MessageDirection, MessageTarget, RoomMessage, RoomRequest};
use crate::hosted::settings::Loopback;

/// One packet on its way to all its receivers.
#[derive(Debug, Default)]
pub(super) struct Outgoing {
    packet: Vec<u8>,
    head: Option<Head>,
    /// The receivers of a packet for peers, …
    peers: Vec<u64>,
    /// … and how many of them are already addressed.
    named: usize,
    /// The reason of the last rejection.
    reason: String,
}

#[derive(Clone, Copy, Debug)]
struct Head {
    direction: MessageDirection,
    delivery: Delivery,
    receivers: Receivers,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Receivers {
    Server,
    Peers,
    AllOthers,
}

impl Outgoing {
    fn begin(&mut self, delivery: Delivery, receivers: Receivers, packet: &[u8], peers: &[u64]) {
        let direction = match receivers {
            Receivers::Server => MessageDirection::ToServer,
            Receivers::Peers | Receivers::AllOthers => MessageDirection::ToClient,
        };
        self.head = Some(Head { direction, delivery, receivers });
        self.packet.clear();
        self.packet.extend_from_slice(packet);
        self.peers.clear();
        self.peers.extend_from_slice(peers);
        self.named = 0;
    }

    pub(super) fn clear(&mut self) {
        self.head = None;
    }

    /// A peer has left.
    pub(super) fn forget(&mut self, gone: u64) {
        let index = self.peers.iter().skip(self.named).position(|peer| *peer == gone);
        if let Some(index) = index {
            self.peers.remove(self.named + index);
        }
    }

    /// The next message of the present packet.
    fn next(&mut self, takes_lists: bool) -> Option<RoomMessage<'_>> {
        let Head { direction, delivery, receivers } = self.head?;
        let target = match receivers {
            Receivers::Server => MessageTarget::Server,
            Receivers::AllOthers => MessageTarget::AllOthers,
            Receivers::Peers => match &self.peers[self.named..] {
                [] => {
                    self.head = None;
                    return None;
                }
                [_, _, ..] if takes_lists => MessageTarget::Peers(&self.peers[self.named..]),
                [peer, ..] => MessageTarget::Peer(*peer),
            },
        };
        match target {
            MessageTarget::Peer(_) => self.named += 1,
            _ => self.head = None,
        }
        Some(RoomMessage { direction, target, delivery, packet: &self.packet })
    }

    fn is_empty(&self) -> bool {
        self.head.is_none_or(|head| head.receivers == Receivers::Peers && self.named >= self.peers.len())
    }
}

impl HostedRoom {
    /// The next action, or `None`. Call it each frame until it returns `None`: only then
    /// will the waker be called again.
    pub fn poll(&mut self, now: Instant) -> Option<RoomRequest<'_>> {
        while self.outgoing.is_empty() {
            if let Some((peer, reason)) = self.refused.pop_front() {
                self.outgoing.reason = reason;
                return Some(RoomRequest::Refused { peer, reason: &self.outgoing.reason });
            }
            let is_something = self.load_from_player(now)
                || self.load_from_server(now)
                || self.load_directly(now)
                || self.load_introduction(now);
            if !is_something {
                return None;
            }
        }
        self.outgoing.next(self.settings.takes_lists).map(RoomRequest::Send)
    }

    fn load_from_player(&mut self, now: Instant) -> bool {
        let Self { player: Some(player), outgoing, members, .. } = self else { return false };
        match player.handle.poll() {
            None => return false,
            Some(ClientRequest::Connect) => {
                player.wants_link = true;
                // Including peers that it disconnected in the previous session.
                let reachable = members.peers().filter(|_| self.settings.has_direct_messages);
                reachable.for_each(|peer| player.join_directly(peer));
                self.raise_link();
            }
            Some(ClientRequest::Send { delivery, packet }) => {
                outgoing.begin(delivery, Receivers::Server, packet, &[]);
                if self.is_server_inside() {
                    self.give_to_own_server(now, delivery);
                }
            }
            Some(ClientRequest::Disconnect) => {
                player.wants_link = false;
                self.introductions.forget();
                if let Some(server) = &mut self.server {
                    server.peer_disconnected(self.me, "");
                    self.own_link = Member::Silent;
                }
            }
        }
        true
    }

    fn load_from_server(&mut self, now: Instant) -> bool {
        let Self { server: Some(server), outgoing, .. } = self else { return false };
        match server.poll() {
            None => return false,
            Some(ServerRequest::Accept { .. }) => {}
            Some(ServerRequest::Send { peers, delivery, packet }) => {
                outgoing.begin(delivery, Receivers::Peers, packet, peers);
                if self.settings.loopback == Loopback::Inside {
                    self.give_to_own_player(delivery);
                }
            }
            Some(ServerRequest::Refuse { peer, reason } | ServerRequest::Disconnect { peer, reason }) => {
                if peer == self.me {
                    self.own_link = Member::Silent;
                    if let Some(player) = &mut self.player {
                        player.handle.link_down(reason);
                    }
                } else {
                    self.refused.push_back((peer, reason.to_owned()));
                    if let Some(member) = self.members.get_mut(peer) {
                        *member = Member::Refused { until: now + self.settings.refused_for };
                    }
                }
            }
        }
        true
    }

    fn load_directly(&mut self, now: Instant) -> bool {
        let Self { player: Some(player), outgoing, .. } = self else { return false };
        match player.handle.poll_direct() {
            None => return false,
            Some(DirectRequest::Send { peers, delivery, packet }) => {
                let is_introduction = header::introduces(packet);
                if is_introduction {
                    self.introductions.note(now, packet);
                }
                let is_for_all = is_introduction
                    && self.settings.reaches_all_others
                    && peers.len() == self.members.len()
                    && peers.len() > 1;
                let receivers = if is_for_all { Receivers::AllOthers } else { Receivers::Peers };
                outgoing.begin(delivery, receivers, packet, peers);
            }
            // The player wants no direct link with this peer until it joins again.
            Some(DirectRequest::Disconnect { peer }) => drop(player.direct.remove(&peer)),
        }
        true
    }

    fn load_introduction(&mut self, now: Instant) -> bool {
        let Some(packet) = self.introductions.take_due(now) else { return false };
        let peers: Vec<u64> = self.members.peers().collect();
        self.outgoing.begin(Delivery::Reliable, Receivers::Peers, packet, &peers);
        true
    }

    /// Whether the player's server is in this process, and nothing between them goes out.
    fn is_server_inside(&self) -> bool {
        self.server_peer == Some(self.me) && self.settings.loopback == Loopback::Inside
    }

    /// The present packet is for the server here.
    fn give_to_own_server(&mut self, now: Instant, delivery: Delivery) {
        self.outgoing.clear();
        let packet = mem::take(&mut self.outgoing.packet);
        self.give_to_server(now, self.me, delivery, &packet);
        self.outgoing.packet = packet;
    }

    /// Passes the present packet to the player here if it is also for that.
    fn give_to_own_player(&mut self, delivery: Delivery) {
        let Some(index) = self.outgoing.peers.iter().position(|peer| *peer == self.me) else { return };
        self.outgoing.peers.remove(index);
        let Some(player) = &mut self.player else { return };
        if player.handle.receive(delivery, &self.outgoing.packet) == Received::Overflowed
            && let Some(server) = &mut self.server
        {
            server.send_failed(self.me);
            self.own_link = Member::Silent;
        }
    }
}
