//! From a list of client ids to a list of links: the one loop that runs for every listener of every frame.

use alloc::vec::Vec;

use consonance_wire::ClientId;

use crate::link::LinkId;
use crate::traffic::Total;

/// Links by client id, in one dense array that the relay walks without chasing pointers.
#[derive(Debug, Default)]
pub(super) struct FanOut {
    slots: Vec<Slot>,
    /// The traffic sent to each client, by id, besides that gathered in its slot since.
    sent: Vec<Total>,
    /// Marks the destinations of the present packet, so that a duplicate is seen without a search.
    round: u32,
    /// A reusable buffer for a list of links, which never shrinks, and the number of links on the present list.
    links: Vec<LinkId>,
    listed: usize,
}

/// A client and the traffic sent to it, which is counted here, where the relay touches memory anyway.
#[derive(Clone, Copy, Debug)]
struct Slot {
    link: LinkId,
    /// The last round in which it was a destination, or [`VACANT`].
    round: u32,
    /// Packets and bytes in one number, so that one addition counts both: see [`PACKET`].
    gathered: u64,
}

/// One packet in [`Slot::gathered`]; its lower 40 bits are bytes. A round sends a client at most 511 packets of 1024
/// bytes, as many ids as a relay of 1024 bytes can list, so neither part overflows in so many rounds.
const PACKET: u64 = 1 << 40;
const ROUNDS_GATHERED: u32 = 1 << 15;

/// No client has this id.
const VACANT: u32 = u32::MAX;
/// No round has been yet.
const NEVER: u32 = 0;

impl FanOut {
    pub(super) fn insert(&mut self, id: ClientId, link: LinkId) {
        let index = usize::from(id.0);
        if index >= self.slots.len() {
            self.slots.resize(index + 1, Slot { link, round: VACANT, gathered: 0 });
            self.sent.resize(index + 1, Total::default());
        }
        self.slots[index] = Slot { link, round: NEVER, gathered: 0 };
        self.sent[index] = Total::default();
    }

    pub(super) fn remove(&mut self, id: ClientId) {
        if let Some(slot) = self.slots.get_mut(usize::from(id.0)) {
            slot.round = VACANT;
        }
    }

    pub(super) fn link(&self, id: ClientId) -> Option<LinkId> {
        let slot = self.slots.get(usize::from(id.0))?;
        (slot.round != VACANT).then_some(slot.link)
    }

    /// The traffic sent to a client so far.
    pub(super) fn sent(&self, id: ClientId) -> Total {
        let index = usize::from(id.0);
        let slot = self.slots.get(index).filter(|slot| slot.round != VACANT);
        slot.map_or_else(Total::default, |slot| slot.added_to(self.sent[index]))
    }

    /// Counts packets and bytes for a client; returns its link.
    pub(super) fn send(&mut self, id: ClientId, packets: u64, bytes: u64) -> Option<LinkId> {
        let index = usize::from(id.0);
        let slot = self.slots.get(index).filter(|slot| slot.round != VACANT)?;
        self.sent[index].add(packets, bytes);
        Some(slot.link)
    }

    /// Starts an empty list.
    pub(super) fn begin(&mut self) {
        self.listed = 0;
        self.round += 1;
        if self.round.is_multiple_of(ROUNDS_GATHERED) {
            self.add_up();
        }
        if self.round == VACANT {
            self.forget_rounds();
        }
    }

    /// Marks this client as if it were on the list already.
    pub(super) fn leave_out(&mut self, id: ClientId) {
        if let Some(slot) = self.slots.get_mut(usize::from(id.0)).filter(|slot| slot.round != VACANT) {
            slot.round = self.round;
        }
    }

    /// Adds the links of these clients, and counts this many bytes for each. Unknown ids are skipped, and so is a
    /// client that is listed again, unless `repeated`. Space for all of them is reserved before, so that the loop
    /// keeps its read and write positions in registers; inlined, it would share them with the surrounding code.
    #[inline(never)]
    pub(super) fn add(&mut self, ids: impl ExactSizeIterator<Item = ClientId>, bytes: usize, repeated: bool) {
        let (packet, round) = (PACKET + bytes as u64, self.round);
        let listed = if repeated { VACANT } else { round };
        let most = self.listed + ids.len();
        if most > self.links.len() {
            self.links.resize(most, LinkId(0));
        }
        let slots = self.slots.as_mut_slice();
        let mut free = self.links[self.listed..].iter_mut();
        for id in ids {
            let Some(slot) = slots.get_mut(usize::from(id.0)) else { continue };
            if slot.round == listed || slot.round == VACANT {
                continue;
            }
            let Some(place) = free.next() else { break };
            slot.round = round;
            slot.gathered += packet;
            *place = slot.link;
        }
        let left = free.len();
        self.listed = self.links.len() - left;
    }

