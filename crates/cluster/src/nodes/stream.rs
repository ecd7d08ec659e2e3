//! The stream from one node to another: reliable parcels arrive once and in order, even if the bus between the nodes
//! loses messages.

mod gathering;
mod outgoing;
#[cfg(test)]
mod tests;
mod untaken;

use std::time::{Duration, Instant};

use super::bundle::{Bundle, BundleHead, Parcel, Way};
use crate::message::{BusMessageError, append};
use crate::placement::NodeId;
use gathering::Gathering;
use outgoing::Outgoing;
use untaken::Untaken;

/// The parcels between this node and another one.
#[derive(Debug)]
pub(super) struct NodeStream {
    /// The epoch of this side, which increases with each restart.
    epoch: u32,
    /// The last known epoch of the other side; 0 before it was heard.
    their_epoch: u32,
    /// This epoch of the other side is over, and so are all before it.
    over: u32,
    outgoing: Outgoing,
    untaken: Untaken,
    is_missing: bool,
    /// The time at which to tell the other side which parcels were taken.
    tell_at: Option<Instant>,
    gathering: Gathering,
    bundle: Vec<u8>,
    statistics: StreamStatistics,
    unpublished: u64,
    /// The time at which voice was last dropped.
    dropped: Option<Instant>,
}

/// Counters of the traffic between two nodes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StreamStatistics {
    /// Bundles that were published.
    pub bundles: u64,
    /// And their bytes.
    pub bytes: u64,
    /// Unreliable parcels in them: voice, each for all its listeners at the other node.
    pub unreliable: u64,
    /// Unreliable parcels that were dropped because too many were waiting.
    pub dropped: u64,
    /// The number of times that reliable parcels were resent after a timeout.
    pub resent: u64,
    /// Bundles that could not be read.
    pub malformed: u64,
    /// Parcels of a kind that is known only to later versions.
    pub unknown: u64,
}

impl StreamStatistics {
    /// Adds the traffic between two other nodes.
    pub fn add(&mut self, other: &Self) {
        let Self { bundles, bytes, unreliable, dropped, resent, malformed, unknown } = other;
        self.bundles += bundles;
        self.bytes += bytes;
        self.unreliable += unreliable;
        self.dropped += dropped;
        self.resent += resent;
        self.malformed += malformed;
        self.unknown += unknown;
    }
}

/// The status of the link to another node.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LinkStatus {
    /// Reliable parcels that the other node is not known to have taken.
    pub waiting: usize,
    /// Their bytes.
    pub waiting_bytes: usize,
    /// Bundles that the bus did not take.
    pub unpublished: u64,
    /// How long ago voice for it was dropped.
    pub dropped_ago: Option<Duration>,
}

/// The longest delay before the other side is told which parcels were taken, if nothing else is sent to it.
const TELL_AFTER: Duration = Duration::from_millis(20);

/// The action to take for an incoming bundle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Came {
    /// Take its parcels.
    Fresh,
    /// The other side has lost this one, which must [lose](NodeStream::lose) it first.
    Restarted,
    /// The other side has restarted, without having heard this epoch of this side, which continues: this side must
    /// first [forget](NodeStream::forget_theirs) what it has received. If it restarted, too, the restarts would never
    /// end.
    TheirsRestarted,
    /// The bundle belongs to a stream that is over.
    Over,
}

impl NodeStream {
    pub(super) fn new() -> Self {
        Self {
            epoch: 1,
            their_epoch: 0,
            over: 0,
            outgoing: Outgoing::default(),
            untaken: Untaken::default(),
            is_missing: false,
            tell_at: None,
            gathering: Gathering::default(),
            bundle: Vec::new(),
            statistics: StreamStatistics::default(),
            unpublished: 0,
            dropped: None,
        }
    }

    /// Queues a parcel. Returns false if it is reliable and too much is waiting.
    #[must_use]
    pub(super) fn push(&mut self, now: Instant, parcel: &Parcel<'_>) -> bool {
        self.gathering.note_parcel();
        if parcel.is_reliable {
            return self.outgoing.push_reliable(parcel);
        }
        let dropped = self.outgoing.push_unreliable(parcel);
        if dropped > 0 {
            self.statistics.dropped += dropped;
            self.dropped = Some(now);
        }
        true
    }

    /// The next bundle to publish now.
    pub(super) fn poll_publish(&mut self, now: Instant, own: NodeId) -> Option<&[u8]> {
        self.statistics.resent += u64::from(self.outgoing.resend_overdue(now));
        let is_due = self.poll_timeout(now).is_some_and(|at| at <= now);
        if !is_due {
            return None;
        }
        let head = BundleHead {
            from: own,
            epoch: self.epoch,
            over: self.over,
            taken_epoch: self.their_epoch,
            taken: self.untaken.taken(),
            is_missing: std::mem::take(&mut self.is_missing),
            first: self.outgoing.next_number(),
        };
        self.bundle.clear();
        append(&mut self.bundle, &head);
        self.statistics.unreliable += self.outgoing.write(now, &mut self.bundle);
        self.tell_at = None;
        self.gathering.note_bundle(now);
        self.statistics.bundles += 1;
        self.statistics.bytes += self.bundle.len() as u64;
        Some(&self.bundle)
    }

