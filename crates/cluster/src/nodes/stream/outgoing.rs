//! Parcels waiting to be sent to another node, and reliable parcels that were sent and not taken yet.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use super::super::bundle::Parcel;
use crate::message::append;

#[derive(Debug, Default)]
pub(super) struct Outgoing {
    /// Reliable parcels that were not taken yet, in serialized form.
    reliable: VecDeque<Box<[u8]>>,
    reliable_bytes: usize,
    /// The number of the first of them.
    first: u64,
    /// The number of them that were sent.
    sent: usize,
    /// The last time that some of them were taken, or that some were sent with none in flight.
    progress: Option<Instant>,
    /// The last time that they were resent.
    resent: Option<Instant>,
    /// Unreliable parcels, one bundle's worth in each load.
    unreliable: VecDeque<Load>,
}

#[derive(Debug, Default)]
struct Load {
    parcels: u64,
    bytes: Vec<u8>,
}

/// The maximum number of bytes of parcels in a bundle, or twice as many if both kinds are waiting: half the default
/// limit of NATS.
const BUNDLE_BYTES: usize = 256 << 10;
/// The number of bytes of unreliable parcels that may wait before the oldest are dropped: 0.2 s of 1000 speakers.
const UNRELIABLE_BYTES_MAX: usize = 4 << 20;
/// The number of bytes of reliable parcels that may wait to be taken before their node counts as lost.
const RELIABLE_BYTES_MAX: usize = 64 << 20;
/// The time after which parcels that were not taken are resent.
const RESEND_AFTER: Duration = Duration::from_millis(250);
/// The shortest time between two resends of missing parcels.
const RESEND_PAUSE: Duration = Duration::from_millis(20);

impl Outgoing {
    #[must_use]
    pub(super) fn push_reliable(&mut self, parcel: &Parcel<'_>) -> bool {
        let mut written = Vec::new();
        append(&mut written, parcel);
        if self.reliable_bytes + written.len() > RELIABLE_BYTES_MAX {
            return false;
        }
        self.reliable_bytes += written.len();
        self.reliable.push_back(written.into());
        true
    }

    /// Queues an unreliable parcel. Returns the number of parcels that were dropped for it.
    pub(super) fn push_unreliable(&mut self, parcel: &Parcel<'_>) -> u64 {
        if self.unreliable.back().is_none_or(|load| load.bytes.len() + parcel.message.len() > BUNDLE_BYTES) {
            self.unreliable.push_back(Load::default());
        }
        if let Some(load) = self.unreliable.back_mut() {
            append(&mut load.bytes, parcel);
            load.parcels += 1;
        }
        if self.unreliable.len() * BUNDLE_BYTES <= UNRELIABLE_BYTES_MAX {
            return 0;
        }
        self.unreliable.pop_front().map_or(0, |load| load.parcels)
    }

    /// Whether nothing was ever queued.
    pub(super) fn is_fresh(&self) -> bool {
        self.first == 0 && self.reliable.is_empty() && self.unreliable.is_empty()
    }

    /// The number of reliable parcels that the other side is not known to have taken, and their bytes.
    pub(super) fn untaken(&self) -> (usize, usize) {
        (self.reliable.len(), self.reliable_bytes)
    }

    /// Whether something is waiting to be sent.
    pub(super) fn waits(&self) -> bool {
        self.sent < self.reliable.len() || !self.unreliable.is_empty()
    }

    /// Whether more than a bundle's worth of unreliable parcels is waiting.
    pub(super) fn is_full(&self) -> bool {
        self.unreliable.len() > 1
    }

    /// The number of the next reliable parcel to send.
    pub(super) fn next_number(&self) -> u64 {
        self.first + self.sent as u64
    }

    /// Appends waiting parcels to a bundle, as far as they fit. Reliable parcels come first. Returns the number of
    /// unreliable parcels.
    pub(super) fn write(&mut self, now: Instant, bundle: &mut Vec<u8>) -> u64 {
        if self.sent == 0 {
            self.progress = Some(now);
        }
        let head = bundle.len();
        while let Some(parcel) = self.reliable.get(self.sent) {
            if bundle.len() > head && bundle.len() + parcel.len() > BUNDLE_BYTES {
                return 0;
            }
            bundle.extend_from_slice(parcel);
            self.sent += 1;
        }
        let Some(load) = self.unreliable.pop_front() else { return 0 };
        bundle.extend_from_slice(&load.bytes);
        load.parcels
    }

    /// The other side has taken all parcels before this number, and may miss the next one.
    pub(super) fn handle_taken(&mut self, now: Instant, taken: u64, is_missing: bool) {
        while self.first < taken && self.sent > 0 {
            let Some(parcel) = self.reliable.pop_front() else { break };
            self.reliable_bytes -= parcel.len();
            self.first += 1;
            self.sent -= 1;
            self.progress = Some(now);
        }
        let may_resend = self.resent.is_none_or(|at| now.saturating_duration_since(at) >= RESEND_PAUSE);
        if is_missing && may_resend {
            self.resend(now);
        }
    }

    /// The time at which sent parcels are to be resent.
    pub(super) fn overdue_at(&self) -> Option<Instant> {
        self.progress.filter(|_| self.sent > 0).map(|at| at + RESEND_AFTER)
    }

    /// Resends parcels that were not taken for too long. Returns true if there are any.
    pub(super) fn resend_overdue(&mut self, now: Instant) -> bool {
        let is_overdue = self.overdue_at().is_some_and(|at| at <= now);
        if is_overdue {
            self.resend(now);
        }
        is_overdue
    }

    /// Reliable parcels that may not have been taken.
    pub(super) fn into_reliable(self) -> Vec<Box<[u8]>> {
        self.reliable.into()
    }

    fn resend(&mut self, now: Instant) {
        self.sent = 0;
        (self.progress, self.resent) = (Some(now), Some(now));
    }
}
