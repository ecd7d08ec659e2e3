//! The cells in which a proximity trigger works, and under which conditions.

use std::collections::BTreeSet;
use std::fmt;
use std::time::Instant;

use super::blocked::{be_inside, pass};
use super::held::own_voice;
use super::{Blocked, Cell, FrameInput, Grid, Zone};
use crate::voice_chat::VoiceChat;

/// Where and when a proximity trigger works.
#[derive(Debug)]
#[non_exhaustive]
pub struct ProximityRules {
    /// The range of voices, and the players addressed. Changing it gives up all cells, and the same update takes new
    /// ones.
    pub grid: Grid,
    /// The cells that it may use; all of them by default.
    pub allow_cell: AllowCell,
    /// Tokens of which the player must [hold](VoiceChat::tokens) at least one; if empty, none is required (default).
    pub tokens: BTreeSet<String>,
    /// The zone in which it works; everywhere if `None` (default).
    pub zone: Option<Zone>,
}

impl ProximityRules {
    /// All cells of the grid, without conditions.
    pub fn new(grid: Grid) -> Self {
        Self { grid, allow_cell: AllowCell::default(), tokens: BTreeSet::new(), zone: None }
    }

    /// The cells around the local player that may be used at present.
    pub(super) fn cells(
        &self,
        voice: &VoiceChat,
        tick: &FrameInput,
        purpose: Purpose,
    ) -> Result<BTreeSet<Cell>, Blocked> {
        let is_muted = matches!(purpose, Purpose::Speaking { is_muted: true });
        let passes = pass(voice, is_muted, &self.tokens).inspect_err(|blocked| {
            if *blocked == Blocked::NoToken {
                self.note_missing_token(voice, tick, purpose);
            }
        });
        passes.and_then(|()| be_inside(self.zone.as_ref(), tick))?;
        let around = self.cells_around(tick)?.into_iter();
        Ok(around.filter(|cell| self.allow_cell.allows(*cell)).collect())
    }

    /// Notes a missing token, for diagnosing why nothing is heard: the rooms that would be used here.
    fn note_missing_token(&self, voice: &VoiceChat, tick: &FrameInput, purpose: Purpose) {
        let is_speaking = matches!(purpose, Purpose::Speaking { .. });
        let (now, missing) = (Instant::now(), own_voice(voice).missing_tokens());
        let note = |room| {
            let room = consonance_inspector::ChannelTarget::Room(room);
            missing.note(now, is_speaking, &room, &self.tokens);
        };
        match self.cells_around(tick) {
            Ok(around) => around.into_iter().for_each(|cell| note(self.grid.room_of(cell))),
            Err(_) => note(self.grid.room().to_owned()),
        }
    }

    fn cells_around(&self, tick: &FrameInput) -> Result<[Cell; 8], Blocked> {
        tick.position_m.and_then(|position_m| self.grid.cells_around(position_m)).ok_or(Blocked::NoPosition)
    }
}

/// What a trigger uses its cells for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Purpose {
    Speaking { is_muted: bool },
    Listening,
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
