//! The bytes waiting for a peer: ENet does not report them, so each message counts itself until it is dropped.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The messages sent to one peer and not yet acknowledged or, if unreliable, not yet sent out.
#[derive(Clone, Debug, Default)]
pub(crate) struct Queue(Arc<AtomicUsize>);

impl Queue {
    /// Their size in bytes, with [`MESSAGE_OVERHEAD`] for each message.
    pub(crate) fn bytes(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

/// A message in ENet's queues, which drop it when it is acknowledged or was sent for the last time.
#[derive(Debug)]
pub(super) struct Queued {
    message: Arc<[u8]>,
    queue: Queue,
}

impl Queued {
    pub(super) fn new(message: &Arc<[u8]>, queue: &Queue) -> Self {
        queue.0.fetch_add(message.len() + MESSAGE_OVERHEAD, Ordering::Relaxed);
        Self { message: Arc::clone(message), queue: queue.clone() }
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

/// Approximately the memory that ENet needs for a message that is not in fragments.
const MESSAGE_OVERHEAD: usize = 128;
