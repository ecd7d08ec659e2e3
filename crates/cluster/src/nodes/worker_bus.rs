//! The bus of a worker if other nodes have workers, too.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::Waker;

use consonance_link::Delivery;

use crate::bus::{BusEvent, BusReceiver, BusSender, BusStatistics, Member};
use crate::mailboxes::mailboxes;

/// The sender and the receiver of a member.
pub type BusWay = (Box<dyn BusSender>, Box<dyn BusReceiver>);

/// The senders and receivers of all members of a bus.
pub struct JoinedWays {
    /// Those of each worker of this process.
    pub workers: Vec<BusWay>,
    /// Those of the gateway, for [`NodeGateway::new`](super::NodeGateway::new).
    pub gateway: BusWay,
}

/// Creates a bus for this many workers, numbered from 0, and for workers of other nodes, whose numbers the gateway
/// assigns. Reliable messages from one worker of another node arrive in order, and so do unreliable ones, but
/// unreliable messages may arrive before reliable ones.
pub fn join_nodes(workers: u16) -> JoinedWays {
    let mut ways = mailboxes(workers + 1);
    let gateway = ways.remove(usize::from(workers));
    let join = |(sender, receiver)| {
        let (own, taken) = (Member(workers), Arc::new(AtomicU64::new(0)));
        let sender =
            Sender { inner: sender, gateway: own, taken: Arc::clone(&taken), told: 0, buffer: Vec::new() };
        let receiver = Receiver { inner: receiver, gateway: own, taken, head: 0 };
        (Box::new(sender) as Box<dyn BusSender>, Box::new(receiver) as Box<dyn BusReceiver>)
    };
    JoinedWays { workers: ways.into_iter().map(join).collect(), gateway }
}

/// The length of the number of the receiving member, which precedes each message from a worker to the gateway.
pub(super) const MEMBER_BYTES: usize = size_of::<u16>();
/// Not a member: the message holds the number of messages of other nodes that the worker has taken.
pub(super) const TAKEN: Member = Member(u16::MAX);

/// The length of the header of a message from the gateway to a worker: one byte for the kind, and the number of the
/// member that it is about.
pub(super) const HEAD_BYTES: usize = 1 + MEMBER_BYTES;
pub(super) const UNRELIABLE: u8 = 0;
pub(super) const RELIABLE: u8 = 1;
pub(super) const RETURNED: u8 = 2;
pub(super) const LOST: u8 = 3;

struct Sender {
    inner: Box<dyn BusSender>,
    gateway: Member,
    /// The number of reliable messages of other nodes that the worker has taken.
    taken: Arc<AtomicU64>,
    told: u64,
    buffer: Vec<u8>,
}

impl Sender {
    fn tell(&mut self, about: Member, delivery: Delivery, message: &[u8]) -> bool {
        self.buffer.clear();
        self.buffer.extend_from_slice(&about.0.to_le_bytes());
        self.buffer.extend_from_slice(message);
        self.inner.send(self.gateway, delivery, &self.buffer)
    }
}

impl BusSender for Sender {
    fn send(&mut self, to: Member, delivery: Delivery, message: &[u8]) -> bool {
        if to < self.gateway {
            return self.inner.send(to, delivery, message);
        }
        to != TAKEN && self.tell(to, delivery, message)
    }

    fn flush(&mut self) {
        let taken = self.taken.load(Ordering::Relaxed);
        // Messages that result from them were queued earlier.
        if taken != self.told && self.tell(TAKEN, Delivery::Reliable, &taken.to_le_bytes()) {
            self.told = taken;
        }
        self.inner.flush();
    }

    fn statistics(&self) -> BusStatistics {
        self.inner.statistics()
    }
}

struct Receiver {
    inner: Box<dyn BusReceiver>,
    gateway: Member,
    taken: Arc<AtomicU64>,
    /// The length of the header before the last message.
    head: usize,
}

impl BusReceiver for Receiver {
    fn poll(&mut self) -> Option<BusEvent> {
        loop {
            let event = self.inner.poll()?;
            if event != BusEvent::Message(self.gateway) {
                self.head = 0;
                return Some(event);
            }
            let Some((&[kind, low, high], _)) = self.inner.message().split_first_chunk() else { continue };
            let member = Member(u16::from_le_bytes([low, high]));
            self.head = HEAD_BYTES;
            if kind == RELIABLE {
                self.taken.fetch_add(1, Ordering::Relaxed);
            }
            return Some(match kind {
                RETURNED => BusEvent::Returned(member),
                LOST => BusEvent::Lost(member),
                _ => BusEvent::Message(member),
            });
        }
    }

    fn message(&self) -> &[u8] {
        self.inner.message().get(self.head..).unwrap_or_default()
    }

    fn delivery(&self) -> Delivery {
        self.inner.delivery()
    }

    fn set_waker(&mut self, waker: Waker) {
        self.inner.set_waker(waker);
    }
}
