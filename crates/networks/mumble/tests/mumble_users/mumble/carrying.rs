//! Packets in Mumble's messages: reliable ones in the one field of a user's state that is passed on as it is,
//! unreliable ones as voice.

mod client;

use std::collections::BTreeSet;
use std::fmt;
use std::net::SocketAddr;
#[cfg(target_os = "linux")]
use std::os::fd::BorrowedFd;
use std::time::Instant;

use consonance_link::{
    Delivery, NetworkStatistics, PacketLimits, Peer, ServerLinkEvent, ServerNetwork, Statistics,
};
use consonance_mumble::control::messages::UserState;
use consonance_mumble::{Control, Login, MumbleServer, MumbleServerEvent, VOICE_BYTES_MAX, Voice};

pub(crate) use client::CarryingClient;

/// A voice packet also carries its target, speaker, number and length.
const LIMITS: PacketLimits =
    PacketLimits { reliable_bytes: 32 << 10, unreliable_bytes: VOICE_BYTES_MAX - 40 };

/// A packet in a control message.
fn control_of(packet: &[u8]) -> Control {
    UserState { plugin_context: Some(packet.to_vec()), ..UserState::default() }.into()
}

/// The packet in a control message, if there is one.
fn packet_of(control: Control) -> Option<Vec<u8>> {
    match control {
        Control::UserState(state) => state.plugin_context,
        _ => None,
    }
}

/// A packet as voice.
fn voice_of(number: u64, packet: &[u8]) -> Voice<'_> {
    Voice { number, opus: packet.into(), ..Voice::default() }
}

pub(crate) struct CarryingServer {
    server: MumbleServer,
    /// The client that the last poll reported as connected: admitted unless the next call rejects it.
    newcomer: Option<(Peer, SocketAddr, Login)>,
    present: BTreeSet<Peer>,
    voices: u64,
    links: Statistics,
}

impl CarryingServer {
    pub(crate) fn new(server: MumbleServer) -> Self {
        let (present, links) = (BTreeSet::new(), Statistics::default());
        Self { server, newcomer: None, present, voices: 0, links }
    }

    fn accept_newcomer(&mut self, now: Instant) {
        if let Some((peer, remote, login)) = self.newcomer.take() {
            self.server.accept(now, peer, remote, &login);
        }
    }

    fn event_of(&mut self, peer: Peer, delivery: Delivery, packet: &[u8]) -> ServerLinkEvent {
        self.links.received.count(delivery, 1, packet.len());
        ServerLinkEvent::Packet { peer, channel: delivery }
    }
}

impl fmt::Debug for CarryingServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.server.fmt(f)
    }
}

impl ServerNetwork for CarryingServer {
    fn flush(&mut self, now: Instant) {
        self.accept_newcomer(now);
        self.server.flush(now);
    }

    fn disconnect(&mut self, now: Instant, peer: Peer, reason: &str) {
        self.newcomer.take_if(|(newcomer, ..)| *newcomer == peer);
        self.server.disconnect(now, peer, reason);
    }

    fn set_joined(&mut self, now: Instant, peer: Peer, is_joined: bool) {
        self.server.set_joined(now, peer, is_joined);
    }

    fn shutdown(&mut self, now: Instant) {
        self.server.shutdown(now);
    }

    fn wants_poll_at(&self) -> Option<Instant> {
        self.server.wants_poll_at()
    }

    #[cfg(target_os = "linux")]
    fn descriptor(&self) -> Option<BorrowedFd<'_>> {
        self.server.descriptor()
    }

    fn statistics(&self) -> NetworkStatistics {
        NetworkStatistics { links: self.links, ..self.server.statistics() }
    }

    fn poll_event(&mut self, now: Instant, bytes: &mut Vec<u8>) -> Option<ServerLinkEvent> {
        self.accept_newcomer(now);
        loop {
            match self.server.poll(now)? {
                MumbleServerEvent::Connected { user: peer, remote, login } => {
                    self.newcomer = Some((peer, remote, login));
                    self.present.insert(peer);
                    let (session, remote) = (String::new(), remote.into());
                    return Some(ServerLinkEvent::Connected { peer, session, remote });
                }
                MumbleServerEvent::Control { user, control } => {
                    if let Some(packet) = packet_of(control) {
                        *bytes = packet;
                        return Some(self.event_of(user, Delivery::Reliable, bytes));
                    }
                }
                MumbleServerEvent::Voice { user, voice } => {
                    *bytes = voice.opus.into_owned();
                    return Some(self.event_of(user, Delivery::Unreliable, bytes));
                }
                MumbleServerEvent::Disconnected { user: peer, reason } => {
                    self.present.remove(&peer);
                    return Some(ServerLinkEvent::Disconnected { peer, reason });
                }
                _ => {}
            }
        }
    }

    fn send(&mut self, now: Instant, peers: &[Peer], delivery: Delivery, packet: &[u8]) {
        self.accept_newcomer(now);
        if !LIMITS.allow(delivery, packet.len()) {
            self.links.dropped.too_large += 1;
            return;
        }
        self.voices += 1;
        for peer in peers {
            if !self.present.contains(peer) {
                self.links.dropped.not_connected += 1;
                continue;
            }
            self.links.sent.count(delivery, 1, packet.len());
            match delivery {
                Delivery::Reliable => self.server.send(now, *peer, &control_of(packet)),
                Delivery::Unreliable => self.server.send_voice(now, *peer, &voice_of(self.voices, packet)),
            }
        }
    }

    fn limits(&self) -> PacketLimits {
        LIMITS
    }
}
