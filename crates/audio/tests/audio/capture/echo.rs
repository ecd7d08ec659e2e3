//! Echo, in rooms of 0.2 to 0.5 s of reverberation, with delays of 20 to 250 ms and a loudspeaker that distorts.

use consonance_audio::{BLOCK_SAMPLES, CaptureChain, CaptureSettings, EchoLevel};
use consonance_testing::sound::{
    AcousticRoom as Room, SharedRoom, convolve, sample_between, small_loudspeaker,
};

use crate::capture::similarity::similarity_db;
use crate::capture::sound::{OFF, level_db, process, seconds, speech, speeches, white_noise, with_noise};

/// The echo is 6 dB quieter than what is played.
const ECHO_GAIN: f32 = 0.5;

/// Echo cancelling alone, so that nothing else makes it look better.
fn canceller() -> CaptureChain {
    CaptureChain::new(CaptureSettings { echo: Some(EchoLevel::Moderate), ..OFF })
}

/// A sound from the loudspeaker as the microphone hears it, with the noise of a good microphone.
fn echo(far: &[f32], room: Room, delay_ms: f32) -> Vec<f32> {
    let mut echo = convolve(&small_loudspeaker(far), &room.impulse_response(delay_ms));
    for (sample, noise) in echo.iter_mut().zip(white_noise(far.len())) {
        *sample = ECHO_GAIN * *sample + 1e-4 * noise;
    }
    echo
}

/// By how much the echo is quieter, in dB, from one second to another.
fn suppression_db(microphone: &[f32], out: &[f32], from_s: f32, to_s: f32) -> f32 {
    let range = seconds(from_s)..seconds(to_s).min(out.len());
    level_db(&microphone[range.clone()]) - level_db(&out[range])
}

#[test]
fn the_far_end_alone_is_30_db_quieter_after_one_second() {
    let far = speech(1);
    for (rt60_s, delay_ms) in [(0.2, 20.0), (0.2, 120.0), (0.3, 60.0), (0.3, 250.0)] {
        let microphone = echo(&far, Room::desk(rt60_s), delay_ms);
        let out = process(&mut canceller(), &microphone, &far);
        let suppression = suppression_db(&microphone, &out, 1.0, 7.0);
        assert!(suppression >= 30.0, "{suppression} dB in a room of {rt60_s} s, {delay_ms} ms");
    }
}

#[test]
fn the_far_end_alone_is_20_db_quieter_after_one_second_in_a_reverberant_room() {
    let far = speech(1);
    for delay_ms in [60.0, 200.0] {
        let microphone = echo(&far, Room::desk(0.5), delay_ms);
        let out = process(&mut canceller(), &microphone, &far);
        let suppression = suppression_db(&microphone, &out, 1.0, 7.0);
        assert!(suppression >= 20.0, "{suppression} dB with {delay_ms} ms");
    }
}

/// The echo of one path until second 6, and of another one from there on.
fn changed(far: &[f32], before: (Room, f32), after: (Room, f32)) -> Vec<f32> {
    let (mut first, second) = (echo(far, before.0, before.1), echo(far, after.0, after.1));
    first[seconds(6.0)..].copy_from_slice(&second[seconds(6.0)..]);
    first
}

#[test]
fn five_seconds_after_a_delay_jump_the_echo_is_40_db_quieter() {
    let far = speeches(&[1, 2, 3]);
    for (before_ms, after_ms) in [(80.0, 200.0), (200.0, 60.0)] {
        let room = Room::desk(0.3);
        let microphone = changed(&far, (room, before_ms), (room, after_ms));
        let out = process(&mut canceller(), &microphone, &far);
        let suppression = suppression_db(&microphone, &out, 11.0, 18.0);
        assert!(suppression >= 40.0, "{suppression} dB after {before_ms} → {after_ms} ms");
    }
}

