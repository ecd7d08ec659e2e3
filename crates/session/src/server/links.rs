//! The links of a session: the client that has joined over each, its remaining budgets, and the links that still have
//! to join.

mod budgets;
mod link_record;

use alloc::collections::{BTreeMap, BTreeSet};

use consonance_wire::{Capabilities, ClientId};

use super::fault::Fault;
use crate::limits::Limits;
use crate::link::{LinkId, PeerOrigin};
use crate::time::Instant;
use crate::traffic::Total;

pub(super) use link_record::LinkRecord;

/// Every link that is up.
#[derive(Debug, Default)]
pub(super) struct Links {
    records: BTreeMap<LinkId, LinkRecord>,
    /// Links that have to join, by their deadlines.
    awaited: BTreeSet<(Instant, LinkId)>,
    /// Of links that end at other nodes: the link to each node.
    nodes: BTreeMap<LinkId, LinkId>,
}

impl Links {
    /// Adds a link, which has to join until `deadline`.
    pub(super) fn insert(
        &mut self,
        now: Instant,
        link: LinkId,
        deadline: Instant,
        origin: Option<PeerOrigin>,
    ) {
        self.records.insert(link, LinkRecord::new(now, deadline, origin));
        self.awaited.insert((deadline, link));
    }

    /// Removes a link; returns its record.
    pub(super) fn remove(&mut self, link: LinkId) -> Option<LinkRecord> {
        let record = self.records.remove(&link)?;
        self.awaited.remove(&(record.deadline, link));
        self.nodes.remove(&link);
        Some(record)
    }

    pub(super) fn len(&self) -> usize {
        self.records.len()
    }

    pub(super) fn contains(&self, link: LinkId) -> bool {
        self.records.contains_key(&link)
    }

    pub(super) fn get(&self, link: LinkId) -> Option<&LinkRecord> {
        self.records.get(&link)
    }

    #[inline]
    pub(super) fn get_mut(&mut self, link: LinkId) -> Result<&mut LinkRecord, Fault> {
        self.records.get_mut(&link).ok_or(Fault::UnknownLink)
    }

    /// Links by ascending number.
    pub(super) fn iter(&self) -> impl Iterator<Item = (LinkId, &LinkRecord)> {
        self.records.iter().map(|(link, record)| (*link, record))
    }

    /// Links by ascending number, with their records.
    pub(super) fn into_records(self) -> impl Iterator<Item = (LinkId, LinkRecord)> {
        self.records.into_iter()
    }

    /// The client that joined over a link.
    pub(super) fn client_of(&self, link: LinkId) -> Result<ClientId, Fault> {
        self.get(link).and_then(|record| record.client).ok_or(Fault::NotJoined)
    }

    /// Every client of a link.
    pub(super) fn clients_of(&self, link: LinkId) -> impl Iterator<Item = ClientId> {
        self.get(link).into_iter().flat_map(LinkRecord::clients)
    }

    /// The origin of a link's peer, if it is known.
    pub(super) fn origin_of(&self, link: LinkId) -> Option<PeerOrigin> {
        self.get(link).and_then(|record| record.origin)
    }

    /// Sets the node where a link ends; `node` is the link to it.
    pub(super) fn set_node(&mut self, link: LinkId, node: LinkId) {
        if self.records.contains_key(&link) {
            self.nodes.insert(link, node);
        }
    }

    /// The link to the node where a link ends, if that is another node.
    pub(super) fn node_of(&self, link: LinkId) -> Option<LinkId> {
        self.nodes.get(&link).copied()
    }

    /// Whether both sides of a link have this capability.
    pub(super) fn can(&self, link: LinkId, capability: Capabilities) -> bool {
        self.get(link).is_some_and(|record| record.can(capability))
    }

    /// Sets the capabilities of both sides of a link.
    pub(super) fn set_capabilities(&mut self, link: LinkId, capabilities: Capabilities) {
        if let Some(record) = self.records.get_mut(&link) {
            record.capabilities = capabilities;
        }
    }

    /// Attaches a client that has joined over a link. One that joined over it before stays; only a permissive server
    /// has such.
    pub(super) fn attach(&mut self, link: LinkId, id: ClientId) {
        if let Some(record) = self.records.get_mut(&link) {
            record.ghosts.extend(record.client.replace(id));
            self.awaited.remove(&(record.deadline, link));
        }
    }

    /// Attaches a client that a permissive server has made from a state received over a link.
    pub(super) fn attach_ghost(&mut self, link: LinkId, id: ClientId) {
        if let Some(record) = self.records.get_mut(&link) {
            record.ghosts.push(id);
            self.awaited.remove(&(record.deadline, link));
        }
    }

    /// Detaches the client that joined over a link, so that it outlives the link.
    pub(super) fn detach(&mut self, link: LinkId) -> Option<ClientId> {
        self.records.get_mut(&link)?.client.take()
    }

    /// Removes a client of a link, and adds the traffic sent to it to the link's.
    pub(super) fn forget_client(&mut self, link: LinkId, id: ClientId, sent: Total) {
        if let Some(record) = self.records.get_mut(&link) {
            record.forget(id, sent);
        }
    }

    /// Makes a link join until `deadline`.
    pub(super) fn await_join(&mut self, link: LinkId, deadline: Instant) {
        if let Some(record) = self.records.get_mut(&link) {
            self.awaited.remove(&(record.deadline, link));
            record.deadline = deadline;
            self.awaited.insert((deadline, link));
        }
    }

    /// Removes a link's deadline for joining.
    pub(super) fn await_no_longer(&mut self, link: LinkId) {
        if let Some(record) = self.records.get(&link) {
            self.awaited.remove(&(record.deadline, link));
        }
    }

    /// The next deadline for joining.
    pub(super) fn next_deadline(&self) -> Option<Instant> {
        self.awaited.first().map(|&(deadline, _)| deadline)
    }

    /// A link that has missed its deadline for joining.
    pub(super) fn overdue(&self, now: Instant) -> Option<LinkId> {
        self.awaited.first().filter(|(deadline, _)| *deadline <= now).map(|&(_, link)| link)
    }

    /// Counts a packet sent over a link, besides the traffic that is counted for its clients.
    pub(super) fn count_sent(&mut self, link: LinkId, bytes: usize) {
        if let Some(record) = self.records.get_mut(&link) {
            record.sent.add(1, bytes as u64);
        }
    }

    /// Takes the budget for telling all clients about a packet of this link, in this many packets.
    pub(super) fn take_broadcasts(
        &mut self,
        link: LinkId,
        now: Instant,
        limits: &Limits,
        packets: usize,
    ) -> Result<(), Fault> {
        self.get_mut(link)?.budgets.take_broadcasts(now, limits, packets)
    }

    /// Notes a dropped packet of a link and its fault. True if the link has more offences than are forgiven.
    pub(super) fn note_fault(
        &mut self,
        link: LinkId,
        now: Instant,
        limits: &Limits,
        is_to_blame: bool,
    ) -> bool {
        let Some(record) = self.records.get_mut(&link) else { return false };
        record.faults += 1;
        is_to_blame && !record.budgets.take_strike(now, limits)
    }
}

#[cfg(test)]
mod tests;
