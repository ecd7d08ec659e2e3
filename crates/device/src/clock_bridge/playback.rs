//! Playback: the two ends of a ring from blocks on the beat to a callback that requests sound.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use consonance_audio::{BLOCK_SAMPLES, StereoBlock};
use rtrb::{Consumer, Producer, RingBuffer};

use crate::clock_bridge::capture::silence_bad_numbers;
use crate::clock_bridge::drift_resampler::{BLOCK_FRAMES_MAX, DriftResampler};
use crate::clock_bridge::fade::{FADE_FRAMES, fade_in, fade_out, falling, rising};
use crate::clock_bridge::fill_control::FillControl;
use crate::clock_bridge::gauges::Gauges;
use crate::clock_bridge::limits::{EXCURSION_FRAMES_MAX, RingBounds};
use crate::clock_bridge::pulse::Pulse;

/// A new ring for a loudspeaker that is about to be opened, or for an engine: mono or stereo.
pub fn playback<const CHANNELS: usize>(
    gauges: Arc<Gauges>,
    bounds: RingBounds,
) -> (PlaybackWriter<CHANNELS>, PlaybackDrain<CHANNELS>, Arc<Pulse>) {
    let (producer, consumer) = RingBuffer::new(bounds.ring_frames);
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
        tail: Tail::over(),
    };
    let control = FillControl::for_playback(bounds);
    (PlaybackWriter::new(producer, Arc::clone(&pulse), gauges, news, control), drain, pulse)
}

/// State that the two ends exchange besides sound.
#[derive(Debug, Default)]
struct News {
    /// Frames that must be left after the first callback with sound.
    target_frames: AtomicU32,
    is_playing: AtomicBool,
    underruns: AtomicU32,
}

/// The end in the callback that requests sound. Never allocates, locks or waits.
#[derive(Debug)]
pub struct PlaybackDrain<const CHANNELS: usize> {
    ring: Consumer<[f32; CHANNELS]>,
    pulse: Arc<Pulse>,
    gauges: Arc<Gauges>,
    news: Arc<News>,
    is_playing: bool,
    /// Frames faded in so far, while sound is still fading in.
    faded_in: usize,
    /// The last frame played, to fade out from.
    last: [f32; CHANNELS],
    tail: Tail<CHANNELS>,
}

/// The tail of an interrupted sound: its last value, fading to silence.
#[derive(Debug)]
struct Tail<const CHANNELS: usize> {
    from: [f32; CHANNELS],
    played: usize,
}

impl<const CHANNELS: usize> Tail<CHANNELS> {
    const fn over() -> Self {
        Self { from: [0.0; CHANNELS], played: FADE_FRAMES }
    }

    fn add_to(&mut self, sound: &mut [[f32; CHANNELS]]) {
        for frame in sound.iter_mut().take(FADE_FRAMES - self.played) {
            let weight = falling(self.played, FADE_FRAMES);
            for (sample, from) in frame.iter_mut().zip(self.from) {
                *sample += from * weight;
            }
            self.played += 1;
        }
    }
}

impl<const CHANNELS: usize> PlaybackDrain<CHANNELS> {
    /// Fills `output` at 48 kHz, with interleaved channels; an incomplete frame at the end is left unchanged.
    pub fn handle_callback(&mut self, now: Duration, output: &mut [f32]) {
        let output = output.as_chunks_mut::<CHANNELS>().0;
        self.begin_callback(now, output.len());
        self.take(output);
    }

    /// Begins a callback that wants this number of frames. Sound starts once the ring holds these frames and the
    /// target; any excess is too old and is discarded.
    pub(crate) fn begin_callback(&mut self, now: Duration, frames: usize) {
        self.pulse.note_callback(now, frames);
        let needed = frames + self.news.target_frames.load(Ordering::Relaxed) as usize;
        if let Some(excess) = self.ring.slots().checked_sub(needed.max(1)).filter(|_| !self.is_playing) {
            if let Ok(chunk) = self.ring.read_chunk(excess) {
                chunk.commit_all();
            }
            Gauges::count(&self.gauges.skipped_frames, excess);
            self.is_playing = true;
            self.faded_in = 0;
            self.news.is_playing.store(true, Ordering::Release);
        }
    }

    /// Fills a part of a callback's output.
    pub(crate) fn take(&mut self, output: &mut [[f32; CHANNELS]]) {
        let taken = if self.is_playing { output.len().min(self.ring.slots()) } else { 0 };
        let (sound, missing) = output.split_at_mut(taken);
        if let Ok(chunk) = self.ring.read_chunk(taken) {
            for (frame, next) in sound.iter_mut().zip(chunk) {
                *frame = next;
            }
        }
        self.fade_in(sound);
        self.tail.add_to(sound);
        self.last = sound.last().copied().unwrap_or(self.last);
        if self.is_playing && !missing.is_empty() {
            self.end();
        }
        missing.fill([0.0; CHANNELS]);
        self.tail.add_to(missing);
        self.last = missing.last().copied().unwrap_or(self.last);
    }

    fn fade_in(&mut self, sound: &mut [[f32; CHANNELS]]) {
        for frame in sound.iter_mut().take(FADE_FRAMES - self.faded_in) {
            let weight = rising(self.faded_in, FADE_FRAMES);
            *frame = frame.map(|sample| sample * weight);
            self.faded_in += 1;
        }
    }

    /// Fades out the last frame, as the ring ran empty.
    fn end(&mut self) {
        self.tail = Tail { from: self.last, played: 0 };
        self.is_playing = false;
        self.news.is_playing.store(false, Ordering::Release);
        if !self.ring.is_abandoned() {
            self.news.underruns.fetch_add(1, Ordering::Relaxed);
            Gauges::count(&self.gauges.xruns, 1);
        }
    }
}

