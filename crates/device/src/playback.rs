//! From blocks on the beat to a loudspeaker's callback: the two ends of one ring.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use consonance_audio::{BLOCK_SAMPLES, StereoBlock};
use rtrb::{Consumer, Producer, RingBuffer};

use crate::capture::silence_bad_numbers;
use crate::diagnostics::{Gauges, Pulse};
use crate::fade::{FADE_FRAMES, fade_in, fade_out, falling, rising};
use crate::fill_control::FillControl;
use crate::limits::{EXCURSION_FRAMES_MAX, RING_FRAMES};
use crate::resampler::{BLOCK_FRAMES_MAX, DriftResampler};

/// Channels of every loudspeaker: left and right.
pub(crate) const CHANNELS: usize = 2;

/// A new ring for a loudspeaker that is about to be opened.
pub(crate) fn playback(gauges: Arc<Gauges>) -> (PlaybackWriter, PlaybackDrain, Arc<Pulse>) {
    let (producer, consumer) = RingBuffer::new(RING_FRAMES);
    let pulse = Arc::new(Pulse::default());
    let news = Arc::new(News::default());
    let drain = PlaybackDrain {
        ring: consumer,
        pulse: Arc::clone(&pulse),
        gauges: Arc::clone(&gauges),
        news: Arc::clone(&news),
        is_playing: false,
        faded_in: 0,
        last: [0.0; CHANNELS],
    };
    (PlaybackWriter::new(producer, Arc::clone(&pulse), gauges, news), drain, pulse)
}

/// What the two ends tell each other besides sound.
#[derive(Debug, Default)]
struct News {
    /// Frames that shall be left after the first callback with sound.
    target_frames: AtomicU32,
    is_playing: AtomicBool,
    underruns: AtomicU32,
}

/// The end in the device's callback.
pub(crate) struct PlaybackDrain {
    ring: Consumer<[f32; CHANNELS]>,
    pulse: Arc<Pulse>,
    gauges: Arc<Gauges>,
    news: Arc<News>,
    is_playing: bool,
    /// Frames since sound began, as far as it is still fading in.
    faded_in: usize,
    /// What was played last, to die away from.
    last: [f32; CHANNELS],
}

impl PlaybackDrain {
    /// Fills what the device wants to play: left and right in turn.
    pub(crate) fn handle_callback(&mut self, now: Duration, output: &mut [f32]) {
        let output = output.as_chunks_mut::<CHANNELS>().0;
        self.pulse.note_callback(now, output.len());
        if !self.is_playing && !self.begin(output.len()) {
            return output.fill([0.0; CHANNELS]);
        }
        let taken = output.len().min(self.ring.slots());
        let (sound, missing) = output.split_at_mut(taken);
        if let Ok(chunk) = self.ring.read_chunk(taken) {
            for (frame, next) in sound.iter_mut().zip(chunk) {
                *frame = next;
            }
        }
        self.fade_in(sound);
        if !missing.is_empty() {
            self.end(sound, missing);
        }
        self.last = output.last().copied().unwrap_or(self.last);
    }

    /// Begins once enough is there for this callback with the target behind it; the rest is too old.
    fn begin(&mut self, wanted: usize) -> bool {
        let needed = wanted + self.news.target_frames.load(Ordering::Relaxed) as usize;
        let Some(excess) = self.ring.slots().checked_sub(needed.max(1)) else { return false };
        if let Ok(chunk) = self.ring.read_chunk(excess) {
            chunk.commit_all();
        }
        Gauges::count(&self.gauges.skipped_frames, excess);
        self.is_playing = true;
        self.faded_in = 0;
        self.news.is_playing.store(true, Ordering::Release);
        true
    }

    fn fade_in(&mut self, sound: &mut [[f32; CHANNELS]]) {
        for frame in sound.iter_mut().take(FADE_FRAMES - self.faded_in) {
            let weight = rising(self.faded_in, FADE_FRAMES);
            *frame = frame.map(|sample| sample * weight);
            self.faded_in += 1;
        }
    }

    /// The ring ran empty: what there is ends softly.
    fn end(&mut self, sound: &mut [[f32; CHANNELS]], missing: &mut [[f32; CHANNELS]]) {
        missing.fill([0.0; CHANNELS]);
        if sound.is_empty() {
            let length = FADE_FRAMES.min(missing.len());
            for (i, frame) in missing[..length].iter_mut().enumerate() {
                *frame = self.last.map(|sample| sample * falling(i, length));
            }
        } else {
            let length = FADE_FRAMES.min(sound.len());
            let begin = sound.len() - length;
            for (i, frame) in sound[begin..].iter_mut().enumerate() {
                *frame = frame.map(|sample| sample * falling(i, length));
            }
        }
        self.is_playing = false;
        self.news.is_playing.store(false, Ordering::Release);
        if !self.ring.is_abandoned() {
            self.news.underruns.fetch_add(1, Ordering::Relaxed);
            Gauges::count(&self.gauges.xruns, 1);
        }
    }
}

