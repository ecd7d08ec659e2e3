//! Which way voice and text go: straight to who has a direct link, through one relay to the rest.

use alloc::vec::Vec;

use consonance_wire::{Capabilities, ClientId, Packet, ServerRelay, SessionId, WriteError};

use super::Client;
use super::stages::Stage;
use super::timers::Timer;
use super::upload_budget::{REFILL, UploadBudget};
use crate::link::LinkId;

/// What direct links are used for. May change at any time; the next packet follows it.
///
/// A direct copy saves its listener the way through the server, but each costs the sender an upload of its own,
/// where one relay reaches up to 255 listeners.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Routing {
    /// Everything goes through the server, direct links or not.
    AlwaysRelay,
    /// Whoever has a direct link gets everything over it.
    #[default]
    Direct,
    /// As [`Direct`](Self::Direct), as long as the direct copies of voice stay below an upload budget; the listeners for
    /// whom nothing is left get that frame through the server. At most one second's worth can be saved up.
    /// Text is not counted: it is little, and has to stay in order.
    DirectWithin {
        /// The budget, in bytes of packets without what the network adds.
        bytes_per_second: u32,
    },
}

/// The state of the choice, and the present packet's destinations by way.
#[derive(Debug, Default)]
pub(super) struct Router {
    routing: Routing,
    budget: UploadBudget,
    direct: Vec<LinkId>,
    relayed: Vec<ClientId>,
}

impl Router {
    pub(super) fn new(routing: Routing) -> Self {
        let mut router = Self::default();
        router.set(routing);
        router
    }

    fn set(&mut self, routing: Routing) {
        if routing == self.routing {
            return;
        }
        self.routing = routing;
        if let Routing::DirectWithin { bytes_per_second } = routing {
            self.budget = UploadBudget::new(bytes_per_second);
        }
    }
}

impl Client {
    /// What direct links are used for at present.
    pub fn routing(&self) -> Routing {
        self.router.routing
    }

    /// Changes what direct links are used for, from the next packet on.
    pub fn set_routing(&mut self, routing: Routing) {
        self.router.set(routing);
    }

    /// Sends a packet to the gathered `destinations`: one copy for all direct links, then as many relays as the limits
    /// ask for. Returns how many were reached directly, and how many through relays.
    ///
    /// # Errors
    /// If the packet does not fit into a relay even for one listener; then nothing is sent.
    pub(super) fn send_to_destinations(
        &mut self,
        stage: Stage,
        server: LinkId,
        session: SessionId,
        packet: &[u8],
    ) -> Result<(u64, u64), WriteError> {
        self.choose_ways(stage, packet.len());
        let Router { direct, relayed, .. } = &self.router;
        let ways = (direct.len() as u64, relayed.len() as u64);
        // A server that finds the listeners by itself finds all of them, those with a direct link too.
        let routed = direct.is_empty() && matches!(stage, Stage::PeerUnreliable);
        if routed && !relayed.is_empty() && self.place.capabilities().contains(Capabilities::SERVER_ROUTING) {
            self.outbox.push_bytes(stage, [server], packet);
            return Ok(ways);
        }
        let relays = if relayed.is_empty() {
            None
        } else {
            // Fails before anything is queued if not even one destination fits beside the packet.
            Some(ServerRelay::split(session, relayed, packet, crate::MAX_PACKET_BYTES)?)
        };
        self.outbox.push_bytes(stage, direct.iter().copied(), packet);
        for relay in relays.into_iter().flatten() {
            let relay = match stage {
                Stage::PeerUnreliable => Packet::ServerRelayUnreliable(relay),
                _ => Packet::ServerRelayReliable(relay),
            };
            self.outbox.push(stage, server, &relay)?;
        }
        Ok(ways)
    }

    fn choose_ways(&mut self, stage: Stage, bytes: usize) {
        let Router { routing, budget, direct, relayed } = &mut self.router;
        direct.clear();
        relayed.clear();
        let budgeted =
            matches!(routing, Routing::DirectWithin { .. }) && matches!(stage, Stage::PeerUnreliable);
        for &id in &self.destinations {
            let link = self.roster.get(id).and_then(|member| member.data.link);
            match link.filter(|_| *routing != Routing::AlwaysRelay) {
                Some(link) if !budgeted || budget.take(self.clock, bytes) => direct.push(link),
                _ => relayed.push(id),
            }
        }
        if budgeted {
            self.refill_budget();
        }
    }

    /// Frames come without the time; while something is missing from the budget, a timer brings it.
    pub(super) fn refill_budget(&mut self) {
        let is_full = self.router.budget.refill(self.clock);
        if !is_full && !self.timers.is_set(Timer::UploadBudget) {
            self.timers.set(Timer::UploadBudget, self.clock + REFILL);
        }
    }
}
