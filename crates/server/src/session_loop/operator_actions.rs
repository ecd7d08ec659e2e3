//! Actions of operators, on the worker's own thread.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::Instant;

use consonance_session::{ClientId, Instant as SessionInstant, LinkId, Server};

use super::SessionLoop;
use super::edge::Edge;
use super::link_routes::LinkRoutes;
use crate::bans::{Ban, BanTarget};
use crate::copies::SessionCopies;
use crate::networks::Networks;
use crate::sessions::Sessions;

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
        self.with_session_by(now, session, None, act)
    }

    /// The same at somebody's wish: the log names them as the cause of what follows.
    pub(crate) fn with_session_by<R>(
        &mut self,
        now: Instant,
        session: &str,
        actor: Option<&str>,
        act: impl FnOnce(&mut Server, SessionInstant) -> R,
    ) -> Option<R> {
        self.carrying(now).with(session, |session, at| {
            // Expire restrictions that have ended by now.
            session.server.handle_timeout(at);
            let done = act(&mut session.server, at);
            session.leaving.note_actor(&mut session.server, actor);
            done
        })
    }

    /// Disconnects all players that any of these bans matches, and returns them.
    pub fn expel(&mut self, now: Instant, bans: &[Ban]) -> Vec<Expelled> {
        let mut expelled = Vec::new();
        for index in self.state.sessions.indices() {
            let Some(session) = self.state.sessions.get(index) else { continue };
            let meant = banned_clients(&session.name, &session.server, bans, |link| {
                self.state.routes.address_of(link)
            });
            if meant.is_empty() {
                continue;
            }
            let session = self.state.sessions.get_mut(index);
            for (id, ban) in meant {
                let name = session.server.tables().client(id).map(|row| row.name.to_owned());
                session.server.kick_banned(id, &ban.reason, ban.until);
                session.leaving.note_actor(&mut session.server, Some(&ban.by));
                expelled.extend(name.map(|player| Expelled { session: session.name.clone(), player }));
            }
            self.carrying(now).drain(index);
        }
        if let Some(copies) = &self.state.copies {
            expel_at_edge(&self.edge, copies, &mut self.state.networks, now, bans);
        }
        hang_up(&self.state.routes, &self.state.sessions, &mut self.state.networks, now, bans);
        expelled
    }

    /// Every session with its name.
    pub fn servers(&self) -> impl Iterator<Item = (&str, &Server)> {
        self.state.sessions.iter().map(|session| (&*session.name, &session.server))
    }

    /// The address that a link comes from, on networks with addresses.
    pub fn address_of(&self, link: LinkId) -> Option<IpAddr> {
        self.state.routes.address_of(link)
    }
}

/// Disconnects players here of sessions that other nodes own, which may not be reached just now.
fn expel_at_edge(edge: &Edge, copies: &SessionCopies, networks: &mut Networks, now: Instant, bans: &[Ban]) {
    let Some(edge) = edge.links() else { return };
    let mut meant = Vec::new();
    for (name, copy) in copies.iter() {
        let server = &copy.server;
        for (id, ban) in banned_clients(name, server, bans, |_| None) {
            let link = server.tables().client(id).map(|row| row.link);
            let link = link.filter(|link| edge.session_of(*link).is_some());
            meant.extend(
                link.map(|link| (link, ban, server.tables().reads_notice(link).then(|| server.session()))),
            );
        }
    }
    if has_addresses(bans) {
        let banned = edge.addresses().filter_map(|(link, from)| Some((link, ban_of_address(bans, from)?)));
        meant.extend(banned.map(|(link, ban)| (link, ban, None)));
    }
    for (link, ban, notice_in) in meant {
        networks.reject(now, link, &ban.end_reason(), notice_in);
    }
}

/// Closes every link from banned addresses, those of just disconnected players once more.
fn hang_up(routes: &LinkRoutes, sessions: &Sessions, networks: &mut Networks, now: Instant, bans: &[Ban]) {
    if !has_addresses(bans) {
        return;
    }
    for (link, address) in routes.links_from(|address| ban_of_address(bans, address).is_some()) {
        let Some(ban) = ban_of_address(bans, address) else { continue };
        let session = routes.session_of(link).and_then(|index| sessions.get(index));
        let server =
            session.map(|session| &session.server).filter(|server| server.tables().reads_notice(link));
        networks.reject(now, link, &ban.end_reason(), server.map(Server::session));
    }
}

/// The clients of a session that any of these bans matches, and a ban of each.
fn banned_clients<'b>(
    session: &str,
    server: &Server,
    bans: &'b [Ban],
    address_of: impl Fn(LinkId) -> Option<IpAddr>,
) -> BTreeMap<ClientId, &'b Ban> {
    let mut banned = BTreeMap::new();
    for ban in bans.iter().filter(|ban| ban.is_for(session)) {
        let ids = match &ban.target {
            BanTarget::Name(name) => server.tables().clients_named(name).to_vec(),
            BanTarget::Subject(subject) => server.tables().clients_with_subject(subject),
            BanTarget::Address(_) => continue,
        };
        banned.extend(ids.into_iter().map(|id| (id, ban)));
    }
    if has_addresses(bans) {
        let ban_of = |link| address_of(link).and_then(|from| ban_of_address(bans, from));
        banned.extend(server.tables().clients().filter_map(|row| Some((row.id, ban_of(row.link)?))));
    }
    banned
}

fn has_addresses(bans: &[Ban]) -> bool {
    bans.iter().any(|ban| matches!(ban.target, BanTarget::Address(_)))
}

fn ban_of_address(bans: &[Ban], address: IpAddr) -> Option<&Ban> {
    bans.iter().find(|ban| ban.target.has_address(address))
}
