//! The messages of another node: arbitrary bytes, and well-formed messages about sessions that are not its own.

use std::time::Duration;

use consonance_cluster::placement::NodeId;
use consonance_cluster::{About, Bundle, KeptClient, LinkEnd, LinkNumber, SessionMessage, ToEdge, ToOwner};
use consonance_session::{
    Access, Capabilities, ClientId, CodecId, CodecParameters, CopiedClient, KeptPlace, SessionChange,
    SharedSecret,
};
use consonance_wire::fuzz_tape::Tape;

use super::fixture::{BareLink, FAR, FAR_NUMBER, FRIEND, Fixture, NEAR, Player};
use crate::copies::{At, ChangeRecord};

/// The node whose messages are the fuzzer's.
const HOSTILE: NodeId = NodeId(99);
/// Players of the far session: one with a link here, and one at its owner.
const BOB: ClientId = ClientId(5);
const CAROL: ClientId = ClientId(6);
/// Carol's secret, as the owner of the far session has told it.
const SECRET: SharedSecret = SharedSecret(*b"\xF3only\xF4for\xF5friend");
/// So many other nodes are known at most.
const NODES_MAX: usize = 256;

/// Takes the bytes for what one node does to another. That one owns a session with two players, and has a player in a
/// session of a third node.
///
/// # Panics
/// If a player of either session is lost, hears voice in another's name, or is sent anything; if a session or a copy
/// changes its owner or its other players; if the secret of a player is told; or if more is kept than may be.
pub fn node_messages(bytes: &[u8]) {
    let mut play = Play::new();
    let mut tape = Tape::new(bytes);
    while !tape.is_empty() {
        play.act(&mut tape);
        play.check();
    }
    for _ in 0..20 {
        play.step();
        play.check();
    }
}

struct Play {
    fixture: Fixture,
    /// Both are in the near session.
    alice: Player,
    dora: Player,
    bob: BareLink,
    /// The number of Bob's link.
    link: LinkNumber,
    ids: [Option<ClientId>; 2],
    /// Of reliable parcels of the hostile node.
    next: u64,
    buffer: Vec<u8>,
    /// Whether the far session was told.
    is_told: bool,
}

type Head = (u64, u32, u32, u32, u64, bool, u64);

impl Play {
    fn new() -> Self {
        let mut fixture = Fixture::new();
        let (alice, dora) = (Player::new(&fixture, "Alice"), Player::new(&fixture, "Dora"));
        let bob = BareLink::new(&fixture);
        let (link, ids, buffer, is_told) = (LinkNumber(0), [None; 2], Vec::new(), false);
        fixture.step();
        let mut play = Self { fixture, alice, dora, bob, link, ids, next: 0, buffer, is_told };
        play.steps(60);
        play.link = play.take_link().expect("the owner of the far session is told of its player");
        play.tell_of_far();
        let frame = b"voice";
        play.alice.client.send_voice(frame).expect("she is in");
        play.steps(20);
        play.ids = [play.alice.client.id(), play.dora.client.id()];
        assert!(play.ids.iter().all(Option::is_some), "both are in the near session");
        assert!(
            !play.alice.voice.is_empty() && play.ids[0].is_some_and(|id| play.dora.heard.contains(&id)),
            "Dora hears Alice"
        );
        assert_eq!(play.bob.poll(play.fixture.now), (0, false), "Bob is in the far session");
        play.dora.heard.clear();
        play.is_told = true;
        play.check();
        play
    }

    fn steps(&mut self, count: usize) {
        (0..count).for_each(|_| self.step());
    }

    fn step(&mut self) {
        self.fixture.step();
        self.alice.run_once(self.fixture.now);
        self.dora.run_once(self.fixture.now);
    }

    /// The number of Bob's link, as the owner of the far session is told.
    fn take_link(&mut self) -> Option<LinkNumber> {
        std::mem::take(&mut self.fixture.published).iter().filter(|(to, _)| *to == FRIEND).find_map(
            |(_, bytes)| {
                let mut parcels = Bundle::read(bytes).ok()?.parcels();
                parcels.find_map(|parcel| match ToOwner::read(parcel.ok()?.message) {
                    Ok(ToOwner::Connected { link, .. }) => Some(link),
                    _ => None,
                })
            },
        )
    }