    /// The time at which [`poll_publish`](Self::poll_publish) has something, if nothing else happens.
    pub(super) fn poll_timeout(&self, now: Instant) -> Option<Instant> {
        let gathered = self.gathering.until().unwrap_or(now);
        let parcels = self.outgoing.waits().then_some(if self.outgoing.is_full() { now } else { gathered });
        [parcels, self.tell_at, self.outgoing.overdue_at()].into_iter().flatten().min()
    }

    /// Examines a bundle from the other side, whose parcels are to be [taken](Self::take) if it is fresh.
    pub(super) fn look(&mut self, now: Instant, bundle: &Bundle<'_>) -> Came {
        let BundleHead { epoch, over, taken_epoch, taken, is_missing, .. } = bundle.head;
        // Checked first: otherwise two sides that lose each other at the same time would not learn of it.
        if over >= self.epoch {
            return Came::Restarted;
        }
        if epoch <= self.over || epoch < self.their_epoch {
            self.tell_at.get_or_insert(now + TELL_AFTER);
            return Came::Over;
        }
        if self.their_epoch != 0 && epoch > self.their_epoch {
            return Came::TheirsRestarted;
        }
        self.their_epoch = epoch;
        if taken_epoch == self.epoch {
            self.outgoing.handle_taken(now, taken, is_missing);
        }
        Came::Fresh
    }

    /// Delivers the new parcels of a bundle, each with its number if it is reliable.
    pub(super) fn take<'a>(
        &mut self,
        now: Instant,
        bundle: Bundle<'a>,
        mut deliver: impl FnMut(Option<u64>, Parcel<'a>),
    ) -> Result<(), BusMessageError> {
        let mut number = bundle.head.first;
        for parcel in bundle.parcels() {
            let parcel = parcel.inspect_err(|_| self.statistics.malformed += 1)?;
            self.statistics.unknown += u64::from(parcel.way == Way::Unknown);
            if !parcel.is_reliable {
                deliver(None, parcel);
                continue;
            }
            let next = self.untaken.next();
            if number == next {
                self.untaken.push();
                deliver(Some(number), parcel);
            }
            self.is_missing |= number > next;
            let tell_at = if self.is_missing { now } else { now + TELL_AFTER };
            self.tell_at = Some(self.tell_at.map_or(tell_at, |at| at.min(tell_at)));
            number = number.saturating_add(1);
        }
        Ok(())
    }

    /// A worker has finished with a reliable parcel.
    pub(super) fn note_taken(&mut self, epoch: u32, number: u64) {
        if epoch == self.their_epoch {
            self.untaken.note_taken(number);
        }
    }

    /// The epoch of incoming parcels.
    pub(super) fn their_epoch(&self) -> u32 {
        self.their_epoch
    }

    /// The other side is lost, or has lost this one: both restart. Returns the reliable parcels that it may not have
    /// taken, in order.
    pub(super) fn lose(&mut self) -> Vec<Box<[u8]>> {
        self.forget_theirs();
        self.epoch += 1;
        std::mem::take(&mut self.outgoing).into_reliable()
    }

    /// The other side is heard again: it is told which of its epochs are over, if any.
    pub(super) fn greet(&mut self, now: Instant) {
        if self.their_epoch == 0 && self.over > 0 {
            self.tell_at = Some(now);
        }
    }

    /// Discards everything received from the other side; its epochs so far are over.
    pub(super) fn forget_theirs(&mut self) {
        self.over = self.over.max(self.their_epoch);
        self.their_epoch = 0;
        self.untaken = Untaken::default();
        (self.is_missing, self.tell_at) = (false, None);
    }

    /// Whether there was no traffic since it started.
    pub(super) fn is_fresh(&self) -> bool {
        self.their_epoch == 0 && self.outgoing.is_fresh()
    }

    pub(super) fn statistics(&self) -> StreamStatistics {
        self.statistics
    }

    /// The bus did not take the last bundle.
    pub(super) fn note_unpublished(&mut self, now: Instant) {
        self.unpublished += 1;
        self.dropped = Some(now);
    }

    pub(super) fn status(&self, now: Instant) -> LinkStatus {
        let (waiting, waiting_bytes) = self.outgoing.untaken();
        LinkStatus {
            waiting,
            waiting_bytes,
            unpublished: self.unpublished,
            dropped_ago: self.dropped.map(|at| now.saturating_duration_since(at)),
        }
    }
}
