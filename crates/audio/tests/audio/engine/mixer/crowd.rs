//! More speakers than can be decoded.

use std::collections::BTreeSet;

use consonance_audio::jitter::JitterCounters;
use consonance_audio::{FrameProperties, MixerSettings, SpeakerKey, Unheard};

use super::desk::{MixingDesk, always, assert_near};
use crate::engine::signal::{Dice, largest_step, speech};

fn settings(max_decoded: usize) -> MixerSettings {
    MixerSettings { max_decoded, ..MixerSettings::default() }
}

/// A number of speakers; `level` gives the loudness of each.
fn crowd(max_decoded: usize, speakers: u32, level: impl Fn(u32) -> f32) -> MixingDesk {
    let mut desk = MixingDesk::new(settings(max_decoded));
    for key in 0..speakers {
        desk.add(SpeakerKey(key), always(level(key)), FrameProperties::default());
    }
    desk
}

fn crowded(desk: &MixingDesk, speakers: u32) -> Vec<u32> {
    (0..speakers).filter(|&key| desk.unheard(SpeakerKey(key)) == Some(Unheard::Crowded)).collect()
}

#[test]
fn up_to_the_limit_all_are_heard() {
    let mut desk = crowd(4, 4, |_| 0.1);
    desk.mix(30);
    assert_near(desk.mix(1).last().0, 0.4);
    assert!(crowded(&desk, 4).is_empty());
}

#[test]
fn the_loudest_are_heard_the_others_are_skipped_and_nothing_is_lost_count_of() {
    let mut desk = crowd(4, 10, |key| 0.01 * (key * key + 1) as f32);
    desk.mix(300);
    assert_eq!(crowded(&desk, 10), [0, 1, 2, 3, 4, 5]);
    let heard: f32 = (6..10).map(|key: u32| 0.01 * (key * key + 1) as f32).sum();
    assert!(heard > 0.8, "the limiter has work");
    for key in 0..10 {
        let statistics = desk.statistics(SpeakerKey(key));
        let JitterCounters { received, lost, late, overflowed, .. } = statistics.arrivals;
        assert_eq!(received, statistics.played + statistics.skipped + statistics.queued);
        assert_eq!((lost, late, overflowed), (0, 0, 0));
    }
    let skipped = desk.statistics(SpeakerKey(0));
    assert!(skipped.skipped > 100 && skipped.auditioned > 20 && skipped.auditioned < skipped.skipped);
}

#[test]
fn what_counts_is_the_loudness_at_the_ear() {
    let mut desk = crowd(2, 3, |_| 0.2);
    desk.mixer.set_volume(SpeakerKey(0), 0.1);
    desk.channel(SpeakerKey(1), FrameProperties { gain: 2.0, ..FrameProperties::default() });
    desk.mix(100);
    assert_eq!(crowded(&desk, 3), [0]);
    desk.mixer.set_volume(SpeakerKey(0), 4.0);
    desk.mix(100);
    assert_eq!(crowded(&desk, 3), [2]);
    desk.mixer.set_muted(SpeakerKey(0), true);
    desk.mix(10);
    assert!(crowded(&desk, 3).is_empty(), "a muted voice needs no place");
}

#[test]
fn a_limit_of_zero_speakers_counts_as_one() {
    let mut desk = crowd(0, 2, |key| 0.1 + 0.3 * key as f32);
    desk.mix(100);
    assert_near(desk.mix(1).last().0, 0.4);
}

#[test]
fn a_whisper_that_becomes_a_shout_is_found_within_a_quarter_of_a_second_among_twenty() {
    for shouter in [16, 25, 35] {
        let mut desk = crowd(16, 36, |key| if key < 16 { 0.05 } else { 0.01 });
        desk.mix(300);
        assert_eq!(crowded(&desk, 36), (16..36).collect::<Vec<u32>>());
        desk.says(SpeakerKey(shouter), always(0.5));
        let until = (0..100).find(|_| {
            desk.mix(1);
            desk.unheard(SpeakerKey(shouter)).is_none()
        });
        // The jitter buffer also holds back the first frame of the shout.
        let blocks = until.unwrap();
        assert!(blocks <= 25, "speaker {shouter} after {blocks} blocks");
    }
}

