//! The server's record of a connection.

use alloc::vec::Vec;

use consonance_wire::{Capabilities, ClientId, MessageType};

use super::budgets::Budgets;
use crate::link::PeerOrigin;
use crate::server::fault::Fault;
use crate::server::settings::ServerSettings;
use crate::time::Instant;
use crate::traffic::Total;

/// Fields that every packet needs come first, within two adjacent cache lines: with thousands of links, a packet's
/// record is rarely in a nearby cache.
#[derive(Debug)]
#[repr(C, align(128))]
pub(in crate::server) struct LinkRecord {
    /// The client that joined over it.
    pub(in crate::server) client: Option<ClientId>,
    /// The capabilities of both sides; none if the peer is an original.
    pub(in crate::server) capabilities: Capabilities,
    pub(in crate::server) received: Total,
    pub(in crate::server) budgets: Budgets,
    /// Clients that a permissive server made from states that came over it.
    pub(in crate::server) ghosts: Vec<ClientId>,
    /// The deadline for joining.
    pub(super) deadline: Instant,
    /// The traffic sent over it, besides that counted for its present clients.
    pub(in crate::server) sent: Total,
    /// The number of its packets that were dropped for a fault.
    pub(in crate::server) faults: u64,
    /// The origin of its peer, if it is known.
    pub(in crate::server) origin: Option<PeerOrigin>,
}

impl LinkRecord {
    pub(super) fn new(now: Instant, deadline: Instant, origin: Option<PeerOrigin>) -> Self {
        Self {
            client: None,
            ghosts: Vec::new(),
            deadline,
            capabilities: Capabilities::NONE,
            budgets: Budgets::full(now),
            received: Total::default(),
            sent: Total::default(),
            faults: 0,
            origin,
        }
    }

    /// Whether a packet of this type is accepted from this peer. Rare types have a rate of their own.
    #[inline]
    pub(in crate::server) fn admit(
        &mut self,
        now: Instant,
        settings: &ServerSettings,
        message: MessageType,
    ) -> Result<bool, Fault> {
        match message {
            MessageType::ClientState
            | MessageType::DeltaChannelState
            | MessageType::ServerRelayReliable
            | MessageType::ServerRelayUnreliable => {}
            MessageType::HandshakeRequest => self.budgets.take_handshake(now, &settings.limits)?,
            MessageType::VoiceData if self.can(Capabilities::SERVER_ROUTING) => {}
            // A client of ours that believes itself in an earlier session speaks so, and has to be told.
            MessageType::VoiceData if self.client.is_none() && !settings.permissive => {}
            MessageType::RemoveClient if self.can(Capabilities::RESUME) => {}
            MessageType::ErrorWrongSession if self.can_send_extensions() => {}
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// Whether extensions behind a packet without effect of its own are accepted from this peer.
    fn can_send_extensions(&self) -> bool {
        let senders = [
            Capabilities::VOICE_REPORTS,
            Capabilities::PROXIMITY,
            Capabilities::GROUPS,
            Capabilities::MODERATORS,
        ];
        senders.into_iter().any(|capability| self.can(capability))
    }

    /// Whether both sides have this capability.
    pub(in crate::server) fn can(&self, capability: Capabilities) -> bool {
        self.capabilities.contains(capability)
    }

    /// Every client of the link.
    pub(in crate::server) fn clients(&self) -> impl Iterator<Item = ClientId> {
        self.client.into_iter().chain(self.ghosts.iter().copied())
    }

    /// Detaches a client from the link, and adds the traffic sent to it to the link's.
    pub(super) fn forget(&mut self, id: ClientId, sent: Total) {
        self.sent.add(sent.packets, sent.bytes);
        self.client = self.client.filter(|client| *client != id);
        self.ghosts.retain(|ghost| *ghost != id);
    }
}
