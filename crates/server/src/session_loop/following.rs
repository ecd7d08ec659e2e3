//! Workers of other nodes that follow the sessions here: they have links into them, and copies.

use consonance_cluster::{LinkNumber, Member, RemoteLinks, SessionMessage};
use consonance_session::{LinkId, SessionChange};

use super::link_places::node_of;
use crate::copies::{At, ChangeRecord, SessionCopies, link_to};
use crate::directory::Directory;
use crate::networks::{Networks, peer_of};
use crate::sessions::{Session, Sessions};

/// The sessions here, and the way to the workers of other nodes, if there are any.
pub(super) struct Following<'l> {
    sessions: &'l mut Sessions,
    networks: &'l Networks,
    directory: &'l Directory,
    copies: Option<&'l mut SessionCopies>,
}

impl<'l> Following<'l> {
    pub(super) fn new(
        sessions: &'l mut Sessions,
        networks: &'l Networks,
        directory: &'l Directory,
        copies: Option<&'l mut SessionCopies>,
    ) -> Self {
        Self { sessions, networks, directory, copies }
    }

    /// A session here has one more link. A worker of another node follows the session from its first one on.
    pub(super) fn add_link(&mut self, index: usize, link: LinkId) {
        let Some(member) = node_of(self.networks, self.directory, link) else { return };
        let session = self.sessions.get_mut(index);
        session.server.replica().set_node(link, link_to(member));
        if session.edges.add(member) {
            self.tell_everything(index, member);
        }
    }

    /// A session has one link fewer at another node.
    pub(super) fn remove_link(&mut self, index: usize, link: LinkId) {
        let Some(member) = node_of(self.networks, self.directory, link) else { return };
        self.sessions.get_mut(index).edges.remove(member);
    }

    /// Sends a session's changes to the nodes with links into it.
    pub(super) fn tell_changes(&mut self, index: usize, wants_all: impl FnOnce(&Session) -> bool) {
        let Some(copies) = self.copies.as_deref_mut() else { return };
        if self.sessions.get(index).is_none_or(|session| session.edges.is_empty()) {
            return;
        }
        let session = self.sessions.get_mut(index);
        while let Some(change) = session.server.changes().poll() {
            let change = change_bytes(self.networks, copies, &change);
            let (name, version) = (&*session.name, session.server.tables().versions().current());
            for member in session.edges.members() {
                copies.tell(member, &SessionMessage::Changed { session: name, version, change: &change });
            }
        }
        let is_all = wants_all(session);
        if std::mem::replace(&mut session.edges.wants_all_voice, is_all) != is_all {
            for member in session.edges.members() {
                copies.tell(member, &SessionMessage::WantsAllVoice { session: &session.name, is_all });
            }
        }
    }

    /// A worker of another node announces a link into a session again: it may have discarded its copy.
    pub(super) fn tell_copy_again(&mut self, index: usize, link: LinkId) {
        let member = node_of(self.networks, self.directory, link);
        if let (Some(member), Some(copies)) = (member, self.copies.as_deref_mut()) {
            copies.tell_again.insert((self.sessions.get_mut(index).name.clone(), member));
        }
    }

    /// Sends the whole state again to workers that announced links again, once for all of their links.
    pub(super) fn tell_copies_again(&mut self) {
        while let Some((session, member)) = self.copies.as_mut().and_then(|it| it.tell_again.pop_first()) {
            let index = self.sessions.find(&session);
            if let Some(index) = index.filter(|it| self.sessions.get_mut(*it).edges.contains(member)) {
                self.tell_everything(index, member);
            }
        }
    }

    fn tell_everything(&mut self, index: usize, member: Member) {
        let Some(copies) = self.copies.as_deref_mut() else { return };
        let session = self.sessions.get_mut(index);
        let (name, version) = (&*session.name, session.server.tables().versions().current());
        copies
            .tell(member, &SessionMessage::CopyBegins { session: name, number: session.server.session().0 });
        for change in session.server.changes().all() {
            let change = change_bytes(self.networks, copies, &change);
            copies.tell(member, &SessionMessage::Changed { session: name, version, change: &change });
        }
        copies.tell(member, &SessionMessage::CopyIsWhole { session: name, version });
        let is_all = session.edges.wants_all_voice;
        copies.tell(member, &SessionMessage::WantsAllVoice { session: name, is_all });
    }
}

fn change_bytes(networks: &Networks, copies: &SessionCopies, change: &SessionChange) -> Vec<u8> {
    let at = |link| at_of(networks, copies, link);
    postcard::to_allocvec(&ChangeRecord::of(change, at)).unwrap_or_default()
}

/// The place of a session's link. Links of other workers of this node are reached by way of this one.
fn at_of(networks: &Networks, copies: &SessionCopies, link: LinkId) -> Option<At> {
    let (own_node, own_worker) = copies.own;
    let own = At { node: own_node, worker: own_worker, link: None };
    if !networks.is_remote(link) {
        return Some(own);
    }
    let (member, LinkNumber(number)) = RemoteLinks::link_of(peer_of(link));
    let (node, worker) = copies.workers.worker(member)?;
    Some(if node == own_node { own } else { At { node, worker, link: Some(number) } })
}
