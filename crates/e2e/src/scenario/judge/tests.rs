//! Rows of the programme that are met, and every way in which one can be violated.

use consonance_testing::sound::{FRAME_SAMPLES, decode_live, encode};

use super::*;
use crate::scenario::words::Words;

const FOR_IT: Expected<'_> = Expected { is_for: true, music: None, is_lossy: false };
const NOT_FOR_IT: Expected<'_> = Expected { is_for: false, music: None, is_lossy: false };

/// The sound as decoded by a listener, between two silences.
fn heard(said: &[f32]) -> Vec<f32> {
    let silence = vec![0.0; 20_000];
    [&silence[..], &decode_live(&encode(said, FRAME_SAMPLES)), &silence].concat()
}

fn added(one: &[f32], other: &[f32]) -> Vec<f32> {
    let more = other.iter().copied().chain(std::iter::repeat(0.0));
    one.iter().zip(more).map(|(one, other)| one + other).collect()
}

#[test]
fn hearing_what_is_meant_for_one_is_right() {
    let said = Words::Speech(0).sound();
    let hearing = judge(&said, &heard(&said), FOR_IT);
    assert_eq!(hearing.verdict, Verdict::Heard, "{hearing:?}");
    assert_eq!(judge(&said, &heard(&vec![0.0; 48_000]), NOT_FOR_IT).verdict, Verdict::Silent);
}

#[test]
fn a_leak_is_found_however_quiet_it_is() {
    let said = Words::Speech(3).sound();
    let quiet: Vec<f32> = heard(&said).iter().map(|sample| sample / 10.0).collect();
    for heard in [heard(&said), quiet] {
        let hearing = judge(&said, &heard, NOT_FOR_IT);
        assert!(hearing.verdict == Verdict::Leaked && hearing.verdict.is_final(), "{hearing:?}");
    }
}

#[test]
fn lost_words_are_missed() {
    let said = Words::Speech(4).sound();
    assert_eq!(judge(&said, &heard(&vec![0.0; 48_000]), FOR_IT).verdict, Verdict::Missed);
    let mut with_a_hole = heard(&said);
    let middle = with_a_hole.len() / 2;
    with_a_hole[middle..middle + 24_000].fill(0.0);
    let hearing = judge(&said, &with_a_hole, FOR_IT);
    assert_eq!(hearing.verdict, Verdict::Missed, "{hearing:?}");
}

#[test]
fn another_voice_is_not_the_one_that_was_meant() {
    let (said, other) = (Words::Speech(1).sound(), Words::Speech(2).sound());
    assert_eq!(judge(&said, &heard(&other), FOR_IT).verdict, Verdict::Missed);
    assert_eq!(judge(&said, &heard(&other), NOT_FOR_IT).verdict, Verdict::Leaked);
}

#[test]
fn voices_are_told_apart_over_music_and_the_music_has_to_be_there() {
    let (said, music) = (Words::Speech(7).sound(), Words::Music.sound());
    let playing = decode_live(&encode(&music.repeat(2), FRAME_SAMPLES));
    let over_music = added(&playing, &heard(&said));
    let with_music = |is_for| Expected { is_for, music: Some(&music), is_lossy: false };
    let verdict = |heard: &[f32], is_for| judge(&said, heard, with_music(is_for)).verdict;
    assert_eq!(verdict(&over_music, true), Verdict::Heard);
    assert_eq!(verdict(&over_music, false), Verdict::Leaked);
    assert_eq!(verdict(&playing, false), Verdict::Silent);
    assert_eq!(verdict(&playing, true), Verdict::Missed);
    assert_eq!(verdict(&heard(&said), true), Verdict::WithoutMusic);
    assert_eq!(verdict(&vec![0.0; 96_000], false), Verdict::WithoutMusic);
    assert_eq!(judge(&said, &over_music, NOT_FOR_IT).verdict, Verdict::Leaked, "music where there is none");
}
