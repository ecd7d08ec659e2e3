//! State shared by the workers and the thread that reads the port.

use std::collections::VecDeque;
use std::io;
use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::directory::Directory;
use super::mailbox::Mailbox;
use crate::webrtc::settings::WebRtcSettings;

/// Directory, mailboxes, and data to send over TCP.
#[derive(Debug)]
pub(crate) struct SharedPort {
    pub(crate) bound: SocketAddr,
    pub(crate) directory: Directory,
    pub(crate) mailboxes: Vec<Mailbox>,
    pub(crate) counts: PortCounts,
    pub(super) wake_event: WakeEvent,
    is_closed: AtomicBool,
    outgoing: Mutex<VecDeque<(SocketAddr, Vec<u8>)>>,
}

/// Counters of drops at the port: datagrams, unless stated otherwise.
#[derive(Debug, Default)]
pub(crate) struct PortCounts {
    /// Without a peer.
    pub(crate) strays: AtomicU64,
    /// A peer's that has sent more than it may.
    pub(crate) too_many: AtomicU64,
    /// For a TCP connection that does not take them.
    pub(crate) unsent: AtomicU64,
    /// TCP connections without a peer, or other than WebRTC.
    pub(crate) stray_connections: AtomicU64,
    /// TCP connections beyond the limit.
    pub(crate) rejected: AtomicU64,
}

impl SharedPort {
    pub(crate) fn new(
        settings: &WebRtcSettings,
        shards: NonZeroUsize,
        bound: SocketAddr,
    ) -> io::Result<Self> {
        let mailbox = |_| Mailbox::new(settings.mailbox_datagrams_max);
        Ok(Self {
            bound,
            directory: Directory::new(settings),
            mailboxes: (0..shards.get()).map(mailbox).collect(),
            counts: PortCounts::default(),
            wake_event: WakeEvent::new()?,
            is_closed: AtomicBool::new(false),
            outgoing: Mutex::default(),
        })
    }

    /// Gives the reading thread what is to leave over the TCP connection from there.
    pub(crate) fn send_over_tcp(&self, to: SocketAddr, datagram: Vec<u8>) {
        let mut outgoing = self.lock();
        if outgoing.len() >= OUTGOING_MAX {
            self.counts.unsent.fetch_add(1, Ordering::Relaxed);
            return;
        }
        outgoing.push_back((to, datagram));
        let is_news = outgoing.len() == 1;
        drop(outgoing);
        if is_news {
            self.wake_event.signal();
        }
    }

    /// Takes the data to send over TCP, in exchange for an empty queue.
    pub(super) fn take_outgoing(&self, queue: &mut VecDeque<(SocketAddr, Vec<u8>)>) {
        std::mem::swap(&mut *self.lock(), queue);
    }

    pub(super) fn close(&self) {
        self.is_closed.store(true, Ordering::Release);
        self.wake_event.signal();
    }

    pub(super) fn is_closed(&self) -> bool {
        self.is_closed.load(Ordering::Acquire)
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<(SocketAddr, Vec<u8>)>> {
        // The queue stays consistent even if a thread panics.
        self.outgoing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How many datagrams wait for the reading thread to write them into TCP connections.
const OUTGOING_MAX: usize = 4096;

/// Wakes the reading thread, where it sleeps until there is something to do; elsewhere it looks by itself.
#[cfg(target_os = "linux")]
#[derive(Debug)]
pub(super) struct WakeEvent(rustix::fd::OwnedFd);

#[cfg(target_os = "linux")]
impl WakeEvent {
    fn new() -> io::Result<Self> {
        use rustix::event::{EventfdFlags, eventfd};
        Ok(Self(eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?))
    }

    fn signal(&self) {
        // The write fails only if the 64-bit counter is about to overflow.
        let _ = rustix::io::write(&self.0, &1_u64.to_ne_bytes());
    }

    /// A descriptor that is readable after a signal.
    pub(super) fn descriptor(&self) -> &rustix::fd::OwnedFd {
        &self.0
    }

    pub(super) fn clear(&self) {
        let _ = rustix::io::read(&self.0, &mut [0; 8]);
    }
}

#[cfg(not(target_os = "linux"))]
#[derive(Debug)]
pub(super) struct WakeEvent;

#[cfg(not(target_os = "linux"))]
impl WakeEvent {
    #[expect(clippy::unnecessary_wraps, reason = "elsewhere it takes a descriptor")]
    fn new() -> io::Result<Self> {
        Ok(Self)
    }

    fn signal(&self) {}

    pub(super) fn clear(&self) {}
}
