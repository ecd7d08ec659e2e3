//! The expected listeners in a proximity room, by a brute-force reference, in random worlds.

use std::collections::{BTreeMap, BTreeSet};

use consonance_session::{Delivery, Instant, LinkId, ProximitySettings, RoomPattern, Server, ServerSettings};
use consonance_wire::{ChannelBits, ChannelKind, RoomId};
use proptest::prelude::*;

use crate::behaviour::support::lone_server::unhurried;
use crate::behaviour::support::packets;

const PLAYERS: u16 = 48;
const RANGE_M: f32 = 10.0;
const HYSTERESIS: f32 = 0.25;
/// In hundredths of a second.
const SILENCE: u64 = 50;

/// A change in a world.
#[derive(Clone, Debug)]
enum Step {
    Move(u16, [f32; 3]),
    Vanish(u16),
    Speak { player: u16, amplitude: f32, is_silence: bool, is_relayed: bool },
    Listen(u16, bool),
    Wait(u64),
}

/// The rules, implemented without regard to speed.
struct Reference {
    max_streams: usize,
    now_ms: u64,
    place: BTreeMap<u16, [f32; 3]>,
    listens: BTreeSet<u16>,
    /// The speakers that each listener is sent, in the order in which they got their slots.
    streams: BTreeMap<u16, Vec<Stream>>,
}

struct Stream {
    speaker: u16,
    loudness: f32,
    /// In hundredths of a second.
    came: u64,
    spoke: u64,
}

impl Reference {
    fn heard_by(&mut self, speaker: u16, amplitude: f32, is_silence: bool) -> BTreeSet<u16> {
        let everyone: Vec<_> = self.listens.iter().copied().filter(|player| *player != speaker).collect();
        everyone.into_iter().filter(|player| self.hears(*player, speaker, amplitude, is_silence)).collect()
    }

    fn hears(&mut self, listener: u16, speaker: u16, amplitude: f32, is_silence: bool) -> bool {
        let (Some(from), Some(at)) = (self.place.get(&speaker), self.place.get(&listener)) else {
            return !self.place.contains_key(&speaker) && !self.place.contains_key(&listener);
        };
        let [x, y, z] = [0, 1, 2].map(|axis| from[axis] - at[axis]);
        let squared = x * x + y * y + z * z;
        let now = self.now_ms / 10;
        let loudness = amplitude * amplitude / squared.max(1.0);
        let streams = self.streams.entry(listener).or_default();
        if let Some(known) = streams.iter_mut().find(|stream| stream.speaker == speaker) {
            let reach_m = if now - known.came <= SILENCE { RANGE_M * (1.0 + HYSTERESIS) } else { RANGE_M };
            if squared > reach_m * reach_m {
                return false;
            }
            (known.loudness, known.came) = (remembered(loudness), now);
            if !is_silence {
                known.spoke = now;
            }
            return true;
        }
        if squared > RANGE_M * RANGE_M || is_silence {
            return false;
        }
        let newcomer = Stream { speaker, loudness: remembered(loudness), came: now, spoke: now };
        if let Some(over) = streams.iter_mut().find(|stream| now - stream.spoke > SILENCE) {
            *over = newcomer;
        } else if streams.len() < self.max_streams {
            streams.push(newcomer);
        } else {
            let weakest = streams.iter_mut().min_by(|a, b| a.loudness.total_cmp(&b.loudness));
            let weakest = weakest.expect("there is one at least");
            if weakest.loudness >= loudness / ((1.0 + HYSTERESIS) * (1.0 + HYSTERESIS)) {
                return false;
            }
            *weakest = newcomer;
        }
        true
    }
}

/// The loudness as the engine stores it, to within one percent.
fn remembered(loudness: f32) -> f32 {
    f32::from_bits(loudness.to_bits() & 0xffff_0000)
}

/// The engine, with all players in it.
struct Engine {
    server: Server,
    now: Instant,
    numbers: u16,
}

impl Engine {
    fn new(max_streams: u8) -> Self {
        let mut settings = ServerSettings::from_seed(0);
        settings.session = packets::SESSION;
        unhurried(&mut settings.limits);
        let mut proximity = ProximitySettings::new(RANGE_M);
        (proximity.hysteresis, proximity.max_streams) = (HYSTERESIS, max_streams);
        settings.proximity = vec![(RoomPattern::from("world"), proximity)];
        let mut engine = Self { server: Server::new(settings), now: Instant::START, numbers: 0 };
        for player in 0..PLAYERS {
            engine.server.handle_connected(engine.now, link(player));
            engine.handle(player, &packets::handshake_of_ours(&name(player), None));
            engine.listen(player, true);
        }
        engine
    }

