//! The methods of a server and of a client in any order, with good and bad packets, drained or not.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use consonance_session::{
    ChannelId, ChannelProperties, Client, ClientEvent, ClientId, ClientSettings, Delivery, Instant,
    LinkCommand, LinkId, RoomId, Routing, Server, ServerEvent, ServerSettings, Target,
};
use consonance_wire::{Packet, TextRecipient};
use proptest::prelude::*;

use crate::behaviour::support::packets;

const NAMES: [&str; 4] = ["Alice", "Bob", "Carol", ""];
const ROOMS: [&str; 2] = ["lobby", "red"];
/// Far more than can be queued.
const MANY: usize = 100_000;

#[derive(Clone, Debug)]
enum Step {
    /// Everything that is needed to be in the session.
    Join(u64, &'static str),
    Connect(u64),
    ConnectPeer(u64),
    ConnectFailed,
    Disconnect(u64),
    Receive(u64, Vec<u8>),
    Wait(Duration),
    Start,
    Stop,
    Room(&'static str, bool),
    OpenChannel(Target),
    CloseChannel(u32),
    Voice(usize),
    Text(Target),
    Route(Routing),
    Drain,
}

fn link() -> impl Strategy<Value = u64> {
    1..5_u64
}

fn id() -> impl Strategy<Value = u16> {
    0..4_u16
}

fn target() -> impl Strategy<Value = Target> {
    prop_oneof![
        prop::sample::select(&ROOMS).prop_map(|room| Target::Room(room.into())),
        prop::sample::select(&NAMES).prop_map(|name| Target::Player(name.into())),
    ]
}

fn routing() -> impl Strategy<Value = Routing> {
    let budget = (0..10_000_u32).prop_map(|bytes_per_second| Routing::DirectWithin { bytes_per_second });
    prop_oneof![Just(Routing::AlwaysRelay), Just(Routing::Direct), budget]
}

/// A packet that an honest peer might send.
fn honest() -> impl Strategy<Value = Vec<u8>> {
    let name = || prop::sample::select(&NAMES);
    let room = || prop::sample::select(&ROOMS);
    let rooms = || prop::collection::vec(room(), 0..4);
    let text =
        (id(), id()).prop_map(|(from, to)| packets::text(from, TextRecipient::Player(ClientId(to)), "hi"));
    let to_room = (id(), room())
        .prop_map(|(from, room)| packets::text(from, TextRecipient::Room(RoomId::of(room)), "hi"));
    let voice = (id(), any::<u16>(), room())
        .prop_map(|(from, sequence, room)| packets::voice(from, sequence, room, "frame"));
    let inner = prop_oneof![text, to_room, voice].boxed();
    let ids = || prop::collection::vec(id(), 0..4);
    prop_oneof![
        2 => name().prop_map(packets::handshake),
        1 => id().prop_map(packets::response),
        1 => (id(), name(), id(), name(), room()).prop_map(|(a, name_a, b, name_b, room)| {
            packets::filled_response(a, &[(name_a, a), (name_b, b)], &[room], &[(room, &[a, b])])
        }),
        6 => (id(), name(), rooms()).prop_map(|(id, name, rooms)| packets::client_state(id, name, &rooms)),
        2 => (id(), room()).prop_map(|(id, room)| packets::enter(id, room)),
        2 => (id(), room()).prop_map(|(id, room)| packets::exit(id, room)),
        2 => id().prop_map(packets::remove),
        4 => id().prop_map(packets::introduction),
        1 => prop::sample::select(&[packets::SESSION, packets::OTHER_SESSION]).prop_map(packets::wrong_session),
        8 => inner.clone(),
        2 => (ids(), inner.clone()).prop_map(|(ids, inner)| packets::relay_reliable(&ids, &inner)),
        2 => (ids(), inner).prop_map(|(ids, inner)| packets::relay_unreliable(&ids, &inner)),
    ]
}

/// Any packet: mostly honest, or damaged, or of another session, or random bytes.
fn packet() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        10 => honest(),
        2 => (honest(), any::<prop::sample::Index>(), 0..8_u8).prop_map(|(mut packet, at, bit)| {
            let at = at.index(packet.len());
            packet[at] ^= 1 << bit;
            packet
        }),
        1 => (honest(), any::<prop::sample::Index>()).prop_map(|(mut packet, length)| {
            packet.truncate(length.index(packet.len()));
            packet
        }),
        1 => honest().prop_map(packets::in_other_session),
        1 => prop::collection::vec(any::<u8>(), 0..40),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        8 => (link(), prop::sample::select(&NAMES)).prop_map(|(link, name)| Step::Join(link, name)),
        1 => link().prop_map(Step::Connect),
        2 => link().prop_map(Step::ConnectPeer),
        1 => Just(Step::ConnectFailed),
        1 => link().prop_map(Step::Disconnect),
        40 => (link(), packet()).prop_map(|(link, packet)| Step::Receive(link, packet)),
        3 => (0..20_000_u64).prop_map(|ms| Step::Wait(Duration::from_millis(ms))),
        1 => Just(Step::Start),
        1 => Just(Step::Stop),
        2 => (prop::sample::select(&ROOMS), any::<bool>()).prop_map(|(room, join)| Step::Room(room, join)),
        2 => target().prop_map(Step::OpenChannel),
        2 => (0..10_u32).prop_map(Step::CloseChannel),
        4 => (0..1100_usize).prop_map(Step::Voice),
        1 => target().prop_map(Step::Text),
        1 => routing().prop_map(Step::Route),
        3 => Just(Step::Drain),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_server_takes_its_verbs_in_any_order(steps in prop::collection::vec(step(), 0..120)) {
        let mut settings = ServerSettings::from_seed(0);
        settings.session = packets::SESSION;
        let mut run = ServerRun { server: Server::new(settings), now: Instant::START, table: BTreeMap::new() };
        for (link, name) in (1..).zip(NAMES) {
            run.take(Step::Join(link, name));
        }
        for step in steps {
            run.take(step);
        }
        run.drain();
        prop_assert_eq!(run.server.clients(), run.table.len());
    }

    #[test]
    fn a_client_takes_its_verbs_in_any_order(steps in prop::collection::vec(step(), 0..120)) {
        let client = Client::new(ClientSettings::new("Alice"));
        let mut run = ClientRun { client, now: Instant::START, heard: BTreeMap::new() };
        run.take(Step::Join(1, "Alice"));
        for step in steps {
            run.take(step);
        }
        run.drain();
        let listed: BTreeSet<_> = run.client.players().iter().map(|player| player.name.to_owned()).collect();
        let heard: BTreeSet<_> = run.heard.keys().cloned().collect();
        prop_assert!(listed.is_subset(&heard));
        // Only the client's own record is removed without an event.
        prop_assert!(heard.difference(&listed).all(|name| name == "Alice"));
    }
}

struct ServerRun {
    server: Server,
    now: Instant,
    /// The clients that the server reported: name and link by id.
    table: BTreeMap<ClientId, (String, LinkId)>,
}

impl ServerRun {
    fn take(&mut self, step: Step) {
        match step {
            Step::Join(link, name) => {
                self.take(Step::Connect(link));
                self.take(Step::Receive(link, packets::handshake(name)));
            }
            Step::Connect(link) => self.server.handle_connected(self.now, LinkId(link)),
            Step::Disconnect(link) => self.server.handle_disconnected(self.now, LinkId(link)),
            Step::Receive(link, packet) => {
                let delivery = Delivery::Reliable;
                let relayed = self.server.handle_packet(self.now, LinkId(link), delivery, &packet);
                assert!(relayed.is_none_or(|relayed| !relayed.to.is_empty()));
            }
            Step::Wait(span) => {
                self.now = self.now + span;
                self.server.handle_timeout(self.now);
                assert!(self.server.poll_timeout().is_none_or(|(at, _)| at > self.now));
            }
            Step::Stop => self.server.stop(),
            Step::Drain => self.drain(),
            _ => {}
        }
        assert!(self.server.clients() <= 4, "one client per link");
    }

