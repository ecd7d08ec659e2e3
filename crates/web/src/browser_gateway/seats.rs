//! The places of players in browsers, over all workers, and which page makes room for which.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use consonance_link::ConnectionSlots;

use crate::browser_gateway::settings::GatewaySettings;

/// A clone is the same one.
#[derive(Clone, Debug)]
pub(crate) struct Seats(Arc<Mutex<Inner>>);

#[derive(Debug)]
struct Inner {
    slots: ConnectionSlots<u64>,
    /// Whose browser has which seat.
    workers: BTreeMap<u64, usize>,
    last_number: u64,
}

/// A player's place, for as long as this is kept.
#[derive(Debug)]
pub(crate) struct Seat {
    seats: Seats,
    pub(crate) number: u64,
}

/// A seat that has to be given up, and the worker whose browser has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Displaced {
    pub(crate) worker: usize,
    pub(crate) number: u64,
}

impl Seats {
    pub(crate) fn new(settings: &GatewaySettings) -> Self {
        let slots = ConnectionSlots::new(settings.players_max, settings.address_shares);
        Self(Arc::new(Mutex::new(Inner { slots, workers: BTreeMap::new(), last_number: 0 })))
    }

    pub(crate) fn has_room_for(&self, now: Instant, address: IpAddr) -> bool {
        self.lock().slots.has_room_for(now, address)
    }

    /// A seat for a browser of this worker that asks from this address, and the one that makes room for it. `None` if
    /// all are taken.
    pub(crate) fn take(
        &self,
        now: Instant,
        address: IpAddr,
        worker: usize,
    ) -> Option<(Seat, Option<Displaced>)> {
        let inner = &mut *self.lock();
        let number = inner.last_number + 1;
        let displaced = inner.slots.take(now, address, number).ok()?;
        inner.last_number = number;
        inner.workers.insert(number, worker);
        let displaced =
            displaced.and_then(|number| Some(Displaced { worker: inner.workers.remove(&number)?, number }));
        Some((Seat { seats: self.clone(), number }, displaced))
    }

    pub(crate) fn set_joined(&self, now: Instant, seat: u64, is_joined: bool) {
        let inner = &mut *self.lock();
        if inner.workers.contains_key(&seat) {
            inner.slots.set_joined(now, seat, is_joined);
        }
    }

    /// Locks the state. Poison is ignored: no update is left half done when a thread panics.
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let inner = &mut *self.seats.lock();
        inner.workers.remove(&self.number);
        inner.slots.release(self.number);
    }
}