/// The end on the beat.
pub struct PlaybackWriter<const CHANNELS: usize> {
    ring: Producer<[f32; CHANNELS]>,
    pulse: Arc<Pulse>,
    gauges: Arc<Gauges>,
    news: Arc<News>,
    control: FillControl,
    resampler: DriftResampler<CHANNELS>,
    phase: Phase,
    underruns_seen: u32,
    was_playing: bool,
    /// Whether the resampler contains nothing but silence.
    is_quiet: bool,
    /// The fraction of a frame of silence that is carried over to the next silent block.
    owed_frames: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Flowing,
    /// Far too much sound is queued: blocks are discarded until it has been played.
    Swallowing,
}

/// 10 ms of sound, frame by frame.
type Frames<const CHANNELS: usize> = [[f32; CHANNELS]; BLOCK_SAMPLES];

impl PlaybackWriter<1> {
    /// Takes the next 10 ms, mono; discards them while the other side makes no callbacks, or has far too much queued.
    pub fn write_mono(&mut self, now: Duration, block: &[f32; BLOCK_SAMPLES]) {
        self.write(now, block.map(|sample| [sample]));
    }
}

impl PlaybackWriter<2> {
    /// Takes the next 10 ms; discards them while the other side makes no callbacks, or has far too much queued.
    pub fn write_stereo(&mut self, now: Duration, block: &StereoBlock) {
        self.write(now, std::array::from_fn(|i| [block.left[i], block.right[i]]));
    }
}

impl<const CHANNELS: usize> PlaybackWriter<CHANNELS> {
    fn new(
        ring: Producer<[f32; CHANNELS]>,
        pulse: Arc<Pulse>,
        gauges: Arc<Gauges>,
        news: Arc<News>,
        control: FillControl,
    ) -> Self {
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
            is_quiet: false,
            owed_frames: 0.0,
        }
    }

    fn write(&mut self, now: Duration, mut block: Frames<CHANNELS>) {
        if self.pulse.last().is_none() {
            return;
        }
        self.control.handle_beat(now, self.pulse.take_news());
        Gauges::count(&self.gauges.bad_samples, silence_bad_numbers(block.as_flattened_mut()));
        let standing = self.standing(now);
        if !self.is_wanted(standing, &mut block) {
            return Gauges::count(&self.gauges.skipped_frames, BLOCK_SAMPLES);
        }
        self.push(&block);
        self.steer(standing + BLOCK_SAMPLES as f64);
    }

    /// Whether the other end was dropped.
    pub fn is_gone(&self) -> bool {
        self.ring.is_abandoned()
    }

    /// Frames written and not played yet, less an estimate of those played since the last callback.
    fn standing(&self, now: Duration) -> f64 {
        (self.ring.buffer().capacity() - self.ring.slots()) as f64 - self.pulse.frames_since(now)
    }

    /// Whether to play this block; it is faded at an end without a neighbour.
    fn is_wanted(&mut self, standing: f64, block: &mut Frames<CHANNELS>) -> bool {
        let target = self.control.target();
        // Before playback starts, the frames of a whole callback must be queued in addition.
        let is_playing = self.news.is_playing.load(Ordering::Acquire);
        let unplayed = if is_playing { 0 } else { self.pulse.largest_frames() };
        let is_full = self.ring.slots() < 2 * BLOCK_FRAMES_MAX;
        match self.phase {
            Phase::Flowing => {
                if is_full || standing > target + (unplayed + EXCURSION_FRAMES_MAX) as f64 {
                    fade_out(block);
                    self.phase = Phase::Swallowing;
                    Gauges::count(&self.gauges.xruns, 1);
                }
                true
            }
            Phase::Swallowing if is_full || standing + BLOCK_SAMPLES as f64 > target => false,
            Phase::Swallowing => {
                fade_in(block, 0);
                self.control.restart();
                self.phase = Phase::Flowing;
                true
            }
        }
    }

    fn push(&mut self, block: &Frames<CHANNELS>) {
        let is_silent = block.as_flattened().iter().all(|sample| *sample == 0.0);
        let mut sound = [[0.0; CHANNELS]; BLOCK_FRAMES_MAX];
        let frames = if is_silent && self.is_quiet {
            self.frames_of_silence()
        } else {
            self.resampler.process(block.as_flattened(), sound.as_flattened_mut())
        };
        self.is_quiet = is_silent;
        match self.ring.write_chunk_uninit(frames) {
            Ok(room) => {
                room.fill_from_iter(sound);
            }
            Err(_) => Gauges::count(&self.gauges.skipped_frames, frames),
        }
    }

    /// The number of frames of silence that the resampler would make of a silent block. This saves resampling: streams
    /// of single players are silent most of the time.
    fn frames_of_silence(&mut self) -> usize {
        self.owed_frames += BLOCK_SAMPLES as f64 / (1.0 + self.control.correction());
        let frames = self.owed_frames as usize;
        self.owed_frames -= frames as f64;
        frames.min(BLOCK_FRAMES_MAX)
    }

    /// Updates the control with the ring's state, and sets the ratio.
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
        // A faster device empties the ring, so its drift has the opposite sign.
        self.gauges.note(&self.control, self.resampler.delay_frames(), -self.control.drift());
    }
}

impl<const CHANNELS: usize> std::fmt::Debug for PlaybackWriter<CHANNELS> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PlaybackWriter").field("phase", &self.phase).finish_non_exhaustive()
    }
}
