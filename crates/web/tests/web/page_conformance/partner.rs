//! A gateway whose players meet only the partner, which writes and says what the kit sends.

use std::collections::BTreeMap;
use std::fmt;
use std::task::Waker;
use std::time::Instant;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use consonance_link::{
    Delivery, NetworkStatistics, PacketLimits, Peer, ServerLinkEvent, ServerNetwork, Statistics,
};
use consonance_web::browser_gateway::BrowserGateway;
use consonance_wire::limits::PACKET_BYTES_MAX;
use consonance_wire::{
    ChannelBits, ChannelKind, ClientId, CodecId, CodecParameters, HandshakeResponse, List, Packet,
    RosterEntry, SessionId, TextData, TextRecipient, VoiceChannel, VoiceData, VoiceOptions, WireStr,
};

/// The name of the player besides the page.
pub(crate) const PARTNER: &str = "partner";
/// Texts of 998 bytes, of which the kit's packets take three quarters; frames of voice that fit into a datagram, behind
/// the byte that says how long they are.
pub(crate) const LIMITS: PacketLimits = PacketLimits { reliable_bytes: 740, unreliable_bytes: 900 };
/// One frame of 20 ms of SILK in wideband (RFC 6716, section 3.1): the rest comes from the encoder.
pub(crate) const OPUS_20_MS: u8 = 9 << 3;

const SESSION: SessionId = SessionId(7);
const PARTNERS_ID: ClientId = ClientId(1);
const PAGES_ID: ClientId = ClientId(2);
const CODEC: CodecParameters =
    CodecParameters { kind: CodecId::OPUS, frame_size_samples: 960, sample_rate_hz: 48_000 };

/// Each link is a session of two.
pub(crate) struct PartnerServer {
    gateway: BrowserGateway,
    /// The player, and how many frames it was sent.
    guests: BTreeMap<Peer, u16>,
    links: Statistics,
}

impl fmt::Debug for PartnerServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PartnerServer").field("gateway", &self.gateway).finish_non_exhaustive()
    }
}

/// The result of a player's packet.
enum Heard {
    /// Answers, in order.
    Answers(Vec<Vec<u8>>),
    /// One of the kit's packets.
    Packet(Delivery, Vec<u8>),
}

impl PartnerServer {
    pub(crate) fn new(gateway: BrowserGateway) -> Self {
        Self { gateway, guests: BTreeMap::new(), links: Statistics::default() }
    }

    /// One of the kit's packets as a text or voice of the partner.
    fn said(&mut self, peer: Peer, delivery: Delivery, packet: &[u8]) -> Option<Vec<u8>> {
        let sequence = self.guests.get_mut(&peer)?;
        Some(match delivery {
            Delivery::Reliable => {
                let text = BASE64_STANDARD.encode(packet);
                let text = Some(WireStr::from(&*text));
                let recipient = TextRecipient::Player(PAGES_ID);
                written(TextData { session: SESSION, recipient, sender: PARTNERS_ID, text }.into())
            }
            Delivery::Unreliable => {
                let bits = ChannelBits::new(ChannelKind::Player);
                let channels = [VoiceChannel { bits, recipient: PAGES_ID.0 }];
                let voice = VoiceData {
                    session: SESSION,
                    sender: PARTNERS_ID,
                    options: VoiceOptions::new(0),
                    sequence: *sequence,
                    channels: List::from(&channels),
                    frame: &[&[OPUS_20_MS], packet].concat(),
                };
                *sequence = sequence.wrapping_add(1);
                written(voice.into())
            }
        })
    }
}

