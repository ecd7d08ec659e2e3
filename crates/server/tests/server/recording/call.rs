//! A recorded session: players that send arbitrary packets, on simulated time, and files on a real disk.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use consonance_link::memory::{MemoryClient, MemoryNetwork};
use consonance_link::{ClientLinkEvent, ClientNetwork as _, Delivery};
use consonance_server::recording::{
    RecordingIndex, SessionRecorder, SessionRecordingSettings, TrackIndex, recordings_in,
};
use consonance_server::reports::ReportBufferSettings;
use consonance_server::{SessionLoop, SessionsSettings};
use consonance_session::{Capabilities, ClientId, CodecId, CodecParameters, RoomId, SessionId};
use consonance_testing::folder::path_of_test;
use consonance_wire::{
    ChannelBits, ChannelKind, DeltaChannelState, HandshakeExtension, HandshakeRequest, Notice, Packet,
    ServerRelay, VoiceChannel, VoiceData, VoiceOptions, WireStr, Writer,
};

pub(crate) const ROOM: &str = "lobby";

/// The settings of a recorded call.
pub(crate) struct Setup {
    pub(crate) folder: PathBuf,
    pub(crate) settings: SessionRecordingSettings,
    pub(crate) sessions: &'static [&'static str],
    /// The buffer for reports.
    pub(crate) report_buffer: ReportBufferSettings,
}

/// Records everything, without a limit of free disk space.
pub(crate) fn setup(name: &str) -> Setup {
    let mut settings = SessionRecordingSettings::default();
    settings.sessions = vec!["*".into()];
    settings.free_bytes_min = 0;
    Setup {
        folder: path_of_test(name),
        settings,
        sessions: &["main"],
        report_buffer: ReportBufferSettings::default(),
    }
}

pub(crate) struct Call {
    pub(crate) session_loop: SessionLoop,
    pub(crate) recorder: Option<SessionRecorder>,
    pub(crate) folder: PathBuf,
    network: MemoryNetwork,
    pub(crate) now: Instant,
}

impl Call {
    /// Starts the recorded sessions. Their time is so far ahead of the recorder's that none of its timeouts expires.
    pub(crate) fn new(setup: &Setup) -> Self {
        Self::starting_at(setup, Instant::now() + Duration::from_hours(1))
    }

    /// The same, on the recorder's own time.
    pub(crate) fn starting_now(setup: &Setup) -> Self {
        Self::starting_at(setup, Instant::now())
    }

    fn starting_at(setup: &Setup, now: Instant) -> Self {
        let mut sessions = SessionsSettings::new(setup.sessions.iter().copied()).unwrap();
        sessions.report_buffer = setup.report_buffer;
        let (mut session_loop, network) = (SessionLoop::new(&sessions), MemoryNetwork::new());
        session_loop.add_network(Box::new(network.listen()));
        let folder = setup.folder.clone();
        let recorder = SessionRecorder::start(&folder, setup.settings.clone()).unwrap();
        session_loop.record_with(recorder.feed());
        Self { session_loop, recorder: Some(recorder), folder, network, now }
    }

    /// Joins a listener to the room, since voice without listeners is not relayed.
    pub(crate) fn listener(&mut self) -> Voice {
        self.listener_of("main")
    }

    pub(crate) fn listener_of(&mut self, session: &str) -> Voice {
        let mut listener = self.join_to(session, "Listener");
        let (session, id) = (listener.session, listener.id);
        let delta = DeltaChannelState { session, joined: true, id, room: Some(WireStr::from(ROOM)) };
        listener.send(self.now, Delivery::Reliable, &delta.into());
        self.run_once();
        listener
    }

    pub(crate) fn join(&mut self, name: &str) -> Voice {
        self.join_with_codec(name, CodecId::OPUS)
    }

    pub(crate) fn join_to(&mut self, session: &str, name: &str) -> Voice {
        self.join_as(session, name, CodecId::OPUS, Capabilities::NONE)
    }

    pub(crate) fn join_with_codec(&mut self, name: &str, kind: CodecId) -> Voice {
        self.join_as("main", name, kind, Capabilities::NONE)
    }

