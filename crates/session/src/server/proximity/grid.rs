//! The points near a place: a uniform grid over an endless world, in memory that follows the number of points.
//!
//! Cells are kept in the buckets of a hash table (Teschner et al. 2003, "Optimized Spatial Hashing").
//! A bucket is a chain of chunks, so that looking around reads memory in a row, and moving a point allocates nothing,
//! wherever all of them go. A chunk is made of cache lines of four points: moving a point within its cell writes one of
//! them, and looking around reads only those with points.
//! The hash is linear, and chosen so that the 27 cells around a place never share a bucket.

use alloc::vec::Vec;

use consonance_wire::Position;

/// Points in cells as wide as the largest query distance. The caller numbers them, without large gaps.
#[derive(Debug)]
pub(super) struct Grid {
    cells_per_metre: f32,
    /// One, or a power of two of them from [`FEWEST_BUCKETS`] up.
    buckets: Vec<Bucket>,
    chunks: Vec<Chunk>,
    /// The chunk after each one, in its bucket or in the list of unused ones.
    next: Vec<u32>,
    /// The first unused chunk.
    spare: u32,
    /// Bounds of the cells with points; no point is in a cell below these, or above those: most worlds are flat.
    lowest: [i32; 3],
    highest: [i32; 3],
    /// The location of each point.
    locations: Vec<Location>,
    len: usize,
}

/// The points in some cells.
#[derive(Clone, Copy, Debug)]
struct Bucket {
    first: u32,
    /// The number of points in the first chunk; all later chunks are full.
    len: u32,
}

const EMPTY: Bucket = Bucket { first: NONE, len: 0 };

type Chunk = [Line; LINES];

/// A few points: a cache line.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
struct Line {
    /// NaN where there is no point, which is far from everywhere.
    axes: [[f32; LINE_POINTS]; 3],
    numbers: [u32; LINE_POINTS],
}

const NO_POINTS: Line = Line { axes: [[f32::NAN; LINE_POINTS]; 3], numbers: [0; LINE_POINTS] };

/// A point that is near enough.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Near {
    pub(super) number: u32,
    pub(super) distance_squared: f32,
}

#[derive(Clone, Copy, Debug)]
struct Location {
    /// [`NONE`] if the number is free.
    bucket: u32,
    chunk: u32,
    index: u32,
}

/// No bucket and no chunk has this number.
const NONE: u32 = u32::MAX;
const CHUNK_POINTS: usize = 16;
const LINE_POINTS: usize = 4;
const LINES: usize = CHUNK_POINTS / LINE_POINTS;
const NO_PLACE: [f32; 3] = [f32::NAN; 3];
/// Up to this many points are searched one by one.
const FEW_POINTS: usize = 32;
/// With this many or more, no two cells of a neighbourhood share a bucket.
const FEWEST_BUCKETS: usize = 128;
/// The maximum average number of points that share a bucket.
const POINTS_PER_BUCKET: usize = 2;
/// The amount that a step along the second and the third axis adds to the number of a bucket. Modulo 128 these are 5
/// and 25, so the sums of steps from −2 to 2 differ, in this and in every larger table; the upper bits spread the
/// world over the table.
const SECOND_AXIS: u32 = 0x9e37_7985;
const THIRD_AXIS: u32 = 0x85eb_ca19;

impl Grid {
    pub(super) fn new(cell_m: f32) -> Self {
        Self {
            cells_per_metre: 1.0 / cell_m,
            buckets: alloc::vec![EMPTY],
            chunks: Vec::new(),
            next: Vec::new(),
            spare: NONE,
            lowest: [i32::MAX; 3],
            highest: [i32::MIN; 3],
            locations: Vec::new(),
            len: 0,
        }
    }

    /// The position of a point, if it is in the grid.
    pub(super) fn at(&self, number: u16) -> Option<[f32; 3]> {
        let location = self.locations.get(usize::from(number)).filter(|location| location.bucket != NONE)?;
        let (line, index) = split(location.index);
        Some(self.chunks[location.chunk as usize][line].axes.map(|axis| axis[index]))
    }

    /// Whether a point is in the grid.
    pub(super) fn holds(&self, number: u16) -> bool {
        self.locations.get(usize::from(number)).is_some_and(|location| location.bucket != NONE)
    }

