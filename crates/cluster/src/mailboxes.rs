//! The bus between workers of one process: a mailbox for each pair of them.
//!
//! A sender collects its messages for a member, and appends them to the mailbox once per flush; a receiver takes all
//! waiting messages at once. So the lock of a mailbox is taken twice per iteration of a worker, just long enough to
//! copy or swap a buffer, regardless of the number of messages.

mod batch;

use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Waker;

use consonance_link::Delivery;

use crate::bus::{BusEvent, BusReceiver, BusSender, BusStatistics, Member};
use crate::message::delivery;
use batch::Batch;

/// The number of bytes that may wait for a member before unreliable messages are dropped: half a second of 1000
/// speakers, once for all their listeners.
const UNRELIABLE_BYTES_MAX: usize = 8 << 20;
/// The number of bytes that may wait before reliable messages are dropped.
const BYTES_MAX: usize = 64 << 20;

/// Creates the bus ends of `members` workers: a sender and a receiver for each.
pub fn mailboxes(members: u16) -> Vec<(Box<dyn BusSender>, Box<dyn BusReceiver>)> {
    let members = usize::from(members);
    let mailboxes: Vec<Arc<Mailbox>> = (0..members).map(|_| Arc::new(Mailbox::new(members))).collect();
    let ways = (0..members).map(|member| {
        let sender = Sender {
            own: member,
            collected: (0..members).map(|_| Batch::default()).collect(),
            mailboxes: mailboxes.clone(),
            statistics: BusStatistics::default(),
        };
        let receiver = Receiver { mailbox: Arc::clone(&mailboxes[member]), from: 0, taken: Batch::default() };
        (Box::new(sender) as Box<dyn BusSender>, Box::new(receiver) as Box<dyn BusReceiver>)
    });
    ways.collect()
}

/// The messages waiting for one member.
#[derive(Debug)]
struct Mailbox {
    waiting: Mutex<Waiting>,
}

#[derive(Debug)]
struct Waiting {
    /// By sender.
    batches: Vec<Batch>,
    waker: Option<Waker>,
}

impl Mailbox {
    fn new(members: usize) -> Self {
        let batches = (0..members).map(|_| Batch::default()).collect();
        Self { waiting: Mutex::new(Waiting { batches, waker: None }) }
    }

    /// Ignores lock poisoning: no operation under the lock stops halfway, so the state is always consistent.
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Sender {
    own: usize,
    /// By member.
    collected: Vec<Batch>,
    mailboxes: Vec<Arc<Mailbox>>,
    statistics: BusStatistics,
}

impl BusSender for Sender {
    fn send(&mut self, to: Member, delivery: Delivery, message: &[u8]) -> bool {
        let Some(batch) = self.collected.get_mut(usize::from(to.0)) else { return false };
        let after = batch.bytes() + message.len();
        if after > UNRELIABLE_BYTES_MAX {
            self.statistics.unreliable_dropped += batch.drop_unreliable();
        }
        if batch.bytes() + message.len() > BYTES_MAX {
            match delivery {
                Delivery::Reliable => self.statistics.reliable_dropped += 1,
                Delivery::Unreliable => self.statistics.unreliable_dropped += 1,
            }
            return false;
        }
        batch.push(delivery, message);
        self.statistics.sent += 1;
        self.statistics.bytes += message.len() as u64;
        true
    }

    fn flush(&mut self) {
        for (batch, mailbox) in self.collected.iter_mut().zip(&self.mailboxes) {
            if batch.is_empty() {
                continue;
            }
            let mut waiting = mailbox.lock();
            let there = &mut waiting.batches[self.own];
            if there.bytes() + batch.bytes() > UNRELIABLE_BYTES_MAX {
                self.statistics.unreliable_dropped += there.drop_unreliable();
            }
            if there.bytes() + batch.bytes() > BYTES_MAX {
                // Its reader hangs. Reliable messages stay here, and the next flush tries them again.
                self.statistics.unreliable_dropped += batch.drop_unreliable();
                continue;
            }
            there.append(batch);
            let waker = waiting.waker.clone();
            drop(waiting);
            if let Some(waker) = waker {
                waker.wake();
            }
        }
    }

    fn statistics(&self) -> BusStatistics {
        self.statistics
    }
}

struct Receiver {
    mailbox: Arc<Mailbox>,
    /// The sender whose messages were taken last.
    from: usize,
    taken: Batch,
}

impl Receiver {
    /// Takes the messages of the next sender in turn. Returns false if there are none.
    fn take(&mut self) -> bool {
        let mut waiting = self.mailbox.lock();
        let members = waiting.batches.len();
        for step in 1..=members {
            let from = (self.from + step) % members;
            if !waiting.batches[from].is_empty() {
                self.taken.clear();
                mem::swap(&mut self.taken, &mut waiting.batches[from]);
                self.from = from;
                return true;
            }
        }
        false
    }
}

impl BusReceiver for Receiver {
    fn poll(&mut self) -> Option<BusEvent> {
        let has_next = self.taken.advance() || (self.take() && self.taken.advance());
        has_next.then_some(BusEvent::Message(Member(self.from as u16)))
    }

    fn message(&self) -> &[u8] {
        self.taken.message()
    }

    fn delivery(&self) -> Delivery {
        delivery(self.taken.is_reliable())
    }

    fn set_waker(&mut self, waker: Waker) {
        self.mailbox.lock().waker = Some(waker);
    }
}

#[cfg(test)]
mod tests;
