//! Who stands near a place: a uniform grid over an endless world, in memory that follows the number of points.
//!
//! Cells are kept in the buckets of a hash table (Teschner et al. 2003, "Optimized Spatial Hashing"), each a chain of
//! points, so that moving one allocates nothing, wherever all of them go.
//! The hash is linear, and chosen so that the 27 cells around a place never share a bucket.

use alloc::vec::Vec;

use consonance_wire::Position;

/// Points in cells as wide as the farthest distance that is asked for. The caller numbers them, without large gaps.
#[derive(Debug)]
pub(super) struct Grid {
    cells_per_metre: f32,
    /// The first point of each bucket: one bucket, or a power of two of them from [`FEWEST_BUCKETS`] up.
    first: Vec<u32>,
    points: Vec<Point>,
    len: usize,
}

#[derive(Clone, Copy, Debug)]
struct Point {
    at: Position,
    next: u32,
    previous: u32,
    /// [`NONE`] if the number is free.
    bucket: u32,
}

/// No point has this number, and no bucket.
const NONE: u32 = u32::MAX;
/// Up to so many points are looked through one by one.
const FEW_POINTS: usize = 32;
/// With so many or more, no two cells of a neighbourhood share a bucket.
const FEWEST_BUCKETS: usize = 128;
/// So many points share a bucket at most, on average.
const POINTS_PER_BUCKET: usize = 2;
/// What a step along the second and the third axis adds to the number of a bucket. Modulo 128 these are 5 and 25, so the
/// sums of steps from −2 to 2 differ, in this and in every larger table; the upper bits spread the world over the table.
const SECOND_AXIS: u32 = 0x9e37_7985;
const THIRD_AXIS: u32 = 0x85eb_ca19;

impl Grid {
    pub(super) fn new(cell_m: f32) -> Self {
        Self { cells_per_metre: 1.0 / cell_m, first: alloc::vec![NONE], points: Vec::new(), len: 0 }
    }

    /// Where a point is, if it is in the grid.
    pub(super) fn at(&self, number: u32) -> Option<Position> {
        self.points.get(number as usize).filter(|point| point.bucket != NONE).map(|point| point.at)
    }

    /// Puts a point into the grid, or moves it.
    pub(super) fn put(&mut self, number: u32, at: Position) {
        let index = number as usize;
        if index >= self.points.len() {
            let free = Point { at, next: NONE, previous: NONE, bucket: NONE };
            self.points.resize(index + 1, free);
        }
        let before = self.points[index].bucket;
        if before == NONE {
            self.len += 1;
            self.fit();
        }
        let bucket = self.bucket_of(self.cell_of(at));
        self.points[index].at = at;
        if before != bucket {
            self.unlink(number);
            self.link(number, bucket);
        }
    }

    /// Takes a point out, if it is there.
    pub(super) fn remove(&mut self, number: u32) {
        if self.at(number).is_some() {
            self.unlink(number);
            self.len -= 1;
            self.fit();
        }
    }

    /// Calls `visit` with the number and the place of every point within a cell's width of a place, once each, and with
    /// others.
    #[inline]
    pub(super) fn around(&self, at: Position, mut visit: impl FnMut(u32, Position)) {
        if self.first.len() == 1 {
            return self.walk(0, &mut visit);
        }
        let [x, y, z] = self.cell_of(at);
        for z in z - 1..=z + 1 {
            for y in y - 1..=y + 1 {
                for x in x - 1..=x + 1 {
                    self.walk(self.bucket_of([x, y, z]), &mut visit);
                }
            }
        }
    }

    #[inline]
    fn walk(&self, bucket: u32, visit: &mut impl FnMut(u32, Position)) {
        let mut number = self.first[bucket as usize];
        while let Some(point) = self.points.get(number as usize) {
            visit(number, point.at);
            number = point.next;
        }
    }

    /// Far within an `i32`: no place is 10⁷ m away, and no cell narrower than 0.1 m.
    fn cell_of(&self, at: Position) -> [i32; 3] {
        at.metres().map(|metres| {
            let scaled = metres * self.cells_per_metre;
            // Rounded towards zero, and from there down, as `core` has no `floor`.
            let whole = scaled as i32;
            whole - i32::from(whole as f32 > scaled)
        })
    }

    fn bucket_of(&self, [x, y, z]: [i32; 3]) -> u32 {
        let across = (y as u32).wrapping_mul(SECOND_AXIS).wrapping_add((z as u32).wrapping_mul(THIRD_AXIS));
        (x as u32).wrapping_add(across) & (self.first.len() as u32 - 1)
    }

    fn link(&mut self, number: u32, bucket: u32) {
        let next = core::mem::replace(&mut self.first[bucket as usize], number);
        let point = &mut self.points[number as usize];
        (point.next, point.previous, point.bucket) = (next, NONE, bucket);
        if let Some(next) = self.points.get_mut(next as usize) {
            next.previous = number;
        }
    }

