//! The link to one page: queues of messages that wait to be sent.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use axum::body::Bytes;
use consonance_link::Delivery;
use tokio::sync::Notify;

/// The limits of the queues, in bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct LinkLimits {
    pub(super) voice_bytes_max: usize,
    pub(super) control_bytes_max: usize,
}

/// The link to one page, with the messages that wait for it.
#[derive(Debug)]
pub(super) struct Link {
    waiting: Mutex<Waiting>,
    /// The time at which anything last came from the page.
    heard_at: Mutex<Instant>,
    changed: Notify,
    ended: Notify,
}

#[derive(Debug, Default)]
struct Waiting {
    /// To questions of the page.
    answers: Queue,
    control: Queue,
    voice: Queue,
    asks: bool,
    close: Option<CloseMessage>,
}

#[derive(Debug, Default)]
struct Queue {
    messages: VecDeque<Bytes>,
    bytes: usize,
}

/// Why the server ends a link: a close code, and words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct CloseMessage {
    pub(super) code: u16,
    pub(super) words: String,
}

/// The next thing to send.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Next {
    Message(Bytes),
    /// A ping to the page.
    Ping,
    Close(CloseMessage),
}

/// More control or answers wait for a page than are kept for it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct TooSlow;

impl Link {
    pub(super) fn new(now: Instant) -> Self {
        Self {
            waiting: Mutex::default(),
            heard_at: Mutex::new(now),
            changed: Notify::new(),
            ended: Notify::new(),
        }
    }

    /// Something came from the page, whatever it was.
    pub(super) fn heard(&self, now: Instant) {
        *self.heard_at.lock().unwrap_or_else(PoisonError::into_inner) = now;
    }

    /// The time at which anything last came from the page.
    pub(super) fn heard_at(&self) -> Instant {
        *self.heard_at.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts a message behind those of its kind; the number of messages that were dropped for it, voice all of them.
    pub(super) fn push(
        &self,
        delivery: Delivery,
        message: Bytes,
        limits: LinkLimits,
    ) -> Result<u64, TooSlow> {
        let mut waiting = self.waiting();
        if waiting.close.is_some() {
            return Ok(0);
        }
        let mut dropped = 0;
        match delivery {
            Delivery::Reliable if waiting.control.bytes + message.len() > limits.control_bytes_max => {
                return Err(TooSlow);
            }
            Delivery::Reliable => waiting.control.push(message),
            Delivery::Unreliable => {
                waiting.voice.push(message);
                while waiting.voice.bytes > limits.voice_bytes_max {
                    dropped += u64::from(waiting.voice.pop().is_some());
                }
            }
        }
        drop(waiting);
        self.changed.notify_one();
        Ok(dropped)
    }

    /// Answers a question of the page, before everything that waits.
    pub(super) fn answer(&self, message: Bytes) -> Result<(), TooSlow> {
        let mut waiting = self.waiting();
        if waiting.answers.messages.len() >= ANSWERS_MAX {
            return Err(TooSlow);
        }
        waiting.answers.push(message);
        drop(waiting);
        self.changed.notify_one();
        Ok(())
    }

    /// Pings the page.
    pub(super) fn ask(&self) {
        self.waiting().asks = true;
        self.changed.notify_one();
    }

    /// Ends the link once what was sent reliably before is on its way. Only the first close message counts.
    pub(super) fn end(&self, close: CloseMessage) {
        self.waiting().close.get_or_insert(close);
        self.changed.notify_one();
        self.ended.notify_one();
    }

    /// The next thing to send, as soon as there is one: control comes before voice, and no voice comes after a close
    /// message.
    pub(super) async fn next(&self) -> Next {
        loop {
            if let Some(next) = self.waiting().next() {
                return next;
            }
            self.changed.notified().await;
        }
    }

    /// Until the link is ended; to be waited for once.
    pub(super) async fn ended(&self) {
        self.ended.notified().await;
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Waiting {
    fn next(&mut self) -> Option<Next> {
        if let Some(message) = self.answers.pop().or_else(|| self.control.pop()) {
            return Some(Next::Message(message));
        }
        if let Some(close) = &self.close {
            return Some(Next::Close(close.clone()));
        }
        if std::mem::take(&mut self.asks) {
            return Some(Next::Ping);
        }
        self.voice.pop().map(Next::Message)
    }
}

impl Queue {
    fn push(&mut self, message: Bytes) {
        self.bytes += message.len();
        self.messages.push_back(message);
    }

    fn pop(&mut self) -> Option<Bytes> {
        let message = self.messages.pop_front()?;
        self.bytes -= message.len();
        Some(message)
    }
}

/// Answers that wait for one page: an honest one asks again when it has been answered.
const ANSWERS_MAX: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: LinkLimits = LinkLimits { voice_bytes_max: 4, control_bytes_max: 4 };

    fn close(words: &str) -> CloseMessage {
        CloseMessage { code: 4000, words: words.to_owned() }
    }

    fn pushed(link: &Link, delivery: Delivery, message: &'static [u8]) -> Result<u64, TooSlow> {
        link.push(delivery, Bytes::from_static(message), LIMITS)
    }

    fn next(link: &Link) -> Option<Next> {
        link.waiting().next()
    }

    #[test]
    fn the_oldest_voice_goes_and_no_control() {
        let link = Link::new(Instant::now());
        for (message, dropped) in [(b"aa", 0), (b"bb", 0), (b"cc", 1)] {
            assert_eq!(pushed(&link, Delivery::Unreliable, message), Ok(dropped));
        }
        assert_eq!(pushed(&link, Delivery::Reliable, b"1234"), Ok(0));
        assert_eq!(pushed(&link, Delivery::Reliable, b"5"), Err(TooSlow));
        for expected in [&b"1234"[..], b"bb", b"cc"] {
            assert_eq!(next(&link), Some(Next::Message(Bytes::from_static(expected))));
        }
        assert_eq!(next(&link), None);
    }

    #[test]
    fn answers_go_before_all_and_not_without_end() {
        let link = Link::new(Instant::now());
        pushed(&link, Delivery::Reliable, b"c").unwrap();
        let answered = (0..1000).take_while(|_| link.answer(Bytes::from_static(b"a")).is_ok()).count();
        assert_eq!(answered, ANSWERS_MAX);
        assert_eq!(next(&link), Some(Next::Message(Bytes::from_static(b"a"))));
    }

    #[test]
    fn a_close_message_comes_after_the_control_before_it_and_instead_of_voice() {
        let link = Link::new(Instant::now());
        pushed(&link, Delivery::Unreliable, b"v").unwrap();
        pushed(&link, Delivery::Reliable, b"c").unwrap();
        link.end(close("first"));
        link.end(close("second"));
        assert_eq!(pushed(&link, Delivery::Reliable, b"d"), Ok(0));
        assert_eq!(next(&link), Some(Next::Message(Bytes::from_static(b"c"))));
        assert_eq!(next(&link), Some(Next::Close(close("first"))));
    }
}
