//! An edge's links into sessions of other workers.

mod incoming;
mod owners;
mod sessions;

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::net::IpAddr;
use std::task::Waker;
use std::time::Duration;

use consonance_link::{Delivery, DisconnectReason, Remote};
use rustc_hash::FxHashMap;

use crate::bus::{BusReceiver, BusSender, BusStatistics, Member};
use crate::kept_client::KeptClient;
use crate::link_number::{LinkNumber, LinkNumbers};
use crate::link_report::LinkReport;
use crate::message::{About, LinkEnd, ToOwner, is_reliable};
pub use incoming::Wanted;
use sessions::EdgeSessions;

/// The links of one worker that lead to sessions of other workers; `L` is the worker's own id of a link. Packets from
/// these links go to the owner of their session; requests from the owner come out of [`poll`](Self::poll).
///
/// While the owner of a session is unknown, reliable packets are held for it, and unreliable ones are dropped.
pub struct EdgeLinks<L> {
    out: Box<dyn BusSender>,
    incoming: Box<dyn BusReceiver>,
    slots: Vec<Slot<L>>,
    free: Vec<usize>,
    numbers: FxHashMap<L, LinkNumber>,
    sessions: EdgeSessions,
    /// Sessions whose owner is lost, with that owner.
    lost: VecDeque<(Box<str>, Member)>,
    /// Links of one packet to send, collected again for each.
    links: Vec<L>,
    buffer: Vec<u8>,
    malformed: u64,
}

#[derive(Debug)]
struct Slot<L> {
    link: Option<EdgeLink<L>>,
    /// The number of the link, or of the next link in this slot.
    number: LinkNumber,
}

#[derive(Debug)]
struct EdgeLink<L> {
    link: L,
    session: usize,
    origin: LinkOrigin,
    /// The link belongs to another edge and is only held here.
    is_of_other_edge: bool,
    /// The number of its next reliable packet.
    next_packet: u64,
    /// Its client, as known when the session's owner last changed.
    kept: Option<KeptClient>,
}

/// The origin of a link's client, kept as long as the link so that each owner of its session can be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkOrigin {
    /// Its address, as [`Remote`](consonance_link::Remote) is shown.
    pub remote: Box<str>,
    /// Its IP address, on networks with addresses.
    pub address: Option<IpAddr>,
    /// The kind of its network; see [`ServerNetwork::network`](consonance_link::ServerNetwork::network).
    pub kind: Box<str>,
    /// The identity that the network vouches for; see [`PeerIdentity`](consonance_link::PeerIdentity).
    pub identity: Option<u64>,
    /// The account that the network vouches for; see [`PeerAccount`](consonance_link::PeerAccount).
    pub account: Option<Box<str>>,
    /// Its client may believe that it is still in the session, because it was before; see
    /// [`Resumed`](consonance_link::Resumed).
    pub is_resumed: bool,
}

/// Reliable packets of a link, each with its number among them.
pub type NumberedPackets = Vec<(u64, Box<[u8]>)>;

/// A link of a session that this worker owns from now on, with packets that were held for the owner.
#[derive(Debug, PartialEq, Eq)]
pub struct ReleasedLink<L> {
    /// The link.
    pub link: L,
    /// The origin of its client.
    pub origin: LinkOrigin,
    /// Reliable packets that it has sent, in this order, with their numbers.
    pub held: NumberedPackets,
}

impl<L: Copy + Eq + std::hash::Hash> EdgeLinks<L> {
    /// Creates an empty set. Messages are sent and received over these bus ends.
    pub fn new(out: Box<dyn BusSender>, incoming: Box<dyn BusReceiver>) -> Self {
        Self {
            out,
            incoming,
            slots: Vec::new(),
            free: Vec::new(),
            numbers: FxHashMap::default(),
            sessions: EdgeSessions::default(),
            lost: VecDeque::new(),
            links: Vec::new(),
            buffer: Vec::new(),
            malformed: 0,
        }
    }

    /// A client connected here and named a session of this owner, which may not be known yet. Returns false if there
    /// is no room for another link, or the owner cannot be told.
    #[must_use]
    pub fn connected(&mut self, owner: Option<Member>, link: L, session: &str, about: About<'_>) -> bool {
        let Some(number) = self.insert(link, session, owner, &about, false) else { return false };
        let Some((Some(owner), _)) = self.find(link) else { return true };
        let message = ToOwner::Connected { link: number, session, about };
        if !self.out.send(owner, Delivery::Reliable, message.write(&mut self.buffer)) {
            self.remove(link);
            return false;
        }
        true
    }

    /// The network of a link vouches for its client's account; each owner of its session is told.
    pub fn set_account(&mut self, link: L, account: &str) {
        let Some((owner, number)) = self.find(link) else { return };
        if let Some(link) = &mut self.slots[number.slot()].link {
            link.origin.account = Some(account.into());
        }
        if let Some(owner) = owner {
            let message = ToOwner::Account { link: number, account };
            self.out.send(owner, Delivery::Reliable, message.write(&mut self.buffer));
        }
    }

