//! The servers that have one session: which are known, and in which order they are tried.

use std::collections::BTreeSet;

use consonance_session::SERVERS_MAX;

/// A server as the game or another server has named it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ServerAddress {
    /// Host and port: servers are told apart by it.
    pub(crate) place: Box<str>,
    /// The whole address of the session there, with what the server must show.
    pub(crate) address: Box<str>,
}

#[derive(Debug)]
pub(super) struct KnownServers {
    /// The one that the last link led to, or the first one leads to.
    current: ServerAddress,
    /// Those that the game has given.
    own: Vec<ServerAddress>,
    /// Those that the present server has named last.
    listed: Vec<ServerAddress>,
    /// The others come first next time.
    leaves_current: bool,
}

impl KnownServers {
    /// What the game has given, in its order.
    pub(super) fn new(first: ServerAddress, others: Vec<ServerAddress>) -> Self {
        let own = std::iter::once(first.clone()).chain(others).collect();
        Self { current: first, own, listed: Vec::new(), leaves_current: false }
    }

    pub(super) fn current(&self) -> &ServerAddress {
        &self.current
    }

    /// The server names those that have the session, in place of what was named before. More than a server can name are
    /// left out.
    pub(super) fn list(&mut self, listed: impl Iterator<Item = ServerAddress>) {
        self.listed = listed.take(SERVERS_MAX).collect();
    }

    /// The last link led there.
    pub(super) fn set_current(&mut self, server: ServerAddress) {
        self.current = server;
        self.leaves_current = false;
    }

    /// The next link leads to the present one only if no other has the session.
    pub(super) fn leave_current(&mut self) {
        self.leaves_current = true;
    }

    pub(super) fn take_leaves_current(&mut self) -> bool {
        std::mem::take(&mut self.leaves_current)
    }

    /// Those to try besides the present one, in order: first what servers have named, as they know what runs.
    pub(super) fn others(&self) -> Vec<ServerAddress> {
        let mut seen = BTreeSet::from([&*self.current.place]);
        let all = self.listed.iter().chain(&self.own);
        all.filter(|server| seen.insert(&server.place)).cloned().collect()
    }

    pub(super) fn has_others(&self) -> bool {
        self.listed.iter().chain(&self.own).any(|server| server.place != self.current.place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server(place: &str) -> ServerAddress {
        ServerAddress { place: place.into(), address: place.into() }
    }

    fn places(known: &KnownServers) -> Vec<String> {
        known.others().iter().map(|server| server.place.to_string()).collect()
    }

    #[test]
    fn each_other_server_is_tried_once_those_that_a_server_has_named_first() {
        let mut known = KnownServers::new(server("a"), vec![server("b"), server("a")]);
        assert_eq!(places(&known), ["b"]);
        known.list(["c", "a", "b", "c", "d"].map(server).into_iter());
        assert_eq!(places(&known), ["c", "b", "d"]);
        known.set_current(server("c"));
        assert_eq!(places(&known), ["a", "b", "d"]);
        known.list(std::iter::empty());
        assert_eq!(places(&known), ["a", "b"], "what the game has given stays");
    }

    #[test]
    fn a_server_cannot_name_more_than_so_many() {
        let mut known = KnownServers::new(server("a"), Vec::new());
        assert!(!known.has_others());
        known.list((0..1000).map(|number| server(&number.to_string())));
        assert!(known.has_others());
        assert_eq!(known.others().len(), SERVERS_MAX);
    }
}
