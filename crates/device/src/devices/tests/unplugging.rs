//! A microphone that is unplugged in mid-sound.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use consonance_audio::{BLOCK_SAMPLES, Input as _};
use consonance_testing::tone::{LARGEST_STEP, TestTone, largest_step, loudness};

use crate::clock_bridge::{CaptureFeed, Clock, RingBounds, capture};
use crate::devices::mailbox::Mailbox;
use crate::devices::microphone::Microphone;

/// A microphone with a tone as its input, read every 10 ms.
struct Bench {
    now_ms: Arc<AtomicU64>,
    /// `None` once the device is gone.
    feed: Option<CaptureFeed>,
    microphone: Microphone,
    tone: TestTone,
    heard: Vec<f32>,
}

impl Bench {
    fn new() -> Self {
        let (feed, reader, _) = capture(Arc::default(), RingBounds::DEVICE);
        let readers = Mailbox::new();
        readers.put(reader);
        let now_ms = Arc::<AtomicU64>::default();
        let time = Arc::clone(&now_ms);
        let clock = Clock::new(move || Duration::from_millis(time.load(Ordering::Relaxed)));
        let microphone = Microphone::new(clock, readers);
        Self { now_ms, feed: Some(feed), microphone, tone: TestTone::default(), heard: Vec::new() }
    }

    fn record(&mut self) {
        let now = Duration::from_millis(self.now_ms.load(Ordering::Relaxed));
        let sound: Vec<f32> = self.tone.by_ref().take(BLOCK_SAMPLES).collect();
        if let Some(feed) = &mut self.feed {
            feed.handle_callback(now, &sound);
        }
    }

    fn read(&mut self) {
        self.now_ms.fetch_add(10, Ordering::Relaxed);
        let mut block = [9.0; BLOCK_SAMPLES];
        self.microphone.read(&mut block);
        self.heard.extend_from_slice(&block);
    }
}

#[test]
fn what_is_heard_dies_away_however_much_the_device_had_told_when_it_went() {
    for silent_beats in 0..8 {
        let mut bench = Bench::new();
        for _ in 0..100 {
            bench.record();
            bench.read();
        }
        for _ in 0..silent_beats {
            bench.read();
        }
        bench.feed = None;
        for _ in 0..3 {
            bench.read();
        }
        let heard = &bench.heard[50 * BLOCK_SAMPLES..];
        let (largest, last) = (largest_step(heard), &heard[heard.len() - BLOCK_SAMPLES..]);
        assert!(largest < LARGEST_STEP * 1.5, "after {silent_beats} beats: {largest}");
        assert!(loudness(&heard[..BLOCK_SAMPLES]) > 0.1 && loudness(last) == 0.0);
    }
}
