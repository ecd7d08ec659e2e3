//! The servers of one session, and the order in which they are tried.

use std::collections::BTreeSet;

use consonance_session::SERVERS_MAX;

/// A server as named by the game or by another server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ServerAddress {
    /// Host and port, which identify a server.
    pub(crate) place: Box<str>,
    /// The whole address of the session there, with the certificate that the server must present.
    pub(crate) address: Box<str>,
}

#[derive(Debug)]
pub(super) struct KnownServers {
    /// The server of the last link, or of the first one.
    current: ServerAddress,
    /// Servers given by the game.
    own: Vec<ServerAddress>,
    /// Servers named by the current one.
    listed: Vec<ServerAddress>,
    /// Whether the others are tried first next time.
    leaves_current: bool,
}

impl KnownServers {
    /// Starts with the servers that the game has given, in its order.
    pub(super) fn new(first: ServerAddress, others: Vec<ServerAddress>) -> Self {
        let own = std::iter::once(first.clone()).chain(others).collect();
        Self { current: first, own, listed: Vec::new(), leaves_current: false }
    }

    pub(super) fn current(&self) -> &ServerAddress {
        &self.current
    }

    /// Replaces the servers named before. More than a server can name are ignored.
    pub(super) fn list(&mut self, listed: impl Iterator<Item = ServerAddress>) {
        self.listed = listed.take(SERVERS_MAX).collect();
    }

    /// The last link led there.
    pub(super) fn set_current(&mut self, server: ServerAddress) {
        self.current = server;
        self.leaves_current = false;
    }

    /// Lets the next link lead to the current server only if no other works.
    pub(super) fn leave_current(&mut self) {
        self.leaves_current = true;
    }

    pub(super) fn take_leaves_current(&mut self) -> bool {
        std::mem::take(&mut self.leaves_current)
    }

    /// The servers to try besides the current one, in order: first those named by servers, which know what runs.
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
