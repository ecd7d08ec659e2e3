//! What one frame costs the voice server, at worst, over a link with a thousand players.
//!
//! Kinds are taken from a match without a wildcard: a new one does not compile until it has its worst case here.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpStream};
use std::time::{Duration, Instant};

use consonance_game_networks::sidecar::fuzz::FrameKind;
use consonance_game_networks::sidecar::{SidecarServer, SidecarSettings};
use consonance_link::{ServerLinkEvent, ServerNetwork as _};
use consonance_testing::cost::{Cost, alone, measured};

const PLAYERS: u64 = 1000;
const FRAME_BYTES_MAX: usize = 4096;
const GREETING_BYTES_MAX: usize = 512;
const PACKET_BYTES_MAX: usize = 1024;
/// A voice packet of the first player.
const MARK: &[u8] = b"mark";
const PACKET: u8 = 16;
/// The time limit for any step. Generous, because machines that run tests are busy.
const PATIENCE: Duration = Duration::from_mins(2);

/// A server, and a link to it whose frames are written by hand.
struct Scene {
    server: SidecarServer,
    link: TcpStream,
}

impl Scene {
    /// A link before any frame.
    fn new() -> Self {
        let server =
            SidecarServer::bind((Ipv4Addr::LOCALHOST, 0).into(), SidecarSettings::default()).unwrap();
        let link = TcpStream::connect(server.local_addr()).unwrap();
        link.set_nonblocking(true).unwrap();
        Self { server, link }
    }

    /// A link that is challenged, and the proof.
    fn challenged() -> (Self, Vec<u8>) {
        let mut scene = Self::new();
        let hello = hello(&[]);
        scene.write(&framed(&hello));
        let mut challenge = Vec::new();
        let deadline = Instant::now() + PATIENCE;
        while challenge.len() < 20 {
            assert!(Instant::now() < deadline, "it is challenged");
            scene.poll();
            let mut piece = [0; 64];
            let bytes = scene.link.read(&mut piece).unwrap_or(0);
            challenge.extend(&piece[..bytes]);
        }
        let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, b"");
        let proved = [b"consonance sidecar adapter", &hello[1..], &challenge[3..]].concat();
        let proof = [&[3][..], ring::hmac::sign(&key, &proved).as_ref()].concat();
        (scene, proof)
    }

    /// A link with all its players.
    fn up() -> Self {
        let (mut scene, proof) = Self::challenged();
        scene.write(&framed(&proof));
        for player in 0..PLAYERS {
            scene.write(&framed(&of_player(18, 0, player, b"192.0.2.1")));
        }
        scene.give(&[]);
        scene
    }

    fn write(&mut self, bytes: &[u8]) {
        self.link.write_all(bytes).unwrap();
    }

    /// Handles what has come; returns how many events that were, and whether the mark is among them.
    fn poll(&mut self) -> (usize, bool) {
        let (mut events, mut has_mark) = (0, false);
        let mut bytes = Vec::new();
        while let Some(event) = self.server.poll_event(Instant::now(), &mut bytes) {
            events += 1;
            has_mark |= matches!(event, ServerLinkEvent::Packet { .. }) && bytes == MARK;
        }
        (events, has_mark)
    }

    /// Sends a frame, and handles all that follows; returns how many events that were.
    fn give(&mut self, frame: &[u8]) -> usize {
        if !frame.is_empty() {
            self.write(&framed(frame));
        }
        self.write(&framed(&of_player(PACKET, 0, 0, MARK)));
        let (mut steps, deadline) = (1, Instant::now() + PATIENCE);
        loop {
            assert!(Instant::now() < deadline, "the mark comes, or the link ends");
            let (events, has_mark) = self.poll();
            steps += events;
            if has_mark || self.is_over() {
                return steps;
            }
        }
    }

    /// Whether the link has ended: the server hangs up after its reason.
    fn is_over(&mut self) -> bool {
        let mut piece = [0; 4096];
        match self.link.read(&mut piece) {
            Ok(bytes) => bytes == 0,
            Err(error) => error.kind() != std::io::ErrorKind::WouldBlock,
        }
    }

    fn cost(&mut self, frame: &[u8]) -> Cost {
        measured(|| self.give(frame))
    }
}

