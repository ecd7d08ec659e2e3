//! What operators do, on the worker's own thread.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::time::Instant;

use consonance_cluster::LinkOrigin;
use consonance_session::{ClientId, Instant as SessionInstant, LinkId, PlayerIdentity, Server};
use consonance_transport::{EndReason, Remote};

use super::SessionLoop;
use crate::bans::{Ban, BanTarget};

/// A player that was disconnected for a ban.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Expelled {
    /// The session it was in.
    pub session: String,
    /// Its name.
    pub player: String,
}

impl SessionLoop {
    /// Does something with a session and carries out what follows: packets leave, links are closed. `None` if no
    /// session of this name is here.
    pub fn with_session<R>(
        &mut self,
        now: Instant,
        session: &str,
        act: impl FnOnce(&mut Server, SessionInstant) -> R,
    ) -> Option<R> {
        let at = self.at(now);
        let index = self.sessions.find(session)?;
        let server = &mut self.sessions.get_mut(index).server;
        // What has ended by now holds no longer.
        server.handle_timeout(at);
        let done = act(server, at);
        self.drain(index, now);
        Some(done)
    }

    /// The identities that an operator means by a name, however it is spelled: those of all players with it now, else
    /// the account that had it last, else the name itself. At least one, each once. `None` if no session of this name
    /// is here.
    pub(crate) fn identities_named(&self, session: &str, name: &str) -> Option<Vec<PlayerIdentity>> {
        let session = self.sessions.get(self.sessions.find(session)?)?;
        let present = session.server.clients_named(name).iter();
        let present: BTreeSet<_> = present.filter_map(|id| session.server.identity_of(*id)).collect();
        if !present.is_empty() {
            return Some(present.into_iter().collect());
        }
        let gone = session.departed.account_of(name).map(|account| PlayerIdentity::Subject(account.into()));
        Some(vec![gone.unwrap_or_else(|| PlayerIdentity::Name(name.into()))])
    }

    /// Makes a session follow what was decided about its rooms by now. False if it is not here.
    pub(crate) fn follow_rooms(&mut self, now: Instant, session: &str) -> bool {
        let Some(index) = self.sessions.find(session) else { return false };
        self.sessions.follow_rooms(index);
        self.drain(index, now);
        true
    }

    /// Disconnects all players that a ban matches, and returns them.
    pub fn expel(&mut self, now: Instant, ban: &Ban) -> Vec<Expelled> {
        let mut expelled = Vec::new();
        for index in self.sessions.indices() {
            let session = self.sessions.get_mut(index);
            let server = &session.server;
            let ids: Vec<ClientId> = match &ban.target {
                BanTarget::Name(name) => server.clients_named(name).to_vec(),
                BanTarget::Subject(subject) => server.clients_with_subject(subject),
                BanTarget::Address(prefix) => {
                    let routes = &self.routes;
                    let is_from = |link| routes.address_of(link).is_some_and(|from| prefix.contains(from));
                    server.client_table().filter(|row| is_from(row.link)).map(|row| row.id).collect()
                }
            };
            let rows = ids.into_iter().filter_map(|id| server.client(id));
            let meant: Vec<(ClientId, String)> = rows.map(|row| (row.id, row.name.to_owned())).collect();
            for (id, player) in meant {
                session.server.kick_banned(id, &ban.reason, ban.until);
                expelled.push(Expelled { session: session.name.clone(), player });
            }
            self.drain(index, now);
        }
        self.expel_at_edge(now, ban);
        if let BanTarget::Address(prefix) = &ban.target {
            self.hang_up(now, &ban.end_reason(), |address| prefix.contains(address));
        }
        expelled
    }

    /// Disconnects players here of sessions that other nodes own, which may not be reached just now.
    fn expel_at_edge(&mut self, now: Instant, ban: &Ban) {
        let Self { edge: Some(edge), copies: Some(copies), networks, .. } = self else { return };
        let mut meant = Vec::new();
        for (_, copy) in copies.iter() {
            let server = &copy.server;
            let ids = match &ban.target {
                BanTarget::Name(name) => server.clients_named(name).to_vec(),
                BanTarget::Subject(subject) => server.clients_with_subject(subject),
                BanTarget::Address(_) => continue,
            };
            let links = ids.into_iter().filter_map(|id| server.client(id)).map(|row| row.link);
            let links = links.filter(|link| edge.session_of(*link).is_some());
            meant.extend(links.map(|link| (link, server.reads_notice(link).then(|| server.session()))));
        }
        if let BanTarget::Address(prefix) = &ban.target {
            let is_from = |origin: &LinkOrigin| {
                Remote::from(&*origin.remote).ip().is_some_and(|from| prefix.contains(from))
            };
            meant.extend(edge.links_from(is_from).into_iter().map(|link| (link, None)));
        }
        for (link, notice_in) in meant {
            networks.reject(now, link, &ban.end_reason(), notice_in);
        }
    }

    /// Every session with its name.
    pub fn servers(&self) -> impl Iterator<Item = (&str, &Server)> {
        self.sessions.iter().map(|session| (&*session.name, &session.server))
    }

    /// Where a link comes from, on networks with addresses.
    pub fn address_of(&self, link: LinkId) -> Option<IpAddr> {
        self.routes.address_of(link)
    }

    /// Closes every link from these addresses, those of just disconnected players once more.
    fn hang_up(&mut self, now: Instant, reason: &EndReason, is_meant: impl Fn(IpAddr) -> bool) {
        for link in self.routes.links_from(is_meant) {
            let session = self.routes.session_of(link).and_then(|index| self.sessions.get(index));
            let server = session.map(|session| &session.server).filter(|server| server.reads_notice(link));
            let notice_in = server.map(Server::session);
            self.networks.reject(now, link, reason, notice_in);
        }
    }
}
