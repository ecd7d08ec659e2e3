//! One room where distance decides which speakers are heard.

use alloc::vec::Vec;
use core::ops::Range;

use consonance_wire::{ClientId, Position};

use super::grid::{Grid, Near};
use super::settings::ProximitySettings;
use super::streams::{Offer, Rule, STREAMS, Streams, Tick, choose, find, is_in_range};
use crate::link::LinkId;
use crate::listeners::Listeners;

/// The listeners of a room by position.
#[derive(Debug)]
pub(super) struct Zone {
    rule: Rule,
    max_streams: u8,
    /// The number of blocks of streams in each slot.
    blocks: usize,
    /// Listeners with a position; their numbers in the grid are their slots.
    grid: Grid,
    slots: Vec<Slot>,
    /// Free slots.
    free: Vec<u16>,
    /// The speakers that each slot receives, slot by slot.
    streams: Vec<Streams>,
    /// The listeners near the present frame's speaker.
    near: Vec<Near>,
    /// The slot at which each of them has the speaker.
    known: Vec<u8>,
    /// Listeners without a position, which hear each other.
    nowhere: Listeners,
    listeners: usize,
    /// The number of listeners at each other node.
    elsewhere: Vec<(LinkId, usize)>,
}

#[derive(Clone, Copy, Debug)]
struct Slot {
    id: ClientId,
    /// Streams in use.
    used: u8,
}

/// A frame before any listener is found.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frame {
    pub(super) speaker: ClientId,
    /// The position of its speaker.
    pub(super) from: Option<Position>,
    pub(super) now: Tick,
    /// The square of the channel's amplitude.
    pub(super) power: f32,
    /// Whether it contains speech.
    pub(super) is_speech: bool,
}

impl Zone {
    pub(super) fn new(settings: ProximitySettings) -> Self {
        let settings = settings.bounded();
        // Slightly more than the audible range, as positions are rounded.
        let cell_m = settings.range_m * (1.0 + settings.hysteresis) * 1.01;
        Self {
            rule: Rule::new(settings),
            max_streams: settings.max_streams,
            blocks: usize::from(settings.max_streams).div_ceil(STREAMS),
            grid: Grid::new(cell_m),
            slots: Vec::new(),
            free: Vec::new(),
            streams: Vec::new(),
            near: Vec::new(),
            known: Vec::new(),
            nowhere: Listeners::default(),
            listeners: 0,
            elsewhere: Vec::new(),
        }
    }

    /// Adds a listener; returns its slot until it leaves. There are at most as many slots as client ids.
    pub(super) fn enter(&mut self, id: ClientId, place: Option<Position>) -> u16 {
        self.listeners += 1;
        let slot = self.free.pop().unwrap_or_else(|| {
            self.slots.push(Slot { id, used: 0 });
            self.streams.resize(self.slots.len() * self.blocks, Streams::free(id));
            (self.slots.len() - 1) as u16
        });
        self.slots[usize::from(slot)].id = id;
        self.forget(slot);
        self.place(slot, place);
        slot
    }

    pub(super) fn leave(&mut self, slot: u16) {
        self.listeners -= 1;
        self.grid.remove(slot);
        self.nowhere.remove(self.slots[usize::from(slot)].id);
        self.free.push(slot);
    }

    /// Adds a listener at another node.
    pub(super) fn enter_elsewhere(&mut self, node: LinkId) {
        match self.elsewhere.iter_mut().find(|(known, _)| *known == node) {
            Some((_, listeners)) => *listeners += 1,
            None => self.elsewhere.push((node, 1)),
        }
    }

    pub(super) fn leave_elsewhere(&mut self, node: LinkId) {
        let Some(index) = self.elsewhere.iter().position(|(known, _)| *known == node) else { return };
        self.elsewhere[index].1 -= 1;
        if self.elsewhere[index].1 == 0 {
            self.elsewhere.swap_remove(index);
        }
    }

    /// The links to the other nodes with listeners.
    pub(super) fn nodes(&self) -> impl Iterator<Item = LinkId> {
        self.elsewhere.iter().map(|(node, _)| *node)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.listeners == 0 && self.elsewhere.is_empty()
    }

    /// Sets the position of a listener, or removes it.
    pub(super) fn place(&mut self, slot: u16, place: Option<Position>) {
        let Slot { id, .. } = &self.slots[usize::from(slot)];
        if let Some(at) = place {
            if !self.grid.holds(slot) {
                self.nowhere.remove(*id);
            }
            self.grid.put(slot, at);
        } else {
            self.grid.remove(slot);
            self.nowhere.insert(*id);
            self.forget(slot);
        }
    }

    /// Removes all speakers of a listener.
    fn forget(&mut self, slot: u16) {
        let index = usize::from(slot);
        self.slots[index].used = 0;
        self.streams[index * self.blocks..][..self.blocks].fill(Streams::free(self.slots[index].id));
    }

