//! The owner of a datagram: an ICE check names its peer, and other datagrams come from addresses that a peer has
//! proved.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use consonance_link::gateway::Allowance;
use consonance_link::rtc_crypto::user_fragment;

use crate::webrtc::page_peer::PagePeer;
use crate::webrtc::settings::WebRtcSettings;

/// The protocol that carried a datagram.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Way {
    Udp,
    Tcp,
}

/// The source of a datagram.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Source {
    pub(crate) way: Way,
    pub(crate) address: SocketAddr,
}

/// A place for a peer that begins to negotiate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// Its name.
    pub(crate) peer: PagePeer,
    /// The peer that had to go for it, and its shard.
    pub(crate) displaced: Option<(usize, PagePeer)>,
}

/// The owner of a datagram.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Route {
    To {
        shard: usize,
        peer: PagePeer,
    },
    Unknown,
    /// This peer has sent more than it may.
    TooMany,
}

#[derive(Debug)]
pub(crate) struct Directory {
    connections_max: usize,
    handshakes_max: usize,
    negotiation_undisturbed: Duration,
    datagrams_per_second_max: u32,
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    last_peer: u64,
    negotiating: usize,
    peers: HashMap<PagePeer, Entry>,
    by_user_fragment: HashMap<String, PagePeer>,
    by_source: HashMap<Source, PagePeer>,
}

#[derive(Debug)]
struct Entry {
    shard: usize,
    is_negotiating: bool,
    since: Instant,
    /// The allowance of datagrams from addresses that it has proved.
    allowance: Allowance,
    /// The allowance of checks in its name from any other address, which prove nothing until they are verified.
    unproved: Allowance,
    last_heard: Instant,
    user_fragments: Vec<String>,
    sources: Vec<Source>,
}

impl Directory {
    pub(crate) fn new(settings: &WebRtcSettings) -> Self {
        Self {
            connections_max: settings.connections_max,
            handshakes_max: settings.handshakes_max,
            negotiation_undisturbed: settings.peer.negotiation_undisturbed,
            datagrams_per_second_max: settings.peer.datagrams_per_second_max,
            inner: Mutex::default(),
        }
    }

    /// A place for a peer that begins to negotiate, if there is one, or is made.
    pub(crate) fn open(&self, now: Instant, shard: usize) -> Option<Place> {
        let inner = &mut *self.lock();
        let is_full = inner.peers.len() >= self.connections_max || inner.negotiating >= self.handshakes_max;
        let displaced =
            if is_full { Some(inner.make_room(now, self.negotiation_undisturbed)?) } else { None };
        inner.last_peer += 1;
        inner.negotiating += 1;
        let peer = PagePeer(inner.last_peer);
        let entry = Entry {
            shard,
            is_negotiating: true,
            since: now,
            allowance: Allowance::new(now, self.datagrams_per_second_max),
            unproved: Allowance::new(now, UNPROVED_PER_SECOND_MAX),
            last_heard: now,
            user_fragments: Vec::new(),
            sources: Vec::new(),
        };
        inner.peers.insert(peer, entry);
        Some(Place { peer, displaced })
    }

    /// Checks that carry this name are this peer's; the one before it may still be on its way.
    pub(crate) fn name(&self, peer: PagePeer, user_fragment: String) {
        let inner = &mut *self.lock();
        let Some(entry) = inner.peers.get_mut(&peer) else { return };
        if entry.user_fragments.contains(&user_fragment) {
            return;
        }
        if entry.user_fragments.len() == USER_FRAGMENTS_MAX {
            inner.by_user_fragment.remove(&entry.user_fragments.remove(0));
        }
        entry.user_fragments.push(user_fragment.clone());
        inner.by_user_fragment.insert(user_fragment, peer);
    }

    /// A peer is connected.
    pub(crate) fn settle(&self, peer: PagePeer) {
        let inner = &mut *self.lock();
        if let Some(entry) = inner.peers.get_mut(&peer) {
            inner.negotiating -= usize::from(std::mem::take(&mut entry.is_negotiating));
        }
    }

    /// Assigns a source to this peer, which has proved to be there.
    ///
    /// False if that is refused: an address is not taken from a peer that is heard there, since a sender that can put
    /// it on its datagrams may not be there.
    pub(crate) fn claim_source(&self, now: Instant, source: Source, peer: PagePeer) -> bool {
        let inner = &mut *self.lock();
        let of_another = inner.by_source.get(&source).filter(|known| **known != peer);
        let is_alive = |known: &Entry| now.saturating_duration_since(known.last_heard) < CLAIM_AFTER;
        if of_another.and_then(|known| inner.peers.get(known)).is_some_and(is_alive) {
            return false;
        }
        let Some(entry) = inner.peers.get_mut(&peer) else { return false };
        if !entry.sources.contains(&source) {
            if entry.sources.len() == SOURCES_MAX {
                let oldest = entry.sources.remove(0);
                if inner.by_source.get(&oldest) == Some(&peer) {
                    inner.by_source.remove(&oldest);
                }
            }
            entry.sources.push(source);
        }
        inner.by_source.insert(source, peer);
        true
    }

    /// A peer is gone.
    pub(crate) fn close(&self, peer: PagePeer) {
        self.lock().remove(peer);
    }

    /// Whether a peer's datagrams come from there.
    pub(crate) fn knows(&self, source: Source) -> bool {
        self.lock().by_source.contains_key(&source)
    }