    /// A client of ours, which can be told more than an original.
    pub(crate) fn join_ours(&mut self, name: &str) -> Voice {
        self.join_as("main", name, CodecId::OPUS, Capabilities::ALL)
    }

    fn join_as(&mut self, session: &str, name: &str, kind: CodecId, capabilities: Capabilities) -> Voice {
        let mut transport = self.network.client(session);
        transport.connect(self.now);
        self.run_once();
        assert!(matches!(transport.poll_event(self.now, &mut Vec::new()), Some(ClientLinkEvent::Connected)));
        let (session, id) = (SessionId(0), ClientId(0));
        let told = Vec::new();
        let mut voice = Voice { transport, session, id, sequence: 0, channel_session: 0, told };
        let codec = CodecParameters { kind, frame_size_samples: 960, sample_rate_hz: 48_000 };
        let request = HandshakeRequest { codec, name: Some(WireStr::from(name)) };
        let mut bytes = [0; 1024];
        let mut writer = Writer::new(&mut bytes);
        request.write(&mut writer).unwrap();
        if capabilities != Capabilities::NONE {
            let extension = HandshakeExtension { capabilities, ..HandshakeExtension::default() };
            extension.write(&mut writer).unwrap();
        }
        voice.transport.send(self.now, Delivery::Reliable, writer.written());
        self.run_once();
        voice.read(self.now);
        assert_ne!(voice.session, SessionId(0), "{name} was admitted");
        voice
    }

    pub(crate) fn run_once(&mut self) {
        self.session_loop.run_once(self.now);
    }

    pub(crate) fn wait(&mut self, time: Duration) {
        self.now += time;
    }

    /// Sends these packets, one per frame time.
    pub(crate) fn say(&mut self, voice: &mut Voice, packets: &[Vec<u8>], frame: Duration) {
        for packet in packets {
            voice.speak(self.now, packet);
            self.run_once();
            self.wait(frame);
        }
    }