/// The end on the beat.
pub(crate) struct PlaybackWriter {
    ring: Producer<[f32; CHANNELS]>,
    pulse: Arc<Pulse>,
    gauges: Arc<Gauges>,
    news: Arc<News>,
    control: FillControl,
    resampler: DriftResampler<CHANNELS>,
    phase: Phase,
    underruns_seen: u32,
    was_playing: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Flowing,
    /// Far too much waits: blocks are swallowed until it is played.
    Swallowing,
}

impl PlaybackWriter {
    fn new(ring: Producer<[f32; CHANNELS]>, pulse: Arc<Pulse>, gauges: Arc<Gauges>, news: Arc<News>) -> Self {
        let control = FillControl::for_playback();
        news.target_frames.store(control.target() as u32, Ordering::Relaxed);
        Self {
            ring,
            pulse,
            gauges,
            news,
            control,
            resampler: DriftResampler::from_blocks(),
            phase: Phase::Flowing,
            underruns_seen: 0,
            was_playing: false,
        }
    }

    /// Takes the next 10 ms; swallows them while the device is not there or has far too much.
    pub(crate) fn write(&mut self, now: Duration, block: &StereoBlock) {
        if self.pulse.last().is_none() {
            return;
        }
        self.control.handle_beat(now, self.pulse.take_news());
        let mut block = *block;
        let bad = block.sides_mut().map(|side| silence_bad_numbers(side));
        Gauges::count(&self.gauges.bad_samples, bad[0] + bad[1]);
        let standing = self.standing(now);
        if !self.is_wanted(standing, &mut block) {
            return Gauges::count(&self.gauges.skipped_frames, BLOCK_SAMPLES);
        }
        self.push(&block);
        self.steer(standing + BLOCK_SAMPLES as f64);
    }

    /// The device was closed.
    pub(crate) fn is_gone(&self) -> bool {
        self.ring.is_abandoned()
    }

    /// What we have written and the device has not played, whether it told already or not.
    fn standing(&self, now: Duration) -> f64 {
        (RING_FRAMES - self.ring.slots()) as f64 - self.pulse.frames_since(now)
    }

    /// Whether this block shall be played; its end or its beginning is faded where it has no neighbour.
    fn is_wanted(&mut self, standing: f64, block: &mut StereoBlock) -> bool {
        let target = self.control.target();
        match self.phase {
            Phase::Flowing => {
                if standing > target + EXCURSION_FRAMES_MAX as f64 {
                    block.sides_mut().into_iter().for_each(|side| fade_out(side));
                    self.phase = Phase::Swallowing;
                    Gauges::count(&self.gauges.xruns, 1);
                }
                true
            }
            Phase::Swallowing if standing + BLOCK_SAMPLES as f64 > target => false,
            Phase::Swallowing => {
                block.sides_mut().into_iter().for_each(|side| fade_in(side, 0));
                self.control.restart();
                self.phase = Phase::Flowing;
                true
            }
        }
    }

    fn push(&mut self, block: &StereoBlock) {
        let mut interleaved = [[0.0; CHANNELS]; BLOCK_SAMPLES];
        for (frame, (&left, &right)) in interleaved.iter_mut().zip(block.left.iter().zip(&block.right)) {
            *frame = [left, right];
        }
        let mut sound = [[0.0; CHANNELS]; BLOCK_FRAMES_MAX];
        let frames = self.resampler.process(interleaved.as_flattened(), sound.as_flattened_mut());
        match self.ring.write_chunk_uninit(frames) {
            Ok(room) => {
                room.fill_from_iter(sound);
            }
            Err(_) => Gauges::count(&self.gauges.skipped_frames, frames),
        }
    }

    /// Learns from how the ring is doing, and sets the ratio.
    fn steer(&mut self, standing: f64) {
        let underruns = self.news.underruns.load(Ordering::Relaxed);
        if underruns != self.underruns_seen {
            self.underruns_seen = underruns;
            self.control.ran_empty();
        }
        let is_playing = self.news.is_playing.load(Ordering::Acquire);
        if is_playing && self.was_playing {
            self.control.observe(standing);
        } else {
            self.control.restart();
        }
        self.was_playing = is_playing;
        self.news.target_frames.store(self.control.target() as u32, Ordering::Relaxed);
        self.resampler.set_speed(self.control.correction());
        let latency = self.control.level() + self.resampler.delay_frames() as f64;
        let (level, target) = (self.control.level(), self.control.target());
        self.gauges.set_fill(level, target, latency, self.control.correction());
    }
}
