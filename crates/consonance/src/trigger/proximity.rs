//! Speaking and listening to players nearby, by a grid of rooms.

use std::collections::{BTreeMap, BTreeSet};

use consonance_session::{ChannelProperties, Priority, Target};

use super::blocked::waits_for;
use super::cell_rooms::CellRooms;
use super::held::{HeldChannel, HeldRoom};
use super::proximity_rules::{ProximityRules, Purpose};
use super::{Blocked, Cell, FrameInput, Grid, TriggerActivation};
use crate::channel::{ChannelActivation, ChannelSettings};
use crate::voice_chat::VoiceChat;

/// Speaks to players nearby with a [`ProximityReceiptTrigger`] of the same grid, or the original's equivalent.
///
/// The voice is positional; the [listener](crate::VoicePlayback::set_spatial) determines how it is attenuated with
/// distance.
#[derive(Debug)]
pub struct ProximityBroadcastTrigger {
    /// The cells that it speaks to, and the conditions. Changing the grid closes all channels.
    pub rules: ProximityRules,
    /// When it transmits (default: while speech is detected).
    pub activation: TriggerActivation,
    /// The channel's priority (default [`Priority::Default`]); `None` is the player's own priority.
    pub priority: Option<Priority>,
    /// Whether all channels are closed at once (default false).
    pub muted: bool,
    cells: Cells<HeldChannel>,
    /// Channels of cells left behind, until earlier speech has been sent.
    leaving: Vec<HeldChannel>,
    blocked: Option<Blocked>,
}

impl ProximityBroadcastTrigger {
    /// A trigger with every setting at its default.
    pub fn new(grid: Grid) -> Self {
        Self {
            cells: Cells::new(&grid),
            rules: ProximityRules::new(grid),
            activation: TriggerActivation::default(),
            priority: Some(Priority::Default),
            muted: false,
            leaving: Vec::new(),
            blocked: Some(Blocked::NoChat),
        }
    }

    /// Mutes or unmutes it.
    pub fn toggle_mute(&mut self) {
        self.muted = !self.muted;
    }

    /// Applies the settings for this frame of the game.
    pub fn update(&mut self, voice: &VoiceChat, tick: &FrameInput) {
        let around = match self.rules.cells(voice, tick, Purpose::Speaking { is_muted: self.muted }) {
            Ok(around) => around,
            Err(blocked) => {
                self.cells.held.clear();
                self.leaving.clear();
                self.blocked = Some(blocked);
                return;
            }
        };
        let properties = ChannelProperties { positional: true, priority: self.priority, amplitude: 1.0 };
        let activation = self.activation.of_channel(tick.push_to_talk);
        let settings = ChannelSettings { properties, activation, ..ChannelSettings::default() };
        self.leaving.retain(|held| held.is_of(voice) && (held.state().is_open || !held.is_shut()));
        self.cells.held.retain(|_, held| held.is_of(voice));
        let left = self.cells.move_to(&self.rules.grid, &around, |room| {
            HeldChannel::open(voice, Target::Room(room.into()), settings)
        });
        // If a player has left more cells than it can have walked through, the oldest are dropped.
        self.leaving.extend(left);
        self.leaving.drain(..self.leaving.len().saturating_sub(LEAVING_MAX));
        for held in &mut self.leaving {
            held.set_activation(ChannelActivation::Closed);
        }
        for held in self.cells.held.values_mut() {
            held.set(settings);
        }
        let is_open = self.is_transmitting();
        self.blocked = (!is_open).then(|| waits_for(self.activation, tick, voice));
    }

    /// Whether the local voice is currently sent over it, as of the last update.
    pub fn is_transmitting(&self) -> bool {
        self.cells.held.values().any(|held| held.state().is_open)
    }

    /// Whether it would transmit if the player spoke, as of the last update.
    pub fn can_trigger(&self) -> bool {
        self.blocked.is_none_or(Blocked::is_waiting)
    }

    /// Why it does not transmit, as of the last update; `None` if it does.
    pub fn blocked(&self) -> Option<Blocked> {
        self.blocked
    }

    /// The cells that it speaks to, as of the last update.
    pub fn cells(&self) -> impl ExactSizeIterator<Item = Cell> {
        self.cells.held.keys().copied()
    }
}

/// Listens to players nearby with a [`ProximityBroadcastTrigger`] of the same grid, or the original's equivalent.
#[derive(Debug)]
pub struct ProximityReceiptTrigger {
    /// The cells that it listens to, and the conditions. Changing the grid leaves all rooms.
    pub rules: ProximityRules,
    cells: Cells<HeldRoom>,
    blocked: Option<Blocked>,
}

impl ProximityReceiptTrigger {
    /// A trigger with every setting at its default.
    pub fn new(grid: Grid) -> Self {
        Self { cells: Cells::new(&grid), rules: ProximityRules::new(grid), blocked: Some(Blocked::NoChat) }
    }

    /// Applies the settings for this frame of the game.
    pub fn update(&mut self, voice: &VoiceChat, tick: &FrameInput) {
        let around = match self.rules.cells(voice, tick, Purpose::Listening) {
            Ok(around) => around,
            Err(blocked) => {
                self.cells.held.clear();
                self.blocked = Some(blocked);
                return;
            }
        };
        self.cells.held.retain(|_, held| held.is_of(voice));
        drop(self.cells.move_to(&self.rules.grid, &around, |room| HeldRoom::join(voice, room)));
        let any = |is_so: fn(&HeldRoom) -> bool| self.cells.held.values().any(is_so);
        self.blocked = if any(HeldRoom::is_taken_out) {
            Some(Blocked::TakenOut)
        } else {
            any(HeldRoom::is_without_place).then_some(Blocked::NoPlace)
        };
    }

    /// Why it does not listen, or not to all of its cells, as of the last update; `None` if it does.
    pub fn blocked(&self) -> Option<Blocked> {
        self.blocked
    }

    /// The cells that it listens to, as of the last update.
    pub fn cells(&self) -> impl ExactSizeIterator<Item = Cell> {
        self.cells.held.keys().copied()
    }
}

/// The most channels that may still send earlier speech.
const LEAVING_MAX: usize = 16;

/// Items held for the cells of a grid.
#[derive(Debug)]
struct Cells<T> {
    grid: Grid,
    held: BTreeMap<Cell, T>,
    rooms: CellRooms,
}

impl<T> Cells<T> {
    fn new(grid: &Grid) -> Self {
        Self { grid: grid.clone(), held: BTreeMap::new(), rooms: CellRooms::default() }
    }

    /// Acquires missing items, and then releases surplus ones. A failed acquisition is retried the next time.
    fn move_to(
        &mut self,
        grid: &Grid,
        around: &BTreeSet<Cell>,
        mut take: impl FnMut(&str) -> Option<T>,
    ) -> Vec<T> {
        let mut left = Vec::new();
        if self.grid != *grid {
            left.extend(std::mem::take(&mut self.held).into_values());
            *self = Self::new(grid);
        }
        for &cell in around {
            if !self.held.contains_key(&cell)
                && let Some(taken) = take(self.rooms.name(grid, cell))
            {
                self.held.insert(cell, taken);
            }
        }
        left.extend(self.held.extract_if(.., |cell, _| !around.contains(cell)).map(|(_, held)| held));
        left
    }
}
