//! Speaking and listening to players nearby, by a grid of rooms.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::time::Instant;

use consonance_session::{ChannelProperties, Priority, Target};

use super::blocked::{be_inside, pass, waits_for};
use super::cell_rooms::CellRooms;
use super::held::{HeldChannel, HeldRoom, own_voice};
use super::{Blocked, Cell, FrameInput, Grid, TriggerActivation, Zone};
use crate::channel::{ChannelActivation, ChannelSettings};
use crate::voice_chat::VoiceChat;

/// Speaks to players nearby with a [`ProximityReceiptTrigger`] of the same grid, or the original's equivalent.
///
/// The voice is positional; the [listener](crate::VoicePlayback::set_spatial) determines how it is attenuated with
/// distance.
#[derive(Debug)]
pub struct ProximityBroadcastTrigger {
    /// The range of voices, and the players addressed. Changing it closes all channels, and the same update opens new
    /// ones.
    pub grid: Grid,
    /// When it transmits (default: while speech is detected).
    pub activation: TriggerActivation,
    /// The channel's priority (default [`Priority::Default`]); `None` is the player's own priority.
    pub priority: Option<Priority>,
    /// Whether all channels are closed at once (default false).
    pub muted: bool,
    /// Tokens of which the player must [hold](VoiceChat::tokens) at least one; if empty, none is required (default).
    pub tokens: BTreeSet<String>,
    /// The zone in which it works; everywhere if `None` (default).
    pub zone: Option<Zone>,
    /// The cells that it may speak to; all of them by default.
    pub allow_cell: AllowCell,
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
            grid,
            activation: TriggerActivation::default(),
            priority: Some(Priority::Default),
            muted: false,
            tokens: BTreeSet::new(),
            zone: None,
            allow_cell: AllowCell::default(),
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
        let passes = pass(voice, self.muted, &self.tokens).and_then(|()| be_inside(self.zone.as_ref(), tick));
        let around = match passes.and_then(|()| cells_around(&self.grid, tick)) {
            Ok(around) => around,
            Err(blocked) => {
                tell_missing_token(voice, blocked, true, &self.grid, tick, &self.tokens);
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
        let allowed = around.into_iter().filter(|cell| self.allow_cell.allows(*cell));
        let left = self.cells.move_to(&self.grid, &allowed.collect(), |room| {
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
    /// The range of voices, and the players addressed. Changing it leaves all rooms, and the same update joins new
    /// ones.
    pub grid: Grid,
    /// Tokens of which the player must [hold](VoiceChat::tokens) at least one; if empty, none is required (default).
    pub tokens: BTreeSet<String>,
    /// The zone in which it works; everywhere if `None` (default).
    pub zone: Option<Zone>,
    /// The cells that it may listen to; all of them by default.
    pub allow_cell: AllowCell,
    cells: Cells<HeldRoom>,
    blocked: Option<Blocked>,
}

impl ProximityReceiptTrigger {
    /// A trigger with every setting at its default.
    pub fn new(grid: Grid) -> Self {
        Self {
            cells: Cells::new(&grid),
            grid,
            tokens: BTreeSet::new(),
            zone: None,
            allow_cell: AllowCell::default(),
            blocked: Some(Blocked::NoChat),
        }
    }

    /// Applies the settings for this frame of the game.
    pub fn update(&mut self, voice: &VoiceChat, tick: &FrameInput) {
        let passes = pass(voice, false, &self.tokens).and_then(|()| be_inside(self.zone.as_ref(), tick));
        let around = match passes.and_then(|()| cells_around(&self.grid, tick)) {
            Ok(around) => around,
            Err(blocked) => {
                tell_missing_token(voice, blocked, false, &self.grid, tick, &self.tokens);
                self.cells.held.clear();
                self.blocked = Some(blocked);
                return;
            }
        };
        self.cells.held.retain(|_, held| held.is_of(voice));
        let allowed = around.into_iter().filter(|cell| self.allow_cell.allows(*cell));
        drop(self.cells.move_to(&self.grid, &allowed.collect(), |room| HeldRoom::join(voice, room)));
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

/// The cells that a trigger may use, chosen by the game.
#[derive(Default)]
pub struct AllowCell(Option<Box<dyn Fn(Cell) -> bool + Send + Sync>>);

impl AllowCell {
    /// Allows the cells for which `rule` is true; called in every update.
    pub fn only(rule: impl Fn(Cell) -> bool + Send + Sync + 'static) -> Self {
        Self(Some(Box::new(rule)))
    }

    fn allows(&self, cell: Cell) -> bool {
        self.0.as_ref().is_none_or(|rule| rule(cell))
    }
}

impl fmt::Debug for AllowCell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "AllowCell(some)" } else { "AllowCell(all)" })
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

/// Notes a missing token, for diagnosing why nothing is heard: the rooms that it would use here.
fn tell_missing_token(
    voice: &VoiceChat,
    blocked: Blocked,
    is_speaking: bool,
    grid: &Grid,
    tick: &FrameInput,
    tokens: &BTreeSet<String>,
) {
    if blocked != Blocked::NoToken {
        return;
    }
    let (now, missing) = (Instant::now(), own_voice(voice).missing_tokens());
    let note =
        |room| missing.note(now, is_speaking, &consonance_inspector::ChannelTarget::Room(room), tokens);
    match cells_around(grid, tick) {
        Ok(around) => around.into_iter().for_each(|cell| note(grid.room_of(cell))),
        Err(_) => note(grid.room().to_owned()),
    }
}

fn cells_around(grid: &Grid, tick: &FrameInput) -> Result<[Cell; 8], Blocked> {
    tick.position_m.and_then(|position_m| grid.cells_around(position_m)).ok_or(Blocked::NoPosition)
}
