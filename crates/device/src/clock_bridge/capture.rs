//! Capture: the two ends of a ring from a callback that delivers sound to blocks on the beat.

use std::sync::Arc;
use std::time::Duration;

use consonance_audio::BLOCK_SAMPLES;
use rtrb::{Consumer, Producer, RingBuffer};

use crate::clock_bridge::drift_resampler::{BLOCK_FRAMES_MAX, DriftResampler};
use crate::clock_bridge::fade::{FADE_FRAMES, die_away, fade_in, fade_out};
use crate::clock_bridge::fill_control::FillControl;
use crate::clock_bridge::gauges::Gauges;
use crate::clock_bridge::limits::{EXCURSION_FRAMES_MAX, RingBounds};
use crate::clock_bridge::pulse::Pulse;

/// A new ring for a microphone that is about to be opened, or for an engine that brings its own.
pub fn capture(gauges: Arc<Gauges>, bounds: RingBounds) -> (CaptureFeed, CaptureReader, Arc<Pulse>) {
    let (producer, consumer) = RingBuffer::new(bounds.ring_frames);
    let pulse = Arc::new(Pulse::default());
    let feed = CaptureFeed { ring: producer, pulse: Arc::clone(&pulse), gauges: Arc::clone(&gauges) };
    let control = FillControl::for_capture(bounds);
    (feed, CaptureReader::new(consumer, Arc::clone(&pulse), gauges, control), pulse)
}

/// The end in the callback that delivers sound. Never allocates, locks or waits.
#[derive(Debug)]
pub struct CaptureFeed {
    ring: Producer<f32>,
    pulse: Arc<Pulse>,
    gauges: Arc<Gauges>,
}

impl CaptureFeed {
    /// Takes recorded sound, mono at 48 kHz; frames that do not fit are dropped and counted.
    pub fn handle_callback(&mut self, now: Duration, samples: &[f32]) {
        self.begin_callback(now, samples.len());
        self.put(samples);
    }

    /// Begins a callback with this number of frames.
    pub(crate) fn begin_callback(&self, now: Duration, frames: usize) {
        self.pulse.note_callback(now, frames);
    }

    /// Takes a part of a callback's sound.
    pub(crate) fn put(&mut self, samples: &[f32]) {
        let taken = samples.len().min(self.ring.slots());
        if let Ok(room) = self.ring.write_chunk_uninit(taken) {
            room.fill_from_iter(samples.iter().copied());
        }
        Gauges::count(&self.gauges.skipped_frames, samples.len() - taken);
    }

    pub(crate) fn gauges(&self) -> &Gauges {
        &self.gauges
    }
}

/// The end on the beat.
pub struct CaptureReader {
    ring: Consumer<f32>,
    pulse: Arc<Pulse>,
    gauges: Arc<Gauges>,
    control: FillControl,
    resampler: DriftResampler<1>,
    phase: Phase,
    /// The last frames returned, to fade out from.
    heard: [f32; FADE_FRAMES],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// The ring has to fill first; the output is silent until then.
    Gathering,
    /// The next block is the first one after silence.
    Beginning,
    Flowing,
}

impl CaptureReader {
    fn new(ring: Consumer<f32>, pulse: Arc<Pulse>, gauges: Arc<Gauges>, control: FillControl) -> Self {
        Self {
            ring,
            pulse,
            gauges,
            control,
            resampler: DriftResampler::into_blocks(),
            phase: Phase::Gathering,
            heard: [0.0; FADE_FRAMES],
        }
    }

