//! Direct links of a player: those that are being made, those that are up, those that end.

use std::collections::BTreeMap;
use std::time::Instant;

use consonance_link::{Delivery, DirectLinks, DisconnectReason, Peer};

use super::{Reported, WebRtcClient};
use crate::webrtc_network::host::overloaded;
use crate::webrtc_network::peer::{PeerEvent, Role, Sent};
use crate::webrtc_network::signalling::SignalLinkId;
use crate::webrtc_network::{LIMITS, is_sendable};

/// The signalling address at which a player listens for other players of its session.
pub(super) fn address(session: &str, name: &str) -> String {
    format!("{session}:{name}")
}

#[derive(Debug, Default)]
pub(super) struct DirectEnds {
    /// Asked for at the signalling server, which has not answered yet.
    asked: Vec<SignalLinkId>,
    ends: BTreeMap<Peer, DirectEnd>,
}

#[derive(Debug)]
struct DirectEnd {
    /// The signalling link, until it is dropped.
    link: Option<SignalLinkId>,
    state: DirectState,
}

#[derive(Debug)]
enum DirectState {
    Negotiating,
    Up,
    /// Its end was asked for, and is reported as this.
    Ending(DisconnectReason),
}

impl DirectEnds {
    /// The number of links, including those being negotiated.
    pub(super) fn len(&self) -> usize {
        self.asked.len() + self.ends.len()
    }

    pub(super) fn ask(&mut self, link: SignalLinkId) {
        self.asked.push(link);
    }

    /// Our role on a signalling link that came up: the end that asked connects.
    pub(super) fn role_of(&mut self, link: SignalLinkId) -> Option<Role> {
        let asked = self.asked.len();
        self.asked.retain(|of| *of != link);
        if self.asked.len() < asked {
            return Some(Role::Connector);
        }
        (link >= SignalLinkId::FIRST_INCOMING).then_some(Role::Listener)
    }

    pub(super) fn insert(&mut self, peer: Peer, link: SignalLinkId) {
        self.ends.insert(peer, DirectEnd { link: Some(link), state: DirectState::Negotiating });
    }

    pub(super) fn peer_of(&self, link: SignalLinkId) -> Option<Peer> {
        self.ends.iter().find(|(_, end)| end.link == Some(link)).map(|(&peer, _)| peer)
    }

    pub(super) fn link_of(&self, peer: Peer) -> Option<SignalLinkId> {
        self.ends.get(&peer)?.link
    }

    /// A signalling link is gone. A connection that is on its way may still arrive.
    pub(super) fn forget_link(&mut self, link: SignalLinkId) {
        self.asked.retain(|of| *of != link);
        for end in self.ends.values_mut().filter(|end| end.link == Some(link)) {
            end.link = None;
        }
    }

    /// All signalling links are gone.
    pub(super) fn forget_links(&mut self) {
        self.asked.clear();
        for end in self.ends.values_mut() {
            end.link = None;
        }
    }

    fn is_up(&self, peer: Peer) -> bool {
        matches!(self.ends.get(&peer), Some(DirectEnd { state: DirectState::Up, .. }))
    }
}

impl WebRtcClient {
    pub(super) fn handle_direct(&mut self, now: Instant, peer: Peer, event: PeerEvent) {
        let Some(end) = self.direct.ends.get_mut(&peer) else { return };
        match event {
            PeerEvent::Open => {
                end.state = DirectState::Up;
                if let (Some(link), Some(client)) = (end.link.take(), self.signalling.client()) {
                    client.drop_link(link);
                }
                self.peers.accept(now, peer);
                self.events.push_back(Reported::DirectUp(peer));
            }
            PeerEvent::Packet(delivery, packet) => {
                if !LIMITS.allow(delivery, packet.len()) {
                    self.statistics.dropped.too_large += 1;
                } else if matches!(end.state, DirectState::Up) {
                    self.events.push_back(Reported::DirectPacket(peer, delivery, packet));
                }
            }
            PeerEvent::Closed(why) => {
                let end = self.direct.ends.remove(&peer).expect("it was found above");
                if let (Some(link), Some(client)) = (end.link, self.signalling.client()) {
                    client.drop_link(link);
                }
                match end.state {
                    DirectState::Negotiating => {
                        tracing::debug!(?why, "a direct link is not made; the host carries what it would");
                    }
                    DirectState::Up => self.events.push_back(Reported::DirectDown(peer, why.reason())),
                    DirectState::Ending(reason) => self.events.push_back(Reported::DirectDown(peer, reason)),
                }
            }
        }
    }

    fn end_direct(&mut self, now: Instant, peer: Peer, reason: DisconnectReason) {
        if let Some(end) = self.direct.ends.get_mut(&peer)
            && matches!(end.state, DirectState::Up)
        {
            end.state = DirectState::Ending(reason);
            self.peers.leave(now, peer);
        }
    }
}

impl DirectLinks for WebRtcClient {
    fn send_direct(&mut self, now: Instant, peers: &[Peer], delivery: Delivery, packet: &[u8]) {
        if !is_sendable(delivery, packet, &mut self.statistics.dropped) {
            return;
        }
        for &peer in peers {
            let sent = if self.direct.is_up(peer) {
                self.peers.send(now, peer, delivery, packet)
            } else {
                Sent::NotOpen
            };
            self.count_sent(delivery, packet, sent);
            if sent == Sent::Full {
                self.end_direct(now, peer, overloaded(self.settings.peer.send_bytes_max));
            }
        }
    }

    fn disconnect_direct(&mut self, now: Instant, peer: Peer) {
        let is_of = |event: &Reported| matches!(event, Reported::DirectPacket(of, ..) if *of == peer);
        self.events.retain(|event| !is_of(event));
        self.end_direct(now, peer, DisconnectReason::ClosedByUs);
    }
}
