//! One recording that is being made: its folder, its tracks and its index.

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use consonance_wire::{ChannelKind, ClientId, Packet, RoomId, VoiceData};

use super::ended::EndedRecording;
use super::feed::{Begun, TapState};
use super::file_name;
use super::index::{RecordingEndReason, RecordingIndex, VERSION};
use super::message::{Message, SpokenCodec};
use super::track::{Audience, FrameKind, Track};
use crate::utc::rfc_3339;

/// A recording in progress.
#[derive(Debug)]
pub(super) struct LiveRecording {
    pub(super) state: Arc<TapState>,
    pub(super) folder: PathBuf,
    begun: Instant,
    index: RecordingIndex,
    tracks: Vec<Track>,
    /// The speakers by id, with their tracks.
    speakers: HashMap<ClientId, Speaker>,
    rooms: HashMap<RoomId, String>,
    next_index: Duration,
    /// A player without a track spoke, and it is time for another recording.
    is_outgrown: bool,
}

/// A player that speaks under an id.
#[derive(Debug)]
struct Speaker {
    name: String,
    subject: Option<String>,
    codec: SpokenCodec,
    /// The kind of its last frame, and the track of such frames; none if there was no track left.
    track: Option<(FrameKind, usize)>,
}

impl LiveRecording {
    /// Makes a folder for the recording, in one for its session.
    pub(super) fn create(begun: Begun, now: Instant, folder: &Path) -> io::Result<Self> {
        let session_folder = folder.join(file_name::of_session(&begun.session));
        std::fs::create_dir_all(&session_folder)?;
        let started_at = rfc_3339(since_1970(begun.at, now).as_secs());
        let folder = new_folder(&session_folder, &file_name::of_time(&started_at))?;
        Self::create_in(folder, begun, now)
    }

    /// Writes the first index into a folder of the recording's own.
    pub(super) fn create_in(folder: PathBuf, begun: Begun, now: Instant) -> io::Result<Self> {
        let since_1970 = since_1970(begun.at, now);
        let index = RecordingIndex {
            version: VERSION,
            session: begun.session,
            started_at: rfc_3339(since_1970.as_secs()),
            started_unix_ms: since_1970.as_millis() as u64,
            by_operator: begun.by_operator,
            sample_rate_hz: 48_000,
            duration_samples: 0,
            bytes: 0,
            ended: None,
            error: None,
            frames_dropped: 0,
            frames_without_track: 0,
            tracks: Vec::new(),
        };
        index.write(&folder)?;
        Ok(Self {
            state: begun.state,
            folder,
            begun: begun.at,
            index,
            tracks: Vec::new(),
            speakers: HashMap::new(),
            rooms: HashMap::new(),
            next_index: INDEX_INTERVAL,
            is_outgrown: false,
        })
    }

    /// Handles a message of this recording, with at most `tracks_max` voices.
    pub(super) fn handle(&mut self, message: &Message<'_>, tracks_max: usize) -> io::Result<()> {
        match *message {
            Message::Speaker { id, codec, name, subject, .. } => {
                let subject = (!subject.is_empty()).then(|| subject.to_owned());
                let speaker = Speaker { name: name.to_owned(), subject, codec, track: None };
                self.speakers.insert(id, speaker);
                Ok(())
            }
            Message::Room { id, name, .. } => {
                let name = if name.is_empty() { id.0.to_string() } else { name.to_owned() };
                self.rooms.insert(id, name);
                Ok(())
            }
            Message::Voice { at_us, packet, .. } => match Packet::parse(packet) {
                Ok(Packet::VoiceData(voice)) => {
                    self.write_frame(samples(Duration::from_micros(at_us)), &voice, tracks_max)
                }
                _ => Ok(()),
            },
        }
    }

    /// Time has passed: pages are written, and now and then the index.
    pub(super) fn pass(&mut self, now: Instant) -> io::Result<()> {
        let age = self.age(now);
        // Allow for packets that are still in the ring.
        let heard = samples(age.saturating_sub(LAG));
        for track in &mut self.tracks {
            track.pass(heard)?;
        }
        if age >= self.next_index {
            self.next_index = age + INDEX_INTERVAL;
            if self.tracks.iter().map(Track::spans).sum::<usize>() >= SPANS_MAX {
                self.tracks.iter_mut().for_each(Track::keep_to_last_span);
            }
            self.index_so_far(now).write(&self.folder)?;
        }
        Ok(())
    }

    /// Bytes of all tracks so far.
    pub(super) fn bytes(&self) -> u64 {
        self.tracks.iter().map(Track::bytes).sum()
    }

    /// Whether another recording has to follow for players without a track in this one.
    pub(super) fn is_outgrown(&self) -> bool {
        self.is_outgrown
    }

    /// The index as of now.
    pub(super) fn index_so_far(&self, now: Instant) -> RecordingIndex {
        let tracks: Vec<_> = self.tracks.iter().map(Track::index).collect();
        let longest = tracks.iter().map(|track| track.duration_samples).max().unwrap_or(0);
        RecordingIndex {
            duration_samples: longest.max(samples(self.age(now))),
            bytes: self.bytes(),
            frames_dropped: self.state.frames_dropped.load(Ordering::Relaxed),
            tracks,
            ..self.index.clone()
        }
    }

