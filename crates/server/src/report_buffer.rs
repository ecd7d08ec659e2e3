//! Recent speech in memory: the last seconds of each speaker, as they were relayed, for [reports](crate::reports).
//!
//! It is off unless an operator wants it, and players of ours are told. A worker keeps what its sessions relay; nothing
//! is decoded, and nothing leaves the memory without a report.

mod settings;
mod voice;

use std::collections::{BTreeMap, HashMap};
use std::time::{Duration, Instant};

use consonance_session::{RoomId, Server, ServerEvent};
use consonance_wire::{ChannelKind, ClientId, Packet, VoiceData};

pub use settings::ReportBufferSettings;
pub(crate) use voice::BufferedVoice;

use crate::recording::SpokenCodec;

/// The totals and limits of a worker's buffers, over all its sessions.
#[derive(Debug)]
pub(crate) struct ReportBuffers {
    settings: ReportBufferSettings,
    /// The size of all sessions' buffers, in bytes: exact after each [`sweep`](Self::sweep), and never too low.
    bytes: usize,
    /// Sessions that had anything at the last sweep.
    sessions: usize,
    next_sweep: Option<Instant>,
    /// Frames for which there was no room, or that made room for newer ones of others.
    frames_dropped: u64,
}

/// The buffer of one session.
#[derive(Debug, Default)]
pub(crate) struct ReportBuffer {
    /// Visits of speakers, in the order of their first words.
    voices: BTreeMap<u64, BufferedVoice>,
    next: u64,
    /// The size of all voices, in bytes; never too low.
    bytes: usize,
    /// The visits of all present players that spoke recently.
    present: HashMap<ClientId, u64>,
}

impl ReportBuffers {
    pub(crate) fn new(settings: ReportBufferSettings) -> Self {
        Self { settings, bytes: 0, sessions: 0, next_sweep: None, frames_dropped: 0 }
    }

    pub(crate) fn settings(&self) -> &ReportBufferSettings {
        &self.settings
    }

    /// Follows other settings; the next sweep is due at once.
    pub(crate) fn set_settings(&mut self, now: Instant, settings: ReportBufferSettings) {
        (self.settings, self.next_sweep) = (settings, Some(now));
    }

    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    pub(crate) fn frames_dropped(&self) -> u64 {
        self.frames_dropped
    }

    /// Whether voices are kept.
    pub(crate) fn is_on(&self) -> bool {
        self.settings.is_on()
    }

    /// Keeps a packet that a session relayed, as it came in, if it is voice and anything is kept at all.
    pub(crate) fn keep(&mut self, now: Instant, kept: &mut ReportBuffer, server: &Server, packet: &[u8]) {
        if !self.settings.is_on() {
            return;
        }
        let Some((packet, voice)) = VoiceData::in_packet(packet) else { return };
        let (before, speaker_bytes_max) = (kept.bytes, self.settings.speaker_bytes_max);
        let oldest = now.checked_sub(self.settings.last).unwrap_or(now);
        let Some(voice) = kept.voice_of(voice.sender, server) else {
            self.frames_dropped += 1;
            return;
        };
        let of_voice = voice.bytes();
        voice.forget_before(oldest);
        let is_kept = voice.push(now, packet, speaker_bytes_max);
        let of_voice_now = voice.bytes();
        kept.bytes = kept.bytes.saturating_sub(of_voice) + of_voice_now;
        self.frames_dropped += u64::from(!is_kept);
        self.bytes = self.bytes.saturating_sub(before) + kept.bytes;
        self.make_room(before, kept);
        self.next_sweep.get_or_insert(now + SWEEP_INTERVAL);
    }

    /// A session that had `before` bytes has more now. If all sessions together have too many, it drops frames of its
    /// own speaker with the most; while it has less than its share, the others do so at the next sweep.
    fn make_room(&mut self, before: usize, kept: &mut ReportBuffer) {
        let most = if self.bytes > self.crowded_bytes() { before.max(self.share()) } else { usize::MAX };
        let over = kept.bytes.saturating_sub(most);
        let over = over.max(self.bytes.saturating_sub(self.settings.worker_bytes_max));
        self.shrink(kept, over);
    }

    /// Frees at least this many bytes of a session, if it has them.
    fn shrink(&mut self, kept: &mut ReportBuffer, bytes: usize) {
        let before = kept.bytes;
        while kept.bytes > before.saturating_sub(bytes) {
            let frames = kept.shrink_largest(bytes);
            if frames == 0 {
                break;
            }
            self.frames_dropped += frames;
        }
        self.bytes -= (before - kept.bytes).min(self.bytes);
    }

