//! Effects that change while a voice speaks.

use consonance_audio::{BLOCK_SAMPLES, EffectRack};
use consonance_testing::tone::tone;

use super::measure::{dbfs, largest_bend};
use super::sounds::{rack, run};

const INSERTS: [&str; 11] = [
    "off",
    "radio",
    "walkie-talkie",
    "wall",
    "helmet",
    "underwater",
    "distance distance-m=50",
    "megaphone",
    "deep",
    "high",
    "radio, wall",
];

/// Runs blocks of a tone through the rack, starting at sample `from` of the tone.
fn play(rack: &mut EffectRack, from: usize, blocks: usize) -> Vec<f32> {
    play_tone(200.0, rack, from, blocks)
}

fn play_tone(hz: f32, rack: &mut EffectRack, from: usize, blocks: usize) -> Vec<f32> {
    let sound = tone(hz, 0.3, (from + blocks) * BLOCK_SAMPLES);
    let blocks = sound[from * BLOCK_SAMPLES..].as_chunks::<BLOCK_SAMPLES>().0;
    blocks.iter().flat_map(|block| run(rack, *block, true)).collect()
}

#[test]
fn from_any_effects_to_any_others_nothing_clicks() {
    for from in INSERTS {
        for to in INSERTS {
            let mut rack = rack(from);
            let before = play(&mut rack, 0, 40);
            rack.set_chain(to.parse().unwrap());
            let change = play(&mut rack, 40, 10);
            let after = play(&mut rack, 50, 20);
            let steady = largest_bend(&before[9_600..]).max(largest_bend(&after));
            let joined = [&before[before.len() - 2..], &change[..], &after[..2]].concat();
            let bend = largest_bend(&joined);
            assert!(
                bend < 1.5 * steady + 1e-4,
                "{from} to {to}: a bend of {bend}, {steady} before and after"
            );
        }
    }
}

#[test]
fn from_effects_to_none_and_back_the_voice_does_not_pause() {
    for name in INSERTS {
        let mut rack = rack("off");
        play_tone(600.0, &mut rack, 0, 5);
        for (from, chain) in [(5, name), (25, "off")] {
            rack.set_chain(chain.parse().unwrap());
            let sound = play_tone(600.0, &mut rack, from, 20);
            for part in sound.chunks(BLOCK_SAMPLES) {
                assert!(dbfs(part) > -40.0, "{name}: {} dB", dbfs(part));
            }
        }
        assert!(rack.is_off(), "{name}: what is off costs nothing");
    }
}

#[test]
fn settings_that_jump_from_one_end_to_the_other_do_not_click() {
    for (low, high) in [
        ("radio strength=1 drive-db=0 low-hz=100 high-hz=8000", "radio strength=0.9 drive-db=30 low-hz=1000"),
        ("wall cutoff-hz=100 gain-db=-40", "wall cutoff-hz=20000 gain-db=6 resonance-db=18"),
        ("distance distance-m=0", "distance distance-m=1000 strength=100"),
        ("megaphone drive-db=0", "megaphone drive-db=36"),
        ("megaphone low-hz=100 high-hz=12000", "megaphone low-hz=2000 high-hz=1000"),
        ("pitch semitones=-12", "pitch semitones=12"),
    ] {
        let mut rack = rack(low);
        let mut bends = Vec::new();
        let mut joints = Vec::new();
        let mut last = play(&mut rack, 0, 40);
        for round in 0..4 {
            rack.set_chain(if round % 2 == 0 { high } else { low }.parse().unwrap());
            let at = 40 + round * 30;
            let change = play(&mut rack, at, 2);
            let steady = play(&mut rack, at + 2, 28);
            joints.push(largest_bend(&[&last[last.len() - 2..], &change[..], &steady[..2]].concat()));
            bends.push(largest_bend(&last[last.len() - 9_600..]).max(largest_bend(&steady[9_600 / 2..])));
            last = steady;
        }
        for (joint, steady) in joints.iter().zip(bends) {
            assert!(
                *joint < 2.0 * steady + 1e-3,
                "{low} ⇄ {high}: a bend of {joint}, {steady} before and after"
            );
        }
    }
}

#[test]
fn settings_that_move_a_little_in_each_block_are_heard_at_once() {
    let mut rack = rack("wall cutoff-hz=100");
    play(&mut rack, 0, 20);
    let mut levels = Vec::new();
    for step in 0..20 {
        rack.set_chain(format!("wall cutoff-hz={}", 100 + 20 * step).parse().unwrap());
        levels.push(dbfs(&play(&mut rack, 20 + 5 * step, 5)));
    }
    assert!(levels.windows(2).all(|pair| pair[1] > pair[0] - 0.1), "{levels:?}");
    assert!(levels[19] - levels[0] > 12.0, "{levels:?}");
}

#[test]
fn of_many_changes_in_a_row_the_last_one_counts() {
    let mut rack = rack("radio");
    play(&mut rack, 0, 10);
    for chain in ["wall", "high", "off", "megaphone", "deep, wall"] {
        rack.set_chain(chain.parse().unwrap());
        play(&mut rack, 10, 1);
    }
    play(&mut rack, 11, 30);
    let mut expected = super::sounds::rack("deep, wall");
    play(&mut expected, 0, 41);
    let (one, other) = (play(&mut rack, 41, 20), play(&mut expected, 41, 20));
    assert!((dbfs(&one) - dbfs(&other)).abs() < 0.5);
    assert_eq!(rack.latency_samples(), expected.latency_samples());
}
