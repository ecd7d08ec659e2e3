//! Packets in transit from one account to another.

use std::collections::VecDeque;
use std::time::Instant;

use crate::steam::steam_p2p::SendKind;

/// A packet that is in transit between two accounts, or unread.
#[derive(Debug)]
pub(super) struct Parcel {
    pub(super) due: Instant,
    pub(super) kind: SendKind,
    pub(super) channel: i32,
    pub(super) bytes: Vec<u8>,
}

/// The packets that one account has sent to another and that have not arrived.
#[derive(Debug, Default)]
pub(super) struct Way {
    /// In the order of sending.
    reliable: VecDeque<Parcel>,
    /// By the time of arrival.
    unreliable: VecDeque<Parcel>,
    /// Bytes of both.
    pub(super) queued_bytes: usize,
    /// The time since which the first packet has been undeliverable.
    pub(super) stuck_since: Option<Instant>,
    /// The receiver was asked to accept the session.
    pub(super) is_announced: bool,
}

impl Way {
    pub(super) fn push(&mut self, parcel: Parcel) {
        self.queued_bytes += parcel.bytes.len();
        if parcel.kind.is_reliable() {
            self.reliable.push_back(parcel);
        } else {
            let at = self.unreliable.partition_point(|other| other.due <= parcel.due);
            self.unreliable.insert(at, parcel);
        }
    }

    /// The next packet that has arrived; reliable ones only while there is room for them.
    pub(super) fn pop(&mut self, now: Instant, has_room: impl Fn(i32) -> bool) -> Option<Parcel> {
        let unreliable = self.unreliable.pop_front_if(|parcel| parcel.due <= now);
        let parcel = unreliable
            .or_else(|| self.reliable.pop_front_if(|parcel| parcel.due <= now && has_room(parcel.channel)))?;
        self.queued_bytes -= parcel.bytes.len();
        Some(parcel)
    }

    pub(super) fn lose_unreliable(&mut self) {
        let lost: usize = self.unreliable.drain(..).map(|parcel| parcel.bytes.len()).sum();
        self.queued_bytes -= lost;
    }

    pub(super) fn is_empty(&self) -> bool {
        self.reliable.is_empty() && self.unreliable.is_empty()
    }
}
