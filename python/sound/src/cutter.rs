//! Blocks of 10 ms of a tap, made into blocks of the rate and the length that a program wants.

use std::collections::VecDeque;
use std::time::Instant;

use consonance::audio::{BLOCK_SAMPLES, SAMPLE_RATE_HZ};
use consonance::{TapBlock, TapSound};

use crate::resampler::Resampler;

/// A block as a program takes it: interleaved samples and their time.
#[derive(Debug, PartialEq)]
pub struct CutBlock {
    /// From -1 to 1; with two channels, left and right alternate.
    pub samples: Vec<f32>,
    /// Of the first sample, counted from the stream's first one, at the stream's rate.
    pub position: u64,
    /// When the first sample was due to be heard.
    pub at: Instant,
}

/// Cuts one stream; a gap in it ends a block early.
#[derive(Debug)]
pub struct Cutter {
    rate_hz: u32,
    block_frames: usize,
    /// One for each channel, or none where the rate stays.
    resamplers: Vec<Resampler>,
    channels: usize,
    /// Of the stream's first sample, at 48 kHz.
    begin: Option<u64>,
    /// The position of the next 10 ms block if there is no gap, in samples at 48 kHz; `None` after a gap.
    next: Option<u64>,
    run: Run,
}

/// Sound without a gap that has not been taken yet.
#[derive(Debug, Default)]
struct Run {
    frames: VecDeque<f32>,
    /// Of the first of them, at the stream's rate.
    position: u64,
}

impl Cutter {
    /// A cutter for blocks of this many milliseconds, at a rate of which 48 kHz is a multiple, with one or two
    /// channels.
    pub fn new(rate_hz: u32, block_ms: u32, channels: usize) -> Self {
        let is_converted = rate_hz != SAMPLE_RATE_HZ;
        let resamplers =
            (0..channels).filter(|_| is_converted).map(|_| Resampler::new(SAMPLE_RATE_HZ, rate_hz));
        Self {
            rate_hz,
            block_frames: (rate_hz * block_ms / 1000) as usize,
            resamplers: resamplers.collect(),
            channels,
            begin: None,
            next: None,
            run: Run::default(),
        }
    }

    /// Takes a block, and hands over those that are complete now. `origin` is when position 0 was due.
    pub fn push(&mut self, block: &TapBlock, origin: Instant, mut give: impl FnMut(CutBlock)) {
        let position = block.position.0;
        let begin = *self.begin.get_or_insert(position);
        if self.next != Some(position) {
            self.flush(origin, &mut give);
            self.run.position = self.at_rate(position.saturating_sub(begin));
        }
        self.next = Some(position + BLOCK_SAMPLES as u64);
        match &block.sound {
            TapSound::Mono(samples) => self.add(&[samples]),
            TapSound::Stereo(both) => self.add(&[&both.left, &both.right]),
        }
        while self.run.frames.len() >= self.block_frames * self.channels {
            give(self.cut(self.block_frames, origin));
        }
    }

    /// The position where audio would continue without a gap, in samples at 48 kHz; `None` after a gap.
    pub fn next(&self) -> Option<u64> {
        self.next
    }

    /// Hands over the remaining samples: there is a gap, or the stream ends.
    pub fn flush(&mut self, origin: Instant, give: &mut impl FnMut(CutBlock)) {
        let rest: Vec<Vec<f32>> = self.resamplers.iter_mut().map(flushed).collect();
        self.interleave(&rest);
        while !self.run.frames.is_empty() {
            let frames = self.block_frames.min(self.run.frames.len() / self.channels);
            give(self.cut(frames, origin));
        }
        self.next = None;
    }