fn framed(frame: &[u8]) -> Vec<u8> {
    [&(frame.len() as u16).to_be_bytes()[..], frame].concat()
}

fn hello(names: &[u8]) -> Vec<u8> {
    let name = [&[names.len() as u8], names].concat();
    [&b"\x01CVSL\x01"[..], &[9; 16], &name, &name].concat()
}

fn of_player(kind: u8, flags: u8, player: u64, rest: &[u8]) -> Vec<u8> {
    [&[kind, flags][..], &player.to_be_bytes(), rest].concat()
}

/// The worst frames of a kind over a link that is up, besides those full of any bytes.
fn worst(kind: FrameKind) -> Vec<Vec<u8>> {
    let long = vec![b'x'; FRAME_BYTES_MAX - 10];
    match kind {
        FrameKind::Packet => {
            let packet = [7; PACKET_BYTES_MAX];
            vec![of_player(PACKET, 1, 3, &packet), of_player(PACKET, 1, PLAYERS, &packet)]
        }
        FrameKind::Joined => [3, PLAYERS]
            .into_iter()
            .flat_map(|player| [0, 1].map(|was| of_player(18, was, player, &long)))
            .collect(),
        FrameKind::Left => {
            [3, PLAYERS].map(|player| [&[20][..], &player.to_be_bytes(), &long[1..]].concat()).into()
        }
        FrameKind::Bye => vec![vec![5], [&[5][..], &long].concat()],
        FrameKind::Alive => vec![vec![6], vec![6, 0, 0], vec![6, 0xff, 0xff]],
        // The server's own, which end the link, and those of the handshake.
        FrameKind::Hello => vec![hello(&[b'x'; 200])],
        FrameKind::Challenge
        | FrameKind::Proof
        | FrameKind::Welcome
        | FrameKind::Deliver
        | FrameKind::Admitted
        | FrameKind::Kick
        | FrameKind::Unknown => Vec::new(),
    }
}

/// Frames of a kind full of the same byte.
fn full(kind: u8, bytes: usize) -> impl Iterator<Item = Vec<u8>> {
    [0, 1, 7, 0xff].into_iter().map(move |fill| [&[kind][..], &vec![fill; bytes - 1]].concat())
}

#[test]
fn no_frame_costs_more_than_a_millisecond_or_a_megabyte() {
    alone(|| {
        let mut kinds = Vec::new();
        for number in 0..=u8::MAX {
            let frames: Vec<_> = full(number, FRAME_BYTES_MAX).chain(full(number, 60)).collect();
            let kind = frames.iter().find_map(|frame| FrameKind::of(frame));
            let kind = kind.or_else(|| (number == 1).then_some(FrameKind::Hello));
            let is_new = kind.filter(|kind| !kinds.contains(kind));
            kinds.extend(is_new);
            let is_known = kind.is_some_and(|kind| kind != FrameKind::Unknown) || is_new.is_some();
            if !is_known {
                continue;
            }
            for frame in frames.into_iter().chain(is_new.map(worst).into_iter().flatten()) {
                let cost = Scene::up().cost(&frame);
                cost.assert_is_bounded(&format!("{kind:?}, {} bytes of {:?}", frame.len(), frame.get(1)));
            }
        }
        assert_eq!(kinds.len(), 13, "{kinds:?}");
    });
}

#[test]
fn no_frame_of_a_handshake_costs_more() {
    alone(|| {
        let greetings = [hello(&[]), hello(&[b'x'; 200]), vec![1]];
        let all = greetings.into_iter().chain((0..=22).flat_map(|kind| full(kind, GREETING_BYTES_MAX)));
        for frame in all {
            let what = format!("{:?} as a greeting, {} bytes", FrameKind::of(&frame), frame.len());
            Scene::new().cost(&frame).assert_is_bounded(&what);
        }
        let (mut scene, proof) = Scene::challenged();
        scene.cost(&proof).assert_is_bounded("a proof");
        for frame in [vec![3; 33], vec![3], hello(&[])] {
            Scene::challenged().0.cost(&frame).assert_is_bounded("no proof");
        }
    });
}
