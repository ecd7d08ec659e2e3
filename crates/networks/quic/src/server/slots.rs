//! The connections of a port that have said hello, and the choice of one that makes room for another.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use consonance_link::{ConnectionSlots, EndCode, Peer, SlotsFull};

use crate::QuicServerSettings;
use crate::close_code::line;
use crate::link::Link;

/// The slots, shared by all shards of a port.
#[derive(Debug)]
pub(super) struct Slots {
    inner: Mutex<Inner>,
    made_room: AtomicU64,
}

#[derive(Debug)]
struct Inner {
    slots: ConnectionSlots<Peer>,
    links: BTreeMap<Peer, Arc<Link>>,
}

impl Slots {
    pub(super) fn new(settings: &QuicServerSettings) -> Self {
        let slots = ConnectionSlots::new(settings.connections_max, settings.address_shares);
        Self { inner: Mutex::new(Inner { slots, links: BTreeMap::new() }), made_room: AtomicU64::new(0) }
    }

    /// Whether a connection from this address would get a slot now. The address may be spoofed.
    pub(super) fn has_room_for(&self, address: IpAddr) -> bool {
        self.lock().slots.has_room_for(Instant::now(), address)
    }

    /// Takes a slot for a connection whose handshake has proved its address; a connection that has to make room ends
    /// at once.
    pub(super) fn take(&self, address: IpAddr, peer: Peer, link: &Arc<Link>) -> Result<(), SlotsFull> {
        let displaced = self.lock().take(address, peer, link)?;
        if let Some(displaced) = displaced {
            self.made_room.fetch_add(1, Ordering::Relaxed);
            displaced.end(&line(EndCode::MadeRoom));
        }
        Ok(())
    }

    pub(super) fn set_joined(&self, now: Instant, peer: Peer, is_joined: bool) {
        let inner = &mut *self.lock();
        if inner.links.contains_key(&peer) {
            inner.slots.set_joined(now, peer, is_joined);
        }
    }

    pub(super) fn release(&self, peer: Peer) {
        let inner = &mut *self.lock();
        inner.links.remove(&peer);
        inner.slots.release(peer);
    }

    /// The number of connections that have made room for others.
    pub(super) fn made_room(&self) -> u64 {
        self.made_room.load(Ordering::Relaxed)
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    /// Takes a slot. Returns the connection that has to make room, if any.
    fn take(
        &mut self,
        address: IpAddr,
        peer: Peer,
        link: &Arc<Link>,
    ) -> Result<Option<Arc<Link>>, SlotsFull> {
        let displaced = self.slots.take(Instant::now(), address, peer)?;
        self.links.insert(peer, Arc::clone(link));
        Ok(displaced.and_then(|displaced| self.links.remove(&displaced)))
    }
}
