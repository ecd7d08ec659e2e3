//! The sound of a player, of the mix or of oneself, as blocks that wait for Python.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use consonance::Tap;
use consonance::audio::BLOCK_SAMPLES;
use consonance_python_sound::{CutBlock, Cutter};
use pyo3::prelude::*;
use pyo3::types::PyByteArray;

use crate::clock::monotonic;
use crate::errors;
use crate::lock::lock;

/// A stream that the pump feeds.
#[derive(Debug)]
pub(crate) struct Stream {
    inside: Mutex<Inside>,
    channels: usize,
    is_closed: AtomicBool,
}

#[derive(Debug)]
struct Inside {
    /// `None` once the stream has ended.
    tap: Option<Tap>,
    cutter: Cutter,
    queue: VecDeque<CutBlock>,
    queue_max: usize,
    /// Of the tap, once that is gone.
    lost_blocks: u64,
    dropped_frames: u64,
    origin: Option<Instant>,
}

impl Stream {
    pub(crate) fn new(tap: Tap, format: Format) -> Self {
        let Format { rate_hz, block_ms, queue_ms } = format;
        let channels = tap.source().channels().count();
        let inside = Inside {
            tap: Some(tap),
            cutter: Cutter::new(rate_hz, block_ms, channels),
            queue: VecDeque::new(),
            queue_max: (queue_ms / block_ms).max(1) as usize,
            lost_blocks: 0,
            dropped_frames: 0,
            origin: None,
        };
        Self { inside: Mutex::new(inside), channels, is_closed: AtomicBool::new(false) }
    }

    /// Takes what the tap has; all of it before `complete` has been pushed. True if a block is complete.
    pub(crate) fn feed(&self, complete: u64, origin: Instant) -> bool {
        let mut inside = lock(&self.inside);
        let Inside { tap, cutter, queue, .. } = &mut *inside;
        let Some(tap) = tap else { return false };
        let before = queue.len();
        let mut give = |block| queue.push_back(block);
        while let Some(block) = tap.poll() {
            cutter.push(&block, origin, &mut give);
        }
        if cutter.next().is_some_and(|next| next + BLOCK_SAMPLES as u64 <= complete) {
            cutter.flush(origin, &mut give);
        }
        let has_more = queue.len() > before;
        inside.origin = Some(origin);
        inside.limit(self.channels);
        has_more
    }

    /// The stream has ended: outputs the remaining audio.
    pub(crate) fn end(&self) {
        let mut inside = lock(&self.inside);
        let Inside { tap, cutter, queue, origin, lost_blocks, .. } = &mut *inside;
        if let (Some(tap), Some(origin)) = (tap.as_mut(), *origin) {
            let mut give = |block| queue.push_back(block);
            while let Some(block) = tap.poll() {
                cutter.push(&block, origin, &mut give);
            }
            cutter.flush(origin, &mut give);
        }
        *lost_blocks = tap.take().map_or(*lost_blocks, |tap| tap.dropped());
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.is_closed.load(Ordering::Acquire)
    }
}

impl Inside {
    /// The oldest blocks go where too many wait.
    fn limit(&mut self, channels: usize) {
        while self.queue.len() > self.queue_max {
            let oldest = self.queue.pop_front();
            self.dropped_frames += oldest.map_or(0, |block| (block.samples.len() / channels) as u64);
        }
    }

    fn dropped(&self) -> u64 {
        let lost = self.tap.as_ref().map_or(self.lost_blocks, Tap::dropped);
        self.dropped_frames + self.cutter.at_rate(lost * BLOCK_SAMPLES as u64)
    }
}

/// The block format that a program asks for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Format {
    rate_hz: u32,
    block_ms: u32,
    queue_ms: u32,
}

impl Format {
    /// # Errors
    /// `SettingsError` if a number is not in its range.
    pub(crate) fn new(rate_hz: u32, block_ms: u32, queue_ms: u32) -> PyResult<Self> {
        let invalid = |what: &str, words: String| Err(errors::setting(what, &words));
        if ![8_000, 16_000, 24_000, 48_000].contains(&rate_hz) {
            return invalid(
                "rate",
                format!("invalid rate {rate_hz} Hz, expected 8000, 16000, 24000 or 48000"),
            );
        }
        if !(10..=1000).contains(&block_ms) || !block_ms.is_multiple_of(10) {
            return invalid(
                "block-ms",
                format!("invalid block_ms {block_ms}, expected 10 to 1000, a multiple of 10"),
            );
        }
        if !(block_ms..=600_000).contains(&queue_ms) {
            return invalid(
                "queue-ms",
                format!("invalid queue_ms {queue_ms}, expected {block_ms} to 600000"),
            );
        }
        Ok(Self { rate_hz, block_ms, queue_ms })
    }
}

/// The end that Python reads. Dropping or closing it ends the stream.
#[pyclass(frozen, module = "consonance._native")]
pub(crate) struct AudioStream(pub(crate) Arc<Stream>);

#[pymethods]
impl AudioStream {
    /// The next block, if one waits: interleaved samples of 4 bytes each, the position of the first one, and when that
    /// was due, in seconds of `time.monotonic()`.
    fn poll<'py>(&self, py: Python<'py>) -> Option<(Bound<'py, PyByteArray>, u64, f64)> {
        let block = lock(&self.0.inside).queue.pop_front()?;
        let bytes: Vec<u8> = block.samples.iter().flat_map(|sample| sample.to_ne_bytes()).collect();
        Some((PyByteArray::new(py, &bytes), block.position, monotonic(block.at)))
    }

    /// Whether nothing follows what waits.
    fn is_ended(&self) -> bool {
        lock(&self.0.inside).tap.is_none()
    }

    /// Samples of each channel that were dropped, because they were not asked for in time.
    fn dropped(&self) -> u64 {
        lock(&self.0.inside).dropped()
    }

    /// How many channels the samples are of.
    fn channels(&self) -> usize {
        self.0.channels
    }

    /// Ends the stream; what waits is dropped.
    fn close(&self) {
        self.0.is_closed.store(true, Ordering::Release);
        self.0.end();
        lock(&self.0.inside).queue.clear();
    }
}
