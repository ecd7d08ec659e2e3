//! Copies of sessions that other nodes own, and an owner's view of the copies at other nodes.

mod change_record;
mod node_edges;
mod session_copy;

use std::collections::{BTreeMap, BTreeSet};

use consonance_cluster::placement::NodeId;
use consonance_cluster::{BusReceiver, BusSender, BusWay, KeptClient, Member, NodeWorkers, SessionMessage};
use consonance_link::{Delivery, EndCode, EndReason};
use consonance_session::{ClientId, Instant, LinkId, Position, Server};

pub(crate) use change_record::{At, ChangeRecord};
pub(crate) use node_edges::NodeEdges;
pub(crate) use session_copy::SessionCopy;

use crate::draining::{DrainPlan, target_of};

/// The copies of one worker, and its way to the workers of other nodes that have clients of the same sessions.
pub(crate) struct SessionCopies {
    out: Box<dyn BusSender>,
    incoming: Box<dyn BusReceiver>,
    pub(crate) workers: NodeWorkers,
    /// This worker.
    pub(crate) own: (NodeId, u16),
    by_name: BTreeMap<Box<str>, SessionCopy>,
    buffer: Vec<u8>,
    /// Sessions of this worker, and workers that are to be told everything of them once more.
    pub(crate) tell_again: BTreeSet<(String, Member)>,
    /// The time at which speakers here are next told how well they are received.
    pub(crate) look_at: Option<Instant>,
    /// The node is to end, and admits no new links.
    pub(crate) draining: Option<DrainPlan>,
}

/// Voice of a client on its way between nodes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NodeVoice<'a> {
    pub(crate) session: &'a str,
    pub(crate) client: ClientId,
    /// The client's position, if it has told one.
    pub(crate) position: Option<Position>,
    pub(crate) packet: &'a [u8],
}

/// The recipients of a packet: links here, and workers of other nodes.
#[derive(Debug, Default)]
pub(crate) struct Recipients {
    pub(crate) links: Vec<LinkId>,
    pub(crate) workers: Vec<Member>,
}

impl Recipients {
    /// Collected again.
    pub(crate) fn clear(&mut self) {
        self.links.clear();
        self.workers.clear();
    }

    /// Adds a link; with the worker of another node that has it, if any.
    pub(crate) fn add(&mut self, link: LinkId, worker: Option<Member>) {
        match worker {
            None => self.links.push(link),
            Some(worker) => self.add_worker(worker),
        }
    }

    pub(crate) fn add_worker(&mut self, worker: Member) {
        if !self.workers.contains(&worker) {
            self.workers.push(worker);
        }
    }
}

impl SessionCopies {
    pub(crate) fn new((out, incoming): BusWay, workers: NodeWorkers, own: (NodeId, u16)) -> Self {
        let (by_name, buffer) = (BTreeMap::new(), Vec::new());
        let tell_again = BTreeSet::new();
        Self { out, incoming, workers, own, by_name, buffer, tell_again, look_at: None, draining: None }
    }

    pub(crate) fn get_mut(&mut self, session: &str) -> Option<&mut SessionCopy> {
        self.by_name.get_mut(session)
    }

    pub(crate) fn get(&self, session: &str) -> Option<&SessionCopy> {
        self.by_name.get(session)
    }

    pub(crate) fn insert(&mut self, session: &str, copy: SessionCopy) {
        self.by_name.insert(session.into(), copy);
    }

    pub(crate) fn remove(&mut self, session: &str) -> Option<SessionCopy> {
        let copy = self.by_name.remove(session);
        if self.by_name.is_empty() {
            self.look_at = None;
        }
        copy
    }

    /// An owner is lost, or was for a while.
    pub(crate) fn cut(&mut self, owner: Member) {
        self.by_name.values_mut().filter(|copy| copy.owner == owner).for_each(SessionCopy::cut);
    }

    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = (&str, &mut SessionCopy)> {
        self.by_name.iter_mut().map(|(name, copy)| (&**name, copy))
    }

    /// Each copy, by the name of its session.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &SessionCopy)> {
        self.by_name.iter().map(|(name, copy)| (&**name, copy))
    }

    /// Why a new link into a session is not admitted, if the node drains.
    pub(crate) fn drain_refusal(&self, session: &str) -> Option<EndReason> {
        let redirect = target_of(self.draining.as_ref()?, session).redirect.map(|target| target.address);
        Some(EndReason { redirect, ..EndCode::Draining.into() })
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.by_name.is_empty()
    }

    /// Tells a worker of another node something about a session. Voice is sent as such; anything else arrives.
    pub(crate) fn tell(&mut self, to: Member, message: &SessionMessage<'_>) {
        // A worker that this does not reach is lost with its node.
        self.out.send(to, Delivery::Reliable, message.write(&mut self.buffer));
    }

    /// Sends voice of a client to workers of other nodes.
    pub(crate) fn send_voice(&mut self, to: &[Member], voice: NodeVoice<'_>) {
        if to.is_empty() {
            return;
        }
        let NodeVoice { session, client: ClientId(client), position, packet } = voice;
        let message = match position {
            None => SessionMessage::Voice { session, client, packet },
            Some(position) => {
                SessionMessage::PlacedVoice { session, client, place: position.metres(), packet }
            }
        };
        let message = message.write(&mut self.buffer);
        for worker in to {
            self.out.send(*worker, Delivery::Unreliable, message);
        }
    }

    pub(crate) fn receiver(&mut self) -> &mut dyn BusReceiver {
        &mut *self.incoming
    }

    pub(crate) fn flush(&mut self) {
        self.out.flush();
    }
}

/// The bits that mark links to workers of other nodes, among the links of a copy; they are above all networks' links.
const PLACES: u64 = 0xFFFF << u32::BITS << 16;

/// The link by which a copy reaches the clients of a worker of another node.
pub(crate) fn link_to(member: Member) -> LinkId {
    LinkId(PLACES | u64::from(member.0))
}

/// A client for the next owner of its session, by the state that is known here at this version.
pub(crate) fn kept_client(server: &Server, client: ClientId, version: u64) -> KeptClient {
    let place = server.tables().proximity().position(client).map(Position::metres);
    KeptClient { client: client.0, version, place }
}

/// The worker of another node that a link leads to, if it is such a one.
pub(crate) fn member_at(LinkId(link): LinkId) -> Option<Member> {
    (link & PLACES == PLACES).then_some(Member(link as u16))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_to_a_worker_is_told_from_links_of_networks() {
        for member in [0, 1, u16::MAX] {
            assert_eq!(member_at(link_to(Member(member))), Some(Member(member)));
        }
        for link in [0, 1, 0xFFFE << 48 | 7, u64::MAX >> 16] {
            assert_eq!(member_at(LinkId(link)), None, "{link:x}");
        }
    }
}