    /// The owner of the far session tells of it.
    fn tell_of_far(&mut self) {
        let at = |link| Some(At { node: FRIEND, worker: 0, link });
        let here = Some(At { node: self.fixture.own, worker: 0, link: Some(self.link.0) });
        let (bob, carol) = (client(BOB, "Bob", here), client(CAROL, "Carol", at(None)));
        let mut parcels = Vec::new();
        for message in [
            SessionMessage::CopyBegins { session: FAR, number: FAR_NUMBER },
            SessionMessage::Changed { session: FAR, version: 1, change: &bob },
            SessionMessage::Changed { session: FAR, version: 2, change: &carol },
            SessionMessage::CopyIsWhole { session: FAR, version: 2 },
        ] {
            let message = message.write(&mut self.buffer).to_vec();
            parcels.push((2_u32, true, 0_u16, 0_u16, message));
        }
        let head: Head = (FRIEND.0, 1, 0, 0, 0, false, 0);
        let mut bundle = postcard::to_allocvec(&head).unwrap_or_default();
        for parcel in parcels {
            bundle.extend(postcard::to_allocvec(&parcel).unwrap_or_default());
        }
        self.fixture
            .node
            .handle_bundle(self.fixture.now, &bundle)
            .expect("a bundle of the friend is well-formed");
    }

    fn act(&mut self, tape: &mut Tape<'_>) {
        let now = self.fixture.now;
        match tape.byte() % 9 {
            8 => drop(self.fixture.node.handle_query_message(now, tape.counted())),
            0 => drop(self.fixture.node.handle_bundle(now, tape.counted())),
            1 => drop(self.fixture.node.handle_beat(now, tape.counted())),
            2 => drop(self.fixture.node.handle_announcement(now, tape.counted())),
            3 => self.beat(tape),
            4 => self.announce(tape),
            5 => {
                let steps = tape.byte();
                self.fixture.now += Duration::from_millis(u64::from(steps));
                self.step();
            }
            _ => self.send_bundle(tape),
        }
    }

    fn beat(&mut self, tape: &mut Tape<'_>) {
        let stranger = u64::from(tape.number());
        let node = tape.pick(&[HOSTILE.0, FRIEND.0, self.fixture.own.0, stranger]);
        let (protocol, oldest) = (tape.pick(&[0_u16, 1, 2]), tape.pick(&[0_u16, 1, 2]));
        let name = String::from_utf8_lossy(tape.counted()).into_owned();
        let beat = (protocol, oldest, node, u64::from(tape.number()), name, "", "", "");
        let beat = postcard::to_allocvec(&beat).unwrap_or_default();
        drop(self.fixture.node.handle_beat(self.fixture.now, &beat));
    }

    /// It says that it owns the near session: the store says otherwise.
    fn announce(&mut self, tape: &mut Tape<'_>) {
        let owner = tape.pick(&[HOSTILE.0, FRIEND.0, self.fixture.own.0]);
        let record = (NEAR, (owner, u16::from(tape.byte()), u32::from(tape.number())));
        let revision = tape.pick(&[0_u64, 1, 2, 3, u64::MAX]);
        let announcement = postcard::to_allocvec(&(record.0, record.1, revision)).unwrap_or_default();
        drop(self.fixture.node.handle_announcement(self.fixture.now, &announcement));
    }

    /// A bundle of the hostile node with some messages.
    fn send_bundle(&mut self, tape: &mut Tape<'_>) {
        let mut head: Head = (HOSTILE.0, 1, 0, 1, 0, false, self.next);
        match tape.byte() {
            0 => head.1 = tape.byte().into(),
            1 => head.2 = tape.pick(&[1, 2, u32::MAX]),
            2 => (head.3, head.4) = (tape.byte().into(), tape.pick(&[0, 1, 2, u64::MAX])),
            3 => head.5 = true,
            4 => head.6 = tape.pick(&[0, 1, self.next + 1, u64::MAX]),
            _ => {}
        }
        let mut bundle = postcard::to_allocvec(&head).unwrap_or_default();
        for _ in 0..=tape.byte() % 4 {
            let way = tape.pick(&[0_u32, 1, 2, 2, 9, u32::MAX]);
            let message = match way {
                0 => self.owner_message(tape),
                1 => self.edge_message(tape),
                2 => self.session_message(tape),
                _ => tape.counted().to_vec(),
            };
            let is_reliable = tape.byte().is_multiple_of(2);
            self.next += u64::from(is_reliable);
            let (from, to) = (tape.pick(&[0_u16, 1, 1023, u16::MAX]), tape.pick(&[0_u16, 0, 0, 1]));
            let parcel = (way, is_reliable, from, to, message);
            bundle.extend(postcard::to_allocvec(&parcel).unwrap_or_default());
        }
        drop(self.fixture.node.handle_bundle(self.fixture.now, &bundle));
    }

