//! Arbitrary packets of every type, owned, as strategies need them.

use consonance_wire::{
    ChannelBits, ClientId, ClientState, CodecId, CodecParameters, DeltaChannelState, ErrorWrongSession,
    HandshakeP2P, HandshakeRequest, HandshakeResponse, List, Packet, RemoveClient, RoomId, RoomMembers,
    RosterEntry, ServerRelay, SessionId, TextData, TextRecipient, VoiceChannel, VoiceData, VoiceOptions,
    WireStr,
};
use proptest::prelude::*;

/// A packet that owns what it refers to.
#[derive(Clone, Debug)]
pub(crate) enum AnyPacket {
    ClientState {
        session: u32,
        client: AnyClient,
        rooms: Vec<Text>,
    },
    VoiceData {
        session: u32,
        sender: u16,
        options: u8,
        sequence: u16,
        channels: Vec<(u16, u16)>,
        frame: Vec<u8>,
    },
    TextData {
        session: u32,
        kind: u8,
        id: u16,
        sender: u16,
        text: Text,
    },
    HandshakeRequest {
        codec: CodecParameters,
        name: Text,
    },
    HandshakeResponse {
        session: u32,
        id: u16,
        clients: Vec<AnyClient>,
        rooms: Vec<(Vec<u8>, Vec<u16>)>,
    },
    ErrorWrongSession {
        session: u32,
    },
    ServerRelay {
        reliable: bool,
        session: u32,
        destinations: Vec<u16>,
        packet: Vec<u8>,
    },
    DeltaChannelState {
        session: u32,
        joined: bool,
        id: u16,
        room: Vec<u8>,
    },
    RemoveClient {
        session: u32,
        id: u16,
    },
    HandshakeP2P {
        session: u32,
        id: u16,
    },
}

/// A string on the wire: none, or bytes that need not be UTF-8.
type Text = Option<Vec<u8>>;

#[derive(Clone, Debug)]
pub(crate) struct AnyClient {
    name: Text,
    id: u16,
    codec: CodecParameters,
}

pub(crate) const OPUS: CodecParameters =
    CodecParameters { kind: CodecId::OPUS, frame_size_samples: 960, sample_rate_hz: 48_000 };

pub(crate) fn any_packet() -> impl Strategy<Value = AnyPacket> {
    prop_oneof![
        (any::<u32>(), client(), prop::collection::vec(text(), 0..20))
            .prop_map(|(session, client, rooms)| AnyPacket::ClientState { session, client, rooms }),
        voice(),
        (any::<u32>(), any::<u8>(), any::<u16>(), any::<u16>(), text()).prop_map(
            |(session, kind, id, sender, text)| AnyPacket::TextData { session, kind, id, sender, text }
        ),
        (codec(), text()).prop_map(|(codec, name)| AnyPacket::HandshakeRequest { codec, name }),
        response(),
        any::<u32>().prop_map(|session| AnyPacket::ErrorWrongSession { session }),
        (any::<bool>(), any::<u32>(), prop::collection::vec(any::<u16>(), 0..=255), bytes(0..1200)).prop_map(
            |(reliable, session, destinations, packet)| AnyPacket::ServerRelay {
                reliable,
                session,
                destinations,
                packet
            }
        ),
        (any::<u32>(), any::<bool>(), any::<u16>(), string()).prop_map(|(session, joined, id, room)| {
            AnyPacket::DeltaChannelState { session, joined, id, room }
        }),
        (any::<u32>(), any::<u16>()).prop_map(|(session, id)| AnyPacket::RemoveClient { session, id }),
        (any::<u32>(), any::<u16>()).prop_map(|(session, id)| AnyPacket::HandshakeP2P { session, id }),
    ]
}

