//! What the server knows of a connection.

use alloc::vec::Vec;

use consonance_wire::{Capabilities, ClientId, MessageType};

use super::budgets::Budgets;
use crate::limits::Limits;
use crate::link::PeerOrigin;
use crate::server::Fault;
use crate::time::Instant;
use crate::traffic::Total;

/// What every packet needs stands in front, within two cache lines next to each other: with thousands of links, each
/// packet finds its record in no near cache.
#[derive(Debug)]
#[repr(C, align(128))]
pub(in crate::server) struct LinkRecord {
    /// The client that joined over it.
    pub(in crate::server) client: Option<ClientId>,
    /// What both sides can do; nothing towards an original.
    pub(in crate::server) capabilities: Capabilities,
    pub(in crate::server) received: Total,
    pub(in crate::server) budgets: Budgets,
    /// Clients that a permissive server made from states that came over it.
    pub(in crate::server) ghosts: Vec<ClientId>,
    /// When it has to have joined.
    pub(super) deadline: Instant,
    /// What it was sent, besides what is counted for its present clients.
    pub(in crate::server) sent: Total,
    /// How many of its packets were dropped for a fault.
    pub(in crate::server) faults: u64,
    /// Where its peer comes from, if that is known.
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

    /// Whether a packet of this type means anything from this peer. What is rare has a rate of its own.
    #[inline]
    pub(in crate::server) fn admit(
        &mut self,
        now: Instant,
        limits: &Limits,
        message: MessageType,
    ) -> Result<bool, Fault> {
        match message {
            MessageType::ClientState
            | MessageType::DeltaChannelState
            | MessageType::ServerRelayReliable
            | MessageType::ServerRelayUnreliable => {}
            MessageType::HandshakeRequest => self.budgets.take_handshake(now, limits)?,
            MessageType::VoiceData if self.can(Capabilities::SERVER_ROUTING) => {}
            MessageType::RemoveClient if self.can(Capabilities::RESUME) => {}
            MessageType::ErrorWrongSession if self.can_report() => {}
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// Whether what stands behind a packet that else says nothing means anything from this peer.
    fn can_report(&self) -> bool {
        self.can(Capabilities::VOICE_REPORTS) || self.can(Capabilities::PROXIMITY)
    }

    /// Whether both sides can do this.
    pub(in crate::server) fn can(&self, capability: Capabilities) -> bool {
        self.capabilities.contains(capability)
    }

    /// Every client of the link.
    pub(in crate::server) fn clients(&self) -> impl Iterator<Item = ClientId> {
        self.client.into_iter().chain(self.ghosts.iter().copied())
    }

    /// The link has this client no longer, which was sent so much.
    pub(super) fn forget(&mut self, id: ClientId, sent: Total) {
        self.sent.add(sent.packets, sent.bytes);
        self.client = self.client.filter(|client| *client != id);
        self.ghosts.retain(|ghost| *ghost != id);
    }
}
