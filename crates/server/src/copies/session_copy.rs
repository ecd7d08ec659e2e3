//! A copy of one session.

use std::collections::BTreeSet;

use consonance_cluster::Member;
use consonance_session::{ClientId, Server, SessionId};
use rustc_hash::FxHashMap;

/// A session of another node, as that node's worker has told of it.
#[derive(Debug)]
pub(crate) struct SessionCopy {
    pub(crate) server: Server,
    pub(crate) id: SessionId,
    /// The worker that tells of it.
    pub(crate) owner: Member,
    /// How many changes it has told of.
    pub(crate) version: u64,
    /// The owner wants all voice.
    pub(crate) hears_all: bool,
    /// Where clients are whose links are at other nodes.
    places: FxHashMap<ClientId, Member>,
    /// Those that were mentioned since it began to tell everything.
    mentioned: Option<BTreeSet<ClientId>>,
}

impl SessionCopy {
    pub(crate) fn new(server: Server, id: SessionId, owner: Member) -> Self {
        let places = FxHashMap::default();
        Self { server, id, owner, version: 0, hears_all: false, places, mentioned: Some(BTreeSet::new()) }
    }

    /// Another owner tells everything; what was known goes on until that is complete.
    pub(crate) fn begin_again(&mut self, owner: Member) {
        self.owner = owner;
        self.mentioned = Some(BTreeSet::new());
    }

    /// A client is mentioned; at another node, if it is at one.
    pub(crate) fn note(&mut self, id: ClientId, place: Option<Member>) {
        if let Some(mentioned) = &mut self.mentioned {
            mentioned.insert(id);
        }
        match place {
            Some(place) => drop(self.places.insert(id, place)),
            None => drop(self.places.remove(&id)),
        }
    }

    /// Everything was told: clients that were not mentioned.
    pub(crate) fn take_unmentioned(&mut self) -> Vec<ClientId> {
        let Some(mentioned) = self.mentioned.take() else { return Vec::new() };
        self.server.ids().filter(|id| !mentioned.contains(id)).collect()
    }

    /// Whether all is known.
    pub(crate) fn is_whole(&self) -> bool {
        self.mentioned.is_none()
    }

    /// Whether a worker may send voice of a client: it has the client's link, or is the owner.
    pub(crate) fn may_speak_for(&self, member: Member, id: ClientId) -> bool {
        member == self.owner || self.places.get(&id) == Some(&member)
    }
}
