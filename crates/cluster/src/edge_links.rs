//! An edge's links into sessions of other workers.

use std::collections::BTreeMap;
use std::fmt;
use std::task::Waker;
use std::time::Duration;

use consonance_transport::{Delivery, DisconnectReason, EndReason};
use rustc_hash::FxHashMap;

use crate::bus::{BusReceiver, BusSender, BusStatistics, Member};
use crate::link_number::{LinkNumber, LinkNumbers};
use crate::link_report::LinkReport;
use crate::message::{About, LinkEnd, ToEdge, ToOwner, delivery, is_reliable};

/// The links of one worker that lead to sessions of others, by the worker's own name `L` for them. What comes over
/// them goes to the owner of their session; what the owner wants comes out of [`poll`](Self::poll).
pub struct EdgeLinks<L> {
    out: Box<dyn BusSender>,
    incoming: Box<dyn BusReceiver>,
    slots: Vec<Slot<L>>,
    free: Vec<usize>,
    numbers: FxHashMap<L, LinkNumber>,
    /// Links of one packet to send, collected again for each.
    links: Vec<L>,
    buffer: Vec<u8>,
    malformed: u64,
}

#[derive(Debug)]
struct Slot<L> {
    link: Option<(L, Member)>,
    /// That of the link, or the one that the next link gets.
    number: LinkNumber,
}

/// What the owner of a session wants of its links here.
#[derive(Debug, PartialEq, Eq)]
pub enum Wanted<'a, L> {
    /// Send a packet over these links.
    Send {
        /// Which ones, at least one.
        links: &'a [L],
        /// How it is to travel.
        delivery: Delivery,
        /// Its bytes.
        packet: &'a [u8],
    },
    /// End a link.
    End {
        /// Which one.
        link: L,
        /// Why.
        reason: EndReason,
    },
    /// A link's client has joined its session, or has not any more.
    Joined {
        /// Which link.
        link: L,
        /// Whether it has.
        is_joined: bool,
    },
    /// Ask a link's client for a sign of life, and [tell](EdgeLinks::heard) when it was heard.
    Probe {
        /// Which link.
        link: L,
    },
    /// [Tell](EdgeLinks::report) how a link does.
    Look {
        /// Which link.
        link: L,
    },
}

impl<L: Copy + Eq + std::hash::Hash> EdgeLinks<L> {
    /// None yet. Messages leave and come over these.
    pub fn new(out: Box<dyn BusSender>, incoming: Box<dyn BusReceiver>) -> Self {
        Self {
            out,
            incoming,
            slots: Vec::new(),
            free: Vec::new(),
            numbers: FxHashMap::default(),
            links: Vec::new(),
            buffer: Vec::new(),
            malformed: 0,
        }
    }

    /// A client that is here named a session of this owner. False if there is no room for one more.
    #[must_use]
    pub fn connected(&mut self, owner: Member, link: L, session: &str, about: About<'_>) -> bool {
        let Some(number) = self.insert(owner, link) else { return false };
        let message = ToOwner::Connected { link: number, session, about };
        if self.out.send(owner, Delivery::Reliable, message.write(&mut self.buffer)) {
            return true;
        }
        self.remove(link);
        false
    }

    /// A packet came over a link. `Some(false)` if it had to arrive and cannot: the link is of no use any more. `None`
    /// if it is none of these links.
    #[must_use]
    pub fn packet(&mut self, link: L, delivery: Delivery, packet: &[u8]) -> Option<bool> {
        let (owner, number) = self.find(link)?;
        let message = ToOwner::Packet { link: number, is_reliable: is_reliable(delivery), packet };
        let was_taken = self.out.send(owner, delivery, message.write(&mut self.buffer));
        Some(was_taken || delivery == Delivery::Unreliable)
    }

    /// A link is gone. False if it was none of these.
    pub fn disconnected(&mut self, link: L, reason: &DisconnectReason) -> bool {
        let Some((owner, number)) = self.find(link) else { return false };
        self.remove(link);
        let mut words = String::new();
        let message = ToOwner::Disconnected { link: number, why: LinkEnd::of(reason, &mut words) };
        self.out.send(owner, Delivery::Reliable, message.write(&mut self.buffer));
        true
    }

    /// A link's client was heard last so long ago.
    pub fn heard(&mut self, link: L, ago: Duration) {
        let Some((owner, number)) = self.find(link) else { return };
        let ago_us = u64::try_from(ago.as_micros()).unwrap_or(u64::MAX);
        let message = ToOwner::Heard { link: number, ago_us };
        self.out.send(owner, Delivery::Reliable, message.write(&mut self.buffer));
    }

