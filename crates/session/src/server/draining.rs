//! A session that is ending or moves to another process: clients of ours are told, with the server to continue at.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::time::Duration;

use consonance_wire::limits::ONWARD_ADDRESS_BYTES_MAX;
use consonance_wire::{Capabilities, ClientId, Closing, Writer};

use super::join_gate::{closing, millis};
use super::{Server, ServerSettings};
use crate::link::LinkId;
use crate::time::Instant;

/// The terms on which a session is drained.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draining {
    /// The maximum remaining time. The engine only announces it; the driver has to [stop](Server::stop) the session.
    pub ends_in: Duration,
    /// The server where clients of ours continue; without it they are only told when the session ends.
    pub redirect: Option<DrainTarget>,
}

/// Another server for the clients of a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DrainTarget {
    /// The address of the session there, in the network's own format: 1 to 512 bytes; any other is not sent.
    pub address: Box<str>,
    /// Clients are sent off evenly over this time, so that thousands do not connect there at once.
    pub window: Duration,
}

impl Draining {
    /// The other server, if its address can be sent.
    fn usable_redirect(&self) -> Option<&DrainTarget> {
        let fits = |target: &&DrainTarget| (1..=ONWARD_ADDRESS_BYTES_MAX).contains(&target.address.len());
        self.redirect.as_ref().filter(fits)
    }
}

impl Server {
    /// Drains the session: no newcomer is admitted, and clients of ours are told when it ends and where to continue.
    /// Returns how many were told.
    pub fn drain(&mut self, now: Instant, draining: &Draining) -> usize {
        self.advance(now);
        let address = draining.usable_redirect().map(|target| target.address.clone());
        let ends_at = self.now + draining.ends_in;
        self.join_gate.begin_drain(ends_at, address);
        self.announce_drain(now, draining, |_| true)
    }

    /// Tells clients of ours with these links that their server is closing, and where to continue, while the session
    /// goes on elsewhere and admits newcomers. Returns how many were told.
    pub fn announce_drain(
        &mut self,
        now: Instant,
        draining: &Draining,
        is_meant: impl Fn(LinkId) -> bool,
    ) -> usize {
        self.advance(now);
        let redirect = draining.usable_redirect();
        let in_ms = millis(draining.ends_in);
        let window = redirect.map_or(Duration::ZERO, |target| target.window);
        let address = redirect.map(|target| &*target.address);
        self.tell_closing(window, is_meant, |leave_in_ms| closing(in_ms, leave_in_ms, address))
    }

    /// Tells them that the closing is cancelled.
    pub fn announce_stay(&mut self, now: Instant, is_meant: impl Fn(LinkId) -> bool) {
        self.advance(now);
        self.tell_closing(Duration::ZERO, is_meant, |_| Closing::Stays);
    }

    /// Cancels draining and reopens joining; clients of ours are told. False if the session was not draining.
    pub fn stop_draining(&mut self, now: Instant) -> bool {
        self.advance(now);
        if !self.join_gate.end_drain() {
            return false;
        }
        self.announce_stay(now, |_| true);
        true
    }

    /// Whether the session is draining.
    pub fn is_draining(&self) -> bool {
        self.join_gate.is_draining()
    }

    /// Tells clients of ours that another process continues the session at the same address, and when to come back:
    /// `after` the end of their links, spread evenly over the `window` that follows. Call it right after the
    /// [snapshot](Self::snapshot), before the driver closes the links. Returns how many were told.
    pub fn announce_restart(&mut self, now: Instant, after: Duration, window: Duration) -> usize {
        self.advance(now);
        let after_ms = millis(after);
        self.tell_closing(
            window,
            |_| true,
            |later_ms| Closing::Restarts { come_back_in_ms: after_ms.saturating_add(later_ms) },
        )
    }

    /// Sends each client a message that depends on its delay after the first one.
    fn tell_closing<'a>(
        &mut self,
        window: Duration,
        is_meant: impl Fn(LinkId) -> bool,
        of: impl Fn(u32) -> Closing<'a>,
    ) -> usize {
        let is_told = |id: &ClientId| {
            self.client_can(*id, Capabilities::HAND_OVER) && self.outbound.link_of(*id).is_some_and(&is_meant)
        };
        let clients: Vec<ClientId> = self.members.in_order().filter(is_told).collect();
        let count = clients.len().max(1) as u32;
        let mut told = 0;
        for (turn, id) in (0_u32..).zip(clients) {
            told += usize::from(self.send_closing(id, &of(millis(window * turn / count))));
        }
        told
    }

    /// Tells a client that comes back to a draining session about its end, which it has missed.
    pub(super) fn tell_of_draining(&mut self, id: ClientId) {
        let mut buffer = [0; crate::PACKET_BYTES_MAX];
        let Some(news) = self.join_gate.missed_news(self.now) else { return };
        let Some(packet) = written(&news, &self.settings, &mut buffer) else { return };
        self.send_if_able(id, Capabilities::HAND_OVER, packet);
    }

    fn send_closing(&mut self, id: ClientId, closing: &Closing<'_>) -> bool {
        let mut buffer = [0; crate::PACKET_BYTES_MAX];
        let packet = written(closing, &self.settings, &mut buffer);
        packet.is_some_and(|packet| self.send_if_able(id, Capabilities::HAND_OVER, packet))
    }
}

/// `None` for a long address where packets are short: no client there could follow it either.
fn written<'b>(
    closing: &Closing<'_>,
    settings: &ServerSettings,
    buffer: &'b mut [u8; crate::PACKET_BYTES_MAX],
) -> Option<&'b [u8]> {
    let mut writer = Writer::new(&mut buffer[..settings.packets.reliable_bytes]);
    closing.write(settings.session, &mut writer).ok()?;
    let length = writer.len();
    Some(&buffer[..length])
}
