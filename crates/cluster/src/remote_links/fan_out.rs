//! The links of a packet, grouped by edge.

use std::mem;

use consonance_link::Peer;

use super::peer_numbers::link_of;
use crate::bus::Member;
use crate::link_number::LinkNumbers;

/// A list of links for each edge, filled again for each packet.
#[derive(Debug, Default)]
pub(super) struct FanOut {
    /// By member.
    lists: Vec<Vec<u8>>,
    /// Members with links in their list.
    members: Vec<Member>,
}

impl FanOut {
    /// Adds a link to the receivers of the packet.
    pub(super) fn add(&mut self, peer: Peer) {
        let (member, link) = link_of(peer);
        let edge = usize::from(member.0);
        if edge >= self.lists.len() {
            self.lists.resize_with(edge + 1, Vec::new);
        }
        let list = &mut self.lists[edge];
        if list.is_empty() {
            self.members.push(member);
        }
        LinkNumbers::write(list, link);
    }

    /// Takes an edge with added links, and their list, which must be [given back](Self::give_back).
    pub(super) fn pop(&mut self) -> Option<(Member, Vec<u8>)> {
        let member = self.members.pop()?;
        Some((member, mem::take(&mut self.lists[usize::from(member.0)])))
    }

    /// Takes back the memory of a list, for the next packet.
    pub(super) fn give_back(&mut self, member: Member, mut list: Vec<u8>) {
        list.clear();
        self.lists[usize::from(member.0)] = list;
    }
}