    /// Inserts or moves a point.
    pub(super) fn put(&mut self, number: u16, at: Position) {
        let index = usize::from(number);
        if index >= self.locations.len() {
            self.locations.resize(index + 1, Location { bucket: NONE, chunk: 0, index: 0 });
        }
        let at = at.metres();
        let Location { bucket: before, chunk, index } = self.locations[index];
        if before == NONE {
            self.len += 1;
            self.fit();
        }
        let cell = self.cell_of(at);
        let bucket = self.bucket_of(cell);
        self.widen(cell);
        if before == bucket {
            self.set(chunk, index, number, at);
            return;
        }
        self.take_out(number);
        self.put_into(bucket, number, at);
    }

    /// Removes a point, if it is there.
    pub(super) fn remove(&mut self, number: u16) {
        if self.holds(number) {
            self.take_out(number);
            self.len -= 1;
            self.fit();
        }
    }

    /// Finds every point whose squared distance to a place is at most `squared`, once; writes them to the beginning of
    /// `near`, which is extended as needed, and returns their number. The distance must be less than the width of a
    /// cell.
    pub(super) fn around(&self, at: Position, squared: f32, near: &mut Vec<Near>) -> usize {
        let at = at.metres();
        if self.buckets.len() == 1 {
            return self.walk(0, at, squared, near, 0);
        }
        let (cell, mut len) = (self.cell_of(at), 0);
        let beside =
            |axis: usize| (cell[axis] - 1).max(self.lowest[axis])..=(cell[axis] + 1).min(self.highest[axis]);
        for z in beside(2) {
            for y in beside(1) {
                for x in beside(0) {
                    len = self.walk(self.bucket_of([x, y, z]), at, squared, near, len);
                }
            }
        }
        len
    }

    #[inline]
    fn walk(&self, bucket: u32, from: [f32; 3], squared: f32, near: &mut Vec<Near>, mut len: usize) -> usize {
        let Bucket { first: mut number, len: mut points } = self.buckets[bucket as usize];
        while let Some(chunk) = self.chunks.get(number as usize) {
            if near.len() < len + CHUNK_POINTS {
                near.resize(len + CHUNK_POINTS, Near::default());
            }
            let lines = &chunk[..(points as usize).div_ceil(LINE_POINTS)];
            len += search(lines, from, squared, &mut near[len..]);
            (number, points) = (self.next[number as usize], CHUNK_POINTS as u32);
        }
        len
    }

    /// The cell of a position, far within an `i32`: no place is 10⁷ m away, and no cell narrower than 0.1 m.
    fn cell_of(&self, at: [f32; 3]) -> [i32; 3] {
        at.map(|metres| {
            let scaled = metres * self.cells_per_metre;
            // Truncate, then round down, as `core` has no `floor`.
            let whole = scaled as i32;
            whole - i32::from(whole as f32 > scaled)
        })
    }

    /// Extends the bounds to this cell.
    #[inline]
    fn widen(&mut self, cell: [i32; 3]) {
        for ((lowest, highest), cell) in self.lowest.iter_mut().zip(&mut self.highest).zip(cell) {
            (*lowest, *highest) = ((*lowest).min(cell), (*highest).max(cell));
        }
    }

    fn bucket_of(&self, [x, y, z]: [i32; 3]) -> u32 {
        let across = (y as u32).wrapping_mul(SECOND_AXIS).wrapping_add((z as u32).wrapping_mul(THIRD_AXIS));
        (x as u32).wrapping_add(across) & (self.buckets.len() as u32 - 1)
    }

    fn put_into(&mut self, bucket: u32, number: u16, at: [f32; 3]) {
        let Bucket { first, len } = self.buckets[bucket as usize];
        let (chunk, index) = match len as usize {
            0 | CHUNK_POINTS => (self.add_chunk(first), 0),
            _ => (first, len),
        };
        self.buckets[bucket as usize] = Bucket { first: chunk, len: index + 1 };
        self.set(chunk, index, number, at);
        self.locations[usize::from(number)] = Location { bucket, chunk, index };
    }

