//! Hours of one utterance between clocks that differ: the delay stays constant, nothing grows, nothing clicks.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]
#![expect(clippy::print_stdout, reason = "whoever soaks wants to see what was measured")]

use std::alloc::System;

use consonance_audio::{
    BLOCK_SAMPLES, CodecSettings, Encoder, FrameProperties, FrameSize, IdentityEncoder, Mixer, MixerSettings,
    SamplePosition, SpeakerKey, StereoBlock,
};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

const SPEAKER: SpeakerKey = SpeakerKey(1);
const FRAME: usize = FrameSize::Ms20.samples();
const SECOND: u64 = 48_000;

/// Two seconds of a voice at 157 Hz and a second of pause, which repeat seamlessly.
fn sound() -> Vec<f32> {
    let voice = |i: usize| {
        let phase = (i as f64 / SECOND as f64 * 157.0).fract() * std::f64::consts::TAU;
        (1..=6).map(|n| (phase * f64::from(n)).sin() / f64::from(n)).sum::<f64>() * 0.15
    };
    let loudness = |i: usize| match i as f64 / SECOND as f64 {
        seconds @ 0.0..0.2 => seconds / 0.2,
        seconds @ 1.8..2.0 => (2.0 - seconds) / 0.2,
        2.0.. => 0.0,
        _ => 1.0,
    };
    (0..3 * SECOND as usize).map(|i| (voice(i) * loudness(i)) as f32).collect()
}

fn largest_step(last: f32, sound: &[f32]) -> f32 {
    let steps = std::iter::once(&last).chain(sound).zip(sound).map(|(a, b)| (b - a).abs());
    steps.fold(0.0, f32::max)
}

/// The result of a run.
#[derive(Debug)]
struct Soak {
    /// The delay of each second after the first ten: shortest and longest.
    delay: [u64; 2],
    most_queued: u64,
    largest_step: f32,
    bytes_grown: isize,
    concealed: u64,
    /// Samples put in minus samples left out.
    stretched: i64,
}

/// One utterance whose sender's clock is `drift_ppm` faster than the listener's, over a network with jitter.
fn soak(sound: &[f32], seconds: u64, drift_ppm: i64) -> Soak {
    let mut encoder = IdentityEncoder::new(FrameSize::Ms20);
    let mut packet = vec![0; FRAME * 4];
    let mut stereo = StereoBlock::default();
    let mut mixer = Mixer::new(MixerSettings::default());
    mixer.add_speaker(SPEAKER, CodecSettings::identity(FrameSize::Ms20)).unwrap();
    mixer.start_utterance(SPEAKER);
    let mut found = Soak {
        delay: [u64::MAX, 0],
        most_queued: 0,
        largest_step: 0.0,
        bytes_grown: 0,
        concealed: 0,
        stretched: 0,
    };
    let mut region = Region::new(ALLOCATOR);
    let (mut sequence, mut last) = (0_u32, 0.0);
    for now in (0..seconds * SECOND).step_by(BLOCK_SAMPLES) {
        // Frame n is spoken at n frames of the sender's clock; up to 15 ms pass until it arrives.
        let spoken = i128::from(sequence) * FRAME as i128 * 1_000_000 / i128::from(1_000_000 + drift_ppm);
        let arrives = spoken as u64 + u64::from(sequence).wrapping_mul(0x9e37_79b9_7f4a_7c15) % 720;
        if arrives <= now {
            let at = sequence as usize * FRAME % sound.len();
            encoder.encode(&sound[at..at + FRAME], &mut packet).unwrap();
            mixer.push_frame(SPEAKER, sequence, SamplePosition(arrives), &packet, FrameProperties::default());
            sequence += 1;
        }
        mixer.mix(&mut stereo);
        let block = stereo.to_mono();
        found.largest_step = found.largest_step.max(largest_step(last, &block));
        last = block[BLOCK_SAMPLES - 1];
        while mixer.poll_played().is_some() {}
        if now == 10 * SECOND {
            region = Region::new(ALLOCATOR);
        }
        if now > 10 * SECOND && now.is_multiple_of(SECOND) {
            let statistics = mixer.statistics(SPEAKER).unwrap();
            found.delay[0] = found.delay[0].min(statistics.delay_samples);
            found.delay[1] = found.delay[1].max(statistics.delay_samples);
            found.most_queued = found.most_queued.max(statistics.queued);
        }
    }
    let change = region.change();
    found.bytes_grown = change.bytes_allocated as isize - change.bytes_deallocated as isize;
    let statistics = mixer.statistics(SPEAKER).unwrap();
    found.concealed = statistics.concealed_blocks;
    found.stretched = statistics.lengthened_samples as i64 - statistics.shortened_samples as i64;
    found
}

fn check(seconds: u64) {
    let sound = sound();
    let natural = largest_step(0.0, &sound);
    for drift_ppm in [-200, -20, 0, 200] {
        let found = soak(&sound, seconds, drift_ppm);
        println!("{seconds} s at {drift_ppm} ppm: {found:?}, {natural} is the tone's own largest step");
        let [shortest, longest] = found.delay;
        assert!(longest - shortest <= 1_200, "the delay stays within 25 ms at {drift_ppm} ppm: {found:?}");
        assert!(longest <= 1_920, "and short at {drift_ppm} ppm: {found:?}");
        assert!(found.most_queued <= 3, "nothing piles up at {drift_ppm} ppm: {found:?}");
        assert!(found.largest_step <= 1.5 * natural, "nothing clicks at {drift_ppm} ppm: {found:?}");
        // A queue that gets longer than ever before keeps one more buffer.
        assert!(found.bytes_grown <= 2 * FRAME as isize * 4, "nothing grows at {drift_ppm} ppm: {found:?}");
        let blocks = seconds * 100;
        assert!(found.concealed * 100 <= blocks, "hardly anything is made up at {drift_ppm} ppm: {found:?}");
        let drifted = -drift_ppm * (seconds * SECOND) as i64 / 1_000_000;
        assert!(
            (found.stretched - drifted).abs() <= 2_400,
            "all of {drifted} samples is followed: {found:?}"
        );
    }
}

#[test]
fn drifting_clocks_are_followed_for_ten_minutes() {
    check(600);
}

#[test]
#[ignore = "two hours of simulated time for each drift: `cargo xtask soak` runs it"]
fn drifting_clocks_are_followed_for_two_hours() {
    check(7_200);
}
