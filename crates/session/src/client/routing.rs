//! The route of voice and text: directly to players with a direct link, through one relay to the rest.

use alloc::vec::Vec;
use core::time::Duration;

use consonance_wire::{ClientId, Packet, ServerRelay, WriteError};

use super::destinations::Destinations;
use super::output::Output;
use super::players::Players;
use super::restrictions::OwnRestrictions;
use super::send_order::SendOrder;
use super::server_link::Joined;
use super::settings::{ClientSettings, Routing};
use super::timers::{Timer, Timers};
use crate::limits::Rate;
use crate::link::LinkId;
use crate::time::Instant;
use crate::token_bucket::TokenBucket;

/// The interval at which the budget is refilled while it is not full: the shortest common frame length.
const REFILL: Duration = Duration::from_millis(20);

/// The routing state, and the present packet's destinations by route.
#[derive(Debug)]
pub(super) struct Router {
    routing: Routing,
    /// Bytes of direct copies that may still be sent.
    budget: TokenBucket,
    pub(super) destinations: Destinations,
    direct: Vec<LinkId>,
    relayed: Vec<ClientId>,
}

impl Router {
    pub(super) fn new(routing: Routing) -> Self {
        let budget = TokenBucket::full(Instant::START);
        let destinations = Destinations::default();
        Self { routing, budget, destinations, direct: Vec::new(), relayed: Vec::new() }
    }

    pub(super) fn set_routing(&mut self, routing: Routing) {
        if routing != self.routing {
            (self.routing, self.budget) = (routing, TokenBucket::full(Instant::START));
        }
    }

    /// Refills the budget. Frames arrive without a time, so a timer refills it while it is not full.
    pub(super) fn refill_budget(&mut self, now: Instant, timers: &mut Timers) {
        let Some(rate) = self.rate() else { return };
        let is_full = self.budget.is_full(now, rate);
        if !is_full && !timers.is_set(Timer::UploadBudget) {
            timers.set(Timer::UploadBudget, now + REFILL);
        }
    }

    /// The rate of the budget, if there is one.
    fn rate(&self) -> Option<Rate> {
        match self.routing {
            Routing::DirectWithin { bytes_per_second } => {
                Some(Rate { per_second: bytes_per_second, burst: bytes_per_second })
            }
            Routing::AlwaysRelay | Routing::Direct => None,
        }
    }
}

/// What it takes to send a packet of mine to others.
pub(super) struct Sending<'a> {
    pub(super) now: Instant,
    pub(super) router: &'a mut Router,
    pub(super) players: &'a mut Players,
    pub(super) me: Option<Joined>,
    /// The server finds the listeners of a bare frame.
    pub(super) is_routed_by_server: bool,
    pub(super) restrictions: &'a OwnRestrictions,
    pub(super) settings: &'a ClientSettings,
    pub(super) out: &'a mut Output,
}

impl Sending<'_> {
    /// Sends a packet to the `destinations`: one copy for all direct links, then as many relays as the limits require.
    /// Returns the numbers of players reached directly and through the server.
    ///
    /// A packet that is sent even without listeners always goes to the server, with an empty destination list if
    /// necessary.
    ///
    /// A server of ours receives a bare frame and finds the listeners, if no player has a direct link; otherwise it
    /// receives the list of those that have none.
    ///
    /// # Errors
    /// If the packet does not fit into a relay even for one listener; then nothing is sent.
    pub(super) fn send_to_destinations(
        &mut self,
        me: Joined,
        stage: SendOrder,
        packet: &[u8],
        is_always_sent: bool,
    ) -> Result<(u64, u64), WriteError> {
        let is_voice = matches!(stage, SendOrder::PeerUnreliable);
        self.choose_ways(is_voice.then_some(packet.len()));
        let ways = (self.router.direct.len() as u64, self.router.relayed.len() as u64);
        if is_always_sent && ways.1 == 0 {
            self.router.relayed.push(ClientId::NONE);
        }
        let Router { direct, relayed, .. } = &*self.router;
        // Server-side routing reaches all listeners, including those with a direct link, so use it only without direct
        // links.
        let routed = direct.is_empty() && is_voice;
        if routed && !relayed.is_empty() && self.is_routed_by_server {
            self.out.outbox.push_bytes(stage, [me.link], packet);
            return Ok(ways);
        }
        let relays = if relayed.is_empty() {
            None
        } else {
            // Fails before anything is queued if not even one destination fits beside the packet.
            let most = self.settings.packets.bytes(stage.delivery());
            Some(ServerRelay::split(me.session, relayed, packet, most)?)
        };
        self.out.outbox.push_bytes(stage, direct.iter().copied(), packet);
        for relay in relays.into_iter().flatten() {
            let relay = match stage {
                SendOrder::PeerUnreliable => Packet::ServerRelayUnreliable(relay),
                _ => Packet::ServerRelayReliable(relay),
            };
            self.out.send(stage, me.link, &relay)?;
        }
        Ok(ways)
    }

    /// The number of `destinations` that a reliable packet reaches through the server.
    pub(super) fn count_relayed(&mut self) -> usize {
        self.choose_ways(None);
        self.router.relayed.len()
    }

    /// Sorts the `destinations` by route. Direct copies of a frame take its bytes from the budget.
    fn choose_ways(&mut self, frame_bytes: Option<usize>) {
        let cost = self.router.rate().zip(frame_bytes);
        let Router { routing, budget, destinations, direct, relayed } = &mut *self.router;
        direct.clear();
        relayed.clear();
        for &id in destinations.clients() {
            let link = self.players.roster.get(id).and_then(|member| member.data.link);
            match link.filter(|_| *routing != Routing::AlwaysRelay) {
                Some(link)
                    if cost.is_none_or(|(rate, bytes)| budget.take(self.now, rate, 1, bytes as u64)) =>
                {
                    direct.push(link);
                }
                _ => relayed.push(id),
            }
        }
        if cost.is_some() {
            self.router.refill_budget(self.now, &mut self.out.timers);
        }
    }
}
