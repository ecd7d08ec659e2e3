//! What a node knows of the bucket of sessions: the stream that it opened, and whether that answers.

use std::cell::Cell;
use std::future::Future;

use async_nats::jetstream::kv::Store;
use tokio::sync::futures::Notified;
use tokio::sync::{Mutex, Notify};
use tracing::{debug, info, warn};

#[derive(Debug, Default)]
pub(crate) struct BucketState {
    /// The bucket, once it was opened.
    store: Mutex<Option<Store>>,
    replaced: Notify,
    /// The age of the stream that was watched last, in nanoseconds since 1970.
    watched: Cell<Option<i128>>,
    answers: Cell<Answers>,
}

/// What the log has said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Answers {
    #[default]
    NotYet,
    Yes,
    No,
}

impl BucketState {
    /// The bucket, which is opened once, and again after it was [replaced](Self::replace).
    pub(crate) async fn open<E>(&self, open: impl Future<Output = Result<Store, E>>) -> Result<Store, E> {
        let mut store = self.store.lock().await;
        if let Some(store) = &*store {
            return Ok(store.clone());
        }
        Ok(store.insert(open.await?).clone())
    }

    /// The stream that was opened is gone: whoever watches it has to open it again.
    pub(crate) async fn replace(&self) {
        warn!("NATS's stream of sessions was deleted or lost: sessions go on in a new one");
        *self.store.lock().await = None;
        self.replaced.notify_waiters();
    }

    /// Waits until the stream that is opened after this call is gone.
    pub(crate) fn replaced(&self) -> Notified<'_> {
        self.replaced.notified()
    }

    /// This store is watched from now on. Returns whether another one was before.
    pub(crate) fn watch(&self, store: &Store) -> bool {
        let age = store.stream.cached_info().created.unix_timestamp_nanos();
        self.watched.replace(Some(age)).is_some_and(|before| before != age)
    }

    /// Logs a change: a line for each attempt would hide others.
    pub(crate) fn tell(&self, looked: Result<(), async_nats::Error>) {
        let answers = if looked.is_ok() { Answers::Yes } else { Answers::No };
        match (self.answers.replace(answers), looked) {
            (Answers::No, Ok(())) => info!("NATS's store answers again"),
            (Answers::NotYet, Ok(())) => debug!("NATS's store answers"),
            (Answers::NotYet | Answers::Yes, Err(error)) => {
                warn!(%error, "NATS's store does not answer: no session can start");
            }
            (Answers::Yes, Ok(())) | (Answers::No, Err(_)) => {}
        }
    }
}