    /// From here on no session gets more than its share, so that there is some room for one that has nothing yet.
    fn crowded_bytes(&self) -> usize {
        self.settings.worker_bytes_max / 8 * 7
    }

    /// The bytes that each session may have in any case, counting one more session that is yet to begin.
    fn share(&self) -> usize {
        self.settings.worker_bytes_max / (self.sessions + 1)
    }

    /// The time of the next removal of old voice; none while nothing is kept.
    pub(crate) fn next_sweep(&self) -> Option<Instant> {
        self.next_sweep
    }

    /// Forgets everything that is too old.
    pub(crate) fn sweep<'a>(&mut self, now: Instant, all: impl Iterator<Item = &'a mut ReportBuffer>) {
        let oldest = now.checked_sub(self.settings.last).filter(|_| self.settings.is_on());
        (self.bytes, self.sessions) = (0, 0);
        let mut all: Vec<_> = all.collect();
        for kept in &mut all {
            match oldest {
                Some(oldest) => kept.forget_before(oldest),
                None => **kept = ReportBuffer::default(),
            }
            self.bytes += kept.bytes;
            self.sessions += usize::from(kept.bytes > 0);
        }
        let share = self.share();
        for kept in all {
            let over = kept.bytes.saturating_sub(share);
            self.shrink(kept, over.min(self.bytes.saturating_sub(self.crowded_bytes())));
        }
        self.next_sweep = (self.bytes > 0).then_some(now + SWEEP_INTERVAL);
    }
}

impl ReportBuffer {
    /// Handles an event of the session. A player's speech is kept until it is too old, even when its id belongs to
    /// another player.
    pub(crate) fn handle_event(&mut self, event: &ServerEvent) {
        match event {
            ServerEvent::ClientJoined { id, .. } | ServerEvent::ClientLeft { id, .. } => {
                self.present.remove(id);
            }
            ServerEvent::Restarted { .. } => self.present.clear(),
            _ => {}
        }
    }

    pub(crate) fn forget_before(&mut self, oldest: Instant) {
        self.voices.retain(|_, voice| {
            voice.forget_before(oldest);
            !voice.is_empty()
        });
        self.present.retain(|_, number| self.voices.contains_key(number));
        self.bytes = self.voices.values().map(BufferedVoice::bytes).sum();
    }

    /// All voices, in the order of their first words.
    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut BufferedVoice> {
        self.voices.values_mut()
    }

    /// Drops the oldest frames of the speaker with the most; returns their number. Drops at least an eighth of that
    /// speaker's bytes and a 64th of `bytes`, to avoid a search for each frame.
    fn shrink_largest(&mut self, bytes: usize) -> u64 {
        let Some(voice) = self.voices.values_mut().max_by_key(|voice| voice.bytes()) else { return 0 };
        let before = voice.bytes();
        let frames = voice.shrink((bytes / 64).max(before / 8).max(1));
        self.bytes -= (before - voice.bytes()).min(self.bytes);
        frames
    }

    /// The buffer for the voice of this client; none if it is not here.
    fn voice_of(&mut self, id: ClientId, server: &Server) -> Option<&mut BufferedVoice> {
        if !self.present.contains_key(&id) {
            let client = server.tables().client(id)?;
            let subject = client.access.and_then(|access| access.subject.as_deref());
            let codec = SpokenCodec::of(&client.codec);
            self.voices.insert(self.next, BufferedVoice::new(id, client.name, subject, codec));
            self.present.insert(id, self.next);
            self.next += 1;
        }
        self.voices.get_mut(self.present.get(&id)?)
    }
}

/// The rooms that a voice packet is for.
pub(crate) fn rooms_of(packet: &[u8]) -> impl Iterator<Item = RoomId> {
    let voice = match Packet::parse(packet) {
        Ok(Packet::VoiceData(voice)) => Some(voice),
        _ => None,
    };
    let rooms = voice.into_iter().flat_map(|voice| voice.channels);
    rooms.filter(|channel| channel.bits.kind() == ChannelKind::Room).map(|channel| RoomId(channel.recipient))
}