    fn handle(&mut self, player: u16, packet: &[u8]) -> BTreeSet<u16> {
        let sent = self.server.handle_packet(self.now, link(player), Delivery::Unreliable, packet);
        let heard = sent.map_or_else(BTreeSet::new, |sent| {
            let players: BTreeSet<_> = sent.to.iter().map(|link| (link.0 - 1) as u16).collect();
            assert_eq!(players.len(), sent.to.len(), "no player twice");
            players
        });
        while self.server.poll_transmit().is_some() {}
        while self.server.poll_event().is_some() {}
        heard
    }

    fn listen(&mut self, player: u16, listens: bool) {
        let rooms: &[&str] = if listens { &["world"] } else { &[] };
        self.handle(player, &packets::client_state(player, &name(player), rooms));
    }

    fn place(&mut self, player: u16, metres: Option<[f32; 3]>) {
        self.numbers = self.numbers.wrapping_add(1);
        self.handle(player, &packets::position(self.numbers, metres));
    }

    fn speak(&mut self, player: u16, amplitude: f32, is_silence: bool, is_relayed: bool) -> BTreeSet<u16> {
        let bits = ChannelBits::new(ChannelKind::Room).with_amplitude(amplitude);
        let frame = if is_silence { "x" } else { "words" };
        let voice = packets::spoken(player, 0, 0, &[(bits, RoomId::of("world").0)], frame);
        if is_relayed {
            let everyone: Vec<_> = (0..PLAYERS).filter(|other| *other != player).collect();
            return self.handle(player, &packets::relay_unreliable(&everyone, &voice));
        }
        self.handle(player, &voice)
    }
}

fn link(player: u16) -> LinkId {
    LinkId(u64::from(player) + 1)
}

fn name(player: u16) -> String {
    format!("player {player}")
}

/// A position: mostly in a crowd, so that many are in range of each other, and some far away.
fn place() -> impl Strategy<Value = [f32; 3]> {
    let near = prop::array::uniform3(-12.0_f32..12.0);
    let far = prop::array::uniform3(-5000.0_f32..5000.0);
    prop_oneof![8 => near, 1 => far]
}

fn step() -> impl Strategy<Value = Step> {
    let speak = (0..PLAYERS / 3, 0_u8..=4, 0_u8..10, any::<bool>());
    prop_oneof![
        6 => (0..PLAYERS, place()).prop_map(|(player, place)| Step::Move(player, place)),
        1 => (0..PLAYERS).prop_map(Step::Vanish),
        12 => speak.prop_map(|(player, amplitude, silence, is_relayed)| Step::Speak {
            player,
            amplitude: f32::from(amplitude) / 2.0,
            is_silence: silence == 0,
            is_relayed,
        }),
        1 => (0..PLAYERS, any::<bool>()).prop_map(|(player, listens)| Step::Listen(player, listens)),
        2 => (0_u64..200).prop_map(Step::Wait),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn in_every_world_a_frame_reaches_the_expected_listeners(
        max_streams in 1_u8..4,
        places in prop::collection::vec(place(), usize::from(PLAYERS)),
        steps in prop::collection::vec(step(), 1..300),
    ) {
        let mut engine = Engine::new(max_streams);
        let mut reference = Reference {
            max_streams: max_streams.into(),
            now_ms: 0,
            place: BTreeMap::new(),
            listens: (0..PLAYERS).collect(),
            streams: BTreeMap::new(),
        };
        let start = places.into_iter().zip(0..).map(|(place, player)| Step::Move(player, place));
        for step in start.chain(steps) {
            match step {
                Step::Move(player, metres) => {
                    engine.place(player, Some(metres));
                    reference.place.insert(player, metres);
                }
                Step::Vanish(player) => {
                    engine.place(player, None);
                    reference.place.remove(&player);
                    reference.streams.remove(&player);
                }
                Step::Listen(player, listens) => {
                    engine.listen(player, listens);
                    let changes = if listens {
                        reference.listens.insert(player)
                    } else {
                        reference.listens.remove(&player)
                    };
                    if changes {
                        reference.streams.remove(&player);
                    }
                }
                Step::Wait(millis) => {
                    reference.now_ms += millis;
                    engine.now = Instant::from_millis(reference.now_ms);
                    engine.server.handle_timeout(engine.now);
                    while engine.server.poll_transmit().is_some() {}
                }
                Step::Speak { player, amplitude, is_silence, is_relayed } => {
                    let amplitude = ChannelBits::new(ChannelKind::Room).with_amplitude(amplitude).amplitude();
                    let is_silent = is_silence || amplitude == 0.0;
                    let heard = engine.speak(player, amplitude, is_silence, is_relayed);
                    prop_assert_eq!(heard, reference.heard_by(player, amplitude, is_silent));
                }
            }
        }
    }
}
