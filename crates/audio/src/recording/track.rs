//! One track: the position in its file, and the handling of blocks that belong elsewhere.

use std::array;
use std::path::PathBuf;

use consonance_recording::Channels;

use super::settings::RecordingFormat;
use super::track_file::{OpenTrack, TrackWriter};
use super::{RecordedBlock, RecordingError};
use crate::block::{BLOCK_SAMPLES, SamplePosition};

/// The longest silence written at once, in samples: 10 s.
const GAP_SAMPLES_MAX: u64 = 480_000;

/// The result of recording a track.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RecordedTrack {
    /// The name given to it.
    pub name: String,
    /// Its file.
    pub path: PathBuf,
    /// Its length, in samples per channel, silence included.
    pub samples: u64,
    /// Samples that were left out because their position was already written, or because they came before the start.
    pub late_samples: u64,
    /// Blocks that were left out because the silence before them was too long.
    pub distant_blocks: u64,
    /// Blocks that were left out because the recording had reached its maximum length.
    pub blocks_after_end: u64,
}

#[derive(Debug)]
pub(super) struct Track {
    file: TrackWriter,
    channels: Channels,
    start: SamplePosition,
    report: RecordedTrack,
}

impl Track {
    pub(super) fn create(
        open: &mut OpenTrack,
        path: PathBuf,
        name: &str,
        format: RecordingFormat,
        channels: Channels,
        start: SamplePosition,
    ) -> Result<Self, RecordingError> {
        let file = TrackWriter::create(open, &path, name, format, channels)?;
        let report = RecordedTrack {
            name: name.to_owned(),
            path,
            samples: 0,
            late_samples: 0,
            distant_blocks: 0,
            blocks_after_end: 0,
        };
        Ok(Self { file, channels, start, report })
    }

    pub(super) fn write(
        &mut self,
        position: SamplePosition,
        block: RecordedBlock<'_>,
        end: SamplePosition,
    ) -> Result<(), RecordingError> {
        if position + BLOCK_SAMPLES as u64 > end {
            self.report.blocks_after_end += 1;
            return Ok(());
        }
        if !self.approach(position)? {
            self.report.distant_blocks += 1;
            return Ok(());
        }
        let late = self.reached().samples_since(position).min(BLOCK_SAMPLES as u64);
        self.report.late_samples += late;
        self.report.samples += BLOCK_SAMPLES as u64 - late;
        let skipped = late as usize * self.channels.count();
        match self.channels {
            Channels::Mono => self.file.write(&mono(block)[skipped..]),
            Channels::Stereo => self.file.write(&interleaved(block).as_flattened()[skipped..]),
        }
    }

    pub(super) fn approach(&mut self, position: SamplePosition) -> Result<bool, RecordingError> {
        let gap = position.samples_since(self.reached());
        let silence = gap.min(GAP_SAMPLES_MAX);
        self.report.samples += silence;
        self.file.silence(silence)?;
        Ok(silence == gap)
    }

    pub(super) fn report(&self) -> RecordedTrack {
        self.report.clone()
    }

    pub(super) fn finish(self) -> Result<RecordedTrack, RecordingError> {
        self.file.finish()?;
        Ok(self.report)
    }

    /// The position of the next sample of the file.
    fn reached(&self) -> SamplePosition {
        self.start + self.report.samples
    }
}

fn mono(block: RecordedBlock<'_>) -> [f32; BLOCK_SAMPLES] {
    match block {
        RecordedBlock::Mono(block) => *block,
        RecordedBlock::Stereo(block) => block.to_mono(),
    }
}

fn interleaved(block: RecordedBlock<'_>) -> [[f32; 2]; BLOCK_SAMPLES] {
    match block {
        RecordedBlock::Mono(block) => block.map(|sample| [sample; 2]),
        RecordedBlock::Stereo(block) => array::from_fn(|i| [block.left[i], block.right[i]]),
    }
}