    fn drain(&mut self) {
        let transmits = (0..MANY).take_while(|_| self.server.poll_transmit().is_some()).count();
        let commands = (0..MANY).take_while(|_| self.server.poll_command().is_some()).count();
        assert!(transmits.max(commands) < MANY, "draining ends");
        while let Some(link) = self.server.poll_probe() {
            // Of four links, one is never heard again, and one has a network that does not know.
            let heard = [None, Some(Instant::START), Some(self.now), Some(self.now)];
            self.server.handle_heard(self.now, link, heard[link.0 as usize % 4]);
        }
        while let Some(event) = self.server.poll_event() {
            match event {
                ServerEvent::ClientJoined { id, name, link, .. } => {
                    let is_new = self.table.values().all(|(other, over)| **other != *name && *over != link);
                    assert!(is_new, "{name} over {link} is new");
                    assert_eq!(self.table.insert(id, (name.into(), link)), None);
                }
                ServerEvent::ClientLeft { id, name, link, .. } => {
                    assert_eq!(self.table.remove(&id), Some((name.into(), link)));
                }
                ServerEvent::EnteredRoom { id, .. } | ServerEvent::ExitedRoom { id, .. } => {
                    assert!(self.table.contains_key(&id));
                }
                ServerEvent::NameInUse { name, link, .. }
                | ServerEvent::NameClaimWithdrawn { name, link } => {
                    assert!(
                        self.table.values().all(|(_, over)| *over != link),
                        "{name} is not in over {link}"
                    );
                }
                ServerEvent::Spoofed { id, name, claimed, .. } => {
                    assert!(self.table.get(&id).is_some_and(|(known, _)| **known == *name) && claimed != id);
                }
                other => panic!("{other:?}"),
            }
        }
    }
}

struct ClientRun {
    client: Client,
    now: Instant,
    /// The players that the client reported, with their rooms, and whether each speaks.
    heard: BTreeMap<String, (BTreeSet<String>, bool)>,
}

impl ClientRun {
    fn take(&mut self, step: Step) {
        match step {
            Step::Join(..) if self.client.id().is_some() => {}
            Step::Join(..) => {
                self.take(Step::Start);
                self.take(Step::Wait(Duration::from_secs(3)));
                self.take(Step::Connect(1));
                self.take(Step::Receive(1, packets::response(0)));
                for (id, name) in (0..).zip(NAMES) {
                    self.take(Step::Receive(1, packets::client_state(id, name, &["lobby"])));
                }
                self.take(Step::Room("lobby", true));
            }
            Step::Connect(link) => self.client.handle_connected(self.now, link_of_client(link)),
            Step::ConnectPeer(link) => self.client.handle_peer_connected(self.now, link_of_client(link)),
            Step::ConnectFailed => self.client.handle_connect_failed(self.now),
            Step::Disconnect(link) => self.client.handle_disconnected(self.now, link_of_client(link)),
            Step::Receive(link, packet) => {
                self.client.handle_packet(self.now, link_of_client(link), Delivery::Reliable, &packet);
            }
            Step::Wait(span) => {
                self.now = self.now + span;
                self.client.handle_timeout(self.now);
                assert!(self.client.poll_timeout().is_none_or(|(at, _)| at > self.now));
            }
            Step::Start => self.client.start(),
            Step::Stop => self.client.stop(self.now),
            Step::Room(room, true) => self.client.join_room(room).expect("few rooms"),
            Step::Room(room, false) => self.client.leave_room(room),
            Step::OpenChannel(target) => {
                self.client.open_channel(target, ChannelProperties::default()).expect("few channels");
            }
            Step::CloseChannel(channel) => {
                self.client.voice_mut().close_channel(ChannelId(channel));
            }
            // Too long, or an absent player: both errors are allowed.
            Step::Voice(length) => drop(self.client.send_voice(&vec![0; length])),
            Step::Text(target) => drop(self.client.send_text(&target, "hi")),
            Step::Route(routing) => self.client.set_routing(routing),
            Step::Drain => self.drain(),
        }
        let direct: Vec<_> = self.client.players().direct().map(|(_, link)| link).collect();
        assert!(
            direct.len() <= 2 && !direct.iter().any(|link| direct.iter().filter(|l| *l == link).count() > 1)
        );
    }

