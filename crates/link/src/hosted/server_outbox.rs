//! The queue of requests from a hosted server to its host.

use std::collections::{HashMap, VecDeque};
use std::time::Instant;

use super::HostedSettings;
use super::voice_queue::VoiceQueue;
use super::waiting::{Waiting, WaitingLimits};
use super::watched::Queue;
use crate::packet_pool::SharedPacket;
use crate::{Delivery, Peer};

/// The most lists of peers kept for reuse.
const SPARE_LISTS_MAX: usize = 64;

/// Requests in order, and separately voice, which no request may delay.
#[derive(Debug)]
pub(super) struct ServerOutbox {
    limits: WaitingLimits,
    /// The links known to the host, and the reliable packets queued for each.
    links: HashMap<Peer, Waiting>,
    requests: VecDeque<Entry>,
    voice: VoiceQueue<Parcel>,
    spare_lists: Vec<Vec<Peer>>,
    /// Whether the transport was dropped.
    pub(super) is_closed: bool,
    pub(super) counts: HostCounts,
}

#[derive(Debug)]
pub(super) enum Request {
    Accept(Peer),
    /// To the peers in the list that was given to [`ServerOutbox::pop`].
    Send(Delivery, SharedPacket),
    End(Ending),
}

#[derive(Debug)]
pub(super) struct Ending {
    pub(super) peer: Peer,
    pub(super) reason: String,
    /// Whether the peer was never admitted.
    pub(super) is_refusal: bool,
}

/// A queued request.
#[derive(Debug)]
enum Entry {
    Accept(Peer),
    Reliable(Parcel),
    End(Ending),
}

/// One packet and all the peers it is for.
#[derive(Debug)]
struct Parcel {
    peers: Vec<Peer>,
    packet: SharedPacket,
}

/// The result of queueing a packet, counted in peers.
#[derive(Debug, Default)]
pub(super) struct Sent {
    pub(super) queued: u64,
    pub(super) not_connected: u64,
    /// Unreliable packets that were pushed out.
    pub(super) pushed_out: u64,
}

/// Counts of the host's actions that the transport reports as statistics.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct HostCounts {
    /// Malformed packets, or packets from an unknown peer.
    pub(super) malformed: u64,
    /// Peers whose reliable packets could not be delivered.
    pub(super) too_slow: u64,
    pub(super) rejected_full: u64,
    /// Reliable packets that arrived when the queue was full.
    pub(super) overflowed: u64,
}

impl ServerOutbox {
    pub(super) fn new(settings: &HostedSettings) -> Self {
        Self {
            limits: WaitingLimits::of(settings),
            links: HashMap::new(),
            requests: VecDeque::new(),
            voice: VoiceQueue::new(settings),
            spare_lists: Vec::new(),
            is_closed: false,
            counts: HostCounts::default(),
        }
    }

    pub(super) fn add(&mut self, peer: Peer) {
        self.links.insert(peer, Waiting::default());
    }

    /// Forgets a peer that the host no longer knows, and everything queued for it.
    pub(super) fn remove(&mut self, peer: Peer) {
        if self.links.remove(&peer).is_some() {
            self.forget_requests(peer);
        }
    }

    pub(super) fn accept(&mut self, peer: Peer) {
        if self.links.contains_key(&peer) {
            self.requests.push_back(Entry::Accept(peer));
        }
    }

    /// Queues a packet for all these peers. Those that cannot take another reliable one are added to `too_slow`.
    pub(super) fn send(
        &mut self,
        now: Instant,
        peers: impl Iterator<Item = Peer>,
        delivery: Delivery,
        packet: SharedPacket,
        too_slow: &mut Vec<Peer>,
    ) -> Sent {
        let mut sent = Sent::default();
        let mut list = self.spare_lists.pop().unwrap_or_default();
        for peer in peers {
            let Some(waiting) = self.links.get_mut(&peer) else {
                sent.not_connected += 1;
                continue;
            };
            if delivery == Delivery::Unreliable || waiting.add(self.limits, packet.len()) {
                list.push(peer);
            } else {
                too_slow.push(peer);
            }
        }
        sent.queued = list.len() as u64;
        if list.is_empty() {
            self.spare(list);
            return sent;
        }
        let parcel = Parcel { peers: list, packet };
        if delivery == Delivery::Reliable {
            self.requests.push_back(Entry::Reliable(parcel));
            return sent;
        }
        let Self { voice, spare_lists, .. } = self;
        voice.push(now, parcel, |oldest| {
            sent.pushed_out += oldest.peers.len() as u64;
            spare(spare_lists, oldest.peers);
        });
        sent
    }

    /// Requests the end of a link, after its reliable packets.
    pub(super) fn end(&mut self, peer: Peer, reason: &str, is_refusal: bool) {
        if self.links.contains_key(&peer) {
            self.requests.push_back(Entry::End(Ending { peer, reason: reason.to_owned(), is_refusal }));
        }
    }

    /// Requests the end of a link at once: packets queued for the peer are dropped.
    pub(super) fn cut(&mut self, peer: Peer, reason: &str) {
        if let Some(waiting) = self.links.get_mut(&peer) {
            *waiting = Waiting::default();
            self.forget_requests(peer);
            self.end(peer, reason, false);
        }
    }

    /// The next request. The content of `peers` is meaningful only after a [`Request::Send`]: its receivers.
    pub(super) fn pop(&mut self, peers: &mut Vec<Peer>) -> Option<Request> {
        let (delivery, parcel) = match self.requests.pop_front() {
            Some(Entry::Accept(peer)) => return Some(Request::Accept(peer)),
            Some(Entry::Reliable(parcel)) => (Delivery::Reliable, parcel),
            Some(Entry::End(ending)) => {
                self.remove(ending.peer);
                return Some(Request::End(ending));
            }
            None => (Delivery::Unreliable, self.voice.pop()?),
        };
        for peer in parcel.peers.iter().filter(|_| delivery == Delivery::Reliable) {
            if let Some(waiting) = self.links.get_mut(peer) {
                waiting.remove(parcel.packet.len());
            }
        }
        self.spare(std::mem::replace(peers, parcel.peers));
        Some(Request::Send(delivery, parcel.packet))
    }

    fn forget_requests(&mut self, gone: Peer) {
        let keep_others = |parcel: &mut Parcel| {
            parcel.peers.retain(|peer| *peer != gone);
            !parcel.peers.is_empty()
        };
        self.voice.retain(keep_others);
        self.requests.retain_mut(|request| match request {
            Entry::Accept(peer) => *peer != gone,
            Entry::End(ending) => ending.peer != gone,
            Entry::Reliable(parcel) => keep_others(parcel),
        });
    }

    fn spare(&mut self, list: Vec<Peer>) {
        spare(&mut self.spare_lists, list);
    }
}

/// Keeps a list for reuse.
fn spare(spare_lists: &mut Vec<Vec<Peer>>, mut list: Vec<Peer>) {
    if spare_lists.len() < SPARE_LISTS_MAX {
        list.clear();
        spare_lists.push(list);
    }
}

impl Queue for ServerOutbox {
    fn is_empty(&self) -> bool {
        self.requests.is_empty() && self.voice.is_empty()
    }
}
