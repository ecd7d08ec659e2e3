//! The queue of messages to the page.

use std::collections::VecDeque;

use crate::control::ToPage;

/// The queue of serialised messages, in order.
#[derive(Debug)]
pub(super) struct Mailbox {
    waiting: VecDeque<String>,
    bytes: usize,
    most_bytes: usize,
    /// Whether there is a page to receive messages.
    is_open: bool,
    /// Whether the queue has exceeded its limit.
    has_overflowed: bool,
    told: u64,
}

/// The overhead of a queued message besides its text, in bytes.
const OVERHEAD_BYTES: usize = 32;

impl Mailbox {
    pub(super) fn new(most_bytes: usize) -> Self {
        Self { waiting: VecDeque::new(), bytes: 0, most_bytes, is_open: true, has_overflowed: false, told: 0 }
    }

    /// Queues a message, if there is a page.
    pub(super) fn tell(&mut self, message: &ToPage) {
        if !self.is_open || self.has_overflowed {
            return;
        }
        let text = message.to_json();
        self.bytes += text.len() + OVERHEAD_BYTES;
        if self.bytes > self.most_bytes {
            self.has_overflowed = true;
            self.clear();
            return;
        }
        self.told += 1;
        self.waiting.push_back(text);
    }

    pub(super) fn pop(&mut self) -> Option<String> {
        let text = self.waiting.pop_front()?;
        self.bytes -= text.len() + OVERHEAD_BYTES;
        Some(text)
    }

    /// Closes the mailbox: there is no page, so the queue is emptied and stays empty.
    pub(super) fn close(&mut self) {
        self.is_open = false;
        self.clear();
    }

    /// Opens the mailbox for a page.
    pub(super) fn open(&mut self) {
        self.is_open = true;
    }

    pub(super) fn is_open(&self) -> bool {
        self.is_open
    }

    /// Whether the queue has overflowed; true only once.
    pub(super) fn take_overflow(&mut self) -> bool {
        std::mem::take(&mut self.has_overflowed)
    }

    pub(super) fn told(&self) -> u64 {
        self.told
    }

    fn clear(&mut self) {
        self.waiting.clear();
        self.bytes = 0;
    }
}
