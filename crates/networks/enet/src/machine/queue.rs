//! How much waits for a peer: ENet does not say, so each message says when it is gone.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// What was sent to one peer and has not been confirmed, or left, yet.
#[derive(Clone, Debug, Default)]
pub(crate) struct Queue(Arc<AtomicUsize>);

impl Queue {
    /// In bytes, with [`MESSAGE_OVERHEAD`] for each message.
    pub(crate) fn bytes(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

/// A message in ENet's queues, which drop it when it is confirmed or was sent once and for all.
#[derive(Debug)]
pub(super) struct Queued {
    message: Box<[u8]>,
    queue: Queue,
}

impl Queued {
    pub(super) fn new(message: &[u8], queue: &Queue) -> Self {
        queue.0.fetch_add(message.len() + MESSAGE_OVERHEAD, Ordering::Relaxed);
        Self { message: message.into(), queue: queue.clone() }
    }
}

impl AsRef<[u8]> for Queued {
    fn as_ref(&self) -> &[u8] {
        &self.message
    }
}

impl Drop for Queued {
    fn drop(&mut self) {
        self.queue.0.fetch_sub(self.message.len() + MESSAGE_OVERHEAD, Ordering::Relaxed);
    }
}

/// About what ENet needs to remember a message that is not in fragments.
const MESSAGE_OVERHEAD: usize = 128;