    /// Adds a link that belongs to no client.
    pub(super) fn add_link(&mut self, link: LinkId) {
        self.links.truncate(self.listed);
        self.links.push(link);
        self.listed += 1;
    }

    /// Moves the gathered traffic of all slots to the totals, before it overflows.
    #[cold]
    fn add_up(&mut self) {
        for (slot, sent) in self.slots.iter_mut().zip(&mut self.sent) {
            *sent = slot.added_to(*sent);
            slot.gathered = 0;
        }
    }

    /// Resets the marks: after 2³² packets old ones would look fresh.
    #[cold]
    fn forget_rounds(&mut self) {
        for slot in self.slots.iter_mut().filter(|slot| slot.round != VACANT) {
            slot.round = NEVER;
        }
        self.round = NEVER + 1;
    }

    /// The list, in the order in which clients were added.
    pub(super) fn links(&self) -> &[LinkId] {
        &self.links[..self.listed]
    }
}

impl Slot {
    fn added_to(&self, mut sent: Total) -> Total {
        sent.add(self.gathered / PACKET, self.gathered % PACKET);
        sent
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gather(fan_out: &mut FanOut, ids: &[u16]) -> Vec<u64> {
        fan_out.begin();
        fan_out.add(ids.iter().copied().map(ClientId), 10, false);
        fan_out.links().iter().map(|link| link.0).collect()
    }

    #[test]
    fn unknown_ids_are_skipped_and_duplicates_count_once() {
        let mut fan_out = FanOut::default();
        fan_out.insert(ClientId(0), LinkId(10));
        fan_out.insert(ClientId(3), LinkId(13));
        assert_eq!(gather(&mut fan_out, &[3, 1, 0, 3, 900]), [13, 10]);
        assert_eq!(gather(&mut fan_out, &[3, 3]), [13]);
    }

    #[test]
    fn marked_recipients_are_repeated() {
        let mut fan_out = FanOut::default();
        fan_out.insert(ClientId(3), LinkId(13));
        fan_out.begin();
        fan_out.add([3, 1, 3].map(ClientId).into_iter(), 10, true);
        assert_eq!(fan_out.links(), [LinkId(13), LinkId(13)]);
    }

    #[test]
    fn what_a_client_is_sent_is_counted_until_it_goes() {
        let mut fan_out = FanOut::default();
        fan_out.insert(ClientId(0), LinkId(10));
        gather(&mut fan_out, &[0, 0]);
        assert_eq!(fan_out.send(ClientId(0), 2, 7), Some(LinkId(10)));
        assert_eq!(fan_out.sent(ClientId(0)), Total { packets: 3, bytes: 17 });
        fan_out.remove(ClientId(0));
        assert_eq!(fan_out.send(ClientId(0), 1, 1), None);
        assert_eq!(fan_out.sent(ClientId(0)), Total::default());
    }

    #[test]
    fn the_largest_packets_to_one_client_over_and_over_are_counted_right() {
        let mut fan_out = FanOut::default();
        fan_out.insert(ClientId(2), LinkId(12));
        let rounds = 2 * ROUNDS_GATHERED + 3;
        for _ in 0..rounds {
            fan_out.begin();
            fan_out.add([ClientId(2); 511].into_iter(), 1024, true);
        }
        let packets = u64::from(rounds) * 511;
        assert_eq!(fan_out.sent(ClientId(2)), Total { packets, bytes: packets * 1024 });
    }

    #[test]
    fn marks_survive_the_wrap_of_the_round_counter() {
        let mut fan_out = FanOut::default();
        fan_out.insert(ClientId(0), LinkId(10));
        assert_eq!(gather(&mut fan_out, &[0]), [10]);
        fan_out.insert(ClientId(1), LinkId(11));
        fan_out.remove(ClientId(1));
        fan_out.round = VACANT - 1;
        assert_eq!(gather(&mut fan_out, &[0, 0, 1]), [10]);
        assert_eq!(gather(&mut fan_out, &[0, 0, 1]), [10]);
    }
}