#[test]
fn one_second_after_a_room_change_the_echo_is_10_db_quieter_again_and_stays_so() {
    let far = speeches(&[1, 2]);
    for rt60_s in [0.3, 0.5] {
        let microphone = changed(&far, (Room::desk(rt60_s), 80.0), (Room::carried(rt60_s), 80.0));
        let mut chain = canceller();
        let out = process(&mut chain, &microphone, &far);
        for tenth in 70..120 {
            let from_s = tenth as f32 / 10.0;
            if level_db(&microphone[seconds(from_s)..seconds(from_s + 0.1)]) < -60.0 {
                continue;
            }
            let suppression = suppression_db(&microphone, &out, from_s, from_s + 0.1);
            assert!(suppression >= 10.0, "{suppression} dB at {from_s} s, room of {rt60_s} s");
        }
        assert!(chain.statistics().echo.unwrap().path_changes >= 1);
    }
}

#[test]
fn drifting_clocks_are_followed() {
    let far = speeches(&[1, 2]);
    let straight = echo(&far, Room::desk(0.3), 60.0);
    let microphone: Vec<f32> = (0..far.len() - 100)
        .map(|i| {
            let position = i as f64 * (1.0 - 100e-6) + 20.0;
            let share = position.fract() as f32;
            straight[position as usize] * (1.0 - share) + straight[position as usize + 1] * share
        })
        .collect();
    let out = process(&mut canceller(), &microphone, &far);
    let suppression = suppression_db(&microphone, &out, 1.0, 12.0);
    assert!(suppression >= 30.0, "{suppression} dB");
}

#[test]
fn the_echo_of_a_loudspeaker_that_saturates_is_25_db_quieter() {
    let far = speeches(&[1, 2]);
    for drive in [4.0, 15.0_f32] {
        let bent: Vec<f32> =
            far.iter().map(|x| ((drive * x + 0.3).tanh() - 0.3_f32.tanh()) / drive).collect();
        let microphone = echo(&bent, Room::desk(0.3), 80.0);
        let out = process(&mut canceller(), &microphone, &far);
        let suppression = suppression_db(&microphone, &out, 1.0, 12.0);
        assert!(suppression >= 25.0, "{suppression} dB, driven by {drive}");
    }
}

#[test]
fn a_loudspeaker_that_is_turned_up_or_down_is_followed() {
    let far = speeches(&[1, 2]);
    for volume in [0.3, 3.0] {
        let mut turned = far.clone();
        turned[seconds(7.0)..].iter_mut().for_each(|sample| *sample *= volume);
        let microphone = echo(&turned, Room::desk(0.3), 80.0);
        let out = process(&mut canceller(), &microphone, &far);
        let suppression = suppression_db(&microphone, &out, 7.5, 12.0);
        assert!(suppression >= 30.0, "{suppression} dB at {volume} times the volume");
    }
}

/// Chords of two seconds whose tones a filter learns, and a burst of noise on every second beat, which it has never
/// heard.
fn music(samples: usize) -> Vec<f32> {
    const CHORDS_HZ: [[f32; 3]; 2] = [[220.0, 277.2, 329.6], [196.0, 246.9, 293.7]];
    let noise = white_noise(samples);
    (0..samples)
        .map(|i| {
            let s = i as f32 / 48_000.0;
            let (since_chord, since_beat) = (s % 2.0, (s + 0.5) % 1.0);
            let tones =
                CHORDS_HZ[(s / 2.0) as usize % 2].iter().flat_map(|hz| (1..=8).map(move |k| (k as f32, hz)));
            let chord: f32 = tones.map(|(k, hz)| (std::f32::consts::TAU * k * hz * s).sin() / k).sum();
            0.03 * chord * (-1.2 * since_chord).exp() + 0.1 * noise[i] * (-20.0 * since_beat).exp()
        })
        .collect()
}

#[test]
fn the_drum_in_music_is_suppressed_although_a_filter_learns_the_chords_alone() {
    let far = music(seconds(12.0));
    let microphone = echo(&far, Room::desk(0.2), 30.0);
    let out = process(&mut canceller(), &microphone, &far);
    let suppression = suppression_db(&microphone, &out, 2.0, 12.0);
    assert!(suppression >= 20.0, "{suppression} dB");
}

#[test]
fn a_loudspeaker_that_is_turned_up_is_heard_for_a_few_blocks_at_most() {
    let mut far = speeches(&[1, 2]);
    let turned: Vec<f32> = {
        let up = |i: usize| if i < seconds(7.0) { 1.0 } else { 6.0 };
        far.iter().enumerate().map(|(i, sample)| 0.3 * up(i) * sample).collect()
    };
    far.truncate(turned.len());
    let microphone = echo(&turned, Room::desk(0.3), 80.0);
    let out = process(&mut canceller(), &microphone, &far);
    let heard = out[seconds(6.9)..seconds(9.0)].chunks(BLOCK_SAMPLES).filter(|block| level_db(block) > -50.0);
    let blocks = heard.count();
    assert!(blocks <= 5, "{blocks} blocks");
}

