//! One player's voice in a recording: frames in their order, each in its place, in a file.

mod file;
mod order;

use std::io;
use std::path::Path;

use consonance_wire::VoiceData;

use super::index::{Span, TrackIndex};
pub(super) use file::FrameKind;
use file::TrackFile;
pub(super) use file::repair;
use order::{Held, Order};

/// A file that grows while a player speaks.
#[derive(Debug)]
pub(super) struct Track {
    kind: FrameKind,
    writer: TrackFile,
    order: Order,
    /// Counts frames in the file, and those left out; without the file's length.
    counters: TrackIndex,
    /// The channel session of the last frame: another one begins another stretch of speech.
    channel_session: Option<u8>,
    /// How long the last frame was.
    frame_samples: u64,
    /// How long the player's frames are, as its client has announced.
    announced_samples: u32,
    /// The arrival time of the oldest frame that is not in the file, if there is one.
    unwritten_since: Option<u64>,
    /// All further speech extends the last stretch, even if it would otherwise begin another one.
    keeps_to_last_span: bool,
}

/// The targets of a frame.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Audience {
    pub(super) rooms: Vec<String>,
    pub(super) to_players: bool,
}

impl Track {
    /// Begins a file of this name in a folder.
    pub(super) fn create(
        folder: &Path,
        file: String,
        kind: FrameKind,
        player: &str,
        subject: Option<&str>,
        serial: u32,
    ) -> io::Result<Self> {
        let writer = TrackFile::create(folder.join(&file), kind, player, serial)?;
        let counters = TrackIndex {
            file,
            sealed: kind == FrameKind::Sealed,
            player: player.to_owned(),
            subject: subject.map(str::to_owned),
            ..TrackIndex::default()
        };
        Ok(Self {
            kind,
            writer,
            order: Order::default(),
            counters,
            channel_session: None,
            frame_samples: 960,
            announced_samples: 960,
            unwritten_since: None,
            keeps_to_last_span: false,
        })
    }

    /// Whether this has such frames of that player.
    pub(super) fn is_of(&self, kind: FrameKind, player: &str, subject: Option<&str>) -> bool {
        self.kind == kind && self.counters.player == player && self.counters.subject.as_deref() == subject
    }

    /// The player speaks into this file from now on, under this id and with frames of this length, and perhaps counts
    /// them again.
    pub(super) fn speaks_as(&mut self, id: u16, announced_samples: u32) -> io::Result<()> {
        self.release(Order::flush)?;
        self.order = Order::default();
        self.announced_samples = announced_samples;
        self.counters.id = id;
        Ok(())
    }

    /// The player's next frames go elsewhere: those that come here after that are another stretch of speech.
    pub(super) fn interrupt(&mut self) {
        self.channel_session = None;
    }

    /// A frame came at this sample of the recording.
    pub(super) fn write_frame(
        &mut self,
        at: u64,
        voice: &VoiceData<'_>,
        audience: Audience,
    ) -> io::Result<()> {
        if !self.writer.takes(voice.frame) {
            self.refuse();
            return Ok(());
        }
        if self.order.is_jump(voice.sequence) {
            self.release(Order::flush)?;
            self.order = Order::default();
        }
        let frame = voice.frame.to_vec();
        let channel_session = voice.options.channel_session();
        let held = Held { at, sequence: voice.sequence, channel_session, frame, audience };
        if !self.order.insert(held) {
            self.counters.frames_late += 1;
        }
        self.release(|order| order.next(at))
    }

    /// One of its frames cannot be recorded.
    pub(super) fn refuse(&mut self) {
        self.counters.frames_refused += 1;
    }

    /// Advances to this sample of the recording: stops waiting for frames that are too late, and flushes the file
    /// after a second.
    pub(super) fn pass(&mut self, now: u64) -> io::Result<()> {
        self.release(|order| order.next(now))?;
        if self.unwritten_since.is_some_and(|since| now.saturating_sub(since) >= FLUSH_SAMPLES) {
            self.unwritten_since = None;
            self.writer.flush()?;
        }
        Ok(())
    }

    /// Completes the file.
    pub(super) fn finish(mut self) -> (TrackIndex, io::Result<()>) {
        let released = self.release(Order::flush);
        let mut index = self.index();
        let finished = self.writer.finish().map(|bytes| index.bytes = bytes);
        (index, released.and(finished))
    }

    /// How it is so far.
    pub(super) fn index(&self) -> TrackIndex {
        TrackIndex { duration_samples: self.writer.end(), bytes: self.bytes(), ..self.counters.clone() }
    }

    pub(super) fn bytes(&self) -> u64 {
        self.writer.bytes()
    }

    pub(super) fn spans(&self) -> usize {
        self.counters.spans.len()
    }

    /// More stretches of speech are told as one from now on.
    pub(super) fn keep_to_last_span(&mut self) {
        self.keeps_to_last_span = true;
    }

    /// Writes the frames that the order releases.
    fn release(&mut self, mut next: impl FnMut(&mut Order) -> Option<(Held, u64)>) -> io::Result<()> {
        while let Some((held, lost)) = next(&mut self.order) {
            self.counters.frames_lost += lost;
            self.place(&held, lost)?;
        }
        Ok(())
    }

    /// Writes a frame after this many lost ones.
    fn place(&mut self, held: &Held, lost: u64) -> io::Result<()> {
        let goes_on = self.channel_session.replace(held.channel_session) == Some(held.channel_session);
        let behind = self.writer.end() + lost * self.frame_samples;
        // Within an utterance, frames are contiguous regardless of when they arrive, unless there was no listener for
        // a while.
        let place =
            if goes_on && held.at <= behind + LATE_SAMPLES_MAX { behind } else { behind.max(held.at) };
        if place > held.at + EARLY_SAMPLES_MAX {
            self.refuse();
            return Ok(());
        }
        let (from, samples) = self.writer.write(place, &held.frame, self.announced_samples)?;
        self.frame_samples = samples;
        self.counters.frames += 1;
        self.counters.first_sample.get_or_insert(from);
        self.unwritten_since.get_or_insert(held.at);
        self.extend_spans(goes_on, from, from + self.frame_samples, &held.audience);
        Ok(())
    }

    fn extend_spans(&mut self, goes_on: bool, from: u64, to: u64, audience: &Audience) {
        if let Some(last) = self.counters.spans.last_mut() {
            let is_same = goes_on
                && from <= last.to_sample + LATE_SAMPLES_MAX
                && (last.to_players, &last.rooms) == (audience.to_players, &audience.rooms);
            if is_same || self.keeps_to_last_span {
                last.to_sample = to;
                return;
            }
        }
        let Audience { rooms, to_players } = audience.clone();
        self.counters.spans.push(Span { from_sample: from, to_sample: to, rooms, to_players });
    }
}

/// With the interval of checks, a killed server loses less than a second.
const FLUSH_SAMPLES: u64 = 36_000;
/// Within a stretch of speech, a frame that comes half a second after its place was not delayed: there was a pause.
const LATE_SAMPLES_MAX: u64 = 24_000;
/// Speech is never a second ahead of time; more would let a file grow faster than the recording.
const EARLY_SAMPLES_MAX: u64 = 48_000;
