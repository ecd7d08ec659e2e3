//! The grid used for proximity: the world divided into cubes, with a room for each.

use std::fmt;

/// The name and the size of a grid. A speaker and a listener must have both in common; this includes players of the
/// original.
///
/// The cubes are twice the range wide, and a player speaks or listens in all those that a box of the range around it
/// touches. So a player within twice the range along every axis is always heard, and one four times as far away along
/// one axis never is; in between it depends on the grid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grid {
    room: String,
    range_m: u8,
}

/// Why a grid is invalid.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum GridError {
    /// The range is too small or too large.
    #[error("invalid range {range_m}, expected 1 to 100")]
    Range {
        /// The range.
        range_m: u32,
    },
    /// The name of its rooms is empty or too long.
    #[error(
        "a grid's name must have 1 to {} bytes, and this one has {bytes}: choose another one",
        Grid::ROOM_BYTES_MAX
    )]
    Room {
        /// The length in bytes.
        bytes: usize,
    },
}

impl GridError {
    /// An error code for logs and bindings: unlike the text, it does not change.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Range { .. } => "range",
            Self::Room { .. } => "room",
        }
    }
}

impl Grid {
    /// The longest name, so that the names of its rooms stay within their limit.
    pub const ROOM_BYTES_MAX: usize = 64;

    /// A grid with a name and a range in metres, 1 to 100.
    ///
    /// # Errors
    /// If the name or the range is invalid.
    pub fn new(room: impl Into<String>, range_m: u32) -> Result<Self, GridError> {
        let room = room.into();
        if room.is_empty() || room.len() > Self::ROOM_BYTES_MAX {
            return Err(GridError::Room { bytes: room.len() });
        }
        match u8::try_from(range_m) {
            Ok(range_m @ 1..=100) => Ok(Self { room, range_m }),
            _ => Err(GridError::Range { range_m }),
        }
    }

    /// The prefix of the names of all its rooms.
    pub fn room(&self) -> &str {
        &self.room
    }

    /// At least half of a voice's reach, in metres: see above.
    pub fn range_m(&self) -> u32 {
        self.range_m.into()
    }

    /// The cells that a box around a position touches, each axis upwards, the last one fastest. `None` if the position
    /// is too far out, or not finite.
    pub fn cells_around(&self, position_m: [f32; 3]) -> Option<[Cell; 8]> {
        let range = f64::from(self.range_m);
        let mut low = [0; 3];
        for (low, position) in low.iter_mut().zip(position_m) {
            let first = ((f64::from(position) - range) / (2.0 * range)).floor();
            // Also rejects NaN.
            if !(-FARTHEST..FARTHEST).contains(&first) {
                return None;
            }
            *low = first as i32;
        }
        let [x, y, z] = low;
        Some(std::array::from_fn(|n| {
            let n = n as i32;
            Cell { x: x + (n >> 2), y: y + ((n >> 1) & 1), z: z + (n & 1) }
        }))
    }

    /// The room of a cell, named like the original's.
    pub fn room_of(&self, cell: Cell) -> String {
        format!("{} {{X:{},Y:{},Z:{},R:{}}}", self.room, cell.x, cell.y, cell.z, self.range_m)
    }
}

impl Default for Grid {
    /// As in the original: `GridProximityChat`, 10 m.
    fn default() -> Self {
        Self { room: "GridProximityChat".into(), range_m: 10 }
    }
}

/// Cells farther out than this have no number.
const FARTHEST: f64 = (1_u32 << 30) as f64;

/// A cube of a [`Grid`], counted from the origin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cell {
    /// Along the first axis.
    pub x: i32,
    /// Along the second one.
    pub y: i32,
    /// Along the third one.
    pub z: i32,
}

impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "({}, {}, {})", self.x, self.y, self.z)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn cells(grid: &Grid, position_m: [f32; 3]) -> BTreeSet<Cell> {
        grid.cells_around(position_m).into_iter().flatten().collect()
    }

    #[test]
    fn rooms_are_named_as_the_original_names_them() {
        let grid = Grid::default();
        assert_eq!(grid.room_of(Cell { x: 0, y: -1, z: 2 }), "GridProximityChat {X:0,Y:-1,Z:2,R:10}");
        let grid = Grid::new("near", 100).unwrap();
        assert_eq!(grid.room_of(Cell { x: -12, y: 0, z: 345 }), "near {X:-12,Y:0,Z:345,R:100}");
    }

    #[test]
    fn a_box_around_a_position_touches_two_cells_along_every_axis() {
        let cells = cells(&Grid::default(), [5.0, -5.0, 45.0]);
        assert_eq!(cells.len(), 8);
        for cell in cells {
            assert!((-1..=0).contains(&cell.x) && (-1..=0).contains(&cell.y) && (1..=2).contains(&cell.z));
        }
    }

    #[test]
    fn a_box_that_ends_on_a_border_touches_the_cell_behind_it() {
        let along_x = |x: f32| {
            let cells = Grid::default().cells_around([x, 5.0, 5.0]).unwrap();
            (cells[0].x, cells[7].x)
        };
        assert_eq!(along_x(10.0), (0, 1), "from 0 to 20");
        assert_eq!(along_x(-10.0), (-1, 0), "from -20 to 0");
        assert_eq!(along_x(9.99), (-1, 0));
        assert_eq!(along_x(-10.01), (-2, -1));
        assert_eq!(along_x(-30.0), (-2, -1), "from -40 to -20");
    }

    #[test]
    fn there_are_no_cells_nowhere_and_too_far_out() {
        let grid = Grid::new("near", 1).unwrap();
        for wrong in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, f32::MAX, f32::MIN, 3e9, -3e9] {
            for axis in 0..3 {
                let mut position = [0.0; 3];
                position[axis] = wrong;
                assert_eq!(grid.cells_around(position), None, "{wrong}");
            }
        }
        assert!(grid.cells_around([2e9, -2e9, 0.0]).is_some());
    }

    #[test]
    fn a_grid_has_a_name_and_a_range_within_limits() {
        for range_m in [0, 101, 256 + 10, u32::MAX] {
            assert_eq!(Grid::new("near", range_m), Err(GridError::Range { range_m }));
        }
        assert_eq!(Grid::new("", 10), Err(GridError::Room { bytes: 0 }));
        assert_eq!(Grid::new("x".repeat(65), 10), Err(GridError::Room { bytes: 65 }));
        let longest = Grid::new("x".repeat(64), 100).unwrap();
        let farthest = Cell { x: i32::MIN, y: i32::MIN, z: i32::MIN };
        assert!(longest.room_of(farthest).len() <= consonance_session::Limits::default().room_name_bytes);
    }

    proptest! {
        #[test]
        fn players_nearby_have_a_room_in_common_and_distant_ones_have_none(
            range_m in 1_u32..=100,
            here in prop::array::uniform3(-2_000.0_f32..2_000.0),
            way in prop::array::uniform3(-1.0_f32..1.0),
            axis in 0_usize..3,
        ) {
            let grid = Grid::new("near", range_m).unwrap();
            let at = |ranges: f32| std::array::from_fn(|i| here[i] + ranges * range_m as f32 * way[i]);
            let mine = cells(&grid, here);
            prop_assert!(!mine.is_disjoint(&cells(&grid, at(1.99))));
            let mut far = at(1.0);
            far[axis] = here[axis] + 4.01 * range_m as f32;
            prop_assert!(mine.is_disjoint(&cells(&grid, far)));
        }

        #[test]
        fn any_position_has_eight_cells_or_none(position: [f32; 3], range_m in 1_u32..=100) {
            let count = cells(&Grid::new("near", range_m).unwrap(), position).len();
            prop_assert!(count == 8 || count == 0);
        }
    }
}