    fn owner_message(&mut self, tape: &mut Tape<'_>) -> Vec<u8> {
        let link = tape.pick(&[self.link, LinkNumber(0), LinkNumber(1), LinkNumber(u32::MAX)]);
        let session = tape.pick(&[NEAR, FAR, "elsewhere"]);
        let (text, voice) = (String::from_utf8_lossy(tape.counted()).into_owned(), self.alice.voice.clone());
        let about = About { remote: &text, kind: "quic", identity: None, is_resumed: tape.byte() == 1 };
        let message = match tape.byte() % 9 {
            0 => ToOwner::Connected { link, session, about },
            1 => {
                let place = tape.pick(&[None, Some([1.0, 2.0, 3.0]), Some([f32::NAN, f32::MAX, 0.0])]);
                let client = KeptClient { client: self.an_id(tape), version: tape.byte().into(), place };
                ToOwner::Kept { link, session, about, client }
            }
            2 => ToOwner::Packet { link, number: packet_number(tape), packet: &voice },
            3 => ToOwner::Packet { link, number: packet_number(tape), packet: text.as_bytes() },
            4 => ToOwner::Disconnected { link, why: LinkEnd::Violation(&text) },
            5 => ToOwner::Heard { link, ago_us: tape.pick(&[0, 1, u64::MAX]) },
            6 => ToOwner::Report { link, report: consonance_cluster::LinkReport::default() },
            7 => ToOwner::Account { link, account: &text },
            _ => return tape.counted().to_vec(),
        };
        message.write(&mut self.buffer).to_vec()
    }

    fn edge_message(&mut self, tape: &mut Tape<'_>) -> Vec<u8> {
        let link = tape.pick(&[self.link, LinkNumber(0), LinkNumber(1)]);
        let text = String::from_utf8_lossy(tape.counted()).into_owned();
        let message = match tape.byte() % 6 {
            0 => {
                // To Bob: whether it is reliable, his link, and the packet.
                let list = self.link.0.to_le_bytes();
                let send = (0_u32, tape.byte() == 0, &list[..], text.as_bytes());
                return postcard::to_allocvec(&send).unwrap_or_default();
            }
            1 => ToEdge::End { link, reason: &text },
            2 => ToEdge::Joined { link, is_joined: tape.byte() == 0 },
            3 => ToEdge::Probe { link },
            4 => ToEdge::Look { link },
            _ => return tape.counted().to_vec(),
        };
        message.write(&mut self.buffer).to_vec()
    }

    fn session_message(&mut self, tape: &mut Tape<'_>) -> Vec<u8> {
        let session = tape.pick(&[NEAR, FAR, "elsewhere"]);
        let (client_id, version) = (self.an_id(tape), u64::from(tape.byte()));
        let (change, voice) = (self.change(tape), self.alice.voice.clone());
        let packet = if tape.byte() == 0 { tape.counted() } else { &voice };
        let place = [f32::from(tape.byte()), f32::NAN, f32::INFINITY];
        let message = match tape.byte() % 7 {
            0 => SessionMessage::CopyBegins { session, number: tape.pick(&[FAR_NUMBER, 1]) },
            1 => SessionMessage::Changed { session, version, change: &change },
            2 => SessionMessage::CopyIsWhole { session, version },
            3 => SessionMessage::WantsAllVoice { session, is_all: tape.byte() == 0 },
            4 => SessionMessage::Voice { session, client: client_id, packet },
            5 => SessionMessage::PlacedVoice { session, client: client_id, place, packet },
            _ => return tape.counted().to_vec(),
        };
        message.write(&mut self.buffer).to_vec()
    }

