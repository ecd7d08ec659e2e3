//! Events of a chat on their way to asyncio's loop: a thread waits for them, and the loop takes them.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use consonance::{Event, VoiceChat};

use crate::lock::lock;
use crate::signal::Signal;

/// As many as a reader in Rust keeps: one for each player of the largest session.
const WAITING_MAX: usize = 65_536;

/// Events that wait for the loop; of too many, the oldest go.
#[derive(Debug, Default)]
pub(crate) struct EventQueue(Mutex<Waiting>);

#[derive(Debug, Default)]
struct Waiting {
    events: VecDeque<Event>,
    dropped: u64,
}

impl EventQueue {
    pub(crate) fn pop(&self) -> Option<Event> {
        lock(&self.0).events.pop_front()
    }

    pub(crate) fn dropped(&self) -> u64 {
        lock(&self.0).dropped
    }

    fn push(&self, event: Event) {
        let mut waiting = lock(&self.0);
        if waiting.events.len() >= WAITING_MAX {
            waiting.events.pop_front();
            waiting.dropped += 1;
        }
        waiting.events.push_back(event);
    }
}

/// Starts the thread; it ends with the chat.
///
/// # Errors
/// If there can be no thread.
pub(crate) fn follow(voice: VoiceChat, queue: Arc<EventQueue>, signal: Arc<Signal>) -> std::io::Result<()> {
    let run = move || {
        // Queued before the signal is raised, so that the loop finds the event that woke it.
        while let Some(event) = voice.wait_event(Duration::MAX) {
            queue.push(event);
            signal.news();
        }
        // Waits until the goodbye is sent; the reason for the end is in the last event.
        let _ = voice.leave();
        signal.raise(|reasons| reasons.ended = true);
    };
    thread::Builder::new().name("consonance-events".into()).spawn(run).map(drop)
}