    /// Completes all files as far as the disk permits, and notifies the session's side. The result has yet to be
    /// saved.
    pub(super) fn end(
        mut self,
        now: Instant,
        reason: RecordingEndReason,
        error: Option<String>,
    ) -> EndedRecording {
        let goes_on = matches!(
            reason,
            RecordingEndReason::BytesReached
                | RecordingEndReason::DurationReached
                | RecordingEndReason::TracksReached
        );
        self.state.end(goes_on);
        let mut index = self.index_so_far(now);
        (index.ended, index.error) = (Some(reason), error);
        index.tracks.clear();
        let mut is_whole = true;
        for track in self.tracks.drain(..) {
            let (track, finished) = track.finish();
            if let Err(error) = finished {
                index.error.get_or_insert(error.to_string());
                is_whole = false;
            }
            index.tracks.push(track);
        }
        index.bytes = index.tracks.iter().map(|track| track.bytes).sum();
        EndedRecording { folder: self.folder, index, is_whole }
    }

    fn write_frame(&mut self, at: u64, voice: &VoiceData<'_>, tracks_max: usize) -> io::Result<()> {
        let Some(number) = self.track_for(voice, tracks_max)? else {
            self.index.frames_without_track += 1;
            self.is_outgrown |= at >= SAMPLES_MIN;
            return Ok(());
        };
        let is_opus = self.speakers.get(&voice.sender).is_some_and(|speaker| speaker.codec.is_opus);
        let track = &mut self.tracks[number];
        if is_opus {
            return track.write_frame(at, voice, audience(&self.rooms, voice));
        }
        track.refuse();
        Ok(())
    }

    /// The track for a frame; a new one if the speaker had no frames of the kind yet. `None` if there is none left.
    fn track_for(&mut self, voice: &VoiceData<'_>, tracks_max: usize) -> io::Result<Option<usize>> {
        let Some(speaker) = self.speakers.get_mut(&voice.sender) else {
            debug_assert!(false, "a speaker is introduced before it is heard");
            return Ok(None);
        };
        let kind = FrameKind::of(voice.frame);
        if let Some((_, number)) = speaker.track.filter(|(last, _)| *last == kind) {
            return Ok(Some(number));
        }
        let (name, subject) = (&*speaker.name, speaker.subject.as_deref());
        let known = self.tracks.iter().position(|track| track.is_of(kind, name, subject));
        let number = known.unwrap_or(self.tracks.len());
        if known.is_none() {
            if number >= tracks_max {
                return Ok(None);
            }
            let file = file_name::of_track(name, number + 1, kind);
            self.tracks.push(Track::create(&self.folder, file, kind, name, subject, number as u32 + 1)?);
        }
        if let Some((_, former)) = speaker.track {
            self.tracks[former].interrupt();
        }
        self.tracks[number].speaks_as(voice.sender.0, speaker.codec.frame_samples.into())?;
        speaker.track = Some((kind, number));
        Ok(Some(number))
    }

    fn age(&self, now: Instant) -> Duration {
        now.saturating_duration_since(self.begun)
    }
}

/// The interval at which the index of a recording in progress is written.
const INDEX_INTERVAL: Duration = Duration::from_secs(10);
/// A minute at 48 kHz: a recording whose tracks are used up is that long before another follows, so that joining under
/// many names makes few of them.
const SAMPLES_MIN: u64 = 60 * 48_000;
/// How far the writer thread may lag behind.
const LAG: Duration = Duration::from_millis(100);
/// Stretches of speech of one recording; more are told as one, so that an index stays of a size that can be read.
const SPANS_MAX: usize = 50_000;

/// The wall-clock time of an event at `then`, since 1970.
fn since_1970(then: Instant, now: Instant) -> Duration {
    let wall = SystemTime::now().checked_sub(now.saturating_duration_since(then)).unwrap_or(UNIX_EPOCH);
    wall.duration_since(UNIX_EPOCH).unwrap_or_default()
}

fn samples(time: Duration) -> u64 {
    time.as_micros() as u64 * 48 / 1_000
}

/// A folder that was not there.
fn new_folder(parent: &Path, name: &str) -> io::Result<PathBuf> {
    let mut attempt = 1;
    loop {
        let folder = parent.join(if attempt == 1 { name.to_owned() } else { format!("{name}-{attempt}") });
        match std::fs::create_dir(&folder) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && attempt < 1_000 => attempt += 1,
            result => return result.map(|()| folder),
        }
    }
}

fn audience(rooms: &HashMap<RoomId, String>, voice: &VoiceData<'_>) -> Audience {
    let mut audience = Audience::default();
    for channel in voice.channels {
        match channel.bits.kind() {
            ChannelKind::Player => audience.to_players = true,
            ChannelKind::Room => {
                let name = rooms.get(&RoomId(channel.recipient));
                let name = name.map_or_else(|| channel.recipient.to_string(), Clone::clone);
                if !audience.rooms.contains(&name) {
                    audience.rooms.push(name);
                }
            }
        }
    }
    audience
}
