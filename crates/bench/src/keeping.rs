//! `consonance-bench keeping`: what it costs a worker to keep voices for reports, and to record them.

mod network;

use std::error::Error;
use std::path::Path;
use std::time::{Duration, Instant};

use consonance_server::recording::{SessionRecorder, SessionRecordingSettings};
use consonance_server::{SessionLoop, SessionsSettings};
use consonance_session::{ClientId, RoomId, SessionId};
use consonance_wire::{
    ChannelBits, ChannelKind, HandshakeRequest, List, Packet, ServerRelay, VoiceChannel, VoiceData,
    VoiceOptions, WireStr,
};

use self::network::{BenchNetwork, Wire};
use super::median::median;
use super::session::{CODEC, FRAME_TIME, ROOM, bytes};
use super::table::Table;
use super::thread_clock;

const LISTENERS: [u16; 3] = [1, 10, 100];
const FRAMES_PER_ROUND: u16 = 2000;
/// All variants take turns, so that other load on the machine affects all of them alike.
const ROUNDS: usize = 15;
/// An Opus frame at 32 kbit/s; nothing here decodes it.
const FRAME: [u8; 80] = [0xF8; 80];

pub(crate) fn run(json: bool) -> Result<(), Box<dyn Error>> {
    let fields =
        ["listeners", "ns_per_frame", "kept_ns", "recorded_ns", "kept_ratio", "recorded_ratio", "left_out"];
    let table = Table::start(fields, json)?;
    let folder = std::env::temp_dir().join(format!("consonance-bench-{}", std::process::id()));
    for listeners in LISTENERS {
        let recorder = SessionRecorder::start(&folder, recording())?;
        let mut fixtures = [
            Fixture::plain(listeners)?,
            Fixture::keeping(listeners)?,
            Fixture::recording(listeners, &recorder)?,
        ];
        let mut rounds: [Vec<f64>; 3] = Default::default();
        for _ in 0..ROUNDS {
            for (fixture, rounds) in fixtures.iter_mut().zip(&mut rounds) {
                rounds.push(fixture.ns_per_frame());
            }
        }
        drop(fixtures);
        let left_out = recorder.status().statistics.frames_dropped as f64;
        recorder.stop();
        let [plain, kept, taped] = rounds.map(median);
        table.row([listeners.into(), plain, kept, taped, kept / plain, taped / plain, left_out])?;
    }
    remove(&folder)
}

/// Settings that record everything, without limits that matter here.
fn recording() -> SessionRecordingSettings {
    let mut settings = SessionRecordingSettings::default();
    settings.sessions = vec!["*".into()];
    settings.free_bytes_min = 0;
    settings.queue_bytes = 64 << 20;
    settings
}

fn remove(folder: &Path) -> Result<(), Box<dyn Error>> {
    Ok(std::fs::remove_dir_all(folder)?)
}

/// A worker with one speaker and some listeners, whose packets go nowhere.
struct Fixture {
    session_loop: SessionLoop,
    wire: Wire,
    session: SessionId,
    listeners: u16,
    now: Instant,
    sequence: u16,
}

impl Fixture {
    fn plain(listeners: u16) -> Result<Self, Box<dyn Error>> {
        Self::new(listeners, &SessionsSettings::new(["main"])?, None)
    }

    fn keeping(listeners: u16) -> Result<Self, Box<dyn Error>> {
        let mut settings = SessionsSettings::new(["main"])?;
        settings.report_buffer.last = Duration::from_secs(30);
        Self::new(listeners, &settings, None)
    }

    fn recording(listeners: u16, recorder: &SessionRecorder) -> Result<Self, Box<dyn Error>> {
        Self::new(listeners, &SessionsSettings::new(["main"])?, Some(recorder))
    }

    fn new(
        listeners: u16,
        settings: &SessionsSettings,
        recorder: Option<&SessionRecorder>,
    ) -> Result<Self, Box<dyn Error>> {
        let mut session_loop = SessionLoop::new(settings);
        let (network, wire) = BenchNetwork::new();
        session_loop.add_network(Box::new(network));
        if let Some(recorder) = recorder {
            session_loop.record_with(recorder.feed());
        }
        let session = session_loop.servers().next().ok_or("there is a session")?.1.session();
        let mut fixture = Self { session_loop, wire, session, listeners, now: Instant::now(), sequence: 0 };
        for number in 0..=u64::from(listeners) {
            let name = format!("player {number}");
            let request = HandshakeRequest { codec: CODEC, name: Some(WireStr::from(&*name)) };
            fixture.wire.connect(number);
            fixture.wire.reliable(number, bytes(&request.into()));
            fixture.session_loop.run_once(fixture.now);
        }
        Ok(fixture)
    }

    /// The time on the worker's thread to read a frame and pass it to the network for all players.
    fn ns_per_frame(&mut self) -> f64 {
        let mut took = Duration::ZERO;
        for _ in 0..FRAMES_PER_ROUND {
            let frame = self.frame();
            self.wire.unreliable(0, frame);
            self.now += FRAME_TIME;
            let start = thread_clock::now();
            self.session_loop.run_once(self.now);
            took += thread_clock::now().saturating_sub(start);
        }
        took.as_nanos() as f64 / f64::from(FRAMES_PER_ROUND)
    }

    /// The next frame from the first client to the others, as sent by a client of the original.
    fn frame(&mut self) -> Vec<u8> {
        self.sequence = self.sequence.wrapping_add(1);
        let channels =
            [VoiceChannel { bits: ChannelBits::new(ChannelKind::Room), recipient: RoomId::of(ROOM).0 }];
        let voice = VoiceData {
            session: self.session,
            sender: ClientId(0),
            options: VoiceOptions::new(0),
            sequence: self.sequence,
            channels: List::from(&channels),
            frame: &FRAME,
        };
        let voice = bytes(&voice.into());
        let destinations: Vec<_> = (1..=self.listeners).map(ClientId).collect();
        let destinations = List::from(&*destinations);
        bytes(&Packet::ServerRelayUnreliable(ServerRelay {
            session: self.session,
            destinations,
            packet: &voice,
        }))
    }
}