#[test]
fn two_players_with_loudspeakers_in_one_room_do_not_howl() {
    let said = speech(1);
    let mut chains = [0, 1].map(|_| CaptureChain::new(CaptureSettings::default()));
    let sent = SharedRoom::new(1.0, 0.2).call(&said, 1_000, |player, heard, played| {
        // Only speech is sent.
        if !chains[player].process(heard, Some(played)).is_speech {
            heard.fill(0.0);
        }
    });
    for (player, sent) in sent.iter().enumerate() {
        let loudest = sent.chunks(seconds(1.0)).map(level_db).fold(f32::MIN, f32::max);
        let end = level_db(&sent[seconds(8.0)..]);
        assert!(loudest < -8.0 && end < -60.0, "player {player}: {loudest} dB at most, {end} dB at the end");
    }
}

/// An echo whose clock is slower than the microphone's by `ppm` millionths.
fn drifting(far: &[f32], ppm: f64) -> Vec<f32> {
    let straight = echo(far, Room::desk(0.3), 60.0);
    (0..far.len()).map(|i| sample_between(&straight, i as f64 * (1.0 - ppm * 1e-6))).collect()
}

#[test]
fn clocks_that_drift_by_200_ppm_are_followed_as_if_they_were_one() {
    let far = speeches(&[1, 2, 3]);
    for ppm in [-200.0, 200.0] {
        let microphone = drifting(&far, ppm);
        let out = process(&mut canceller(), &microphone, &far);
        let suppression = suppression_db(&microphone, &out, 5.0, 18.0);
        assert!(suppression >= 40.0, "{suppression} dB at {ppm} ppm");
    }
}

#[test]
fn a_voice_is_as_much_like_itself_while_clocks_drift() {
    let far = speeches(&[1, 2, 3]);
    let mut near = vec![0.0; seconds(6.0)];
    near.extend(speech(3));
    near.resize(far.len(), 0.0);
    let talking = seconds(6.0)..seconds(12.0);
    let like = |echo: &[f32]| {
        let microphone = with_level(&near, echo, talking.clone(), 12.0);
        let mut chain = canceller();
        let out = process(&mut chain, &microphone, &far);
        let end = talking.end + chain.delay_samples();
        similarity_db(&near[talking.clone()], &out[talking.start..end], chain.delay_samples())
    };
    let (still, drifts) = (like(&drifting(&far, 0.0)), like(&drifting(&far, 200.0)));
    assert!(drifts > still - 1.0, "{still} dB with one clock, {drifts} dB");
}

#[test]
fn a_voice_over_the_echo_is_more_like_itself_than_in_the_bare_microphone() {
    let far = speeches(&[1, 2]);
    let mut near = vec![0.0; seconds(4.0)];
    near.extend(speech(3));
    near.resize(far.len(), 0.0);
    let talking = seconds(4.0)..seconds(10.0);
    for rt60_s in [0.3, 0.5] {
        let echo = echo(&far, Room::desk(rt60_s), 80.0);
        for near_to_echo_db in [0.0, 12.0, 20.0] {
            let microphone = with_level(&near, &echo, talking.clone(), near_to_echo_db);
            let mut chain = canceller();
            let out = process(&mut chain, &microphone, &far);
            let before = similarity_db(&near[talking.clone()], &microphone[talking.clone()], 0);
            let after = similarity_db(
                &near[talking.clone()],
                &out[talking.start..talking.end + chain.delay_samples()],
                chain.delay_samples(),
            );
            assert!(
                after > before + 1.0,
                "{before} → {after} dB, {near_to_echo_db} dB over the echo in {rt60_s} s"
            );
        }
    }
}

