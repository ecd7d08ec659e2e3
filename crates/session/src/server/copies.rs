//! Copies of a session on other machines, which relay voice among the clients there; one of them can take over the
//! session.
//!
//! The session reports its changes; a copy applies them. A copy relays voice and knows the locations of the clients;
//! the session decides everything else. Times count from the moment at which a change is taken.

mod relaying;
mod replica;

use consonance_wire::{Capabilities, ClientId, Position};

use super::members::Members;
use super::presence::Presence;
use super::rules::Rules;
use super::snapshot::{KeptPlace, kept_place, since};
use super::{PlayerIdentity, Server};
use crate::link::LinkId;
use crate::restrictions::Restrictions;

pub use relaying::{AtCopy, is_voice};
pub use replica::SessionReplica;

/// A change of a session.
#[derive(Clone, Debug, PartialEq)]
pub enum SessionChange {
    /// A client has joined or changed; its present state.
    Client(CopiedClient),
    /// A client has left.
    Gone(ClientId),
    /// The restrictions of a player, here or not.
    Restricted(PlayerIdentity, Restrictions),
}

/// The data of a client in a copy.
#[derive(Clone, Debug, PartialEq)]
pub struct CopiedClient {
    /// Its place in the session.
    pub place: KeptPlace,
    /// The capabilities of both sides of its link.
    pub capabilities: Capabilities,
    /// Its position at that time, if it had reported one.
    pub position: Option<Position>,
    /// Its link at the session; none while its place is kept.
    pub link: Option<LinkId>,
}

/// The link over which a copy reaches a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CopiedLink {
    /// Its own link, which is here.
    Here(LinkId),
    /// The link to another node, where the client is.
    Elsewhere(LinkId),
}

/// What copies of a session have to be told: [`Server::changes`].
pub struct ChangeFeed<'s> {
    rules: &'s mut Rules,
    presence: &'s mut Presence,
}

/// The versions of a session that has copies: [`Tables::versions`](super::Tables::versions).
#[derive(Clone, Copy)]
pub struct Versions<'s> {
    members: &'s Members,
}

impl core::fmt::Debug for ChangeFeed<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("ChangeFeed")
            .field("version", &self.presence.members().version())
            .finish_non_exhaustive()
    }
}

impl core::fmt::Debug for Versions<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Versions").field("current", &self.current()).finish_non_exhaustive()
    }
}

impl Server {
    /// The changes of a session, for its copies.
    pub fn changes(&mut self) -> ChangeFeed<'_> {
        ChangeFeed { rules: &mut self.rules, presence: &mut self.presence }
    }
}

impl ChangeFeed<'_> {
    /// Starts noting changes for [`poll`](Self::poll), unless the session does already. The term is a number that, with
    /// high probability, no other owner of the session has or had: it distinguishes versions.
    pub fn note(&mut self, term: u32) {
        self.presence.members_mut().note_changes(None, term);
        self.rules.policy_mut().register_mut().note_changes();
    }

    /// The next change. A client or a player that has changed several times is reported once, in its present state.
    pub fn poll(&mut self) -> Option<SessionChange> {
        if let Some(identity) = self.rules.policy_mut().register_mut().pop_changed() {
            let restrictions = self.rules.policy().register().restrictions(&identity);
            return Some(SessionChange::Restricted(identity, since(&restrictions, self.rules.now())));
        }
        let id = self.presence.members_mut().pop_changed()?;
        Some(self.copied_client(id).map_or(SessionChange::Gone(id), SessionChange::Client))
    }

    /// The whole session, as changes for an empty copy.
    pub fn all(&self) -> impl Iterator<Item = SessionChange> {
        let restricted = self.rules.policy().register().iter().map(|(identity, restrictions)| {
            SessionChange::Restricted(identity.clone(), since(restrictions, self.rules.now()))
        });
        let clients = self.presence.members().in_order().filter_map(|id| self.copied_client(id));
        restricted.chain(clients.map(SessionChange::Client))
    }

    fn copied_client(&self, id: ClientId) -> Option<CopiedClient> {
        Some(CopiedClient {
            place: kept_place(self.presence, self.rules.policy(), id, self.rules.now())?,
            capabilities: self.presence.capabilities_of(id),
            position: self.rules.policy().proximity().position(id),
            link: self.presence.link_of(id),
        })
    }
}

impl<'s> Versions<'s> {
    pub(super) fn of(members: &'s Members) -> Self {
        Self { members }
    }

    /// The version before the first change of this owner.
    pub fn first(&self) -> u64 {
        self.members.first_version()
    }

    /// The version of a copy that has applied all changes taken so far.
    pub fn current(&self) -> u64 {
        self.members.version()
    }

    /// The version that the clients whose links are here have seen. None if they have seen changes that no copy was
    /// told: another owner would then continue from a different state.
    pub fn of_clients(&self) -> Option<u64> {
        self.members.version_of_clients()
    }

    /// Whether the client that had this id in a copy of this version is still in the session; false if that is no
    /// longer known.
    pub fn is_still_in(&self, id: ClientId, version: u64) -> bool {
        let changed = self.members.changed_since(version);
        self.members.contains(id) && changed.is_some_and(|changed| !changed.contains(&(id, true)))
    }
}
