//! A bot's speech: samples that asyncio pushes ahead of time, and that the capture thread takes in real time.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use consonance::audio::{BLOCK_SAMPLES, Input, Read, SAMPLE_RATE_HZ, StereoBlock};
use consonance_python_sound::Resampler;
use pyo3::prelude::*;

use crate::errors;
use crate::lock::lock;
use crate::signal::Signal;

/// The longest queue, 1 s: it bridges the time in which asyncio's loop is busy.
const QUEUED_MAX: usize = SAMPLE_RATE_HZ as usize;
/// Below it, asyncio's loop is woken for more: 500 ms.
const LOW: usize = QUEUED_MAX / 2;
/// A speech that is cut off fades out in 5 ms, so that it does not click.
const FADE: usize = 240;

/// A bot's voice, which one speech after the other uses.
#[derive(Debug)]
pub(crate) struct Line {
    queue: Mutex<Queue>,
    signal: Arc<Signal>,
}

#[derive(Debug, Default)]
struct Queue {
    /// Left and right; the same for one channel.
    frames: VecDeque<[f32; 2]>,
    is_stereo: bool,
    /// Nothing is added any more.
    is_complete: bool,
    /// The last block had sound.
    is_running: bool,
    /// The number of the speech that may add and cancel.
    speech: u64,
    taken: u64,
    underruns: u64,
}

impl Line {
    pub(crate) fn new(signal: Arc<Signal>) -> Self {
        Self { queue: Mutex::default(), signal }
    }

    /// Begins another speech; the one before is over.
    pub(crate) fn begin(self: &Arc<Self>, rate_hz: u32, channels: usize) -> Speech {
        let mut queue = lock(&self.queue);
        queue.speech += 1;
        (queue.is_complete, queue.is_running, queue.is_stereo) = (false, false, channels == 2);
        (queue.taken, queue.underruns) = (0, 0);
        let resamplers = (0..channels).filter(|_| rate_hz != SAMPLE_RATE_HZ);
        let resamplers = resamplers.map(|_| Resampler::new(rate_hz, SAMPLE_RATE_HZ)).collect();
        Speech { line: Arc::clone(self), number: queue.speech, channels, resamplers: Mutex::new(resamplers) }
    }
}

/// The end that a chat reads.
#[derive(Debug)]
pub(crate) struct SpeechInput(pub(crate) Arc<Line>);

impl Input for SpeechInput {
    fn read(&mut self, block: &mut [f32; BLOCK_SAMPLES]) -> Read {
        self.0.take(|i, [left, right]| block[i] = f32::midpoint(left, right))
    }

    fn read_stereo(&mut self, block: &mut StereoBlock) -> Option<Read> {
        if !lock(&self.0.queue).is_stereo {
            return None;
        }
        Some(self.0.take(|i, [left, right]| (block.left[i], block.right[i]) = (left, right)))
    }
}

impl Line {
    /// Gives the next 10 ms, sample by sample.
    fn take(&self, mut put: impl FnMut(usize, [f32; 2])) -> Read {
        let mut queue = lock(&self.queue);
        let before = queue.frames.len();
        if before == 0 || (before < BLOCK_SAMPLES && !queue.is_complete) {
            if queue.is_running && !queue.is_complete {
                queue.underruns += 1;
            }
            queue.is_running = false;
            return Read::Silence;
        }
        queue.is_running = true;
        let frames = before.min(BLOCK_SAMPLES);
        for (i, frame) in queue.frames.drain(..frames).enumerate() {
            put(i, frame);
        }
        (frames..BLOCK_SAMPLES).for_each(|i| put(i, [0.0; 2]));
        queue.taken += frames as u64;
        let after = queue.frames.len();
        if after == 0 || (after <= LOW && before > LOW) {
            drop(queue);
            self.signal.news();
        }
        Read::Samples
    }
}

/// One speech: pushed piece by piece, then completed or cancelled.
#[pyclass(frozen, module = "consonance._native")]
pub(crate) struct Speech {
    line: Arc<Line>,
    number: u64,
    channels: usize,
    /// One for each channel, or none where the rate stays.
    resamplers: Mutex<Vec<Resampler>>,
}

