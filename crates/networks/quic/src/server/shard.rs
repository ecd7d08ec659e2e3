//! Several servers behind one port, and the choice of one for each client.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use bytes::Bytes;
use consonance_link::Remote;
use consonance_link::inbox::{InboxLimits, Mailbox};

use crate::fast_path::Offer;
use crate::link::Link;

/// The information that a server gets about a new peer.
#[derive(Debug)]
pub(super) struct Arrival {
    pub(super) session: String,
    pub(super) remote: Remote,
    /// The client's offer for the fast path.
    pub(super) offer: Option<Offer>,
    pub(super) link: Arc<Link>,
}

/// The acceptor's state of one of the servers behind it.
#[derive(Debug)]
pub(super) struct Shard {
    pub(super) mailbox: Mailbox<Arrival, Bytes>,
    /// Its connections that have said hello and have not ended.
    pub(super) guests: AtomicUsize,
    is_dropped: AtomicBool,
}

impl Shard {
    pub(super) fn new(incoming: InboxLimits) -> Self {
        Self {
            mailbox: Mailbox::new(incoming),
            guests: AtomicUsize::new(0),
            is_dropped: AtomicBool::new(false),
        }
    }

    /// The mailbox will no longer be polled. A client that is put into it after that must be rejected by the
    /// acceptor.
    pub(super) fn drop_server(&self) {
        self.is_dropped.store(true, Ordering::Release);
    }

    /// Whether the server was dropped. Check this after a client was put into the mailbox: the mailbox's lock orders
    /// this and the last look into it.
    pub(super) fn is_dropped(&self) -> bool {
        self.is_dropped.load(Ordering::Acquire)
    }
}

/// Chooses the shard for a client by the session that it named.
pub(super) struct Placement(Box<dyn Fn(&str) -> usize + Send + Sync>);

impl Placement {
    pub(super) fn new(place: impl Fn(&str) -> usize + Send + Sync + 'static) -> Self {
        Self(Box::new(place))
    }

    pub(super) fn shard_of<'s, S>(&self, session: &str, shards: &'s [S]) -> &'s S {
        &shards[(self.0)(session) % shards.len()]
    }
}

impl fmt::Debug for Placement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Placement").finish_non_exhaustive()
    }
}