    /// The next 10 ms, or silence.
    pub fn read(&mut self, now: Duration, block: &mut [f32; BLOCK_SAMPLES]) {
        self.control.handle_beat(now, self.pulse.take_news());
        let capacity = self.ring.buffer().capacity();
        if self.ring.slots() == capacity {
            // The ring is full because it was not read for long; its content is older than the frames dropped since.
            self.discard(capacity);
            self.gather();
        }
        if self.phase == Phase::Gathering && !self.begin(now) {
            return self.end(block);
        }
        let wanted = self.resampler.wanted_frames();
        if self.ring.slots() < wanted {
            self.gather();
            if !self.is_gone() {
                Gauges::count(&self.gauges.xruns, 1);
                self.control.ran_empty();
            }
            return self.end(block);
        }
        let standing = self.standing(now);
        self.take(wanted, block);
        self.control.observe(standing);
        if standing > self.control.target() + EXCURSION_FRAMES_MAX as f64 {
            self.skip(standing, block);
        }
        self.resampler.set_speed(self.control.correction());
        self.heard.copy_from_slice(&block[BLOCK_SAMPLES - FADE_FRAMES..]);
        self.gauges.note(&self.control, self.resampler.delay_frames(), self.control.drift());
    }

    /// Fades out the sound so far, followed by silence.
    pub fn end(&mut self, block: &mut [f32; BLOCK_SAMPLES]) {
        die_away(&self.heard, block);
        self.heard.fill(0.0);
    }

    /// Whether the other end was dropped; any sound left in the ring is not worth playing.
    pub fn is_gone(&self) -> bool {
        self.ring.is_abandoned()
    }

    /// Waits until enough sound has gathered again.
    fn gather(&mut self) {
        self.phase = Phase::Gathering;
        self.resampler.reset();
    }

    /// Starts as soon as the ring holds its target, and discards any excess; returns whether it has started.
    fn begin(&mut self, now: Duration) -> bool {
        self.control.restart();
        let excess = self.standing(now) - self.control.target();
        if excess < 0.0 || self.ring.slots() < self.resampler.wanted_frames() {
            return false;
        }
        self.discard(excess as usize);
        self.phase = Phase::Beginning;
        true
    }

    /// Frames recorded and not read yet, including an estimate of those recorded since the last callback.
    fn standing(&self, now: Duration) -> f64 {
        self.ring.slots() as f64 + self.pulse.frames_since(now)
    }

    fn take(&mut self, wanted: usize, block: &mut [f32; BLOCK_SAMPLES]) {
        let mut recorded = [0.0; BLOCK_FRAMES_MAX];
        let recorded = &mut recorded[..wanted];
        if let Ok(chunk) = self.ring.read_chunk(wanted) {
            for (sample, taken) in recorded.iter_mut().zip(chunk) {
                *sample = taken;
            }
        }
        Gauges::count(&self.gauges.bad_samples, silence_bad_numbers(recorded));
        let written = self.resampler.process(recorded, block);
        block[written..].fill(0.0);
        if self.phase == Phase::Beginning {
            // The start of the filter leaves an edge.
            fade_in(block.as_chunks_mut::<1>().0, 2 * self.resampler.delay_frames());
            self.phase = Phase::Flowing;
        }
    }

    /// Far too much sound has gathered: ends this block softly and continues at the target.
    fn skip(&mut self, standing: f64, block: &mut [f32; BLOCK_SAMPLES]) {
        fade_out(block.as_chunks_mut::<1>().0);
        self.discard((standing - self.control.target()) as usize);
        self.resampler.reset();
        self.control.restart();
        self.phase = Phase::Beginning;
        Gauges::count(&self.gauges.xruns, 1);
    }

    fn discard(&mut self, frames: usize) {
        let frames = frames.min(self.ring.slots());
        if let Ok(chunk) = self.ring.read_chunk(frames) {
            chunk.commit_all();
        }
        Gauges::count(&self.gauges.skipped_frames, frames);
    }
}

/// Replaces NaN and infinities with silence; returns their number.
pub(crate) fn silence_bad_numbers(sound: &mut [f32]) -> usize {
    let mut bad = 0;
    for sample in sound.iter_mut().filter(|sample| !sample.is_finite()) {
        *sample = 0.0;
        bad += 1;
    }
    bad
}

impl std::fmt::Debug for CaptureReader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CaptureReader").field("phase", &self.phase).finish_non_exhaustive()
    }
}