    fn add(&mut self, channels: &[&[f32; BLOCK_SAMPLES]]) {
        let converted: Vec<Vec<f32>> = if self.resamplers.is_empty() {
            channels.iter().map(|samples| samples.to_vec()).collect()
        } else {
            let convert = |(resampler, samples): (&mut Resampler, &&[f32; BLOCK_SAMPLES])| {
                let mut converted = Vec::with_capacity(BLOCK_SAMPLES);
                resampler.push(samples.iter().copied(), &mut converted);
                converted
            };
            self.resamplers.iter_mut().zip(channels).map(convert).collect()
        };
        self.interleave(&converted);
    }

    fn interleave(&mut self, channels: &[Vec<f32>]) {
        let frames = channels.iter().map(Vec::len).min().unwrap_or_default();
        for i in 0..frames {
            self.run.frames.extend(channels.iter().map(|samples| samples[i]));
        }
    }

    fn cut(&mut self, frames: usize, origin: Instant) -> CutBlock {
        let position = self.run.position;
        self.run.position += frames as u64;
        let samples = self.run.frames.drain(..frames * self.channels).collect();
        let since = self.begin.unwrap_or_default() * 1_000_000 / u64::from(SAMPLE_RATE_HZ)
            + position * 1_000_000 / u64::from(self.rate_hz);
        CutBlock { samples, position, at: origin + std::time::Duration::from_micros(since) }
    }

    /// Converts a number of samples at 48 kHz to the stream's rate.
    pub fn at_rate(&self, samples: u64) -> u64 {
        samples * u64::from(self.rate_hz) / u64::from(SAMPLE_RATE_HZ)
    }
}

fn flushed(resampler: &mut Resampler) -> Vec<f32> {
    let mut rest = Vec::new();
    resampler.flush(&mut rest);
    rest
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use consonance::audio::SamplePosition;

    use super::*;

    fn block(number: u64, sample: f32) -> TapBlock {
        let position = SamplePosition(number * BLOCK_SAMPLES as u64);
        TapBlock { position, sound: TapSound::Mono([sample; BLOCK_SAMPLES]) }
    }

    fn cut(cutter: &mut Cutter, blocks: &[u64], origin: Instant) -> Vec<(u64, usize, Duration)> {
        let mut given = Vec::new();
        let mut give = |block: CutBlock| given.push((block.position, block.samples.len(), block.at - origin));
        for &number in blocks {
            cutter.push(&block(number, 0.5), origin, &mut give);
        }
        cutter.flush(origin, &mut give);
        given
    }

    #[test]
    fn positions_count_from_the_first_sample_and_times_from_the_origin() {
        let ms = Duration::from_millis;
        let origin = Instant::now();
        let at_48 = cut(&mut Cutter::new(48_000, 20, 1), &[100, 101, 102], origin);
        assert_eq!(at_48, [(0, 960, ms(1000)), (960, 480, ms(1020))]);
        let at_16 = cut(&mut Cutter::new(16_000, 20, 1), &[100, 101, 102], origin);
        assert_eq!(at_16, [(0, 320, ms(1000)), (320, 160, ms(1020))]);
    }

    #[test]
    fn a_gap_ends_a_block_and_is_seen_by_the_position_of_the_next() {
        let origin = Instant::now();
        let given = cut(&mut Cutter::new(16_000, 30, 1), &[10, 11, 20, 21, 22, 23], origin);
        let numbers: Vec<_> = given.iter().map(|(position, length, _)| (*position, *length)).collect();
        assert_eq!(numbers, [(0, 320), (1600, 480), (2080, 160)]);
    }

    #[test]
    fn two_channels_are_interleaved() {
        let mut both = consonance::audio::StereoBlock::SILENCE;
        both.left.fill(0.25);
        both.right.fill(0.75);
        let mut cutter = Cutter::new(48_000, 10, 2);
        let mut given = Vec::new();
        let block = TapBlock { position: SamplePosition(0), sound: TapSound::Stereo(both) };
        cutter.push(&block, Instant::now(), |block| given.push(block.samples));
        assert_eq!((given[0].len(), &given[0][..4]), (960, &[0.25, 0.75, 0.25, 0.75][..]));
    }
}
