//! One room where distance decides who hears whom.

use alloc::vec::Vec;

use consonance_wire::{ClientId, Position};

use super::grid::Grid;
use super::settings::ProximitySettings;
use super::streams::{Choice, FREE, Offer, Rule, Stream, choose};
use crate::listeners::Listeners;

/// The listeners of a room by place.
#[derive(Debug)]
pub(super) struct Zone {
    rule: Rule,
    max_streams: usize,
    /// Listeners that have a place; their numbers there are their slots.
    grid: Grid,
    slots: Vec<Slot>,
    /// Slots that nobody has.
    free: Vec<u32>,
    /// Whom each slot is sent: `max_streams` of them, one slot behind the other.
    streams: Vec<Stream>,
    /// Listeners without a place, who hear each other.
    nowhere: Listeners,
    listeners: usize,
}

#[derive(Clone, Copy, Debug)]
struct Slot {
    id: ClientId,
    /// Streams in use.
    used: u8,
}

/// A frame before anybody hears it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frame {
    pub(super) speaker: ClientId,
    /// Where its speaker is.
    pub(super) from: Option<Position>,
    /// Now, in ms, wrapping.
    pub(super) now: u32,
    /// The square of the channel's amplitude.
    pub(super) power: f32,
    /// Whether there is speech in it.
    pub(super) is_speech: bool,
}

impl Zone {
    pub(super) fn new(settings: ProximitySettings) -> Self {
        let settings = settings.bounded();
        // A little wider than anybody is heard, since places are rounded.
        let cell_m = settings.range_m * (1.0 + settings.hysteresis) * 1.01;
        Self {
            rule: Rule::new(settings),
            max_streams: settings.max_streams.into(),
            grid: Grid::new(cell_m),
            slots: Vec::new(),
            free: Vec::new(),
            streams: Vec::new(),
            nowhere: Listeners::default(),
            listeners: 0,
        }
    }

    /// One listener more; its slot until it leaves.
    pub(super) fn enter(&mut self, id: ClientId, place: Option<Position>) -> u32 {
        self.listeners += 1;
        let slot = self.free.pop().unwrap_or_else(|| {
            self.slots.push(Slot { id, used: 0 });
            self.streams.resize(self.slots.len() * self.max_streams, FREE);
            self.slots.len() as u32 - 1
        });
        self.slots[slot as usize] = Slot { id, used: 0 };
        self.place(slot, place);
        slot
    }

    pub(super) fn leave(&mut self, slot: u32) {
        self.listeners -= 1;
        self.grid.remove(slot);
        self.nowhere.remove(self.slots[slot as usize].id);
        self.free.push(slot);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.listeners == 0
    }

    /// A listener is somewhere else now, or nowhere.
    pub(super) fn place(&mut self, slot: u32, place: Option<Position>) {
        let Slot { id, used } = &mut self.slots[slot as usize];
        if let Some(at) = place {
            if self.grid.at(slot).is_none() {
                self.nowhere.remove(*id);
            }
            self.grid.put(slot, at);
        } else {
            *used = 0;
            self.grid.remove(slot);
            self.nowhere.insert(*id);
        }
    }

    /// Adds everybody who is to hear a frame to `found`; how many are in range, but hear enough others.
    pub(super) fn reach(&mut self, frame: Frame, found: &mut Vec<ClientId>) -> u64 {
        let Some(from) = frame.from else {
            found.extend_from_slice(self.nowhere.as_slice());
            return 0;
        };
        let Self { rule, max_streams, grid, slots, streams, .. } = self;
        let mut crowded = 0;
        grid.around(from, |number, at| {
            let distance_squared = from.distance_squared(at);
            if distance_squared > rule.far_squared {
                return;
            }
            let slot = &mut slots[number as usize];
            if slot.id == frame.speaker {
                return;
            }
            let streams = &mut streams[number as usize * *max_streams..][..*max_streams];
            match choose(streams, &mut slot.used, *rule, frame.offer(distance_squared)) {
                Choice::Heard => found.push(slot.id),
                Choice::Crowded => crowded += 1,
                Choice::OutOfRange => {}
            }
        });
        crowded
    }

    /// Whether one listener is to hear a frame.
    pub(super) fn reaches(&mut self, slot: u32, frame: Frame) -> bool {
        let (Some(from), Some(at)) = (frame.from, self.grid.at(slot)) else {
            return frame.from.is_none() && self.grid.at(slot).is_none();
        };
        let Slot { used, .. } = &mut self.slots[slot as usize];
        let streams = &mut self.streams[slot as usize * self.max_streams..][..self.max_streams];
        choose(streams, used, self.rule, frame.offer(from.distance_squared(at))) == Choice::Heard
    }
}

impl Frame {
    #[inline]
    fn offer(&self, distance_squared: f32) -> Offer {
        let Self { speaker, now, power, is_speech, .. } = *self;
        Offer { speaker, now, distance_squared, power, is_speech }
    }
}