#[pymethods]
impl Speech {
    /// Adds interleaved samples, 4 bytes each in the machine's order.
    fn push(&self, py: Python<'_>, samples: &[u8]) {
        py.detach(|| {
            let samples = samples
                .chunks_exact(4)
                .map(|bytes| f32::from_ne_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]));
            let samples: Vec<f32> = samples.collect();
            let channel = |channel| samples.iter().copied().skip(channel).step_by(self.channels);
            let mut resamplers = lock(&self.resamplers);
            if resamplers.is_empty() {
                let channels: Vec<Vec<f32>> = (0..self.channels).map(|i| channel(i).collect()).collect();
                return self.add(&channels, false);
            }
            let convert = |(i, resampler): (usize, &mut Resampler)| {
                let mut converted = Vec::new();
                resampler.push(channel(i), &mut converted);
                converted
            };
            let channels: Vec<Vec<f32>> = resamplers.iter_mut().enumerate().map(convert).collect();
            self.add(&channels, false);
        });
    }

    /// Nothing is added any more.
    fn complete(&self, py: Python<'_>) {
        py.detach(|| {
            let mut rest = vec![Vec::new(); self.channels];
            for (resampler, rest) in lock(&self.resamplers).iter_mut().zip(&mut rest) {
                resampler.flush(rest);
            }
            self.add(&rest, true);
        });
    }

    /// Whether more should be pushed now.
    fn has_room(&self) -> bool {
        lock(&self.line.queue).frames.len() <= LOW
    }

    /// Whether everything was taken to be sent.
    fn is_over(&self) -> bool {
        let queue = lock(&self.line.queue);
        queue.speech != self.number || (queue.is_complete && queue.frames.is_empty())
    }

    /// Is silent within 5 ms.
    fn cancel(&self) {
        let mut queue = lock(&self.line.queue);
        if queue.speech != self.number {
            return;
        }
        queue.is_complete = true;
        queue.frames.truncate(FADE);
        let length = queue.frames.len() as f32;
        for (i, frame) in queue.frames.iter_mut().enumerate() {
            *frame = frame.map(|sample| sample * (1.0 - i as f32 / length));
        }
    }

    /// How many seconds of it were taken to be sent, and how often it was silent for want of samples.
    fn progress(&self) -> (f64, u64) {
        let queue = lock(&self.line.queue);
        if queue.speech != self.number {
            return (0.0, 0);
        }
        (queue.taken as f64 / f64::from(SAMPLE_RATE_HZ), queue.underruns)
    }
}

impl Speech {
    fn add(&self, channels: &[Vec<f32>], is_complete: bool) {
        let mut queue = lock(&self.line.queue);
        if queue.speech != self.number || queue.is_complete {
            return;
        }
        let frames = channels.iter().map(Vec::len).min().unwrap_or_default();
        let (left, right) = (&channels[0], &channels[channels.len() - 1]);
        // Samples pushed despite a full queue are the caller's mistake, and are dropped.
        let frames = frames.min((2 * QUEUED_MAX).saturating_sub(queue.frames.len()));
        queue.frames.extend((0..frames).map(|i| [left[i], right[i]]));
        queue.is_complete = is_complete;
        if is_complete && queue.frames.is_empty() {
            drop(queue);
            self.line.signal.news();
        }
    }
}

/// The rate of a speech, in hertz, and its number of channels.
///
/// # Errors
/// `SettingsError` if there is no such rate or number.
pub(crate) fn check_format(rate_hz: u32, channels: usize) -> PyResult<()> {
    if !(8_000..=192_000).contains(&rate_hz) || !rate_hz.is_multiple_of(25) {
        let words = format!("invalid rate {rate_hz} Hz, expected 8000 to 192000, a multiple of 25");
        return Err(errors::setting("rate", &words));
    }
    if channels != 1 && channels != 2 {
        let words = format!("invalid number of channels {channels}, expected 1 or 2");
        return Err(errors::setting("channels", &words));
    }
    Ok(())
}
