//! The positions that the players of a world share.

use std::collections::BTreeMap;

use consonance_session::{ClientId, Position};

use crate::control::Place;

/// The known positions.
#[derive(Debug, Default)]
pub(super) struct PositionState {
    /// The player's own position, if it is shared.
    own: Option<Position>,
    /// The world that the player is in, whether its position is shared or not.
    world: Box<str>,
    /// Other players' positions; their names may not be known yet.
    others: BTreeMap<ClientId, Position>,
}

impl PositionState {
    pub(super) fn own(&self) -> Option<Position> {
        self.own
    }

    pub(super) fn world(&self) -> &str {
        &self.world
    }

    /// Takes the player's position from the page.
    pub(super) fn set_own(&mut self, place: &Place) {
        self.own = place.is_shared().then(|| place.position());
        if *self.world != *place.world() {
            self.world = place.world().into();
        }
    }

    /// Sets another player's position, or removes it. False if it was like this before.
    pub(super) fn set(&mut self, id: ClientId, position: Option<Position>) -> bool {
        let former = match position {
            Some(position) => self.others.insert(id, position),
            None => self.others.remove(&id),
        };
        former != position
    }

    pub(super) fn get(&self, id: ClientId) -> Option<Position> {
        self.others.get(&id).copied()
    }

    /// The players whose positions are known.
    pub(super) fn players(&self) -> Vec<ClientId> {
        self.others.keys().copied().collect()
    }

    /// Forgets all other players, as all ids belong to others from now on.
    pub(super) fn forget_others(&mut self) {
        self.others.clear();
    }
}
