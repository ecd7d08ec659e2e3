//! The sessions that an edge's links lead to, and the owner of each.

use std::collections::BTreeMap;

use super::NumberedPackets;
use crate::bus::Member;
use crate::link_number::LinkNumber;

/// Sessions with links here. An index is valid as long as its session has links.
#[derive(Debug, Default)]
pub(super) struct EdgeSessions {
    slots: Vec<EdgeSession>,
    by_name: BTreeMap<Box<str>, usize>,
    free: Vec<usize>,
}

#[derive(Debug, Default)]
pub(super) struct EdgeSession {
    pub(super) name: Box<str>,
    /// `None` while it is unknown: reliable packets are held until then.
    pub(super) owner: Option<Member>,
    /// The last owner that was told of the links, if it is not lost: it knows of them until it is told otherwise.
    told: Option<Member>,
    links: usize,
    held: Vec<HeldPacket>,
    held_bytes: usize,
    /// The number of packets that the current owner has returned.
    returned: u32,
}

/// A reliable packet that no owner has taken yet.
#[derive(Debug)]
pub(super) struct HeldPacket {
    pub(super) link: LinkNumber,
    /// Its number among the reliable packets of its link.
    pub(super) number: u64,
    pub(super) packet: Box<[u8]>,
}

/// The number of retries before returned packets are held for the next owner. The current owner may learn of a link
/// only after it has returned a packet of that link.
const TRIES_MAX: u32 = 64;

/// The maximum number of bytes held for a session without an owner: a second of 1000 players that all enter rooms.
const HELD_BYTES_MAX: usize = 4 << 20;

impl EdgeSessions {
    /// Adds a link to this session, and returns the session's index.
    pub(super) fn add_link(&mut self, name: &str, owner: Option<Member>) -> usize {
        let index = self.find(name).unwrap_or_else(|| self.begin(name));
        let session = &mut self.slots[index];
        session.links += 1;
        if session.owner.is_none() {
            session.set_owner(owner);
        }
        index
    }

    pub(super) fn remove_link(&mut self, index: usize) {
        let session = &mut self.slots[index];
        session.links -= 1;
        if session.links == 0 {
            self.by_name.remove(&session.name);
            *session = EdgeSession::default();
            self.free.push(index);
        }
    }

    pub(super) fn find(&self, name: &str) -> Option<usize> {
        self.by_name.get(name).copied()
    }

    #[inline]
    pub(super) fn get(&self, index: usize) -> &EdgeSession {
        &self.slots[index]
    }

    pub(super) fn get_mut(&mut self, index: usize) -> &mut EdgeSession {
        &mut self.slots[index]
    }

    /// A member is lost: its sessions have no known owner. Returns the names of these sessions.
    pub(super) fn lose(&mut self, member: Member) -> Vec<Box<str>> {
        for session in self.slots.iter_mut().filter(|session| session.told == Some(member)) {
            session.told = None;
        }
        let lost = self.slots.iter_mut().filter(|session| session.owner == Some(member));
        lost.map(|session| {
            session.owner = None;
            session.name.clone()
        })
        .collect()
    }

    fn begin(&mut self, name: &str) -> usize {
        let index = self.free.pop().unwrap_or_else(|| {
            self.slots.push(EdgeSession::default());
            self.slots.len() - 1
        });
        self.slots[index].name = name.into();
        self.by_name.insert(name.into(), index);
        index
    }
}

impl EdgeSession {
    /// Sets the owner, or marks it as unknown. Returns a former owner that was told of the links and may still
    /// believe that they lead to it.
    pub(super) fn set_owner(&mut self, owner: Option<Member>) -> Option<Member> {
        self.owner = owner;
        let before = if owner.is_some() { std::mem::replace(&mut self.told, owner) } else { None };
        before.filter(|before| owner != Some(*before))
    }

    /// The owner that is to be told when a link is gone.
    pub(super) fn told(&self) -> Option<Member> {
        self.told
    }

    /// Holds a packet of a link for the owner. Returns false if too much is held.
    #[must_use]
    pub(super) fn hold(&mut self, link: LinkNumber, number: u64, packet: &[u8]) -> bool {
        let is_held = self.held_bytes + packet.len() <= HELD_BYTES_MAX;
        if is_held {
            self.held_bytes += packet.len();
            self.held.push(HeldPacket { link, number, packet: packet.into() });
        }
        is_held
    }

    /// Whether a packet that the current owner has returned may be sent to it again.
    pub(super) fn may_try_again(&mut self) -> bool {
        self.returned += 1;
        self.returned <= TRIES_MAX
    }

    /// Takes the held packets of a link.
    pub(super) fn take_held_of(&mut self, link: LinkNumber) -> NumberedPackets {
        let held = self.held.extract_if(.., |held| held.link == link);
        let held: NumberedPackets = held.map(|held| (held.number, held.packet)).collect();
        self.held_bytes -= held.iter().map(|(_, packet)| packet.len()).sum::<usize>();
        held
    }

    /// Takes all held packets, in the order of each link, for the owner that is known now. Returned packets are older
    /// than those that arrived in the meantime.
    pub(super) fn take_held(&mut self) -> Vec<HeldPacket> {
        (self.held_bytes, self.returned) = (0, 0);
        let mut held = std::mem::take(&mut self.held);
        held.sort_by_key(|held| held.number);
        held
    }
}