    /// Fills the gap with the last point of the first chunk.
    fn take_out(&mut self, number: u16) {
        let Location { bucket, chunk, index } = self.locations[usize::from(number)];
        if bucket == NONE {
            return;
        }
        self.locations[usize::from(number)].bucket = NONE;
        let Bucket { first, len } = self.buckets[bucket as usize];
        let (line, place) = split(len - 1);
        let last = &mut self.chunks[first as usize][line];
        let (filler, at) = (last.numbers[place] as u16, last.axes.map(|axis| axis[place]));
        last.set(place, filler, NO_PLACE);
        self.buckets[bucket as usize].len = len - 1;
        if len == 1 {
            let rest = core::mem::replace(&mut self.next[first as usize], self.spare);
            self.spare = first;
            let len = if rest == NONE { 0 } else { CHUNK_POINTS as u32 };
            self.buckets[bucket as usize] = Bucket { first: rest, len };
        }
        if filler != number {
            self.set(chunk, index, filler, at);
            self.locations[usize::from(filler)] = Location { bucket, chunk, index };
        }
    }

    /// An empty chunk in front of another one.
    fn add_chunk(&mut self, next: u32) -> u32 {
        let number = self.spare;
        if let Some(spare) = self.next.get_mut(number as usize) {
            self.spare = core::mem::replace(spare, next);
            return number;
        }
        self.chunks.push([NO_POINTS; LINES]);
        self.next.push(next);
        self.chunks.len() as u32 - 1
    }

    fn set(&mut self, chunk: u32, index: u32, number: u16, at: [f32; 3]) {
        let (line, index) = split(index);
        self.chunks[chunk as usize][line].set(index, number, at);
    }

    /// Changes the number of buckets if the number of points requires it.
    fn fit(&mut self) {
        let wanted = match self.len {
            0..=FEW_POINTS => 1,
            len => (len / POINTS_PER_BUCKET).next_power_of_two().max(FEWEST_BUCKETS),
        };
        // Shrinks late, so that one point that is added and removed repeatedly does not rehash all others each time.
        if wanted > self.buckets.len() || wanted < self.buckets.len() / 4 {
            let points: Vec<_> = (0..self.locations.len())
                .filter_map(|number| Some((number as u16, self.at(number as u16)?)))
                .collect();
            self.buckets = alloc::vec![EMPTY; wanted];
            (self.chunks, self.next, self.spare) = (Vec::new(), Vec::new(), NONE);
            (self.lowest, self.highest) = ([i32::MAX; 3], [i32::MIN; 3]);
            for (number, at) in points {
                let cell = self.cell_of(at);
                self.widen(cell);
                self.put_into(self.bucket_of(cell), number, at);
            }
        }
    }
}

/// The line of a chunk in which a point is, and its index there.
fn split(index: u32) -> (usize, usize) {
    (index as usize / LINE_POINTS, index as usize % LINE_POINTS)
}

/// Collects the points that are near enough. That is practically random, so branches would be mispredicted again and
/// again: each point is written, and overwritten by the next one unless it is near enough.
#[inline]
fn search(lines: &[Line], from: [f32; 3], squared: f32, near: &mut [Near]) -> usize {
    let near = &mut near[..CHUNK_POINTS];
    let mut distances = [[0.0; LINE_POINTS]; LINES];
    measure(lines, from, &mut distances);
    let mut len = 0;
    for (line, distances) in lines.iter().zip(distances) {
        for (distance_squared, number) in distances.into_iter().zip(line.numbers) {
            near[len % CHUNK_POINTS] = Near { number, distance_squared };
            len += usize::from(distance_squared <= squared);
        }
    }
    len
}

/// The squared distances, in a function of its own, so that the compiler can compute several at a time.
#[inline(never)]
fn measure(lines: &[Line], from: [f32; 3], distances: &mut [[f32; LINE_POINTS]; LINES]) {
    for (line, distances) in lines.iter().zip(distances) {
        let [x, y, z] = &line.axes;
        for (index, distance) in distances.iter_mut().enumerate() {
            let away = [from[0] - x[index], from[1] - y[index], from[2] - z[index]];
            *distance = away[0] * away[0] + away[1] * away[1] + away[2] * away[2];
        }
    }
}

impl Line {
    fn set(&mut self, index: usize, number: u16, at: [f32; 3]) {
        self.numbers[index] = number.into();
        for (axis, at) in self.axes.iter_mut().zip(at) {
            axis[index] = at;
        }
    }
}

#[cfg(test)]
mod tests;
