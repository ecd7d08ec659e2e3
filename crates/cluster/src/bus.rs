//! What carries messages between the members of a cluster.

use std::task::Waker;

use consonance_transport::Delivery;

/// A worker, by its number among those that share sessions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Member(pub u16);

/// The way out of one member, to all others.
pub trait BusSender: Send {
    /// Hands a message over, to be sent with the next [`flush`](Self::flush), behind all that were handed over before
    /// for the same member. False if it was dropped, since too much waits for that member.
    ///
    /// Where too much waits, the oldest unreliable messages are dropped first, and counted.
    fn send(&mut self, to: Member, delivery: Delivery, message: &[u8]) -> bool;

    /// Sends what was handed over.
    fn flush(&mut self);

    /// What was sent and dropped so far.
    fn statistics(&self) -> BusStatistics;
}

/// The way in of one member, from all others.
pub trait BusReceiver: Send {
    /// What came next. Messages of one member come in the order in which they were handed over.
    fn poll(&mut self) -> Option<BusEvent>;

    /// The message that came or was returned last.
    fn message(&self) -> &[u8];

    /// How that message came.
    fn delivery(&self) -> Delivery;

    /// Asks to be woken, from any thread, when [`poll`](Self::poll) has something.
    fn set_waker(&mut self, waker: Waker);
}

/// What comes to a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BusEvent {
    /// A message of this member.
    Message(Member),
    /// A message to this member, which is lost and may never have got this message: it had to arrive, and comes back.
    Returned(Member),
    /// This member is lost. Nothing comes from it any more; what was to be returned was.
    Lost(Member),
}

/// What a member has handed over so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BusStatistics {
    /// Messages that left.
    pub sent: u64,
    /// And their bytes.
    pub bytes: u64,
    /// Unreliable messages that were dropped, since too much waited.
    pub unreliable_dropped: u64,
    /// Reliable messages that were dropped for that reason.
    pub reliable_dropped: u64,
}
