//! Requests of owners for an edge's links, and packets that owners return.

use std::hash::Hash;

use consonance_link::{Delivery, EndReason};

use super::sessions::EdgeSessions;
use super::{EdgeLink, EdgeLinks, Slot};
use crate::bus::{BusEvent, Member};
use crate::link_number::LinkNumber;
use crate::message::{ToEdge, ToOwner, delivery};

/// A request of a session's owner for its links here.
#[derive(Debug, PartialEq, Eq)]
pub enum Wanted<'a, L> {
    /// Send a packet over these links.
    Send {
        /// The links, at least one.
        links: &'a [L],
        /// The delivery mode of the packet.
        delivery: Delivery,
        /// Its bytes.
        packet: &'a [u8],
    },
    /// End a link.
    End {
        /// The link.
        link: L,
        /// Why.
        reason: EndReason,
    },
    /// A link's client has joined its session, or is no longer joined.
    Joined {
        /// The link.
        link: L,
        /// Whether it has joined.
        is_joined: bool,
    },
    /// Ask a link's client for a sign of life, and [report](EdgeLinks::heard) when it was heard.
    Probe {
        /// The link.
        link: L,
    },
    /// [Report](EdgeLinks::report) the state of a link.
    Look {
        /// The link.
        link: L,
    },
    /// Find the owner of a session: its former owner is lost, or was lost for a while.
    FindOwner {
        /// The name of the session.
        session: Box<str>,
        /// The former owner.
        lost: Member,
    },
}

impl<L: Copy + Eq + Hash> EdgeLinks<L> {
    /// Returns the next request of an owner.
    pub fn poll(&mut self) -> Option<Wanted<'_, L>> {
        while !self.take_next()? {}
        if let Some((session, lost)) = self.lost.pop_front() {
            return Some(Wanted::FindOwner { session, lost });
        }
        let link = *self.links.first()?;
        Some(match ToEdge::read(self.incoming.message()).ok()? {
            ToEdge::Send { is_reliable, packet, .. } => {
                Wanted::Send { links: &self.links, delivery: delivery(is_reliable), packet }
            }
            ToEdge::End { reason, .. } => Wanted::End { link, reason: EndReason::decode(reason.as_bytes()) },
            ToEdge::Joined { link: number, is_joined } => {
                if let Some(link) = self.slots[number.slot()].link.as_mut().filter(|_| is_joined) {
                    link.origin.is_resumed = true;
                }
                Wanted::Joined { link, is_joined }
            }
            ToEdge::Probe { .. } => Wanted::Probe { link },
            ToEdge::Look { .. } => Wanted::Look { link },
            ToEdge::Returned { .. } => return None,
        })
    }

    /// Takes the next bus event and finds the links that its message is about. Returns false if none of them is here.
    fn take_next(&mut self) -> Option<bool> {
        if !self.lost.is_empty() {
            return Some(true);
        }
        self.links.clear();
        match self.incoming.poll()? {
            BusEvent::Message(owner) => self.find_links(owner),
            BusEvent::Returned(lost) => self.take_back(lost, packet_to_owner, false),
            BusEvent::Lost(member) => {
                let sessions = self.sessions.lose(member);
                self.lost.extend(sessions.into_iter().map(|session| (session, member)));
            }
        }
        Some(!self.links.is_empty() || !self.lost.is_empty())
    }

    fn find_links(&mut self, owner: Member) {
        let (slots, sessions) = (&self.slots, &self.sessions);
        let mut add = |number| self.links.extend(link_of(slots, sessions, owner, number));
        match ToEdge::read(self.incoming.message()) {
            Ok(ToEdge::Send { links, .. }) => links.iter().for_each(add),
            Ok(
                ToEdge::End { link, .. }
                | ToEdge::Joined { link, .. }
                | ToEdge::Probe { link }
                | ToEdge::Look { link },
            ) => add(link),
            Ok(ToEdge::Returned { .. }) => self.take_back(owner, packet_of_owner, true),
            Err(_) => self.malformed += 1,
        }
    }

    /// A message comes back because its owner is lost or no longer owns the session. A packet from a client goes to
    /// the next owner.
    fn take_back(&mut self, from: Member, read: ReadPacket, is_alive: bool) {
        let Some((link, number, packet)) = read(self.incoming.message()) else { return };
        let slot = self.slots.get(link.slot()).filter(|slot| slot.number == link);
        let Some(EdgeLink { session, .. }) = slot.and_then(|slot| slot.link.as_ref()) else { return };
        let session = self.sessions.get_mut(*session);
        let next = session.owner.filter(|owner| *owner != from || is_alive && session.may_try_again());
        let Some(owner) = next else {
            let _ = session.hold(link, number, packet);
            return;
        };
        let message = ToOwner::Packet { link, number: Some(number), packet };
        self.out.send(owner, Delivery::Reliable, message.write(&mut self.buffer));
    }
}

/// Finds the packet in a message, the link that it came over, and its number.
type ReadPacket = fn(&[u8]) -> Option<(LinkNumber, u64, &[u8])>;

/// A packet on its way to an owner.
fn packet_to_owner(message: &[u8]) -> Option<(LinkNumber, u64, &[u8])> {
    match ToOwner::read(message) {
        Ok(ToOwner::Packet { link, number, packet }) => Some((link, number?, packet)),
        _ => None,
    }
}

/// A packet that an owner returns.
fn packet_of_owner(message: &[u8]) -> Option<(LinkNumber, u64, &[u8])> {
    match ToEdge::read(message) {
        Ok(ToEdge::Returned { link, number, packet }) => Some((link, number, packet)),
        _ => None,
    }
}

/// The link with this number, if it leads to this owner: other owners must not control it.
#[inline]
fn link_of<L: Copy>(
    slots: &[Slot<L>],
    sessions: &EdgeSessions,
    owner: Member,
    number: LinkNumber,
) -> Option<L> {
    let slot = slots.get(number.slot()).filter(|slot| slot.number == number)?;
    let link = slot.link.as_ref().filter(|link| sessions.get(link.session).owner == Some(owner))?;
    Some(link.link)
}
