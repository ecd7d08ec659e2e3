//! A copy of one session.

use std::collections::BTreeSet;

use consonance_cluster::Member;
use consonance_session::{ClientId, Instant, PlayerIdentity, Restrictions, Server, SessionChange, SessionId};
use rustc_hash::FxHashMap;

/// A copy of another node's session, as received from that node's worker.
#[derive(Debug)]
pub(crate) struct SessionCopy {
    pub(crate) server: Server,
    pub(crate) id: SessionId,
    /// The worker that tells of it.
    pub(crate) owner: Member,
    /// The number of changes received.
    pub(crate) version: u64,
    /// The owner was lost. Its messages are ignored until its clients' links are announced again: if the copy knew of
    /// a change, its clients would be adopted as if they knew of it, too.
    is_cut: bool,
    /// The owner wants all voice.
    pub(crate) wants_all_voice: bool,
    /// The workers of clients whose links are at other nodes.
    workers: FxHashMap<ClientId, Member>,
    /// Clients and players that the owner has mentioned since it began to tell everything; `None` once that is
    /// complete.
    mentioned: Option<Mentioned>,
}

#[derive(Debug, Default)]
struct Mentioned {
    clients: BTreeSet<ClientId>,
    restricted: BTreeSet<PlayerIdentity>,
}

impl SessionCopy {
    pub(crate) fn new(server: Server, id: SessionId, owner: Member) -> Self {
        let workers = FxHashMap::default();
        Self {
            server,
            id,
            owner,
            version: 0,
            is_cut: false,
            wants_all_voice: false,
            workers,
            mentioned: Some(Mentioned::default()),
        }
    }

    /// Another owner sends the whole state; the former state is used until that is complete.
    pub(crate) fn begin_again(&mut self, owner: Member) {
        (self.owner, self.is_cut) = (owner, false);
        self.mentioned = Some(Mentioned::default());
    }

    /// The owner is lost: it has to tell everything again.
    pub(crate) fn cut(&mut self) {
        self.is_cut = true;
    }

    /// Whether what this worker tells of the session counts.
    pub(crate) fn follows(&self, member: Member) -> bool {
        member == self.owner && !self.is_cut
    }

    /// A client is mentioned; at another node, if it is at one.
    pub(crate) fn note(&mut self, id: ClientId, worker: Option<Member>) {
        if let Some(mentioned) = &mut self.mentioned {
            mentioned.clients.insert(id);
        }
        match worker {
            Some(worker) => drop(self.workers.insert(id, worker)),
            None => drop(self.workers.remove(&id)),
        }
    }

    /// The worker of another node that has a client's link, as far as is known.
    pub(crate) fn worker_of(&self, id: ClientId) -> Option<Member> {
        self.workers.get(&id).copied()
    }

    /// Restrictions of a player are mentioned.
    pub(crate) fn note_restricted(&mut self, player: &PlayerIdentity) {
        if let Some(mentioned) = &mut self.mentioned {
            mentioned.restricted.insert(player.clone());
        }
    }

    /// Everything was told: clients, and restrictions, that were not mentioned are there no longer.
    pub(crate) fn forget_unmentioned(&mut self, now: Instant) {
        let Some(Mentioned { clients, restricted }) = self.mentioned.take() else { return };
        let gone: Vec<ClientId> = self.server.tables().ids().filter(|id| !clients.contains(id)).collect();
        let players = self.server.tables().restricted_players().map(|(player, _)| player);
        let free: Vec<PlayerIdentity> =
            players.filter(|player| !restricted.contains(player)).cloned().collect();
        for id in gone {
            self.note(id, None);
            self.server.replica().apply(now, &SessionChange::Gone(id), None);
        }
        for player in free {
            let lifted = SessionChange::Restricted(player, Restrictions::default());
            self.server.replica().apply(now, &lifted, None);
        }
    }

    /// Whether all is known.
    pub(crate) fn is_whole(&self) -> bool {
        self.mentioned.is_none()
    }

    /// Whether a worker may send voice of a client: it has the client's link, or is the owner.
    pub(crate) fn may_speak_for(&self, member: Member, id: ClientId) -> bool {
        member == self.owner || self.workers.get(&id) == Some(&member)
    }
}