    fn drain(&mut self) {
        let mut transmits = 0;
        while let Some(transmit) = self.client.poll_transmit() {
            assert!(transmit.payload.len() <= 1024);
            assert!(Packet::parse(transmit.payload).is_ok());
            transmits += 1;
            assert!(transmits < MANY, "draining ends");
        }
        let commands = (0..MANY).map_while(|_| self.client.poll_command());
        let opens = commands.filter(|command| *command == LinkCommand::Open).count();
        assert!(opens < MANY, "draining ends");
        while let Some(event) = self.client.poll_event() {
            note(&mut self.heard, &event);
        }
    }
}

/// A client has one link to the server at a time, over which most packets arrive; other links are direct or unknown.
fn link_of_client(link: u64) -> LinkId {
    LinkId(if link >= 3 { link } else { 1 })
}

/// Each event must follow from those before it.
fn note(heard: &mut BTreeMap<String, (BTreeSet<String>, bool)>, event: &ClientEvent<'_>) {
    match event {
        ClientEvent::PlayerJoined { name, .. } => {
            let before = heard.insert(name.to_string(), (BTreeSet::new(), false));
            // The client's own record is removed without an event, but only after its rooms are exited.
            assert!(before.is_none_or(|before| &**name == "Alice" && before == (BTreeSet::new(), false)));
        }
        ClientEvent::PlayerLeft { name, .. } => {
            assert_eq!(heard.remove(&**name), Some((BTreeSet::new(), false)), "{name} left empty-handed");
        }
        ClientEvent::EnteredRoom { name, room, .. } => {
            assert!(heard.get_mut(&**name).expect("a player").0.insert(room.to_string()));
        }
        ClientEvent::ExitedRoom { name, room, .. } => {
            assert!(heard.get_mut(&**name).expect("a player").0.remove(&**room));
        }
        ClientEvent::StartedSpeaking { name, .. } => {
            assert!(!std::mem::replace(&mut heard.get_mut(&**name).expect("a player").1, true));
        }
        ClientEvent::StoppedSpeaking { name, .. } => {
            assert!(std::mem::replace(&mut heard.get_mut(&**name).expect("a player").1, false));
        }
        ClientEvent::Voice(_) => assert!(heard.values().any(|(_, speaks)| *speaks)),
        ClientEvent::Text { name, .. } => assert!(heard.contains_key(&**name)),
        ClientEvent::Disconnected { .. } => assert!(heard.keys().all(|name| name == "Alice")),
        _ => {}
    }
}