    /// Another edge believes that this worker owns a session, which may soon be true: the link waits for that, or
    /// until its edge learns of the owner. Returns false if there is no room for another link.
    #[must_use]
    pub fn hold_link(&mut self, link: L, session: &str, about: About<'_>) -> bool {
        self.insert(link, session, None, &about, true).is_some()
    }

    /// The session that a link leads to, and its owner, if that is known.
    pub fn session_of(&self, link: L) -> Option<(&str, Option<Member>)> {
        let number = self.numbers.get(&link)?;
        let session = self.sessions.get(self.slots[number.slot()].link.as_ref()?.session);
        Some((&session.name, session.owner))
    }

    /// The link with a number.
    pub fn link(&self, number: LinkNumber) -> Option<L> {
        let slot = self.slots.get(number.slot()).filter(|slot| slot.number == number)?;
        slot.link.as_ref().map(|link| link.link)
    }

    /// The owner of a session with links here, if it is known.
    pub fn owner_of(&self, session: &str) -> Option<Member> {
        self.sessions.find(session).and_then(|index| self.sessions.get(index).owner)
    }

    /// Whether a session has links here.
    pub fn has_links(&self, session: &str) -> bool {
        self.sessions.find(session).is_some()
    }

    /// The links of a session.
    pub fn links_of(&self, session: &str) -> Vec<L> {
        let Some(index) = self.sessions.find(session) else { return Vec::new() };
        let links = self.slots.iter().filter_map(|slot| slot.link.as_ref());
        links.filter(|link| link.session == index).map(|link| link.link).collect()
    }

    /// The links of networks with addresses, and the address of each.
    pub fn addresses(&self) -> impl Iterator<Item = (L, IpAddr)> {
        let links = self.slots.iter().filter_map(|slot| slot.link.as_ref());
        links.filter_map(|link| Some((link.link, link.origin.address?)))
    }

    /// A reliable packet arrived over a [held](Self::hold_link) link; its edge has assigned this number. Returns
    /// `Some(false)` and `None` as [`packet`](Self::packet) does.
    #[must_use]
    pub fn held_packet(&mut self, link: L, number: u64, packet: &[u8]) -> Option<bool> {
        let (_, link) = self.find(link)?;
        Some(self.hold(link, number, packet))
    }

    /// A packet arrived over a link. Returns `Some(false)` if it is reliable but cannot be delivered, so that the
    /// link is no longer usable, and `None` if the link is not one of these.
    #[must_use]
    pub fn packet(&mut self, link: L, delivery: Delivery, packet: &[u8]) -> Option<bool> {
        let (owner, link) = self.find(link)?;
        let number = is_reliable(delivery).then(|| self.number_packet(link));
        let Some(owner) = owner else {
            return Some(number.is_none_or(|number| self.hold(link, number, packet)));
        };
        let message = ToOwner::Packet { link, number, packet };
        let was_taken = self.out.send(owner, delivery, message.write(&mut self.buffer));
        Some(was_taken || delivery == Delivery::Unreliable)
    }

    /// A link is gone. Returns false if it was not one of these.
    pub fn disconnected(&mut self, link: L, reason: &DisconnectReason) -> bool {
        let Some((_, number)) = self.find(link) else { return false };
        let told = self.slots[number.slot()].link.as_ref().filter(|link| !link.is_of_other_edge);
        let told = told.and_then(|link| self.sessions.get(link.session).told());
        self.remove(link);
        let Some(owner) = told else { return true };
        let mut words = String::new();
        let message = ToOwner::Disconnected { link: number, why: LinkEnd::of(reason, &mut words) };
        self.out.send(owner, Delivery::Reliable, message.write(&mut self.buffer));
        true
    }

    /// Removes a link that has left this edge, without telling its owner. Returns its held packets with their numbers.
    pub fn forget(&mut self, link: L) -> NumberedPackets {
        let Some((_, number)) = self.find(link) else { return Vec::new() };
        let session = self.slots[number.slot()].link.as_ref().map(|link| link.session);
        let held = session.map(|session| self.sessions.get_mut(session).take_held_of(number));
        self.remove(link);
        held.unwrap_or_default()
    }

    /// Reports how long ago a link's client was last heard.
    pub fn heard(&mut self, link: L, ago: Duration) {
        let Some((Some(owner), number)) = self.find(link) else { return };
        let ago_us = u64::try_from(ago.as_micros()).unwrap_or(u64::MAX);
        let message = ToOwner::Heard { link: number, ago_us };
        self.out.send(owner, Delivery::Reliable, message.write(&mut self.buffer));
    }

