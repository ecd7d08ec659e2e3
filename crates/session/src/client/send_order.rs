//! The order in which one update's packets leave, as the original sends them.
//!
//! Reliable ones to the server, unreliable ones to the server, reliable ones to players, unreliable ones to players. A
//! relay is to players, behind the same packet's direct copies: so a change of rooms overtakes a relayed text.

use consonance_wire::{Packet, WriteError};

use crate::link::{Delivery, LinkId};
use crate::outbox::{Outbox, Transmit};
use crate::packet_limits::PacketLimits;

/// A relay belongs to the peer-to-peer stage of its kind, even though it goes to the server.
#[derive(Clone, Copy, Debug)]
pub(crate) enum SendOrder {
    ServerReliable = 0,
    ServerUnreliable = 1,
    PeerReliable = 2,
    PeerUnreliable = 3,
}

impl SendOrder {
    pub(crate) fn delivery(self) -> Delivery {
        match self {
            Self::ServerReliable | Self::PeerReliable => Delivery::Reliable,
            Self::ServerUnreliable | Self::PeerUnreliable => Delivery::Unreliable,
        }
    }
}

/// One outbox per stage, drained in that order.
#[derive(Debug, Default)]
pub(crate) struct StagedOutbox {
    stages: [Outbox; 4],
    limits: PacketLimits,
}

impl StagedOutbox {
    pub(crate) fn set_limits(&mut self, limits: PacketLimits) {
        self.limits = limits;
    }

    /// # Errors
    /// If the packet is longer than the network carries.
    pub(crate) fn push(
        &mut self,
        stage: SendOrder,
        to: LinkId,
        packet: &Packet<'_>,
    ) -> Result<(), WriteError> {
        self.push_written(stage, [to], |out| packet.write(out))
    }

    /// Queues a packet that is already written, for any number of links.
    pub(crate) fn push_bytes(
        &mut self,
        stage: SendOrder,
        to: impl IntoIterator<Item = LinkId>,
        packet: &[u8],
    ) {
        debug_assert!(packet.len() <= self.limits.bytes(stage.delivery()), "it was written to fit");
        self.stages[stage as usize].push(to, stage.delivery(), packet);
    }

    /// # Errors
    /// Any error of `write`.
    pub(crate) fn push_written<E>(
        &mut self,
        stage: SendOrder,
        to: impl IntoIterator<Item = LinkId>,
        write: impl FnOnce(&mut [u8]) -> Result<usize, E>,
    ) -> Result<(), E> {
        let most = self.limits.bytes(stage.delivery());
        self.stages[stage as usize].push_written(to, stage.delivery(), most, write)
    }

    pub(crate) fn pop(&mut self) -> Option<Transmit<'_>> {
        self.stages.iter_mut().find(|stage| !stage.is_empty())?.pop()
    }

    /// The memory of the waiting packets, in bytes.
    pub(crate) fn waiting_bytes(&self) -> usize {
        self.stages.iter().map(Outbox::waiting_bytes).sum()
    }

    pub(crate) fn clear(&mut self) {
        self.stages.iter_mut().for_each(Outbox::clear);
    }
}
