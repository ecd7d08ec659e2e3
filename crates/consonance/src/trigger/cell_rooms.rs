//! Cached names of cell rooms, for a player that moves back and forth.

use std::collections::BTreeMap;

use super::{Cell, Grid};

/// The most cached names; beyond that, all are forgotten.
const NAMES_MAX: usize = 128;

/// Names of the rooms of one grid.
#[derive(Debug, Default)]
pub(super) struct CellRooms {
    names: BTreeMap<Cell, String>,
}

impl CellRooms {
    /// The room of a cell. Another grid clears the cache.
    pub(super) fn name(&mut self, grid: &Grid, cell: Cell) -> &str {
        if self.names.len() >= NAMES_MAX && !self.names.contains_key(&cell) {
            self.names.clear();
        }
        self.names.entry(cell).or_insert_with(|| grid.room_of(cell))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn however_far_one_walks_no_more_names_are_kept() {
        let (grid, mut rooms) = (Grid::default(), CellRooms::default());
        for x in 0..1_000 {
            let cell = Cell { x, y: 0, z: 0 };
            assert_eq!(rooms.name(&grid, cell), grid.room_of(cell));
            assert!(rooms.names.len() <= NAMES_MAX);
        }
    }
}