    /// The path to the clients of these links went silent, or works again. Links that are not here are skipped.
    pub fn reachability(&mut self, links: impl IntoIterator<Item = L>, is_reachable: bool) {
        let mut lists: BTreeMap<Member, Vec<u8>> = BTreeMap::new();
        for (owner, number) in links.into_iter().filter_map(|link| self.find(link)) {
            if let Some(owner) = owner {
                LinkNumbers::write(lists.entry(owner).or_default(), number);
            }
        }
        for (owner, list) in lists {
            let message = ToOwner::Reachability { links: LinkNumbers::new(&list), is_reachable };
            self.out.send(owner, Delivery::Reliable, message.write(&mut self.buffer));
        }
    }

    /// Reports the state of a link to the owner of its session.
    pub fn report(&mut self, link: L, report: LinkReport) {
        let Some((Some(owner), number)) = self.find(link) else { return };
        let message = ToOwner::Report { link: number, report };
        self.out.send(owner, Delivery::Reliable, message.write(&mut self.buffer));
    }

    /// Takes the number of a link's next reliable packet.
    fn number_packet(&mut self, link: LinkNumber) -> u64 {
        let Some(link) = &mut self.slots[link.slot()].link else { return 0 };
        link.next_packet += 1;
        link.next_packet - 1
    }

    fn hold(&mut self, number: LinkNumber, packet_number: u64, packet: &[u8]) -> bool {
        let link = self.slots[number.slot()].link.as_ref();
        link.is_some_and(|link| self.sessions.get_mut(link.session).hold(number, packet_number, packet))
    }

    /// Sends all queued messages.
    pub fn flush(&mut self) {
        self.out.flush();
    }

    /// Asks to be woken when [`poll`](Self::poll) has something.
    pub fn set_waker(&mut self, waker: Waker) {
        self.incoming.set_waker(waker);
    }

    /// The number of links.
    pub fn len(&self) -> usize {
        self.numbers.len()
    }

    /// Whether there are no links.
    pub fn is_empty(&self) -> bool {
        self.numbers.is_empty()
    }

    /// The number of messages from owners that could not be read.
    pub fn malformed(&self) -> u64 {
        self.malformed
    }

    /// Counts of the messages sent and dropped.
    pub fn statistics(&self) -> BusStatistics {
        self.out.statistics()
    }

    fn insert(
        &mut self,
        link: L,
        session: &str,
        owner: Option<Member>,
        about: &About<'_>,
        is_of_other_edge: bool,
    ) -> Option<LinkNumber> {
        let slot = if let Some(slot) = self.free.pop() {
            slot
        } else {
            let number = LinkNumber::first(self.slots.len())?;
            self.slots.push(Slot { link: None, number });
            number.slot()
        };
        // If links of the session already wait for its owner, this one waits, too: all are reported to it at once.
        let owner = owner.filter(|_| !self.waits_for_owner(session));
        let session = self.sessions.add_link(session, owner);
        let slot = &mut self.slots[slot];
        let origin = LinkOrigin::of(about);
        slot.link = Some(EdgeLink { link, session, origin, is_of_other_edge, next_packet: 0, kept: None });
        self.numbers.insert(link, slot.number);
        Some(slot.number)
    }

    fn remove(&mut self, link: L) {
        let Some(number) = self.numbers.remove(&link) else { return };
        let slot = &mut self.slots[number.slot()];
        slot.number = number.next();
        if let Some(link) = slot.link.take() {
            self.sessions.remove_link(link.session);
        }
        self.free.push(number.slot());
    }

    /// The owner of a link's session, if it is known and is told of the link, and the link's number.
    #[inline]
    fn find(&self, link: L) -> Option<(Option<Member>, LinkNumber)> {
        let number = *self.numbers.get(&link)?;
        let link = self.slots[number.slot()].link.as_ref()?;
        let owner = self.sessions.get(link.session).owner.filter(|_| !link.is_of_other_edge);
        Some((owner, number))
    }
}

impl<L> EdgeLink<L> {
    /// Whether it leads to this session and belongs to this edge.
    fn is_own_of(&self, session: usize) -> bool {
        self.session == session && !self.is_of_other_edge
    }
}

impl LinkOrigin {
    fn of(about: &About<'_>) -> Self {
        let About { remote, kind, identity, is_resumed } = *about;
        let address = Remote::from(remote).ip();
        Self { remote: remote.into(), address, kind: kind.into(), identity, account: None, is_resumed }
    }

    fn about(&self) -> About<'_> {
        let Self { remote, kind, identity, is_resumed, .. } = self;
        About { remote, kind, identity: *identity, is_resumed: *is_resumed }
    }
}

impl<L> fmt::Debug for EdgeLinks<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EdgeLinks").field("links", &self.numbers.len()).finish_non_exhaustive()
    }
}