/// The longest time that voice stays in memory beyond its limit.
const SWEEP_INTERVAL: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests {
    use consonance_session::{Delivery, Instant as SessionInstant, LinkId, ServerSettings, SessionId};
    use consonance_wire::{
        ChannelBits, CodecId, CodecParameters, HandshakeRequest, List, VoiceChannel, VoiceData, VoiceOptions,
        WireStr, Writer,
    };

    use super::*;

    const SESSION: SessionId = SessionId(7);

    fn written<'a>(packet: impl Into<Packet<'a>>) -> Vec<u8> {
        let mut bytes = [0; 256];
        let mut writer = Writer::new(&mut bytes);
        packet.into().write_to(&mut writer).unwrap();
        writer.written().to_vec()
    }

    /// A session with one client, and a voice packet of it.
    fn server_and_voice() -> (Server, Vec<u8>) {
        let mut settings = ServerSettings::from_seed(0);
        settings.session = SESSION;
        let mut server = Server::new(settings);
        let codec = CodecParameters { kind: CodecId::OPUS, frame_size_samples: 960, sample_rate_hz: 48_000 };
        let handshake = written(HandshakeRequest { codec, name: Some(WireStr::from("Alice")) });
        server.handle_connected(SessionInstant::START, LinkId(1));
        server.handle_packet(SessionInstant::START, LinkId(1), Delivery::Reliable, &handshake);
        let sender = server.tables().links().next().and_then(|row| row.client).unwrap();
        let channels =
            [VoiceChannel { bits: ChannelBits::new(ChannelKind::Room), recipient: RoomId::of("lobby").0 }];
        let voice = VoiceData {
            session: SESSION,
            sender,
            options: VoiceOptions::new(0),
            sequence: 0,
            channels: List::from(&channels[..]),
            frame: &[1; 40],
        };
        (server, written(voice))
    }

    #[test]
    fn every_session_with_buffered_voice_has_the_same_share_and_a_new_one_finds_one_free() {
        let (server, packet) = server_and_voice();
        let mut settings = ReportBufferSettings::default();
        (settings.last, settings.worker_bytes_max) = (Duration::from_secs(10), 12_000);
        let mut keeper = ReportBuffers::new(settings);
        let mut sessions = [ReportBuffer::default(), ReportBuffer::default(), ReportBuffer::default()];
        let start = Instant::now();
        for (speaking, share) in [(0, 12_000), (1, 6_000), (2, 4_000)] {
            for kept in &mut sessions[..speaking] {
                keeper.keep(start, kept, &server, &packet);
            }
            keeper.sweep(start, sessions.iter_mut());
            assert_eq!(keeper.share(), share, "{speaking} of three speak");
        }
        keeper.sweep(start + Duration::from_secs(11), sessions.iter_mut());
        assert_eq!(keeper.share(), 12_000, "all is too old");
    }

    #[test]
    fn voice_of_a_client_that_is_not_here_is_counted_as_dropped() {
        let (server, packet) = server_and_voice();
        let settings =
            ReportBufferSettings { last: Duration::from_secs(10), ..ReportBufferSettings::default() };
        let (mut buffers, mut buffer) = (ReportBuffers::new(settings), ReportBuffer::default());
        let other = Server::new(ServerSettings::from_seed(0));
        for _ in 0..3 {
            buffers.keep(Instant::now(), &mut buffer, &other, &packet);
        }
        assert_eq!((buffers.frames_dropped(), buffers.bytes()), (3, 0));
        buffers.keep(Instant::now(), &mut buffer, &server, &packet);
        assert_eq!(buffers.frames_dropped(), 3);
    }

    #[test]
    fn a_new_packet_pushes_out_what_is_too_old_without_waiting_for_a_sweep() {
        let (server, packet) = server_and_voice();
        let (mut keeper, mut kept) =
            (ReportBuffers::new(ReportBufferSettings::default()), ReportBuffer::default());
        keeper.settings.last = Duration::from_secs(10);
        let start = Instant::now();
        keeper.keep(start, &mut kept, &server, &packet);
        let of_one = keeper.bytes();
        let just_in_time = start + Duration::from_secs(10);
        keeper.keep(just_in_time, &mut kept, &server, &packet);
        assert_eq!(keeper.bytes(), 2 * of_one);
        keeper.keep(just_in_time + Duration::from_millis(1), &mut kept, &server, &packet);
        assert_eq!((keeper.bytes(), kept.bytes), (2 * of_one, 2 * of_one));
        let times = kept.iter_mut().flat_map(|voice| voice.packets().map(|(at, _)| at).collect::<Vec<_>>());
        assert_eq!(times.collect::<Vec<_>>(), [just_in_time, just_in_time + Duration::from_millis(1)]);
        assert_eq!(keeper.frames_dropped(), 0, "nothing made room for anything");
    }
}
