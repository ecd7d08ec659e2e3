//! Bytes as all possible inputs of a client, in any order.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use consonance_session::{
    ChannelId, ChannelProperties, Client, ClientEvent, ClientId, ClientSettings, Delivery, Disconnection,
    Instant, LinkCommand, LinkId, LossRun, PacketLimits, Priority, Routing, Target, Transmit,
};
use consonance_wire::fuzz_tape::Tape;
use consonance_wire::{
    CodecId, CodecParameters, HandshakeExtension, HandshakeResponse, List, Packet, WireStr,
};

use super::packets::{
    NAMES, ROOMS, SESSION, answer, any_packet, carried, extended, fits, position, reception,
};

/// Runs the operations that the bytes encode on a client.
///
/// # Panics
/// If the client sends what no peer could read, contradicts itself in its events, wants to be woken in the past, or
/// never comes to an end.
pub fn client_operations(bytes: &[u8]) {
    let mut tape = Tape::new(bytes);
    let mut run = Run::new(carried(bytes));
    while !tape.is_empty() {
        run.operate(&mut tape);
    }
    run.drain();
    let listed: BTreeSet<_> = run.client.players().iter().map(|player| player.name.to_owned()).collect();
    // Only the client's own record disappears without an event.
    let told: BTreeSet<_> = run.told.keys().cloned().collect();
    assert!(
        listed.is_subset(&told) && told.difference(&listed).all(|name| name == OWN),
        "the events tell everything"
    );
}

struct Run {
    client: Client,
    carries: PacketLimits,
    now: Instant,
    /// The newest link to the server; there were as many.
    links: u64,
    /// The newest direct link to a peer; there were as many, after the first number.
    peers: u64,
    /// The players, as the client reported them.
    told: BTreeMap<String, Told>,
}

#[derive(Default)]
struct Told {
    id: ClientId,
    rooms: BTreeSet<String>,
    is_speaking: bool,
}

const OWN: &str = NAMES[0];
/// No link to a server has this number or a higher one.
const PEERS: u64 = 1 << 32;
/// Draining ends long before this number.
const MANY: usize = 1_000_000;

impl Run {
    /// A client in a session, where most things happen.
    fn new(carries: PacketLimits) -> Self {
        let mut client = Client::new(ClientSettings::new(OWN));
        client.set_packet_limits(carries);
        client.start();
        let told = BTreeMap::new();
        let mut run = Self { client, carries, now: Instant::START, links: 1, peers: PEERS, told };
        run.client.handle_connected(run.now, LinkId(1));
        run.receive(&join(None));
        run.drain();
        run
    }

    fn operate(&mut self, tape: &mut Tape<'_>) {
        let operation = tape.byte();
        match operation % 32 {
            0 => self.client.start(),
            1 if operation >= 128 => self.client.stop(self.now),
            1 if operation < 64 => self.client.set_position(position(tape)),
            2 => {
                self.links += 1;
                self.client.handle_connected(self.now, LinkId(self.links));
            }
            3 => self.client.handle_connect_failed(self.now),
            4 => self.client.handle_disconnected(self.now, LinkId(self.links)),
            5 => self.wait(Duration::from_millis(tape.number().into())),
            6 => self.client.join_room(tape.pick(&ROOMS)).expect("few rooms, each with its own id"),
            7 => self.client.leave_room(tape.pick(&ROOMS)),
            8 => {
                let target = target(tape);
                let properties = properties(tape);
                let _too_many = self.client.open_channel(target, properties).is_err();
            }
            9 => {
                let _was_open = self.client.voice_mut().close_channel(channel(tape));
            }
            10 => {
                let _is_open = self.client.voice_mut().set_channel(channel(tape), properties(tape));
            }
            11..=13 => {
                let frame = vec![0; usize::from(tape.number() % 1100)];
                let _too_long_or_not_joined = self.client.send_voice(&frame).is_err();
            }
            14 => {
                let target = target(tape);
                let text = "x".repeat(usize::from(tape.number() % 1100));
                let _too_long_or_unknown = self.client.send_text(&target, &text).is_err();
            }
            15 if operation < 64 => self.client.report_reception(reception(tape), LossRun(tape.byte())),
            15 => self.client.voice_mut().set_priority(tape.pick(&[
                Priority::Low,
                Priority::Medium,
                Priority::High,
            ])),
            16 => {
                let packet = join(answer(tape));
                self.receive(&packet);
            }
            17..=20 => self.operate_peer(operation, tape),
            _ => {
                let packet = any_packet(tape, &[]);
                self.receive(&packet);
            }
        }
        // Draining at once is optional: it may happen later.
        if operation % 64 < 56 {
            self.drain();
        }
    }

    /// An operation on direct links; the link is one of the newest, or never existed.
    fn operate_peer(&mut self, operation: u8, tape: &mut Tape<'_>) {
        let link = LinkId(self.peers - u64::from(tape.byte() % 4).min(self.peers - PEERS));
        match operation % 32 {
            17 if operation < 128 => {
                self.peers += 1;
                self.client.handle_peer_connected(self.now, LinkId(self.peers));
            }
            17 => self.client.handle_peer_connected(self.now, link),
            18 => self.client.handle_disconnected(self.now, link),
            19 if operation < 64 => self.client.set_routing(tape.pick(&[
                Routing::AlwaysRelay,
                Routing::Direct,
                Routing::DirectWithin { bytes_per_second: 1000 },
            ])),
            _ => {
                let packet = any_packet(tape, &[]);
                self.client.handle_packet(self.now, link, Delivery::Unreliable, &packet);
            }
        }
    }

    fn receive(&mut self, packet: &[u8]) {
        self.client.handle_packet(self.now, LinkId(self.links), Delivery::Reliable, packet);
    }

