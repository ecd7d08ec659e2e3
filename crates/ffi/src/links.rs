//! The links to servers that carry packets of the game's own voice engine.

use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use consonance::transport::{ClientLinkEvent, Delivery};
use consonance::{LinkTransport, PacketLink};

use crate::error::Failure;
use crate::handles::{Kind, Table};
use crate::lock::lock;
use crate::outgoing::{Outgoing, PacketOut, Waiting};
use crate::structs::CPacketAction;

/// A game has one; what tries a server out has many.
const LINKS_MAX: usize = 256;

pub(crate) static LINKS: Table<Link> = Table::new(Kind::Link, LINKS_MAX);

/// How long a goodbye may take.
const GOODBYE_MAX: Duration = Duration::from_millis(500);

/// A link, and what the game has not taken yet.
pub(crate) struct Link(Mutex<(OpenLink, Waiting)>);

struct OpenLink {
    link: PacketLink,
    has_ended: bool,
    /// The packet of the last event.
    bytes: Vec<u8>,
}

impl Link {
    pub(crate) fn new(link: PacketLink) -> Arc<Self> {
        Arc::new(Self(Mutex::new((
            OpenLink { link, has_ended: false, bytes: Vec::new() },
            Waiting::default(),
        ))))
    }

    /// Sends a packet to the server.
    pub(crate) fn send(&self, delivery: Delivery, packet: &[u8]) {
        lock(&self.0).0.link.send(delivery, packet);
    }

    /// Writes what has come from the server, or has become of the link.
    ///
    /// # Errors
    /// As those of [`Waiting::write_next`].
    pub(crate) fn write_next_incoming(&self, into: PacketOut) -> Result<(), Failure> {
        let (open, waiting) = &mut *lock(&self.0);
        waiting.write_next(|| open.next(), into)
    }
}

impl OpenLink {
    fn next(&mut self) -> Option<Outgoing> {
        loop {
            let came = match self.link.poll_event(&mut self.bytes)? {
                ClientLinkEvent::Packet { channel: delivery } => Outgoing::received(delivery, &self.bytes),
                ClientLinkEvent::Disconnected { reason } => {
                    self.has_ended = true;
                    Outgoing::words(CPacketAction::Disconnected, 0, &reason.to_string())
                }
                ClientLinkEvent::Connected => return Some(connected(&self.link)),
                ClientLinkEvent::Direct { .. } => continue,
            };
            return Some(came);
        }
    }
}

/// Waits until the goodbye has been sent: without it, the server keeps the player until it notices the silence.
impl Drop for OpenLink {
    fn drop(&mut self) {
        self.link.close();
        let until = Instant::now() + GOODBYE_MAX;
        while !self.has_ended && Instant::now() < until {
            if self.next().is_none() {
                thread::sleep(Duration::from_millis(1));
            }
        }
    }
}

fn connected(link: &PacketLink) -> Outgoing {
    let (transport, why) = link.in_use();
    Outgoing::words(CPacketAction::Connected, u64::from(transport != LinkTransport::Primary), why)
}
