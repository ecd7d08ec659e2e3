//! An owner's knowledge of each link at an edge.

use std::cell::RefCell;
use std::time::{Duration, Instant};

use consonance_link::{Peer, PeerAccount, PeerIdentity, Resumed};
use rustc_hash::FxHashMap;

use super::present_peers::PresentPeers;
use crate::kept_client::KeptClient;
use crate::link_number::LinkNumber;
use crate::link_report::LinkReport;
use crate::message::About;

/// The kind of network of a peer, as [`ServerNetwork::network`](consonance_link::ServerNetwork::network) names it
/// at its edge.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RemoteNetwork(pub Box<str>);

/// The links that are up.
#[derive(Debug, Default)]
pub(super) struct Peers {
    present: PresentPeers,
    states: FxHashMap<Peer, PeerState>,
    /// Links whose edges are to report their state, because they are being inspected.
    looks: RefCell<Vec<Peer>>,
}

#[derive(Debug)]
struct PeerState {
    network: RemoteNetwork,
    identity: Option<u64>,
    account: Option<PeerAccount>,
    is_resumed: bool,
    kept: Option<KeptClient>,
    /// The lowest possible number of its next packet.
    next_packet: u64,
    heard: Instant,
    /// The last report of its edge.
    report: LinkReport,
}

/// The longest name of a kind of network, in characters.
const KIND_MAX: usize = 64;

impl Peers {
    /// A link is up. Returns false if it already was up; its former state is discarded.
    pub(super) fn insert(
        &mut self,
        now: Instant,
        peer: Peer,
        about: &About<'_>,
        kept: Option<KeptClient>,
    ) -> bool {
        if !self.contains(peer) {
            self.present.insert(peer);
        }
        let state = PeerState {
            network: RemoteNetwork(about.kind.chars().take(KIND_MAX).collect()),
            identity: about.identity,
            account: None,
            is_resumed: about.is_resumed,
            kept,
            next_packet: 0,
            heard: now,
            report: LinkReport::default(),
        };
        self.states.insert(peer, state).is_none()
    }

    /// A link is gone. Returns false if it already was gone.
    pub(super) fn remove(&mut self, peer: Peer) -> bool {
        self.present.remove(peer);
        self.states.remove(&peer).is_some()
    }

    #[inline]
    pub(super) fn contains(&self, peer: Peer) -> bool {
        self.present.contains(peer)
    }

    /// Whether the maximum number of links is reached.
    pub(super) fn is_full(&self) -> bool {
        self.states.len() >= LinkNumber::LINKS_MAX
    }

    pub(super) fn len(&self) -> usize {
        self.states.len()
    }

    /// All of them, in order.
    pub(super) fn all(&self) -> Vec<Peer> {
        let mut peers: Vec<Peer> = self.states.keys().copied().collect();
        peers.sort_unstable();
        peers
    }

    /// The network of a link vouches for this account. Returns false if it is too long. Nothing is stored for a link
    /// that is not up.
    pub(super) fn set_account(&mut self, peer: Peer, account: &str) -> bool {
        let is_fine = account.len() <= PeerAccount::ACCOUNT_BYTES_MAX;
        if let Some(state) = self.states.get_mut(&peer).filter(|_| is_fine) {
            state.account = Some(PeerAccount(account.into()));
        }
        is_fine
    }

    /// Something arrived over a link, this long ago. Returns false if the link is not up.
    pub(super) fn hear(&mut self, now: Instant, peer: Peer, ago: Duration) -> bool {
        let Some(state) = self.states.get_mut(&peer) else { return false };
        state.heard = state.heard.max(now.checked_sub(ago).unwrap_or(state.heard));
        true
    }

    /// A reliable packet arrived over a link. Returns false if one arrived before that was sent after it.
    pub(super) fn take_number(&mut self, peer: Peer, number: u64) -> bool {
        let Some(state) = self.states.get_mut(&peer).filter(|state| state.next_packet <= number) else {
            return false;
        };
        state.next_packet = number.saturating_add(1);
        true
    }

    /// The time at which something last arrived over a link.
    pub(super) fn heard(&self, peer: Peer) -> Option<Instant> {
        self.states.get(&peer).map(|state| state.heard)
    }

    pub(super) fn set_report(&mut self, peer: Peer, report: LinkReport) {
        if let Some(state) = self.states.get_mut(&peer) {
            state.report = report;
        }
    }

    /// The last report of a link; its edge is asked for a new one.
    pub(super) fn look(&self, peer: Peer) -> Option<&LinkReport> {
        let state = self.states.get(&peer)?;
        let mut looks = self.looks.borrow_mut();
        if looks.last() != Some(&peer) {
            looks.push(peer);
        }
        Some(&state.report)
    }

    /// The next link whose edge is to be asked for a report.
    pub(super) fn pop_look(&mut self) -> Option<Peer> {
        self.looks.get_mut().pop()
    }

    pub(super) fn network(&self, peer: Peer) -> Option<RemoteNetwork> {
        self.states.get(&peer).map(|state| state.network.clone())
    }

    pub(super) fn kept(&self, peer: Peer) -> Option<KeptClient> {
        self.states.get(&peer)?.kept
    }

    pub(super) fn identity(&self, peer: Peer) -> Option<PeerIdentity> {
        self.states.get(&peer)?.identity.map(PeerIdentity)
    }

    pub(super) fn account(&self, peer: Peer) -> Option<PeerAccount> {
        self.states.get(&peer)?.account.clone()
    }

    pub(super) fn resumed(&self, peer: Peer) -> Option<Resumed> {
        self.states.get(&peer)?.is_resumed.then_some(Resumed)
    }
}