    /// The way to the clients of these links fell silent, or works again. Those that are none of these are passed over.
    pub fn reachability(&mut self, links: impl IntoIterator<Item = L>, is_reachable: bool) {
        let mut lists: BTreeMap<Member, Vec<u8>> = BTreeMap::new();
        for (owner, number) in links.into_iter().filter_map(|link| self.find(link)) {
            LinkNumbers::write(lists.entry(owner).or_default(), number);
        }
        for (owner, list) in lists {
            let message = ToOwner::Reachability { links: LinkNumbers::new(&list), is_reachable };
            self.out.send(owner, Delivery::Reliable, message.write(&mut self.buffer));
        }
    }

    /// A link does so.
    pub fn report(&mut self, link: L, report: LinkReport) {
        let Some((owner, number)) = self.find(link) else { return };
        let message = ToOwner::Report { link: number, report };
        self.out.send(owner, Delivery::Reliable, message.write(&mut self.buffer));
    }

    /// What an owner wants, next.
    pub fn poll(&mut self) -> Option<Wanted<'_, L>> {
        while !self.take_next()? {}
        let link = *self.links.first()?;
        Some(match ToEdge::read(self.incoming.message()).ok()? {
            ToEdge::Send { is_reliable, packet, .. } => {
                Wanted::Send { links: &self.links, delivery: delivery(is_reliable), packet }
            }
            ToEdge::End { reason, .. } => Wanted::End { link, reason: EndReason::decode(reason.as_bytes()) },
            ToEdge::Joined { is_joined, .. } => Wanted::Joined { link, is_joined },
            ToEdge::Probe { .. } => Wanted::Probe { link },
            ToEdge::Look { .. } => Wanted::Look { link },
        })
    }

    /// Takes the next message, and finds the links that it is about. False if none of them is here.
    fn take_next(&mut self) -> Option<bool> {
        let owner = self.incoming.poll()?;
        self.links.clear();
        let slots = &self.slots;
        let mut add = |number| self.links.extend(link_of(slots, owner, number));
        match ToEdge::read(self.incoming.message()) {
            Ok(ToEdge::Send { links, .. }) => links.iter().for_each(add),
            Ok(
                ToEdge::End { link, .. }
                | ToEdge::Joined { link, .. }
                | ToEdge::Probe { link }
                | ToEdge::Look { link },
            ) => add(link),
            Err(_) => self.malformed += 1,
        }
        Some(!self.links.is_empty())
    }

    /// Sends what was handed over.
    pub fn flush(&mut self) {
        self.out.flush();
    }

    /// Asks to be woken when [`poll`](Self::poll) has something.
    pub fn set_waker(&mut self, waker: Waker) {
        self.incoming.set_waker(waker);
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.numbers.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.numbers.is_empty()
    }

    /// How many messages of owners could not be read.
    pub fn malformed(&self) -> u64 {
        self.malformed
    }

    /// What left, and what was dropped.
    pub fn statistics(&self) -> BusStatistics {
        self.out.statistics()
    }

    fn insert(&mut self, owner: Member, link: L) -> Option<LinkNumber> {
        let slot = if let Some(slot) = self.free.pop() {
            slot
        } else {
            let number = LinkNumber::first(self.slots.len())?;
            self.slots.push(Slot { link: None, number });
            number.slot()
        };
        let slot = &mut self.slots[slot];
        slot.link = Some((link, owner));
        self.numbers.insert(link, slot.number);
        Some(slot.number)
    }

    fn remove(&mut self, link: L) {
        let Some(number) = self.numbers.remove(&link) else { return };
        self.slots[number.slot()] = Slot { link: None, number: number.next() };
        self.free.push(number.slot());
    }

    #[inline]
    fn find(&self, link: L) -> Option<(Member, LinkNumber)> {
        let number = *self.numbers.get(&link)?;
        let (_, owner) = self.slots[number.slot()].link?;
        Some((owner, number))
    }
}

impl<L> fmt::Debug for EdgeLinks<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EdgeLinks").field("links", &self.numbers.len()).finish_non_exhaustive()
    }
}

/// The link of this number, if it leads to this owner: another one has no say about it.
#[inline]
fn link_of<L: Copy>(slots: &[Slot<L>], owner: Member, number: LinkNumber) -> Option<L> {
    let slot = slots.get(number.slot()).filter(|slot| slot.number == number)?;
    slot.link.filter(|(_, its_owner)| *its_owner == owner).map(|(link, _)| link)
}
