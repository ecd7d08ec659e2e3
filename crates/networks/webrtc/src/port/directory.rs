//! Whose a datagram is: a check of ICE names its peer, and everything else comes from where the peer has proved to be.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use consonance_gateway::Allowance;
use consonance_rtc_crypto::user_fragment;

use crate::page_peer::PagePeer;
use crate::settings::WebRtcSettings;

/// By what a datagram came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Way {
    Udp,
    Tcp,
}

/// Where a datagram came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Source {
    pub(crate) way: Way,
    pub(crate) address: SocketAddr,
}

/// Whose it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Route {
    To {
        shard: usize,
        peer: PagePeer,
    },
    Nobody,
    /// This peer has sent more than it may.
    TooMany,
}

#[derive(Debug)]
pub(crate) struct Directory {
    peers_max: usize,
    negotiating_max: usize,
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
    allowance: Allowance,
    last_heard: Instant,
    user_fragments: Vec<String>,
    sources: Vec<Source>,
}

impl Directory {
    pub(crate) fn new(settings: &WebRtcSettings) -> Self {
        Self {
            peers_max: settings.peers_max,
            negotiating_max: settings.negotiating_max,
            datagrams_per_second_max: settings.peer.datagrams_per_second_max,
            inner: Mutex::default(),
        }
    }

    /// A name for a peer that begins to negotiate, if there may be one more.
    pub(crate) fn open(&self, now: Instant, shard: usize) -> Option<PagePeer> {
        let mut inner = self.lock();
        if inner.peers.len() >= self.peers_max || inner.negotiating >= self.negotiating_max {
            return None;
        }
        inner.last_peer += 1;
        inner.negotiating += 1;
        let peer = PagePeer(inner.last_peer);
        let entry = Entry {
            shard,
            is_negotiating: true,
            allowance: Allowance::new(now, self.datagrams_per_second_max),
            last_heard: now,
            user_fragments: Vec::new(),
            sources: Vec::new(),
        };
        inner.peers.insert(peer, entry);
        Some(peer)
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

    /// What comes from there is this peer's, since it has proved to be there.
    ///
    /// False where that is refused: nobody takes an address from a peer that is heard there: who can put it on their
    /// own datagrams may not be there.
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
        let inner = &mut *self.lock();
        let Some(entry) = inner.peers.remove(&peer) else { return };
        inner.negotiating -= usize::from(entry.is_negotiating);
        for name in entry.user_fragments {
            inner.by_user_fragment.remove(&name);
        }
        for source in entry.sources {
            if inner.by_source.get(&source) == Some(&peer) {
                inner.by_source.remove(&source);
            }
        }
    }

    /// Whether what comes from there is somebody's.
    pub(crate) fn knows(&self, source: Source) -> bool {
        self.lock().by_source.contains_key(&source)
    }

    /// Whose a datagram is.
    pub(crate) fn route(&self, now: Instant, source: Source, datagram: &[u8]) -> Route {
        let inner = &mut *self.lock();
        let peer = match user_fragment(datagram) {
            Some(name) => inner.by_user_fragment.get(name),
            None => inner.by_source.get(&source),
        };
        let Some((&peer, entry)) = peer.and_then(|peer| Some((peer, inner.peers.get_mut(peer)?))) else {
            return Route::Nobody;
        };
        if !entry.allowance.take(now) {
            return Route::TooMany;
        }
        entry.last_heard = now;
        Route::To { shard: entry.shard, peer }
    }

    /// What a thread that panicked has left is whole: each change is made of look-ups and insertions that do not.
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How many of its names a peer has at once: that of today, and that of before it changed its network.
const USER_FRAGMENTS_MAX: usize = 2;

/// From how many addresses one peer's datagrams may come.
const SOURCES_MAX: usize = 32;

/// After this silence of a peer, another one may come from its address.
const CLAIM_AFTER: Duration = Duration::from_secs(2);