    fn change(&self, tape: &mut Tape<'_>) -> Vec<u8> {
        let id = ClientId(self.an_id(tape));
        let at = Some(At { node: HOSTILE, worker: 0, link: Some(1) });
        match tape.byte() % 3 {
            0 => client(id, tape.pick(&["Alice", "Bob", "Mallory"]), at),
            1 => record(&SessionChange::Gone(id), None),
            _ => tape.counted().to_vec(),
        }
    }

    fn an_id(&self, tape: &mut Tape<'_>) -> u16 {
        let of = |id: Option<ClientId>| id.map_or(0, |id| id.0);
        tape.pick(&[BOB.0, CAROL.0, of(self.ids[0]), of(self.ids[1]), 9])
    }

    fn check(&mut self) {
        let Self { fixture, alice, dora, bob, .. } = self;
        for (player, id) in [(&*alice, self.ids[0]), (&*dora, self.ids[1])] {
            assert!(!player.is_gone && player.client.id() == id, "a player of the near session is lost");
        }
        let has_heard_alice = self.ids[0].is_some_and(|id| dora.heard.contains(&id));
        assert!(!self.is_told || !has_heard_alice, "Alice says nothing");
        assert_eq!(bob.poll(fixture.now), (0, false), "Bob is not the hostile node's");
        let session_loop = fixture.server.worker(0).expect("the node has a worker");
        let near = session_loop.servers().find(|(name, _)| *name == NEAR);
        let (_, near) = near.expect("the node owns the near session");
        for id in self.ids.into_iter().flatten() {
            assert!(
                near.tables()
                    .client(id)
                    .is_some_and(|row| [alice.client.name(), dora.client.name()].contains(&row.name))
            );
        }
        let far = session_loop.state().copy_of(FAR).filter(|copy| copy.is_whole());
        if let Some(far) = far {
            let names: Vec<&str> = far
                .server
                .tables()
                .ids()
                .filter_map(|id| far.server.tables().client(id))
                .map(|row| row.name)
                .collect();
            assert_eq!(names, ["Bob", "Carol"], "players of the far session");
            let owner = fixture.node.workers().number(FRIEND, 0);
            assert_eq!(Some(far.owner), owner, "the owner of the far session");
        } else {
            assert!(!self.is_told, "the copy of the far session is whole once it was told");
        }
        for (to, bundle) in fixture.published.drain(..) {
            let has_secret = bundle.windows(SECRET.0.len()).any(|window| window == SECRET.0);
            assert!(to == FRIEND || !has_secret, "a secret is told to {to:?}");
        }
        assert!(fixture.node.others().count() <= NODES_MAX);
    }
}

fn client(id: ClientId, name: &str, at: Option<At>) -> Vec<u8> {
    let client = CopiedClient {
        place: KeptPlace {
            id,
            name: name.into(),
            codec: CodecParameters { kind: CodecId(1), frame_size_samples: 960, sample_rate_hz: 48_000 },
            rooms: vec!["lobby".into()],
            secret: Some(SECRET),
            is_unannounced: false,
            access: Access::default(),
        },
        capabilities: Capabilities(0),
        position: None,
        link: at.map(|_| consonance_session::LinkId(0)),
    };
    record(&SessionChange::Client(client), at)
}

fn record(change: &SessionChange, at: Option<At>) -> Vec<u8> {
    postcard::to_allocvec(&ChangeRecord::of(change, |_| at)).unwrap_or_default()
}

fn packet_number(tape: &mut Tape<'_>) -> Option<u64> {
    let number = tape.byte();
    (number < 200).then(|| u64::from(number))
}

#[cfg(test)]
mod tests {
    use consonance_link::split_mix::{STEP, mixed};

    use super::*;

    #[test]
    fn nothing_that_another_node_says_at_random_finds_a_fault() {
        for seed in 0..40_u64 {
            let mut state = seed << 32;
            let mut next = || {
                state = state.wrapping_add(STEP);
                mixed(state)
            };
            let length = 40 + next() % 400;
            let bytes: Vec<u8> = (0..length).map(|_| next() as u8).collect();
            node_messages(&bytes);
        }
    }
}
