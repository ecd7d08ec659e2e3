//! The links of a session: which client has joined over each, what each may still send, and which ones still have to
//! join.

mod budgets;
mod link_record;

use alloc::collections::{BTreeMap, BTreeSet};

use consonance_wire::{Capabilities, ClientId};

use super::Fault;
use crate::limits::Limits;
use crate::link::{LinkId, PeerOrigin};
use crate::time::Instant;
use crate::traffic::Total;

pub(super) use link_record::LinkRecord;

/// Every link that is up.
#[derive(Debug, Default)]
pub(super) struct Links {
    records: BTreeMap<LinkId, LinkRecord>,
    /// Links that have to join, by the end of the time that they have for it.
    awaited: BTreeSet<(Instant, LinkId)>,
    /// Of links that end at other nodes: what leads to each node.
    nodes: BTreeMap<LinkId, LinkId>,
}

impl Links {
    /// A link is up, and has to join until `deadline`.
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

    /// A link is gone; what is known of it.
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

    /// Links by ascending number, with what is known of them.
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

    /// Where a link's peer comes from, if that is known.
    pub(super) fn origin_of(&self, link: LinkId) -> Option<PeerOrigin> {
        self.get(link).and_then(|record| record.origin)
    }

    /// A link ends at another node, which this one leads to.
    pub(super) fn set_node(&mut self, link: LinkId, node: LinkId) {
        if self.records.contains_key(&link) {
            self.nodes.insert(link, node);
        }
    }

    /// What leads to the node where a link ends, if that is another one.
    pub(super) fn node_of(&self, link: LinkId) -> Option<LinkId> {
        self.nodes.get(&link).copied()
    }

    /// Whether both sides of a link can do this.
    pub(super) fn can(&self, link: LinkId, capability: Capabilities) -> bool {
        self.get(link).is_some_and(|record| record.can(capability))
    }

    /// What both sides of a link can do from now on.
    pub(super) fn set_capabilities(&mut self, link: LinkId, capabilities: Capabilities) {
        if let Some(record) = self.records.get_mut(&link) {
            record.capabilities = capabilities;
        }
    }

    /// A client has joined over a link. One that joined over it before stays; only a permissive server has such.
    pub(super) fn attach(&mut self, link: LinkId, id: ClientId) {
        if let Some(record) = self.records.get_mut(&link) {
            record.ghosts.extend(record.client.replace(id));
            self.awaited.remove(&(record.deadline, link));
        }
    }

    /// A permissive server has made a client from a state that came over a link.
    pub(super) fn attach_ghost(&mut self, link: LinkId, id: ClientId) {
        if let Some(record) = self.records.get_mut(&link) {
            record.ghosts.push(id);
            self.awaited.remove(&(record.deadline, link));
        }
    }

    /// Takes the client that joined over a link off it, so that the end of the link is not the end of the client.
    pub(super) fn detach(&mut self, link: LinkId) -> Option<ClientId> {
        self.records.get_mut(&link)?.client.take()
    }

    /// A client of a link, which was sent so much, is gone.
    pub(super) fn forget_client(&mut self, link: LinkId, id: ClientId, sent: Total) {
        if let Some(record) = self.records.get_mut(&link) {
            record.forget(id, sent);
        }
    }

    /// A link has to join until `deadline`.
    pub(super) fn await_join(&mut self, link: LinkId, deadline: Instant) {
        if let Some(record) = self.records.get_mut(&link) {
            self.awaited.remove(&(record.deadline, link));
            record.deadline = deadline;
            self.awaited.insert((deadline, link));
        }
    }

    /// A link may take its time to join.
    pub(super) fn await_no_longer(&mut self, link: LinkId) {
        if let Some(record) = self.records.get(&link) {
            self.awaited.remove(&(record.deadline, link));
        }
    }

    /// When the next link has to have joined.
    pub(super) fn next_deadline(&self) -> Option<Instant> {
        self.awaited.first().map(|&(deadline, _)| deadline)
    }

    /// A link that should have joined by now.
    pub(super) fn overdue(&self, now: Instant) -> Option<LinkId> {
        self.awaited.first().filter(|(deadline, _)| *deadline <= now).map(|&(_, link)| link)
    }

    /// A packet of so many bytes is sent over a link, besides what is counted for its clients.
    pub(super) fn count_sent(&mut self, link: LinkId, bytes: usize) {
        if let Some(record) = self.records.get_mut(&link) {
            record.sent.add(1, bytes as u64);
        }
    }

    /// What came over a link is to be told to all clients in so many packets.
    pub(super) fn take_broadcasts(
        &mut self,
        link: LinkId,
        now: Instant,
        limits: &Limits,
        packets: usize,
    ) -> Result<(), Fault> {
        self.get_mut(link)?.budgets.take_broadcasts(now, limits, packets)
    }

    /// A packet of a link was dropped for a fault. True if the link is to blame for more than is forgiven.
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
