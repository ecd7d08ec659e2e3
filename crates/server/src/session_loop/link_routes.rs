//! The routes of links: the session that each leads to, and the address that it comes from.

use std::net::IpAddr;

use consonance_session::LinkId;
use rustc_hash::FxHashMap;

/// Every link that is in a session. Asked for every packet, by a number that we chose: no peer can make them collide.
#[derive(Debug, Default)]
pub(super) struct LinkRoutes {
    session_of: FxHashMap<LinkId, usize>,
    /// On networks with addresses.
    address_of: FxHashMap<LinkId, IpAddr>,
}

impl LinkRoutes {
    /// A link leads to the session of this index from now on.
    pub(super) fn insert(&mut self, link: LinkId, session: usize, address: Option<IpAddr>) {
        self.session_of.insert(link, session);
        self.address_of.extend(address.map(|address| (link, address)));
    }

    /// A link is gone; the session that it led to.
    pub(super) fn remove(&mut self, link: LinkId) -> Option<usize> {
        self.address_of.remove(&link);
        self.session_of.remove(&link)
    }

    /// The session that a link leads to.
    #[inline]
    pub(super) fn session_of(&self, link: LinkId) -> Option<usize> {
        self.session_of.get(&link).copied()
    }

    /// The links that lead to a session, by ascending number.
    pub(super) fn links_of(&self, session: usize) -> Vec<LinkId> {
        let links = self.session_of.iter().filter(|(_, index)| **index == session);
        let mut links: Vec<_> = links.map(|(link, _)| *link).collect();
        links.sort_unstable();
        links
    }

    /// The address that a link comes from, if that is known.
    pub(super) fn address_of(&self, link: LinkId) -> Option<IpAddr> {
        self.address_of.get(&link).copied()
    }

    /// The links that come from these addresses, by ascending number, and the address of each.
    pub(super) fn links_from(&self, is_meant: impl Fn(IpAddr) -> bool) -> Vec<(LinkId, IpAddr)> {
        let meant = self.address_of.iter().filter(|(_, address)| is_meant(**address));
        let mut links: Vec<_> = meant.map(|(link, address)| (*link, *address)).collect();
        links.sort_unstable();
        links
    }

    /// How many links are in sessions.
    pub(super) fn len(&self) -> usize {
        self.session_of.len()
    }

    /// How many of those that are meant.
    pub(super) fn count(&self, is_meant: impl Fn(LinkId) -> bool) -> usize {
        self.session_of.keys().filter(|link| is_meant(**link)).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_leads_to_its_session_until_it_is_gone() {
        let mut routes = LinkRoutes::default();
        let (near, far) = (IpAddr::from([10, 0, 0, 1]), IpAddr::from([10, 9, 9, 9]));
        routes.insert(LinkId(7), 2, Some(near));
        routes.insert(LinkId(3), 2, Some(near));
        routes.insert(LinkId(5), 1, Some(far));
        routes.insert(LinkId(9), 0, None);
        assert_eq!((routes.session_of(LinkId(7)), routes.address_of(LinkId(7))), (Some(2), Some(near)));
        assert_eq!((routes.session_of(LinkId(9)), routes.address_of(LinkId(9))), (Some(0), None));
        assert_eq!(routes.links_from(|address| address == near), [(LinkId(3), near), (LinkId(7), near)]);
        assert_eq!((routes.remove(LinkId(7)), routes.remove(LinkId(7))), (Some(2), None));
        assert_eq!(routes.links_from(|_| true), [(LinkId(3), near), (LinkId(5), far)]);
        assert_eq!((routes.count(|_| true), routes.count(|link| link.0 > 4)), (3, 2));
        assert_eq!(routes.session_of(LinkId(7)), None);
    }
}