/// A server's answers to a packet, or the kit's packet inside it.
fn hear(packet: &[u8]) -> Heard {
    match Packet::parse(packet).unwrap() {
        Packet::HandshakeRequest(_) => {
            let (room_names, room_members) = (List::default(), List::default());
            let partner = [RosterEntry { name: Some(WireStr::from(PARTNER)), id: PARTNERS_ID, codec: CODEC }];
            let clients = List::from(&partner);
            let response =
                HandshakeResponse { session: SESSION, id: PAGES_ID, clients, room_names, room_members };
            Heard::Answers(vec![written(response.into())])
        }
        // Sent to all clients, of which the sender is the only one.
        Packet::ClientState(_) => Heard::Answers(vec![packet.to_vec()]),
        Packet::ServerRelayReliable(relay) => match Packet::parse(relay.packet).unwrap() {
            Packet::TextData(text) => {
                let text = text.text.unwrap().to_string();
                Heard::Packet(Delivery::Reliable, BASE64_STANDARD.decode(text).unwrap())
            }
            other => panic!("this is never relayed reliably: {other:?}"),
        },
        Packet::ServerRelayUnreliable(relay) => match Packet::parse(relay.packet).unwrap() {
            Packet::VoiceData(voice) => Heard::Packet(Delivery::Unreliable, voice.frame[1..].to_vec()),
            other => panic!("this is never relayed unreliably: {other:?}"),
        },
        _ => Heard::Answers(Vec::new()),
    }
}

fn written(packet: Packet<'_>) -> Vec<u8> {
    let mut bytes = vec![0; PACKET_BYTES_MAX];
    let length = packet.write(&mut bytes).unwrap();
    bytes.truncate(length);
    bytes
}

impl ServerNetwork for PartnerServer {
    fn disconnect(&mut self, now: Instant, peer: Peer, reason: &str) {
        self.gateway.disconnect(now, peer, reason);
    }

    fn shutdown(&mut self, now: Instant) {
        self.gateway.shutdown(now);
    }

    fn probe(&mut self, now: Instant, peer: Peer) -> Option<Instant> {
        self.gateway.probe(now, peer)
    }

    fn wants_poll_at(&self) -> Option<Instant> {
        self.gateway.wants_poll_at()
    }

    fn set_waker(&mut self, waker: Waker) {
        self.gateway.set_waker(waker);
    }

    fn wakes(&self) -> bool {
        self.gateway.wakes()
    }

    /// The kit's packets, and the gateway's links.
    fn statistics(&self) -> NetworkStatistics {
        NetworkStatistics { links: self.links, connections: self.gateway.statistics().connections }
    }

    fn poll_event(&mut self, now: Instant, bytes: &mut Vec<u8>) -> Option<ServerLinkEvent> {
        loop {
            match self.gateway.poll_event(now, bytes)? {
                ServerLinkEvent::Connected { peer, session, remote } => {
                    self.guests.insert(peer, 0);
                    return Some(ServerLinkEvent::Connected { peer, session, remote });
                }
                ServerLinkEvent::Disconnected { peer, reason } => {
                    self.guests.remove(&peer);
                    return Some(ServerLinkEvent::Disconnected { peer, reason });
                }
                ServerLinkEvent::Packet { peer, .. } => match hear(bytes) {
                    Heard::Answers(answers) => {
                        for answer in answers {
                            self.gateway.send(now, &[peer], Delivery::Reliable, &answer);
                        }
                    }
                    Heard::Packet(delivery, packet) => {
                        self.links.received.count(delivery, 1, packet.len());
                        *bytes = packet;
                        return Some(ServerLinkEvent::Packet { peer, channel: delivery });
                    }
                },
            }
        }
    }

    fn send(&mut self, now: Instant, peers: &[Peer], delivery: Delivery, packet: &[u8]) {
        if !LIMITS.allow(delivery, packet.len()) {
            self.links.dropped.too_large += 1;
            return;
        }
        for &peer in peers {
            match self.said(peer, delivery, packet) {
                Some(said) => {
                    self.links.sent.count(delivery, 1, packet.len());
                    self.gateway.send(now, &[peer], delivery, &said);
                }
                None => self.links.dropped.not_connected += 1,
            }
        }
        self.gateway.flush(now);
    }

    fn limits(&self) -> PacketLimits {
        LIMITS
    }
}
