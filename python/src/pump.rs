//! The thread of a chat that takes sound out of taps and wakes asyncio's loop.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, Weak};
use std::thread;
use std::time::{Duration, Instant};

use consonance::audio::{BLOCK_SAMPLES, Output, OutputError, StereoBlock};
use pyo3::prelude::*;

use crate::audio_stream::Stream;
use crate::event_queue::EventQueue;
use crate::lock::lock;
use crate::registry;
use crate::signal::Signal;

/// State that the pump shares with the objects of its chat.
#[derive(Debug, Default)]
pub(crate) struct Pumped {
    pub(crate) signal: Arc<Signal>,
    pub(crate) events: Arc<EventQueue>,
    streams: Mutex<Vec<Weak<Stream>>>,
    /// Whether there are streams, so that the voice thread need not wake the pump otherwise.
    has_streams: AtomicBool,
    beats: Beats,
    /// The loop was woken and has not looked yet.
    is_woken: AtomicBool,
    has_ended: AtomicBool,
    /// Set when the interpreter ends: nothing may be called from then on.
    is_closed: AtomicBool,
}

/// The current position of the chat's time line.
#[derive(Debug, Default)]
struct Beats {
    complete: AtomicU64,
    /// When its first sample was due.
    origin: Mutex<Option<Instant>>,
}

impl Pumped {
    /// The stream is fed from now on, until it is dropped.
    pub(crate) fn add_stream(&self, stream: &Arc<Stream>) {
        let mut streams = lock(&self.streams);
        streams.push(Arc::downgrade(stream));
        self.has_streams.store(true, Ordering::Release);
        if self.has_ended.load(Ordering::Acquire) {
            stream.end();
        }
    }

    /// The loop looks now; what happens from now on wakes it again.
    pub(crate) fn look(&self) {
        self.is_woken.store(false, Ordering::Release);
    }

    /// Stops all calls to Python.
    pub(crate) fn close(&self) {
        self.is_closed.store(true, Ordering::Release);
    }

    /// True if a stream has a block that it did not have before.
    fn feed(&self) -> bool {
        // Read before the taps: when a beat counts as complete, its blocks have been pushed.
        let complete = self.beats.complete.load(Ordering::Acquire) * BLOCK_SAMPLES as u64;
        let Some(origin) = *lock(&self.beats.origin) else { return false };
        let mut has_news = false;
        let mut streams = lock(&self.streams);
        streams.retain(|stream| {
            let Some(stream) = stream.upgrade() else { return false };
            has_news |= stream.feed(complete, origin);
            !stream.is_closed()
        });
        self.has_streams.store(!streams.is_empty(), Ordering::Release);
        has_news
    }

    fn end(&self) {
        let streams = lock(&self.streams);
        self.has_ended.store(true, Ordering::Release);
        streams.iter().filter_map(Weak::upgrade).for_each(|stream| stream.end());
    }
}

/// The chat's output: nothing is played, but taps have 10 ms more whenever it is written.
#[derive(Debug)]
pub(crate) struct BeatOutput(pub(crate) Arc<Pumped>);

impl Output for BeatOutput {
    fn write(&mut self, _: &StereoBlock) -> Result<(), OutputError> {
        let Pumped { beats, has_streams, signal, .. } = &*self.0;
        let number = beats.complete.load(Ordering::Relaxed);
        let since = Duration::from_millis(10 * number);
        let due = Instant::now().checked_sub(since);
        if let Some(due) = due {
            let mut origin = lock(&beats.origin);
            // A beat may be late but never early, so the earliest time is right; if it is much later, beats were left
            // out.
            if origin.is_none_or(|origin| due < origin || due > origin + LEFT_OUT) {
                *origin = Some(due);
            }
        }
        beats.complete.store(number + 1, Ordering::Release);
        if has_streams.load(Ordering::Acquire) {
            signal.raise(|reasons| reasons.beat = true);
        }
        Ok(())
    }

    fn finish(&mut self) -> Result<(), OutputError> {
        Ok(())
    }
}

const LEFT_OUT: Duration = Duration::from_secs(1);

/// Starts the pump of the chat of this number; `wake` is called without arguments when the loop is to look.
///
/// # Errors
/// If there can be no thread.
pub(crate) fn spawn(pumped: Arc<Pumped>, chat: u64, wake: Py<PyAny>) -> std::io::Result<()> {
    let run = move || {
        pump(&pumped, &wake);
        // Dropped while the interpreter exists; leaked if it is gone.
        Python::try_attach(|_| drop(wake));
        registry::remove(chat);
    };
    thread::Builder::new().name("consonance-pump".into()).spawn(run).map(drop)
}

fn pump(pumped: &Pumped, wake: &Py<PyAny>) {
    loop {
        let reasons = pumped.signal.wait();
        let has_sound = pumped.feed();
        if reasons.ended {
            pumped.end();
        }
        let has_news = reasons.news || reasons.ended || has_sound;
        let is_wanted = has_news && !pumped.is_closed.load(Ordering::Acquire);
        if is_wanted && !pumped.is_woken.swap(true, Ordering::AcqRel) {
            // A closed loop rejects the call, and does not need it.
            Python::try_attach(|py| wake.call0(py).map(drop).is_ok());
        }
        if reasons.ended {
            return;
        }
    }
}
