//! Sound with its own clock, called every 10 ms: a device's rings, or a game engine that takes and delivers sound.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use consonance::VoiceChat;
use consonance::audio::{BLOCK_SAMPLES, Input, Output, OutputError, Read, SAMPLE_RATE_HZ, StereoBlock};
use consonance_device::clock_bridge::{CaptureReader, Clock, PlaybackWriter, RingBounds, capture, playback};

use super::ear::Ear;
use super::mouth::Mouth;

/// The connection between a voice chat and its mouth or ear.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Through {
    /// Nothing: sound comes and goes with the chat's own beat.
    Nothing,
    /// The rings that microphones and loudspeakers have.
    DeviceRings,
    /// An engine's input and output.
    Engine,
}

/// A thread that calls every 10 ms, until it is dropped.
pub(super) struct SoundCard {
    is_over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl SoundCard {
    fn start(mut callback: impl FnMut() + Send + 'static) -> Self {
        let is_over = Arc::<AtomicBool>::default();
        let over = Arc::clone(&is_over);
        let run = move || {
            let begun = Instant::now();
            let mut due = Duration::ZERO;
            while !over.load(Ordering::Relaxed) {
                callback();
                due += Duration::from_millis(10);
                thread::sleep(due.saturating_sub(begun.elapsed()));
            }
        };
        Self { is_over, thread: Some(thread::spawn(run)) }
    }

    /// A microphone's ring, fed by a mouth.
    pub(super) fn microphone(mut mouth: Mouth) -> (RingMicrophone, Self) {
        let (mut feed, reader, _) = capture(Arc::default(), RingBounds::DEVICE);
        let clock = Clock::system();
        let card = Self::start({
            let clock = clock.clone();
            move || {
                let mut block = [0.0; BLOCK_SAMPLES];
                mouth.read(&mut block);
                feed.handle_callback(clock.now(), &block);
            }
        });
        (RingMicrophone { reader, clock }, card)
    }

    /// A loudspeaker's ring, read by an ear.
    pub(super) fn loudspeaker(mut ear: Ear) -> (RingLoudspeaker, Self) {
        let (writer, mut drain, _) = playback::<2>(Arc::default(), RingBounds::DEVICE);
        let clock = Clock::system();
        let card = Self::start({
            let clock = clock.clone();
            move || {
                let mut interleaved = [0.0; 2 * BLOCK_SAMPLES];
                drain.handle_callback(clock.now(), &mut interleaved);
                hear(&mut ear, &interleaved);
            }
        });
        (RingLoudspeaker { writer, clock }, card)
    }

    /// An engine that speaks.
    pub(super) fn engine_mouth(chat: &VoiceChat, mut mouth: Mouth) -> Self {
        let mut input = chat.microphone().engine_input();
        Self::start(move || {
            let mut block = [0.0; BLOCK_SAMPLES];
            mouth.read(&mut block);
            input.push(&block, 1, SAMPLE_RATE_HZ);
        })
    }

    /// An engine that listens.
    pub(super) fn engine_ear(chat: &VoiceChat, mut ear: Ear) -> Self {
        let mut output = chat.playback().engine_output();
        Self::start(move || {
            let mut interleaved = [0.0; 2 * BLOCK_SAMPLES];
            output.fill(&mut interleaved, 2, SAMPLE_RATE_HZ);
            hear(&mut ear, &interleaved);
        })
    }
}

impl Drop for SoundCard {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            // A thread that panicked has already reported it.
            let _ = thread.join();
        }
    }
}

fn hear(ear: &mut Ear, interleaved: &[f32; 2 * BLOCK_SAMPLES]) {
    let side = |number: usize| std::array::from_fn(|i| interleaved[2 * i + number]);
    // Writing to an ear cannot fail.
    let _ = ear.write(&StereoBlock { left: side(0), right: side(1) });
}

/// Reads like a device's microphone.
pub(super) struct RingMicrophone {
    reader: CaptureReader,
    clock: Clock,
}

impl Input for RingMicrophone {
    fn read(&mut self, block: &mut [f32; BLOCK_SAMPLES]) -> Read {
        self.reader.read(self.clock.now(), block);
        Read::Samples
    }
}

/// Writes like a device's loudspeaker.
pub(super) struct RingLoudspeaker {
    writer: PlaybackWriter<2>,
    clock: Clock,
}

impl Output for RingLoudspeaker {
    fn write(&mut self, block: &StereoBlock) -> Result<(), OutputError> {
        self.writer.write_stereo(self.clock.now(), block);
        Ok(())
    }

    fn finish(&mut self) -> Result<(), OutputError> {
        Ok(())
    }
}