    /// Adds all listeners of a frame to `found`; returns the number of those in range that already hear enough others.
    pub(super) fn reach(&mut self, frame: Frame, found: &mut Vec<ClientId>) -> u64 {
        let Some(from) = frame.from else {
            found.extend_from_slice(self.nowhere.as_slice());
            return 0;
        };
        let candidates = self.grid.around(from, self.rule.far_squared, &mut self.near);
        if self.known.len() < candidates {
            self.known.resize(self.near.len(), 0);
        }
        // The usual case of one block avoids a multiplication.
        match self.blocks {
            1 => self.decide(candidates, frame, found, |slot| slot..slot + 1),
            blocks => self.decide(candidates, frame, found, |slot| slot * blocks..(slot + 1) * blocks),
        }
    }

    /// The same for the listeners in `near`; `of` returns the streams of a slot.
    #[inline]
    fn decide(
        &mut self,
        candidates: usize,
        frame: Frame,
        found: &mut Vec<ClientId>,
        of: impl Fn(usize) -> Range<usize> + Copy,
    ) -> u64 {
        let Self { rule, max_streams, slots, streams, near, known, .. } = self;
        let (rule, max_streams) = (*rule, *max_streams);
        let (near, known) = (&mut near[..candidates], &mut known[..candidates]);
        let len = sift(near, known, |near| &streams[of(near.number as usize)], rule, frame);
        let begin = found.len();
        found.resize(begin + len, ClientId(0));
        let (heard, mut count, mut own) = (&mut found[begin..], 0, 0);
        for (Near { number, distance_squared }, place) in near[..len].iter().zip(&*known) {
            let number = *number as usize;
            let slot = &mut slots[number];
            if slot.id == frame.speaker {
                own = 1;
                continue;
            }
            let offer = frame.offer(*distance_squared);
            if choose(&mut streams[of(number)], &mut slot.used, max_streams, rule, *place, offer) {
                heard[count] = slot.id;
                count += 1;
            }
        }
        found.truncate(begin + count);
        (len - own - count) as u64
    }

    /// Whether one listener is to hear a frame.
    pub(super) fn reaches(&mut self, slot: u16, frame: Frame) -> bool {
        let at = self.grid.at(slot).and_then(|metres| Position::new(metres).ok());
        let (Some(from), Some(at)) = (frame.from, at) else { return frame.from.is_none() && at.is_none() };
        if self.slots[usize::from(slot)].id == frame.speaker {
            return true;
        }
        let streams = &mut self.streams[usize::from(slot) * self.blocks..][..self.blocks];
        let used = &mut self.slots[usize::from(slot)].used;
        let place = find(streams, frame.speaker);
        let offer = frame.offer(from.distance_squared(at));
        offer.distance_squared <= self.rule.far_squared
            && is_in_range(streams, place, self.rule, frame.now, offer.distance_squared)
            && choose(streams, used, self.max_streams, self.rule, place, offer)
    }
}

/// Keeps those in range, in order, with the slot of the speaker. Runs before the decisions and without any branches,
/// as a processor would mispredict them; the loop is so short that it waits for the memory of many at once. `of`
/// returns the streams of one of them.
#[inline]
fn sift<'s>(
    near: &mut [Near],
    known: &mut [u8],
    of: impl Fn(&Near) -> &'s [Streams],
    rule: Rule,
    frame: Frame,
) -> usize {
    let known = &mut known[..near.len()];
    let mut len = 0;
    for index in 0..near.len() {
        let here = near[index];
        let streams = of(&here);
        let place = find(streams, frame.speaker);
        near[len] = here;
        known[len] = place;
        len += usize::from(is_in_range(streams, place, rule, frame.now, here.distance_squared));
    }
    len
}

impl Frame {
    #[inline]
    fn offer(&self, distance_squared: f32) -> Offer {
        let Self { speaker, now, power, is_speech, .. } = *self;
        Offer { speaker, now, distance_squared, power, is_speech }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zone_is_empty_when_the_last_listener_here_and_elsewhere_has_left() {
        let mut zone = Zone::new(ProximitySettings::new(20.0));
        assert!(zone.is_empty());
        let slots = [ClientId(1), ClientId(2)].map(|id| zone.enter(id, None));
        zone.enter_elsewhere(LinkId(7));
        let mut is_empty_after = |leave: &dyn Fn(&mut Zone)| {
            leave(&mut zone);
            zone.is_empty()
        };
        assert!(!is_empty_after(&|zone| zone.leave(slots[0])));
        assert!(!is_empty_after(&|zone| zone.leave(slots[1])));
        assert!(is_empty_after(&|zone| zone.leave_elsewhere(LinkId(7))));
    }
}
