//! What the operator has clients of ours told: that the session ends or moves, which servers share it, and what is
//! recorded.

use alloc::vec::Vec;
use core::time::Duration;

use consonance_wire::limits::{SERVER_BYTES_MAX, SERVERS_MAX};
use consonance_wire::{Capabilities, ClientId, Closing, Notice, ServerList, Writer};

use super::Server;
use super::draining::Draining;
use super::join_gate::{JoinGate, closing, millis};
use super::observations::Observations;
use super::outgoing::Outgoing;
use super::presence::Presence;
use super::rules::Rules;
use crate::link::LinkId;
use crate::time::Instant;

/// What clients of ours are told: [`Server::announcements`].
pub struct Announcements<'s> {
    rules: &'s mut Rules,
    presence: &'s mut Presence,
    gate: &'s mut JoinGate,
    observations: &'s mut Observations,
}

impl core::fmt::Debug for Announcements<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Announcements").field("gate", &self.gate).finish_non_exhaustive()
    }
}

impl Server {
    /// What the operator has clients of ours told.
    pub fn announcements(&mut self) -> Announcements<'_> {
        Announcements {
            rules: &mut self.rules,
            presence: &mut self.presence,
            gate: self.entrance.gate_mut(),
            observations: &mut self.observations,
        }
    }
}

impl Announcements<'_> {
    /// Drains the session: no newcomer is admitted, and clients of ours are told when it ends and where to continue.
    /// Returns how many were told.
    pub fn drain(&mut self, now: Instant, draining: &Draining) -> usize {
        self.rules.advance(now);
        let address = draining.usable_redirect().map(|target| target.address.clone());
        let ends_at = self.rules.now() + draining.ends_in;
        self.gate.begin_drain(ends_at, address);
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
        self.rules.advance(now);
        let redirect = draining.usable_redirect();
        let in_ms = millis(draining.ends_in);
        let window = redirect.map_or(Duration::ZERO, |target| target.window);
        let address = redirect.map(|target| &*target.address);
        self.tell_closing(window, is_meant, |leave_in_ms| closing(in_ms, leave_in_ms, address))
    }

    /// Tells them that the closing is cancelled.
    pub fn announce_stay(&mut self, now: Instant, is_meant: impl Fn(LinkId) -> bool) {
        self.rules.advance(now);
        self.tell_closing(Duration::ZERO, is_meant, |_| Closing::Stays);
    }

    /// Cancels draining and reopens joining; clients of ours are told. False if the session was not draining.
    pub fn stop_draining(&mut self, now: Instant) -> bool {
        self.rules.advance(now);
        if !self.gate.end_drain() {
            return false;
        }
        self.announce_stay(now, |_| true);
        true
    }

    /// Whether the session is draining.
    pub fn is_draining(&self) -> bool {
        self.gate.is_draining()
    }

    /// Tells clients of ours that another process continues the session at the same address, and when to come back:
    /// `after` the end of their links, spread evenly over the `window` that follows. Call it right after the
    /// [snapshot](crate::Server::snapshot), before the driver closes the links. Returns how many were told.
    pub fn announce_restart(&mut self, now: Instant, after: Duration, window: Duration) -> usize {
        self.rules.advance(now);
        let after_ms = millis(after);
        self.tell_closing(
            window,
            |_| true,
            |later_ms| Closing::Restarts { come_back_in_ms: after_ms.saturating_add(later_ms) },
        )
    }

    /// Tells a client of ours which servers share the session, in the order in which it is to try them when its link is
    /// lost: host and port of each, as the network understands them. At most 16 are told, as far as they fit into one
    /// packet; an address that is empty or longer than 255 bytes is left out. False if the client cannot be told.
    pub fn tell_servers(&mut self, now: Instant, id: ClientId, addresses: &[&str]) -> bool {
        self.rules.advance(now);
        if !self.presence.client_can(id, Capabilities::SERVER_LIST) {
            return false;
        }
        let (mut listed, mut count) = ([""; SERVERS_MAX], 0);
        let mut left =
            self.rules.settings().packets.reliable_bytes.saturating_sub(ServerList::OVERHEAD_BYTES);
        for address in addresses.iter().filter(|it| (1..=SERVER_BYTES_MAX).contains(&it.len())) {
            let bytes = ServerList::item_bytes(address);
            if count == SERVERS_MAX || bytes > left {
                break;
            }
            listed[count] = address;
            (left, count) = (left - bytes, count + 1);
        }
        let mut buffer = [0; crate::PACKET_BYTES_MAX];
        let mut writer = Writer::new(&mut buffer);
        if ServerList::write(&listed[..count], self.rules.session(), &mut writer).is_err() {
            return false;
        }
        self.presence.connections_mut().send_if_able(
            self.rules.now(),
            id,
            Capabilities::SERVER_LIST,
            writer.written(),
        )
    }

    /// Announces to the clients of ours the operator's recording of voice: whether everything is recorded, and the
    /// number of most recent seconds that are kept (0 for none). Later newcomers are told, too.
    pub fn announce_recording(&mut self, is_whole: bool, last_s: u16) {
        if self.rules.settings().recorded == (is_whole, last_s) {
            return;
        }
        self.rules.settings_mut().recorded = (is_whole, last_s);
        let notice = Notice::Recorded { is_whole, last_s };
        let mut outgoing = Outgoing::new(self.rules, self.presence, self.observations);
        for id in outgoing.members().in_order() {
            outgoing.notify(id, &notice);
        }
    }

    /// Sends each client a message that depends on its delay after the first one.
    fn tell_closing<'a>(
        &mut self,
        window: Duration,
        is_meant: impl Fn(LinkId) -> bool,
        of: impl Fn(u32) -> Closing<'a>,
    ) -> usize {
        let presence = &*self.presence;
        let is_told = |id: &ClientId| {
            presence.client_can(*id, Capabilities::HAND_OVER) && presence.link_of(*id).is_some_and(&is_meant)
        };
        let clients: Vec<ClientId> = self.presence.members().in_order().filter(is_told).collect();
        let count = clients.len().max(1) as u32;
        let mut told = 0;
        for (turn, id) in (0_u32..).zip(clients) {
            let closing = of(millis(window * turn / count));
            let was_told = send_closing(self.rules, self.presence, (id, &closing));
            told += usize::from(was_told);
        }
        told
    }

    /// Tells a client that comes back to a draining session about its end, which it has missed.
    pub(super) fn tell_of_draining(&mut self, id: ClientId) {
        if let Some(news) = self.gate.missed_news(self.rules.now()) {
            send_closing(self.rules, self.presence, (id, &news));
        }
    }
}

/// False if the client cannot be told, or for a long address where packets are short: no client there could follow it
/// either.
fn send_closing(rules: &Rules, presence: &mut Presence, (id, closing): (ClientId, &Closing<'_>)) -> bool {
    let mut buffer = [0; crate::PACKET_BYTES_MAX];
    let mut writer = Writer::new(&mut buffer[..rules.settings().packets.reliable_bytes]);
    closing.write(rules.session(), &mut writer).is_ok()
        && presence.connections_mut().send_if_able(rules.now(), id, Capabilities::HAND_OVER, writer.written())
}