    fn wait(&mut self, span: Duration) {
        self.now = self.now + span;
        self.client.handle_timeout(self.now);
        assert!(self.client.poll_timeout().is_none_or(|(at, _)| at > self.now), "the alarm is in the past");
    }

    fn drain(&mut self) {
        for count in 0.. {
            let Some(transmit) = self.client.poll_transmit() else { break };
            is_whole(&transmit);
            fits(&transmit, self.carries);
            assert!(count < MANY, "draining ends");
        }
        for count in 0.. {
            let Some(command) = self.client.poll_command() else { break };
            assert!(matches!(command, LinkCommand::Open | LinkCommand::Close { .. }));
            assert!(count < MANY, "draining ends");
        }
        while let Some(event) = self.client.poll_event() {
            note(&mut self.told, &event);
        }
    }
}

/// Each event must follow from those before it.
fn note(told: &mut BTreeMap<String, Told>, event: &ClientEvent<'_>) {
    match event {
        ClientEvent::PlayerJoined { id, name, .. } => {
            let before = told.insert(name.to_string(), Told { id: *id, ..Told::default() });
            // The client's own record disappears without an event, but not before its rooms are exited.
            let is_gone = |before: Told| &**name == OWN && before.rooms.is_empty() && !before.is_speaking;
            assert!(before.is_none_or(is_gone), "{name} joins once");
        }
        ClientEvent::PlayerLeft { name, .. } => {
            let left = told.remove(&**name).expect("a player that leaves was here");
            assert!(left.rooms.is_empty() && !left.is_speaking, "{name} leaves empty-handed");
        }
        ClientEvent::EnteredRoom { name, room, .. } => {
            assert!(player(told, name).rooms.insert(room.to_string()), "{name} enters {room} once");
        }
        ClientEvent::ExitedRoom { name, room, .. } => {
            assert!(player(told, name).rooms.remove(&**room), "{name} exits {room} after entering");
        }
        ClientEvent::StartedSpeaking { name, .. } => {
            assert!(!std::mem::replace(&mut player(told, name).is_speaking, true), "{name} starts once");
        }
        ClientEvent::StoppedSpeaking { name, .. } => {
            assert!(
                std::mem::replace(&mut player(told, name).is_speaking, false),
                "{name} stops after starting"
            );
        }
        ClientEvent::Voice(voice) => {
            let speaks = |told: &Told| told.id == voice.id && told.is_speaking;
            assert!(told.values().any(speaks), "{} speaks between start and stop", voice.id);
        }
        ClientEvent::Text { name, .. } => assert!(told.contains_key(&**name), "{name} writes while here"),
        // After a lost link, or if the server asks to join again, the place may be kept, and all players with it.
        ClientEvent::Disconnected {
            cause:
                Disconnection::LinkLost
                | Disconnection::ConnectFailed
                | Disconnection::NoAnswer
                | Disconnection::WrongSession,
            ..
        } => {}
        ClientEvent::Disconnected { .. } => {
            assert!(told.keys().all(|name| name == OWN), "all players have left before");
        }
        _ => {}
    }
}

fn player<'a>(told: &'a mut BTreeMap<String, Told>, name: &str) -> &'a mut Told {
    told.get_mut(name).expect("events are about present players")
}

/// A packet that the peer can read, whatever it is.
fn is_whole(transmit: &Transmit<'_>) {
    let packet = Packet::parse(transmit.payload).expect("a client sends whole packets");
    let is_direct = transmit.to.iter().all(|link| link.0 >= PEERS);
    assert!(!transmit.to.is_empty(), "a packet goes somewhere");
    assert!(is_direct || transmit.to.len() == 1, "a client has one server: {:?}", transmit.to);
    match packet {
        Packet::HandshakeP2P(_) | Packet::TextData(_) => assert!(is_direct, "{packet:?} is for peers"),
        // Also sent to servers that find the listeners themselves.
        Packet::VoiceData(_) => {}
        Packet::HandshakeRequest(_)
        | Packet::ClientState(_)
        | Packet::DeltaChannelState(_)
        | Packet::RemoveClient(_)
        | Packet::ErrorWrongSession(_)
        | Packet::ServerRelayReliable(_)
        | Packet::ServerRelayUnreliable(_) => assert!(!is_direct, "{packet:?} is for the server"),
        Packet::HandshakeResponse(_) => panic!("a client does not send {packet:?}"),
    }
}

/// The answer of an older server: the players, in one packet.
fn join(extension: Option<HandshakeExtension<'_>>) -> Vec<u8> {
    let codec = CodecParameters { kind: CodecId::OPUS, frame_size_samples: 960, sample_rate_hz: 48_000 };
    let clients = [(0, NAMES[0]), (1, NAMES[1]), (2, NAMES[2])].map(|(id, name)| {
        consonance_wire::RosterEntry { name: Some(WireStr::from(name)), id: ClientId(id), codec }
    });
    let response = HandshakeResponse {
        session: SESSION,
        id: ClientId(0),
        clients: List::from(&clients),
        room_names: List::default(),
        room_members: List::default(),
    };
    extended(&response.into(), extension)
}

fn channel(tape: &mut Tape<'_>) -> ChannelId {
    ChannelId(u32::from(tape.byte() % 16))
}

fn target(tape: &mut Tape<'_>) -> Target {
    if tape.byte() < 128 {
        Target::Room(tape.pick(&ROOMS).into())
    } else {
        Target::Player(tape.pick(&NAMES).into())
    }
}

fn properties(tape: &mut Tape<'_>) -> ChannelProperties {
    let byte = tape.byte();
    ChannelProperties {
        positional: byte & 1 == 1,
        priority: (byte & 2 == 2).then_some(Priority::High),
        amplitude: f32::from(byte) / 64.0,
    }
}
