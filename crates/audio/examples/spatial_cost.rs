//! Prints what placing voices costs, as time per block of 10 ms and as a share of one core.
#![expect(clippy::print_stdout, reason = "a table is what this is for")]
#![expect(clippy::disallowed_methods, reason = "measuring time is what this is for")]

use std::time::Instant;

use consonance_audio::{
    BLOCK_SAMPLES, Pose, RollOff, SpatialMode, SpatialSettings, Spatializer, SpeakerPlace,
};

const SPEAKERS: usize = 32;
const BLOCKS: usize = 2_000;

fn main() {
    println!("{SPEAKERS} speakers, {BLOCKS} blocks; the best of five runs");
    for (name, mode, occlusion) in [
        ("panning", SpatialMode::Panning, 0.0),
        ("panning behind a wall", SpatialMode::Panning, 0.7),
        ("head model", SpatialMode::Hrtf, 0.0),
        ("head model behind a wall", SpatialMode::Hrtf, 0.7),
    ] {
        let micros = (0..5).map(|_| micros_per_block(mode, occlusion)).fold(f64::MAX, f64::min);
        let share = |speakers: f64| micros * speakers / 10_000.0 * 100.0;
        println!(
            "{name:26} {micros:6.2} µs a block; 16 speakers {:5.2} %, 32 {:5.2} %",
            share(16.0),
            share(32.0)
        );
    }
}

/// The time one speaker takes for one block while all of them circle around the listener.
fn micros_per_block(mode: SpatialMode, occlusion: f32) -> f64 {
    let settings = SpatialSettings { mode, roll_off: RollOff::Inverse, ..SpatialSettings::default() };
    let mut speakers: Vec<Spatializer> = (0..SPEAKERS).map(|_| Spatializer::new(settings)).collect();
    let sound: [f32; BLOCK_SAMPLES] = std::array::from_fn(|i| (i as f32 * 0.07).sin() * 0.5);
    let mut loudest = 0.0_f32;
    let start = Instant::now();
    for block in 0..BLOCKS {
        let (mut left, mut right) = ([0.0; BLOCK_SAMPLES], [0.0; BLOCK_SAMPLES]);
        for (index, speaker) in speakers.iter_mut().enumerate() {
            let angle = block as f32 * 0.02 + index as f32;
            let place = SpeakerPlace { position_m: [3.0 * angle.sin(), 0.5, 3.0 * angle.cos()], occlusion };
            speaker.render(&sound, Some(place), &Pose::default(), &mut left, &mut right);
        }
        loudest = left.iter().chain(&right).fold(loudest, |loudest, x| loudest.max(x.abs()));
    }
    let micros = start.elapsed().as_secs_f64() * 1e6;
    assert!(loudest > 0.1, "somebody was heard");
    micros / (BLOCKS * SPEAKERS) as f64
}