#[test]
fn changes_of_audible_speakers_do_not_click() {
    let mut desk = crowd(2, 6, |_| 0.05);
    let mut dice = Dice(5);
    desk.mix(30);
    let mut sound = desk.mix(1).both();
    for _ in 0..200 {
        let loud = dice.below(6) as u32;
        for key in 0..6 {
            desk.says(SpeakerKey(key), always(0.05));
            desk.mixer.set_volume(SpeakerKey(key), if key == loud { 1.0 } else { 0.2 });
        }
        sound.extend(desk.mix(1 + dice.below(12) as usize).both());
    }
    assert!(largest_step(&sound) < 0.001, "{}", largest_step(&sound));
}

/// The blocks at which speakers came or went, by speaker.
fn changes(desk: &mut MixingDesk, speakers: u32, blocks: usize) -> Vec<Vec<usize>> {
    let is_crowded = |desk: &MixingDesk, key| desk.unheard(SpeakerKey(key)) == Some(Unheard::Crowded);
    let mut before: Vec<bool> = (0..speakers).map(|key| is_crowded(desk, key)).collect();
    let mut changes = vec![Vec::new(); speakers as usize];
    for block in 0..blocks {
        desk.mix(1);
        for key in 0..speakers {
            let after = is_crowded(desk, key);
            if std::mem::replace(&mut before[key as usize], after) != after {
                changes[key as usize].push(block);
            }
        }
    }
    changes
}

#[test]
fn equally_loud_speakers_do_not_alternate() {
    let mut desk = crowd(16, 20, |_| 0.1);
    desk.mix(100);
    assert!(changes(&mut desk, 20, 1_000).iter().all(Vec::is_empty));
}

#[test]
fn six_readers_for_a_mixer_of_four_change_by_the_sentence() {
    let mut desk = MixingDesk::new(settings(4));
    let sound = speech(1);
    for key in 0..6 {
        let sound = sound.clone();
        let offset = key as usize * 20_011;
        let voice = move |i: u64| sound[(i as usize + offset) % sound.len()];
        desk.add(SpeakerKey(key), Box::new(voice), FrameProperties::default());
    }
    desk.mix(200);
    let changes = changes(&mut desk, 6, 2_000);
    let stays = changes.iter().flat_map(|at| at.windows(2)).map(|pair| pair[1] - pair[0]);
    let shortest = stays.min().unwrap();
    assert!(shortest >= 30, "a speaker came and went within {shortest} blocks");
    let times: usize = changes.iter().map(Vec::len).sum();
    assert!(times <= 60, "{times} changes in 20 s");
}

/// The number of speakers decoded since the last call, from the counts `before`.
fn decoded(desk: &MixingDesk, before: &mut Vec<u64>) -> usize {
    let count = |key| {
        let s = desk.statistics(SpeakerKey(key));
        s.played + s.recovered + s.undecodable + s.concealed_blocks + s.auditioned
    };
    let after: Vec<u64> = (0..before.len() as u32).map(count).collect();
    let decoded = before.iter().zip(&after).filter(|(before, after)| before != after).count();
    *before = after;
    decoded
}

#[test]
fn with_a_hundred_speakers_whatever_they_do_no_more_are_decoded_than_allowed_and_one() {
    for seed in 0..2 {
        let mut dice = Dice(seed);
        let mut desk = crowd(16, 100, |key| 0.002 * key as f32);
        let mut silent = BTreeSet::new();
        let mut before = vec![0; 100];
        for _ in 0..600 {
            let key = SpeakerKey(dice.below(100) as u32);
            match dice.below(6) {
                0 => desk.mixer.set_muted(key, dice.percent(50.0)),
                1 => desk.mixer.set_volume(key, dice.below(5) as f32),
                2 if silent.insert(key) => desk.stop(key),
                3 if silent.remove(&key) => desk.start(key, always(0.1), FrameProperties::default()),
                4 if !silent.contains(&key) => {
                    let properties = FrameProperties {
                        gain: dice.below(3) as f32,
                        priority: u8::from(dice.percent(99.0)),
                        positional: false,
                    };
                    desk.channel(key, properties);
                }
                5 if !silent.contains(&key) => {
                    let level = dice.below(1_000) as f32 / 1_000.0;
                    desk.says(key, always(level));
                }
                _ => {}
            }
            desk.mix(1);
            let decoded = decoded(&desk, &mut before);
            assert!(decoded <= 17, "seed {seed}: {decoded} were decoded in one block");
        }
    }
}
