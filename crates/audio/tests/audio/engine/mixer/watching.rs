//! Each speaker's decoded sound, for recordings, lips and meters.

use consonance_audio::{FrameProperties, MixerSettings, SamplePosition, SpeakerKey, SpeakerSound};

use super::desk::{MixingDesk, always, assert_near};
use crate::engine::call::SPEAKER;

const OTHER: SpeakerKey = SpeakerKey(9);

#[test]
fn all_are_shown_as_decoded_before_volume_and_place() {
    let mut desk = MixingDesk::with_one();
    desk.add(OTHER, always(-0.25), FrameProperties { gain: 0.1, ..FrameProperties::default() });
    desk.mixer.set_volume(SPEAKER, 0.1);
    desk.mixer.set_master_volume(0.5);
    desk.mix(20);
    for block in 40..50_u64 {
        let mut shown = Vec::new();
        desk.mix_one(|key, position, sound| {
            let SpeakerSound::Decoded(sound) = sound else { panic!("{key:?} is apart") };
            shown.push((key, position, sound[0], sound[479]));
        });
        let position = SamplePosition(block * 480);
        assert_eq!(shown, [(SPEAKER, position, 0.5, 0.5), (OTHER, position, -0.25, -0.25)]);
    }
}

#[test]
fn silent_and_undecoded_speakers_are_not_shown() {
    let mut desk = MixingDesk::with_one();
    desk.add(OTHER, always(0.1), FrameProperties::default());
    desk.mixer.set_muted(SPEAKER, true);
    desk.mix(20);
    let mut shown = Vec::new();
    desk.mix_one(|key, _, _| shown.push(key));
    assert_eq!(shown, [OTHER]);
    desk.stop(OTHER);
    desk.mix(20);
    desk.mix_one(|key, _, _| panic!("{key:?} is silent"));
}

#[test]
fn levels_are_those_of_the_last_block_and_nothing_while_silent() {
    let mut desk = MixingDesk::new(MixerSettings::default());
    // Half of the samples are 0.
    let voice = |i: u64| if i.is_multiple_of(2) { 0.5 } else { 0.0 };
    desk.add(SPEAKER, Box::new(voice), FrameProperties::default());
    assert_eq!(desk.mixer.speaker_amplitude(SPEAKER), Some(0.0));
    assert_near(desk.statistics(SPEAKER).level_dbfs, -100.0);
    desk.mixer.set_volume(SPEAKER, 0.1);
    desk.mix(20);
    assert_near(desk.mixer.speaker_amplitude(SPEAKER).unwrap(), 0.25);
    assert_near(desk.statistics(SPEAKER).amplitude, 0.25);
    assert!((desk.statistics(SPEAKER).level_dbfs + 9.03).abs() < 0.01);
    desk.stop(SPEAKER);
    desk.mix(20);
    assert_eq!(desk.mixer.speaker_amplitude(SPEAKER), Some(0.0));
}
