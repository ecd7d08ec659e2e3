//! The links to servers that carry packets of the game's own voice engine.

use std::sync::{Arc, Mutex};

use consonance::transport::{ClientLinkEvent, Delivery};
use consonance::{LinkTransport, PacketLink};

use crate::c::{ArrayOut, Out};
use crate::error::Failure;
use crate::handles::{Kind, Table};
use crate::lock::lock;
use crate::outgoing::{Outgoing, Waiting};
use crate::structs::{CPacket, CPacketAction};

/// A game has one; what tries a server out has many.
const LINKS_MAX: usize = 256;

pub(crate) static LINKS: Table<Link> = Table::new(Kind::Link, LINKS_MAX);

/// A link, and what the game has not taken yet.
pub(crate) struct Link(Mutex<(PacketLink, Waiting)>);

impl Link {
    pub(crate) fn new(link: PacketLink) -> Arc<Self> {
        Arc::new(Self(Mutex::new((link, Waiting::default()))))
    }

    /// Sends a packet to the server.
    pub(crate) fn send(&self, delivery: Delivery, packet: &[u8]) {
        lock(&self.0).0.send(delivery, packet);
    }

    /// Writes what has come from the server, or has become of the link.
    ///
    /// # Errors
    /// As those of [`Waiting::write_next`].
    pub(crate) fn write_next_incoming(
        &self,
        packet: Out<CPacket>,
        buffer: ArrayOut<u8>,
        capacity: usize,
        length: Out<usize>,
    ) -> Result<(), Failure> {
        let (link, waiting) = &mut *lock(&self.0);
        waiting.write_next(|| next(link), packet, buffer, capacity, length)
    }
}

fn next(link: &mut PacketLink) -> Option<Outgoing> {
    loop {
        let came = match link.poll()? {
            ClientLinkEvent::Packet { delivery, packet } => Outgoing::received(delivery, packet),
            ClientLinkEvent::Disconnected { reason } => {
                Outgoing::words(CPacketAction::Disconnected, 0, &reason.to_string())
            }
            ClientLinkEvent::Connected => return Some(connected(link)),
            ClientLinkEvent::Direct { .. } => continue,
        };
        return Some(came);
    }
}

fn connected(link: &PacketLink) -> Outgoing {
    let (transport, why) = link.in_use();
    Outgoing::words(CPacketAction::Connected, u64::from(transport != LinkTransport::Primary), why)
}
