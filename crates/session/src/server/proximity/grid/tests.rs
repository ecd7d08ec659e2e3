//! Points, buckets and neighbours.

use alloc::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

fn place(metres: [f32; 3]) -> Position {
    Position::new(metres).unwrap()
}

fn grid_of(points: usize, cell_m: f32, at: impl Fn(usize) -> [f32; 3]) -> Grid {
    let mut grid = Grid::new(cell_m);
    (0..points).for_each(|number| grid.put(number as u16, place(at(number))));
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
        assert_eq!(buckets.len(), 27, "{} buckets", grid.buckets.len());
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
        grid.locations.iter().for_each(|point| *loads.entry(point.bucket).or_default() += 1);
        let most = loads.values().max().copied().unwrap_or(0);
        assert!(most <= 8, "shape {shape}: {most} cells share a bucket, on average 2");
    }
}

#[test]
fn a_grid_that_empties_gives_its_table_back() {
    let mut grid = grid_of(10_000, 1.0, |number| [number as f32, 0.0, 0.0]);
    assert_eq!(grid.buckets.len(), 8192);
    (0..10_000).for_each(|number| grid.remove(number));
    assert_eq!((grid.buckets.len(), grid.len), (1, 0));
}

#[test]
fn wherever_all_points_move_together_the_memory_stays_the_same() {
    let mut grid = grid_of(5000, 1.0, |number| [number as f32, 0.0, 0.0]);
    let most = grid.chunks.len();
    for place_of_all in 0..200_u16 {
        let at = place([f32::from(place_of_all) * 7.0, 0.0, 3.0]);
        (0..5000).for_each(|number| grid.put(number, at));
    }
    (0..5000).for_each(|number| grid.put(number, place([0.0, f32::from(number), 0.0])));
    let now = grid.chunks.len();
    assert!((most..=5000).contains(&now), "{most} pieces before, {now} now: never more than points");
}

#[derive(Clone, Debug)]
enum Step {
    Put(u16, [f32; 3]),
    Remove(u16),
    Around([f32; 3]),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let metres = || prop::array::uniform3(prop_oneof![-60.0_f32..60.0, -1e7_f32..1e7, Just(0.0)]);
    let step = prop_oneof![
        6 => (0_u16..80, metres()).prop_map(|(number, at)| Step::Put(number, at)),
        1 => (0_u16..80).prop_map(Step::Remove),
        3 => metres().prop_map(Step::Around),
    ];
    prop::collection::vec(step, 0..400)
}

proptest! {
    #[test]
    fn each_near_point_is_visited_once_and_no_other(steps in steps(), cell_m in 0.1_f32..50.0) {
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
                    let mut visits = BTreeMap::<u16, usize>::new();
                    // A margin for rounding at the cell boundaries.
                    let squared = cell_m * cell_m * 0.9;
                    let mut near = Vec::new();
                    let len = grid.around(place(at), squared, &mut near);
                    let numbers = near[..len].iter().map(|near| near.number as u16);
                    numbers.for_each(|number| *visits.entry(number).or_default() += 1);
                    let is_near = |there: &&Position| there.distance_squared(place(at)) <= squared;
                    let near = points.iter().filter(|(_, there)| is_near(there));
                    let expected: BTreeMap<_, _> = near.map(|(number, _)| (*number, 1)).collect();
                    prop_assert_eq!(visits, expected);
                }
            }
        }
    }
}