    /// The owner of a datagram. What comes from an unproven address spends none of a peer's allowance.
    pub(crate) fn route(&self, now: Instant, source: Source, datagram: &[u8]) -> Route {
        let inner = &mut *self.lock();
        let peer = match user_fragment(datagram) {
            Some(name) => inner.by_user_fragment.get(name),
            None => inner.by_source.get(&source),
        };
        let Some((&peer, entry)) = peer.and_then(|peer| Some((peer, inner.peers.get_mut(peer)?))) else {
            return Route::Unknown;
        };
        let is_proved = entry.sources.contains(&source);
        let allowance = if is_proved { &mut entry.allowance } else { &mut entry.unproved };
        if !allowance.take(now) {
            return Route::TooMany;
        }
        if is_proved {
            entry.last_heard = now;
        }
        Route::To { shard: entry.shard, peer }
    }

    /// Ignores poison: a panic leaves a consistent state, since each change is made of look-ups and insertions that do
    /// not panic.
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    /// The peer that has negotiated for longest goes, once it has had its time: a real page is soon done, and offers
    /// that are never completed cannot keep others out.
    fn make_room(&mut self, now: Instant, undisturbed: Duration) -> Option<(usize, PagePeer)> {
        let negotiating = self.peers.iter().filter(|(_, entry)| entry.is_negotiating);
        let (&peer, entry) = negotiating.min_by_key(|(peer, _)| **peer)?;
        let shard = entry.shard;
        if now.saturating_duration_since(entry.since) < undisturbed {
            return None;
        }
        self.remove(peer);
        Some((shard, peer))
    }

    fn remove(&mut self, peer: PagePeer) {
        let Some(entry) = self.peers.remove(&peer) else { return };
        self.negotiating -= usize::from(entry.is_negotiating);
        for name in entry.user_fragments {
            self.by_user_fragment.remove(&name);
        }
        for source in entry.sources {
            if self.by_source.get(&source) == Some(&peer) {
                self.by_source.remove(&source);
            }
        }
    }
}

/// How many of its names a peer has at once: that of today, and that of before it changed its network.
const USER_FRAGMENTS_MAX: usize = 2;

/// From how many addresses one peer's datagrams may come.
const SOURCES_MAX: usize = 32;

/// How many checks in a peer's name from addresses that it has not proved are looked at in a second: several times what
/// a page with many addresses sends while it looks for a way.
const UNPROVED_PER_SECOND_MAX: u32 = 200;

/// After this silence of a peer, another one may come from its address.
const CLAIM_AFTER: Duration = Duration::from_secs(2);

#[cfg(test)]
mod tests {
    use consonance_link::rtc_crypto::ReturnCheck;

    use super::*;

    const PLACES: usize = 128;

    fn directory() -> Directory {
        Directory::new(&WebRtcSettings::default())
    }

    #[test]
    fn offers_that_come_to_nothing_keep_no_page_out() {
        let (start, directory) = (Instant::now(), directory());
        let at = |ms: u64| start + Duration::from_millis(ms);
        let crowd: Vec<_> = (0..PLACES).map(|_| directory.open(start, 0).unwrap().peer).collect();
        assert_eq!(directory.open(at(2999), 1), None, "each has its time");
        let mut here = Vec::new();
        for number in 0..30 {
            let came = at(3000 + 1000 * number);
            let page = directory.open(came, 1).expect("a page gets in");
            assert_ne!(page.displaced.map(|(shard, _)| shard), Some(1), "pages make no room");
            for nonsense in 0..40 {
                directory.open(came + Duration::from_millis(25 * nonsense), 0);
            }
            here.push(page.peer);
            directory.settle(page.peer);
        }
        assert!(here.iter().all(|page| directory.lock().peers.contains_key(page)));
        assert!(!directory.lock().peers.contains_key(&crowd[0]));
        assert_eq!(directory.lock().negotiating, PLACES - 1);
    }

    #[test]
    fn forged_checks_spend_nothing_of_a_pages_allowance() {
        let (now, directory) = (Instant::now(), directory());
        let at = |last: u8| Source { way: Way::Udp, address: ([192, 0, 2, last], 1000).into() };
        let page = directory.open(now, 0).unwrap().peer;
        directory.name(page, "server".to_owned());
        let check = ReturnCheck::new("page", "server", "guessed").unwrap();
        assert!(matches!(directory.route(now, at(1), check.datagram()), Route::To { .. }), "its first check");
        assert!(directory.claim_source(now, at(1), page));

        let forged = (0..100_000_u32)
            .filter(|number| {
                directory.route(now, at(2 + (number % 200) as u8), check.datagram()) != Route::TooMany
            })
            .count();
        assert!(forged <= UNPROVED_PER_SECOND_MAX as usize, "{forged} were looked at");
        let own = (0..WebRtcSettings::default().peer.datagrams_per_second_max)
            .filter(|_| directory.route(now, at(1), &[128; 60]) == Route::To { shard: 0, peer: page })
            .count();
        assert_eq!(own, WebRtcSettings::default().peer.datagrams_per_second_max as usize);
    }

    #[test]
    fn a_connected_peer_makes_room_for_no_other() {
        let settings = WebRtcSettings { connections_max: 2, ..WebRtcSettings::default() };
        let (now, directory) = (Instant::now(), Directory::new(&settings));
        let [first, second] = [0, 1].map(|shard| directory.open(now, shard).unwrap().peer);
        directory.settle(first);
        let later = now + Duration::from_secs(3);
        let third = directory.open(later, 0).unwrap();
        assert_eq!(third.displaced, Some((1, second)));
        directory.settle(third.peer);
        assert_eq!(directory.open(later + Duration::from_hours(1), 0), None);
    }
}