/// The share of a time range that the default chain classifies as speech.
fn speech_share(microphone: &[f32], far: &[f32], from_s: f32, to_s: f32) -> f32 {
    let mut chain = CaptureChain::new(CaptureSettings::default());
    let renders = far.as_chunks::<BLOCK_SAMPLES>().0;
    let heard = microphone
        .as_chunks::<BLOCK_SAMPLES>()
        .0
        .iter()
        .enumerate()
        .map(|(n, block)| chain.process(&mut block.clone(), renders.get(n)).is_speech);
    let heard: Vec<bool> = heard.collect();
    let range = (from_s * 100.0) as usize..((to_s * 100.0) as usize).min(heard.len());
    heard[range.clone()].iter().filter(|is_speech| **is_speech).count() as f32 / range.len() as f32
}

#[test]
fn an_echo_is_not_taken_for_a_speaker() {
    for number in 1..=3 {
        let far = speech(number);
        for (rt60_s, delay_ms) in [(0.2, 20.0), (0.3, 60.0), (0.3, 250.0), (0.5, 60.0), (0.5, 200.0)] {
            let microphone = echo(&far, Room::desk(rt60_s), delay_ms);
            let learning = speech_share(&microphone, &far, 0.0, 1.0);
            assert!(
                learning < 0.6,
                "voice {number}, {rt60_s} s, {delay_ms} ms: {learning} of the first second"
            );
            let later = speech_share(&microphone, &far, 1.0, 8.0);
            assert!(later < 0.01, "voice {number}, {rt60_s} s, {delay_ms} ms: {later} of the rest");
        }
    }
}

#[test]
fn a_voice_over_the_echo_is_taken_for_a_voice() {
    let far = speeches(&[1, 2]);
    let mut near = vec![0.0; seconds(4.0)];
    near.extend(speech(3));
    near.resize(far.len(), 0.0);
    let alone = speech_share(&near, &[], 4.0, 10.0);
    for rt60_s in [0.3, 0.5] {
        let echo = echo(&far, Room::desk(rt60_s), 80.0);
        for near_to_echo_db in [0.0, 12.0, 20.0] {
            let microphone = with_level(&near, &echo, seconds(4.0)..seconds(10.0), near_to_echo_db);
            let share = speech_share(&microphone, &far, 4.0, 10.0);
            assert!(share > 0.9 * alone, "{rt60_s} s, {near_to_echo_db} dB: {share} instead of {alone}");
        }
    }
}

/// A voice, and an echo that is `below_db` quieter than the voice while it speaks.
fn with_level(near: &[f32], echo: &[f32], talking: std::ops::Range<usize>, below_db: f32) -> Vec<f32> {
    let gain = level_db(&near[talking.clone()]) - level_db(&echo[talking]) - below_db;
    let gain = 10.0_f32.powf(gain / 20.0);
    near.iter().zip(echo).map(|(near, echo)| near + gain * echo).collect()
}

#[test]
fn with_headphones_the_voice_passes_unharmed() {
    let far = speeches(&[1, 2]);
    let mut near = vec![0.0; seconds(2.0)];
    near.extend(speech(3));
    near.resize(far.len(), 0.0);
    let microphone = with_noise(&near, &white_noise(near.len()), 50.0);
    let mut chain = canceller();
    let out = process(&mut chain, &microphone, &far);
    let talking = seconds(2.0)..seconds(8.0);
    let end = talking.end + chain.delay_samples();
    let like = similarity_db(&near[talking.clone()], &out[talking.start..end], chain.delay_samples());
    assert!(like > 18.0, "{like} dB");
}

#[test]
fn the_delay_and_the_losses_are_told() {
    let far = speech(1);
    let mut chain = canceller();
    process(&mut chain, &echo(&far, Room::desk(0.2), 120.0), &far);
    let statistics = chain.statistics().echo.unwrap();
    assert!((110..=130).contains(&statistics.delay_ms), "{statistics:?}");
    assert!((3.0..9.0).contains(&statistics.return_loss_db), "{statistics:?}");
    assert!(statistics.return_loss_enhancement_db > 15.0, "{statistics:?}");
}

#[test]
fn a_single_speaker_is_not_touched() {
    let near = speech(2);
    let mut chain = canceller();
    let out = process(&mut chain, &near, &[]);
    let delay = chain.delay_samples();
    let error: Vec<f32> = near.iter().zip(&out[delay..]).map(|(a, b)| a - b).collect();
    assert!(level_db(&error) < level_db(&near) - 60.0);
}