impl AnyPacket {
    /// Passes the packet, which borrows from `self`, to `look`.
    pub(crate) fn with_packet<R>(&self, look: impl FnOnce(&Packet<'_>) -> R) -> R {
        match self {
            Self::ClientState { session, client, rooms } => {
                let rooms: Vec<_> = rooms.iter().map(wire).collect();
                let (session, client) = (SessionId(*session), client.borrow());
                look(&ClientState { session, client, rooms: List::from(&rooms[..]) }.into())
            }
            Self::VoiceData { session, sender, options, sequence, channels, frame } => {
                let channels: Vec<_> = channels
                    .iter()
                    .map(|&(bits, recipient)| VoiceChannel { bits: ChannelBits(bits), recipient })
                    .collect();
                let voice = VoiceData {
                    session: SessionId(*session),
                    sender: ClientId(*sender),
                    options: VoiceOptions(*options),
                    sequence: *sequence,
                    channels: List::from(&channels[..]),
                    frame,
                };
                look(&voice.into())
            }
            Self::TextData { session, kind, id, sender, text } => {
                let recipient = match kind {
                    0 => TextRecipient::Room(RoomId(*id)),
                    1 => TextRecipient::Player(ClientId(*id)),
                    _ => TextRecipient::Unknown { kind: *kind, id: *id },
                };
                let (session, sender) = (SessionId(*session), ClientId(*sender));
                look(&TextData { session, recipient, sender, text: wire(text) }.into())
            }
            Self::HandshakeRequest { codec, name } => {
                look(&HandshakeRequest { codec: *codec, name: wire(name) }.into())
            }
            Self::HandshakeResponse { session, id, clients, rooms } => {
                with_response(SessionId(*session), ClientId(*id), clients, rooms, look)
            }
            Self::ErrorWrongSession { session } => {
                look(&ErrorWrongSession { session: SessionId(*session) }.into())
            }
            Self::ServerRelay { reliable, session, destinations, packet } => {
                let destinations = ids(destinations);
                let destinations = List::from(&destinations[..]);
                let relay = ServerRelay { session: SessionId(*session), destinations, packet };
                look(&if *reliable {
                    Packet::ServerRelayReliable(relay)
                } else {
                    Packet::ServerRelayUnreliable(relay)
                })
            }
            Self::DeltaChannelState { session, joined, id, room } => {
                let (session, id, room) =
                    (SessionId(*session), ClientId(*id), Some(WireStr::from_bytes(room)));
                look(&DeltaChannelState { session, joined: *joined, id, room }.into())
            }
            Self::RemoveClient { session, id } => {
                look(&RemoveClient { session: SessionId(*session), id: ClientId(*id) }.into())
            }
            Self::HandshakeP2P { session, id } => {
                look(&HandshakeP2P { session: SessionId(*session), id: ClientId(*id) }.into())
            }
        }
    }
}

impl AnyClient {
    fn borrow(&self) -> RosterEntry<'_> {
        RosterEntry { name: wire(&self.name), id: ClientId(self.id), codec: self.codec }
    }
}

/// Each room has its name in the body, as a consistent response must.
fn with_response<R>(
    session: SessionId,
    id: ClientId,
    clients: &[AnyClient],
    rooms: &[(Vec<u8>, Vec<u16>)],
    look: impl FnOnce(&Packet<'_>) -> R,
) -> R {
    let clients: Vec<_> = clients.iter().map(AnyClient::borrow).collect();
    let room_names: Vec<_> = rooms.iter().map(|(name, _)| Some(WireStr::from_bytes(name))).collect();
    let members: Vec<_> = rooms.iter().map(|(_, members)| ids(members)).collect();
    let room_members: Vec<_> = rooms
        .iter()
        .zip(&members)
        .map(|((name, _), members)| RoomMembers {
            room: RoomId::of(&WireStr::from_bytes(name).to_str()),
            clients: List::from(&members[..]),
        })
        .collect();
    let response = HandshakeResponse {
        session,
        id,
        clients: List::from(&clients[..]),
        room_names: List::from(&room_names[..]),
        room_members: List::from(&room_members[..]),
    };
    look(&response.into())
}

fn voice() -> impl Strategy<Value = AnyPacket> {
    let channels = prop::collection::vec(any::<(u16, u16)>(), 0..40);
    (any::<u32>(), any::<u16>(), any::<u8>(), any::<u16>(), channels, bytes(0..1200)).prop_map(
        |(session, sender, options, sequence, channels, frame)| AnyPacket::VoiceData {
            session,
            sender,
            options,
            sequence,
            channels,
            frame,
        },
    )
}

fn response() -> impl Strategy<Value = AnyPacket> {
    let clients = prop::collection::vec(client(), 0..20).prop_map(|mut clients| {
        clients.sort_by_key(|client| client.id);
        clients.dedup_by_key(|client| client.id);
        clients
    });
    let rooms = prop::collection::vec((string(), prop::collection::vec(any::<u16>(), 0..=255)), 0..5);
    (any::<u32>(), any::<u16>(), clients, rooms).prop_map(|(session, id, clients, rooms)| {
        AnyPacket::HandshakeResponse { session, id, clients, rooms }
    })
}

fn client() -> impl Strategy<Value = AnyClient> {
    (text(), any::<u16>(), codec()).prop_map(|(name, id, codec)| AnyClient { name, id, codec })
}

fn codec() -> impl Strategy<Value = CodecParameters> {
    (any::<u8>(), any::<u32>(), any::<u32>()).prop_map(|(kind, frame_size_samples, sample_rate_hz)| {
        CodecParameters { kind: CodecId(kind), frame_size_samples, sample_rate_hz }
    })
}

fn text() -> impl Strategy<Value = Text> {
    prop::option::weighted(0.9, string())
}

fn string() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![3 => any::<String>().prop_map(String::into_bytes), 1 => bytes(0..40)]
}

fn bytes(length: std::ops::Range<usize>) -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), length)
}

fn ids(ids: &[u16]) -> Vec<ClientId> {
    ids.iter().copied().map(ClientId).collect()
}

fn wire(text: &Text) -> Option<WireStr<'_>> {
    text.as_deref().map(WireStr::from_bytes)
}
