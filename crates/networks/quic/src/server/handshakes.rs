//! Slots of pending handshakes, and the signal that a slot was given up.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::net::IpAddr;
use std::time::Instant;

use consonance_link::HandshakeSlots;
use tokio::sync::oneshot::{Receiver, Sender, channel};

/// The pending handshakes. Those without a proved address take no slots away from the address that they claim.
#[derive(Debug)]
pub(super) struct Handshakes {
    slots: HandshakeSlots<u64>,
    /// By their numbers, which increase.
    pending: BTreeMap<u64, Pending>,
    last_number: u64,
}

/// A slot that was taken.
#[derive(Debug)]
pub(super) struct Taken {
    pub(super) number: u64,
    pub(super) has_to_go: HasToGo,
    /// Whether another handshake was given up for it.
    pub(super) is_anothers: bool,
}

/// Resolves when a handshake is given up.
pub(super) type HasToGo = Receiver<Infallible>;

#[derive(Debug)]
struct Pending {
    /// Its proved address.
    address: Option<IpAddr>,
    /// Its handshake ends when this is dropped.
    _goes_with: Sender<Infallible>,
}

impl Handshakes {
    pub(super) fn new(slots: usize) -> Self {
        Self { slots: HandshakeSlots::new(slots), pending: BTreeMap::new(), last_number: 0 }
    }

    /// Takes a slot, unless all are taken and none can be given up for this address.
    pub(super) fn take(&mut self, now: Instant, address: Option<IpAddr>) -> Option<Taken> {
        let number = self.last_number + 1;
        let gone = self.slots.take(now, address, number).ok()?;
        if let Some(gone) = gone {
            self.pending.remove(&gone);
        }
        let (goes_with, has_to_go) = channel();
        self.last_number = number;
        self.pending.insert(number, Pending { address, _goes_with: goes_with });
        Some(Taken { number, has_to_go, is_anothers: gone.is_some() })
    }

    /// Releases a slot, unless it is gone already.
    pub(super) fn release(&mut self, number: u64) {
        if let Some(Pending { address, .. }) = self.pending.remove(&number) {
            self.slots.release(address, number);
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::oneshot::error::TryRecvError;

    use super::*;

    fn address(address: &str) -> IpAddr {
        address.parse().unwrap()
    }

    /// Takes all slots from one address; the oldest come first.
    fn full(now: Instant, slots: usize, address: Option<IpAddr>) -> (Handshakes, Vec<Taken>) {
        let mut handshakes = Handshakes::new(slots);
        let crowd: Vec<Taken> =
            std::iter::from_fn(|| handshakes.take(now, address)).take(slots + 1).collect();
        assert_eq!(crowd.len(), slots, "every free slot is taken, and no more");
        (handshakes, crowd)
    }

    /// The number of slots that were given up, which must be the oldest.
    fn gone(crowd: &mut [Taken]) -> usize {
        let has_to_go: Vec<bool> =
            crowd.iter_mut().map(|taken| taken.has_to_go.try_recv() == Err(TryRecvError::Closed)).collect();
        let gone = has_to_go.iter().take_while(|has_to_go| **has_to_go).count();
        assert!(!has_to_go[gone..].contains(&true), "the oldest go first: {has_to_go:?}");
        gone
    }

    #[test]
    fn the_address_prefix_with_the_most_gives_up_slots_for_others() {
        let now = Instant::now();
        let (mut handshakes, mut crowd) = full(now, 6, Some(address("192.0.2.1")));
        assert!(handshakes.take(now, Some(address("::ffff:192.0.2.1"))).is_none(), "the same address");
        let others: Vec<Taken> = (1..=4)
            .filter_map(|last| handshakes.take(now, Some(address(&format!("2001:db8::{last}")))))
            .collect();
        assert_eq!(others.len(), 3, "half of them, however many addresses a household has");
        assert!(others.iter().all(|other| other.is_anothers));
        assert_eq!(gone(&mut crowd), 3);
    }

    #[test]
    fn unproved_addresses_give_up_slots_for_proved_ones() {
        let now = Instant::now();
        let (mut handshakes, mut crowd) = full(now, 4, None);
        let _honest = [
            handshakes.take(now, Some(address("192.0.2.1"))).unwrap(),
            handshakes.take(now, Some(address("192.0.2.2"))).unwrap(),
        ];
        assert_eq!(gone(&mut crowd), 2);
    }

    #[test]
    fn a_slot_is_released_once() {
        let now = Instant::now();
        let (mut handshakes, crowd) = full(now, 4, Some(address("192.0.2.1")));
        let other = handshakes.take(now, Some(address("192.0.2.2"))).unwrap();
        for taken in &crowd {
            handshakes.release(taken.number);
        }
        assert_eq!((handshakes.pending.len(), handshakes.slots.taken()), (1, 1));
        handshakes.release(other.number);
        assert_eq!((handshakes.pending.len(), handshakes.slots.taken()), (0, 0));
    }
}
