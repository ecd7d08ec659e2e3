//! The recorder's own thread: writes sound from the taps to their tracks.

use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use consonance_audio::{
    BLOCK_SAMPLES, RecordedTrack, Recording, RecordingError, RecordingSettings, SamplePosition, TrackId,
};

use super::dropped_blocks::{DroppedBlocks, Spent, TimeSheet};
use super::everyone::{Everyone, NamedTap};
use super::timed_file::DiskTime;
use crate::tap::{CAPACITY_BLOCKS, Tap, TapSource};

/// The interval between checks of the taps.
const INTERVAL: Duration = Duration::from_millis(20);

/// How far a track may lag behind the others, in samples, for sound still on its way through its tap: 1 s.
const LAG_SAMPLES: u64 = 48_000;

/// A command for the recorder's thread.
pub(super) enum Order {
    /// Record this tap.
    Tap(NamedTap),
    /// Record all players of a chat.
    Everyone(Box<Everyone>),
}

/// The result of recording a tap.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Recorded {
    /// The source of the tap.
    pub source: TapSource,
    /// Its file, and the sound that was omitted from it.
    pub track: RecordedTrack,
    /// Blocks missing from the file because the tap was full: the total of `dropped`.
    pub dropped_blocks: u64,
    /// The same blocks, by the reason why the recorder did not take them in time.
    pub dropped: DroppedBlocks,
}

pub(super) struct Writing {
    folder: PathBuf,
    settings: RecordingSettings,
    /// Started with the first sound.
    recording: Option<Recording>,
    lines: Vec<Line>,
    /// Chats whose players are all recorded.
    everyone: Vec<Everyone>,
    time: TimeSheet,
    disk: DiskTime,
    /// The end of the last sound written.
    latest: SamplePosition,
}

struct Line {
    tap: Tap,
    name: String,
    track: Option<TrackId>,
    dropped: DroppedBlocks,
}

impl Writing {
    pub(super) fn new(folder: PathBuf, settings: RecordingSettings) -> Self {
        Self {
            folder,
            settings,
            recording: None,
            lines: Vec::new(),
            everyone: Vec::new(),
            time: TimeSheet::new(Instant::now()),
            disk: DiskTime::default(),
            latest: SamplePosition::default(),
        }
    }

    /// Runs until no more taps can be added and their content is written.
    pub(super) fn run(mut self, orders: &Receiver<Order>) -> Result<Vec<Recorded>, RecordingError> {
        let mut wait = INTERVAL;
        loop {
            match orders.recv_timeout(wait) {
                Ok(Order::Tap(tap)) => self.lines.push(Line::new(tap)),
                Ok(Order::Everyone(everyone)) => self.everyone.push(*everyone),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => {
                    while !self.run_once()? {}
                    return self.finish();
                }
            }
            wait = if self.run_once()? { INTERVAL } else { Duration::ZERO };
        }
    }

    /// Writes pending sound. False if long silence delays some of it, or keeps tracks from keeping up: call it again at
    /// once.
    fn run_once(&mut self) -> Result<bool, RecordingError> {
        let spent = self.time.begin_turn(Instant::now(), self.disk.get());
        let taps = self.everyone.iter_mut().flat_map(Everyone::new_taps);
        self.lines.extend(taps.map(Line::new));
        for line in &mut self.lines {
            line.charge(&spent);
        }
        let is_done = self.write()?;
        self.time.end_turn(Instant::now());
        Ok(is_done)
    }

    fn write(&mut self) -> Result<bool, RecordingError> {
        let first = self.lines.iter().filter_map(|line| line.tap.next_position()).min();
        if self.recording.is_none()
            && let Some(start) = first
        {
            self.recording =
                Some(Recording::create_with(&self.folder, start, self.settings, self.disk.opener())?);
        }
        let Some(recording) = &mut self.recording else { return Ok(true) };
        let mut is_done = true;
        for line in &mut self.lines {
            let (is_empty, end) = line.write(recording)?;
            is_done &= is_empty;
            self.latest = self.latest.max(end);
        }
        let expected = SamplePosition(self.latest.0.saturating_sub(LAG_SAMPLES));
        for line in self.lines.iter().filter(|line| !line.tap.is_finished()) {
            if let Some(track) = line.track {
                is_done &= recording.approach(track, expected)?;
            }
        }
        Ok(is_done)
    }

    fn finish(mut self) -> Result<Vec<Recorded>, RecordingError> {
        let spent = self.time.begin_turn(Instant::now(), self.disk.get());
        for line in &mut self.lines {
            line.charge(&spent);
        }
        let tracks = self.recording.map_or(Ok(Vec::new()), Recording::finish)?;
        let recorded = self.lines.into_iter().zip(tracks).map(|(Line { tap, dropped, .. }, track)| {
            Recorded { source: tap.source().clone(), track, dropped_blocks: dropped.total(), dropped }
        });
        Ok(recorded.collect())
    }
}

impl Line {
    fn new(NamedTap { tap, name }: NamedTap) -> Self {
        let dropped = DroppedBlocks { burst: tap.dropped(), ..DroppedBlocks::default() };
        Self { tap, name, track: None, dropped }
    }

    /// Counts blocks dropped since the last call, by how the time was spent meanwhile.
    fn charge(&mut self, spent: &Spent) {
        let more = self.tap.dropped() - self.dropped.total();
        self.dropped.charge(more, spent);
    }

    /// Writes the tap's pending sound; returns whether that was all of it, and its end.
    fn write(&mut self, recording: &mut Recording) -> Result<(bool, SamplePosition), RecordingError> {
        let track = if let Some(track) = self.track {
            track
        } else {
            let channels = self.tap.source().channels();
            *self.track.insert(recording.add_track(&self.name, channels)?)
        };
        let mut end = SamplePosition::default();
        // At most a full tap: one that is refilled all the time must not delay the others.
        for _ in 0..CAPACITY_BLOCKS {
            let Some(position) = self.tap.next_position() else { break };
            if !recording.approach(track, position)? {
                return Ok((false, end));
            }
            let Some(block) = self.tap.poll() else { break };
            recording.write(track, position, &block.sound)?;
            end = position + BLOCK_SAMPLES as u64;
        }
        Ok((true, end))
    }
}
