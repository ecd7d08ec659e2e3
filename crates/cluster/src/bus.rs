//! The bus that carries messages between the members of a cluster.

use std::task::Waker;

use consonance_link::Delivery;

/// A worker, by its number among those that share sessions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Member(pub u16);

/// The sending end of a member's bus, to all other members.
pub trait BusSender: Send {
    /// Queues a message for the next [`flush`](Self::flush), after all earlier ones for the same member. Returns
    /// false if it was dropped because too much is waiting for that member.
    ///
    /// If too much is waiting, unreliable messages are dropped first, the oldest or all of them, and counted.
    fn send(&mut self, to: Member, delivery: Delivery, message: &[u8]) -> bool;

    /// Sends all queued messages.
    fn flush(&mut self);

    /// Counts of the messages sent and dropped so far.
    fn statistics(&self) -> BusStatistics;
}

/// The receiving end of a member's bus, from all other members.
pub trait BusReceiver: Send {
    /// Returns the next event. Messages from one member arrive in the order in which they were queued.
    fn poll(&mut self) -> Option<BusEvent>;

    /// The message that arrived or was returned last.
    fn message(&self) -> &[u8];

    /// The delivery mode of that message.
    fn delivery(&self) -> Delivery;

    /// Asks to be woken, from any thread, when [`poll`](Self::poll) has something.
    fn set_waker(&mut self, waker: Waker);
}

/// An event for a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BusEvent {
    /// A message from this member.
    Message(Member),
    /// A reliable message to this member comes back: the member is lost and may never have received it.
    Returned(Member),
    /// This member is lost. No more messages come from it, and all messages to be returned were returned.
    Lost(Member),
}

/// Counts of the messages that a member has sent so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BusStatistics {
    /// Messages sent.
    pub sent: u64,
    /// And their bytes.
    pub bytes: u64,
    /// Unreliable messages that were dropped because too much was waiting.
    pub unreliable_dropped: u64,
    /// Reliable messages that were dropped for that reason.
    pub reliable_dropped: u64,
}
