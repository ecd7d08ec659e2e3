//! Actions of operators, on the worker's own thread.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::time::Instant;

use consonance_session::{ClientId, Instant as SessionInstant, LinkId, PlayerIdentity, Server};

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

    /// The identities that an operator means by a name, however it is spelled: those of all players with it now, else
    /// the account that had it last, else the name itself. At least one, each once. `None` if no session of this name
    /// is here.
    pub(crate) fn identities_named(&self, session: &str, name: &str) -> Option<Vec<PlayerIdentity>> {
        let session = self.sessions.get(self.sessions.find(session)?)?;
        let present = session.server.tables().clients_named(name).iter();
        let present: BTreeSet<_> =
            present.filter_map(|id| session.server.tables().identity_of(*id)).collect();
        if !present.is_empty() {
            return Some(present.into_iter().collect());
        }
        let gone = session.departed.account_of(name).map(|account| PlayerIdentity::Subject(account.into()));
        Some(vec![gone.unwrap_or_else(|| PlayerIdentity::Name(name.into()))])
    }

    /// Keeps a name for no account any longer; returns the one that it was kept for.
    pub(crate) fn release_name(&self, session: &str, name: &str) -> Option<Box<str>> {
        self.entrance.release_name(session, name)
    }

    /// Applies the present decisions about its rooms to a session. False if it is not here.
    pub(crate) fn follow_rooms(&mut self, now: Instant, session: &str) -> bool {
        self.carrying(now).follow_rooms(session)
    }

    /// Disconnects all players that any of these bans matches, and returns them.
    pub fn expel(&mut self, now: Instant, bans: &[Ban]) -> Vec<Expelled> {
        let mut expelled = Vec::new();
        for index in self.sessions.indices() {
            let Some(session) = self.sessions.get(index) else { continue };
            let meant =
                banned_clients(&session.name, &session.server, bans, |link| self.routes.address_of(link));
            if meant.is_empty() {
                continue;
            }
            let session = self.sessions.get_mut(index);
            for (id, ban) in meant {
                let name = session.server.tables().client(id).map(|row| row.name.to_owned());
                session.server.kick_banned(id, &ban.reason, ban.until);
                session.leaving.note_actor(&mut session.server, Some(&ban.by));
                expelled.extend(name.map(|player| Expelled { session: session.name.clone(), player }));
            }
            self.carrying(now).drain(index);
        }
        self.expel_at_edge(now, bans);
        self.hang_up(now, bans);
        expelled
    }

    /// Disconnects players here of sessions that other nodes own, which may not be reached just now.
    fn expel_at_edge(&mut self, now: Instant, bans: &[Ban]) {
        let Self { edge: Some(edge), copies: Some(copies), networks, .. } = self else { return };
        let mut meant = Vec::new();
        for (name, copy) in copies.iter() {
            let server = &copy.server;
            for (id, ban) in banned_clients(name, server, bans, |_| None) {
                let link = server.tables().client(id).map(|row| row.link);
                let link = link.filter(|link| edge.session_of(*link).is_some());
                meant.extend(
                    link.map(|link| {
                        (link, ban, server.tables().reads_notice(link).then(|| server.session()))
                    }),
                );
            }
        }
        if has_addresses(bans) {
            let banned =
                edge.addresses().filter_map(|(link, from)| Some((link, ban_of_address(bans, from)?)));
            meant.extend(banned.map(|(link, ban)| (link, ban, None)));
        }
        for (link, ban, notice_in) in meant {
            networks.reject(now, link, &ban.end_reason(), notice_in);
        }
    }

    /// Every session with its name.
    pub fn servers(&self) -> impl Iterator<Item = (&str, &Server)> {
        self.sessions.iter().map(|session| (&*session.name, &session.server))
    }

    /// The address that a link comes from, on networks with addresses.
    pub fn address_of(&self, link: LinkId) -> Option<IpAddr> {
        self.routes.address_of(link)
    }

    /// Closes every link from banned addresses, those of just disconnected players once more.
    fn hang_up(&mut self, now: Instant, bans: &[Ban]) {
        if !has_addresses(bans) {
            return;
        }
        for (link, address) in self.routes.links_from(|address| ban_of_address(bans, address).is_some()) {
            let Some(ban) = ban_of_address(bans, address) else { continue };
            let session = self.routes.session_of(link).and_then(|index| self.sessions.get(index));
            let server =
                session.map(|session| &session.server).filter(|server| server.tables().reads_notice(link));
            let notice_in = server.map(Server::session);
            self.networks.reject(now, link, &ban.end_reason(), notice_in);
        }
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