    fn unlink(&mut self, number: u32) {
        let Point { next, previous, bucket, .. } = self.points[number as usize];
        if bucket == NONE {
            return;
        }
        self.points[number as usize].bucket = NONE;
        if let Some(next) = self.points.get_mut(next as usize) {
            next.previous = previous;
        }
        match self.points.get_mut(previous as usize) {
            Some(previous) => previous.next = next,
            None => self.first[bucket as usize] = next,
        }
    }

    /// Changes the number of buckets if the number of points asks for it.
    fn fit(&mut self) {
        let wanted = match self.len {
            0..=FEW_POINTS => 1,
            len => (len / POINTS_PER_BUCKET).next_power_of_two().max(FEWEST_BUCKETS),
        };
        // Shrinks late, so that one who comes and goes does not move everybody each time.
        if wanted > self.first.len() || wanted < self.first.len() / 4 {
            self.first = alloc::vec![NONE; wanted];
            for number in 0..self.points.len() as u32 {
                let Point { at, bucket, .. } = self.points[number as usize];
                if bucket != NONE {
                    self.link(number, self.bucket_of(self.cell_of(at)));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::collections::BTreeMap;
    use proptest::prelude::*;

    fn place(metres: [f32; 3]) -> Position {
        Position::new(metres).unwrap()
    }

    fn grid_of(points: usize, cell_m: f32, at: impl Fn(usize) -> [f32; 3]) -> Grid {
        let mut grid = Grid::new(cell_m);
        (0..points).for_each(|number| grid.put(number as u32, place(at(number))));
        grid
    }

    #[test]
    fn no_two_cells_of_a_neighbourhood_share_a_bucket() {
        for points in [33, 300, 5000, 60_000] {
            let grid = grid_of(points, 1.0, |number| [number as f32, 0.0, 0.0]);
            let mut buckets: Vec<_> =
                (0..27).map(|cell| grid.bucket_of([cell % 3 - 1, cell / 3 % 3 - 1, cell / 9 - 1])).collect();
            buckets.sort_unstable();
            buckets.dedup();
            assert_eq!(buckets.len(), 27, "{} buckets", grid.first.len());
        }
    }

    #[test]
    fn worlds_of_any_shape_spread_over_the_table() {
        let shapes: [fn(usize) -> [f32; 3]; 5] = [
            |n| [n as f32, 0.0, 0.0],
            |n| [0.0, n as f32, 0.0],
            |n| [(n % 128) as f32, 0.0, (n / 128) as f32],
            |n| [(n % 128) as f32, (n / 128) as f32, 7.0],
            |n| [(n % 25) as f32, (n / 25 % 25) as f32, (n / 625) as f32],
        ];
        for (shape, at) in shapes.into_iter().enumerate() {
            let grid = grid_of(16_384, 1.0, at);
            let mut loads = BTreeMap::<u32, usize>::new();
            grid.points.iter().for_each(|point| *loads.entry(point.bucket).or_default() += 1);
            let most = loads.values().max().copied().unwrap_or(0);
            assert!(most <= 8, "shape {shape}: {most} cells share a bucket, on average 2");
        }
    }

    #[test]
    fn a_grid_that_empties_gives_its_table_back() {
        let mut grid = grid_of(10_000, 1.0, |number| [number as f32, 0.0, 0.0]);
        assert_eq!(grid.first.len(), 8192);
        (0..10_000).for_each(|number| grid.remove(number));
        assert_eq!((grid.first.len(), grid.len), (1, 0));
    }

    #[derive(Clone, Debug)]
    enum Step {
        Put(u32, [f32; 3]),
        Remove(u32),
        Around([f32; 3]),
    }

    fn steps() -> impl Strategy<Value = Vec<Step>> {
        let metres = || prop::array::uniform3(prop_oneof![-60.0_f32..60.0, -1e7_f32..1e7, Just(0.0)]);
        let step = prop_oneof![
            6 => (0_u32..80, metres()).prop_map(|(number, at)| Step::Put(number, at)),
            1 => (0_u32..80).prop_map(Step::Remove),
            3 => metres().prop_map(Step::Around),
        ];
        prop::collection::vec(step, 0..400)
    }

    proptest! {
        #[test]
        fn whoever_is_within_a_cells_width_is_visited_once(steps in steps(), cell_m in 0.1_f32..50.0) {
            let mut grid = Grid::new(cell_m);
            let mut points = BTreeMap::new();
            for step in steps {
                match step {
                    Step::Put(number, at) => {
                        grid.put(number, place(at));
                        points.insert(number, place(at));
                    }
                    Step::Remove(number) => {
                        grid.remove(number);
                        points.remove(&number);
                    }
                    Step::Around(at) => {
                        let mut visits = BTreeMap::<u32, usize>::new();
                        grid.around(place(at), |number, there| {
                            *visits.entry(number).or_default() += 1;
                            assert_eq!(points[&number], there);
                        });
                        assert!(visits.values().all(|times| *times == 1));
                        for (number, there) in &points {
                            // Floating point rounds where two cells meet.
                            let is_near = there.distance_squared(place(at)) < cell_m * cell_m * 0.999;
                            assert!(!is_near || visits.contains_key(number), "{number} at {there:?}");
                        }
                    }
                }
            }
        }
    }
}