    /// Waits until the recorder has done something, for at most a minute.
    pub(crate) fn wait_until(&self, what: &str, is_done: impl Fn(&SessionRecorder) -> bool) {
        let begun = Instant::now();
        while !is_done(self.recorder.as_ref().unwrap()) {
            assert!(begun.elapsed() < Duration::from_mins(1), "waited for: {what}");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Ends the call; returns all recordings, oldest first.
    pub(crate) fn end(mut self) -> Vec<Recorded> {
        self.session_loop.shut_down(self.now);
        drop(self.session_loop);
        self.recorder.take().unwrap().stop();
        recorded(&self.folder)
    }
}

/// A player that chooses the time and content of each packet.
pub(crate) struct Voice {
    transport: MemoryClient,
    pub(crate) session: SessionId,
    pub(crate) id: ClientId,
    /// The sequence number of the next frame.
    pub(crate) sequence: u16,
    pub(crate) channel_session: u8,
    /// Notices about recording: whether everything is recorded, and how many of the last seconds are kept.
    told: Vec<(bool, u16)>,
}

impl Voice {
    /// Whether everything is recorded, by each notice since the last call.
    pub(crate) fn told(&mut self, now: Instant) -> Vec<bool> {
        self.read(now);
        self.told.drain(..).map(|(is_whole, _)| is_whole).collect()
    }

    /// How many of the last seconds are kept, by each notice since the last call.
    pub(crate) fn told_seconds(&mut self, now: Instant) -> Vec<u16> {
        self.read(now);
        self.told.drain(..).map(|(_, last_s)| last_s).collect()
    }

    fn read(&mut self, now: Instant) {
        let mut bytes = Vec::new();
        while let Some(event) = self.transport.poll_event(now, &mut bytes) {
            let ClientLinkEvent::Packet { .. } = event else { continue };
            match Packet::parse_with_trailing(&bytes) {
                Ok((Packet::HandshakeResponse(response), _)) => {
                    (self.session, self.id) = (response.session, response.id);
                }
                Ok((Packet::ErrorWrongSession(_), trailing)) => {
                    if let Some(Notice::Recorded { is_whole, last_s }) = Notice::find(trailing) {
                        self.told.push((is_whole, last_s));
                    }
                }
                _ => {}
            }
        }
    }

    /// Sends a frame to the room.
    pub(crate) fn speak(&mut self, now: Instant, frame: &[u8]) {
        let channel =
            VoiceChannel { bits: ChannelBits::new(ChannelKind::Room), recipient: RoomId::of(ROOM).0 };
        self.speak_on(now, frame, &[channel]);
    }

    /// The same, reliably.
    pub(crate) fn speak_reliably(&mut self, now: Instant, frame: &[u8]) {
        let channel =
            VoiceChannel { bits: ChannelBits::new(ChannelKind::Room), recipient: RoomId::of(ROOM).0 };
        self.relay(now, Delivery::Reliable, frame, &[channel], ClientId(0));
    }

    pub(crate) fn speak_on(&mut self, now: Instant, frame: &[u8], channels: &[VoiceChannel]) {
        // The listener joined first, so its id is 0.
        self.relay(now, Delivery::Unreliable, frame, channels, ClientId(0));
    }

    /// Sends a frame whose only destination is not a client, as originals do for the room that is always sent.
    pub(crate) fn speak_without_a_target(&mut self, now: Instant, frame: &[u8], channels: &[VoiceChannel]) {
        self.relay(now, Delivery::Unreliable, frame, channels, ClientId::NONE);
    }

    fn relay(
        &mut self,
        now: Instant,
        delivery: Delivery,
        frame: &[u8],
        channels: &[VoiceChannel],
        to: ClientId,
    ) {
        let voice = VoiceData {
            session: self.session,
            sender: self.id,
            options: VoiceOptions::new(self.channel_session),
            sequence: self.sequence,
            channels: channels.into(),
            frame,
        };
        self.sequence = self.sequence.wrapping_add(1);
        let mut bytes = [0; 1024];
        let length = Packet::from(voice).write(&mut bytes).unwrap();
        let (session, destinations) = (self.session, &[to][..]);
        let relay = ServerRelay { session, destinations: destinations.into(), packet: &bytes[..length] };
        let packet = match delivery {
            Delivery::Reliable => Packet::ServerRelayReliable(relay),
            Delivery::Unreliable => Packet::ServerRelayUnreliable(relay),
        };
        self.send(now, delivery, &packet);
    }

    /// Continues with a new channel session, as clients do after all of their channels were closed.
    pub(crate) fn pause(&mut self) {
        self.channel_session = (self.channel_session + 1) % 128;
    }

    pub(crate) fn leave(mut self, call: &mut Call) {
        self.transport.disconnect(call.now);
        call.run_once();
    }

    fn send(&mut self, now: Instant, delivery: Delivery, packet: &Packet<'_>) {
        let mut bytes = [0; 1024];
        let length = packet.write(&mut bytes).unwrap();
        self.transport.send(now, delivery, &bytes[..length]);
    }
}

/// A recording, as found on the disk.
#[derive(Debug)]
pub(crate) struct Recorded {
    pub(crate) folder: PathBuf,
    pub(crate) index: RecordingIndex,
}

impl Recorded {
    pub(crate) fn track(&self, player: &str) -> &TrackIndex {
        self.index.tracks.iter().find(|track| track.player == player).unwrap()
    }

    /// The decoded sound of a player's file; checks its length and size against the index.
    pub(crate) fn sound(&self, player: &str) -> Vec<f32> {
        let track = self.track(player);
        let file = fs::read(self.folder.join(&track.file)).unwrap();
        let sound = consonance_testing::sound::decode(&*file);
        assert_eq!((sound.len() as u64, file.len() as u64), (track.duration_samples, track.bytes));
        sound
    }
}

/// All recordings in a folder, oldest first.
pub(crate) fn recorded(folder: &Path) -> Vec<Recorded> {
    let read = |folder: PathBuf| Recorded { index: RecordingIndex::read(&folder).unwrap(), folder };
    let mut all: Vec<_> = recordings_in(folder).unwrap().into_iter().map(read).collect();
    all.sort_by(|a, b| (a.index.started_unix_ms, &a.folder).cmp(&(b.index.started_unix_ms, &b.folder)));
    all
}
