//! Automatic level: the target for speech, how fast it is reached, and what is left alone.

use std::ops::Range;

use consonance_audio::{BLOCK_SAMPLES, CaptureChain, CaptureSettings};

use crate::capture::sound::{
    OFF, active_level_db, at_level, level_db, pink_noise, process, seconds, speech, speeches, white_noise,
};

/// The target level of speech.
const TARGET_DBFS: f32 = -20.0;

/// The gain alone, and the players' default chain.
fn chains() -> [CaptureChain; 2] {
    [CaptureSettings { automatic_gain: true, ..OFF }, CaptureSettings::default()].map(CaptureChain::new)
}

/// A recording three times in a row, so that three seconds of speech leave enough to measure.
fn long_speech(number: u32, dbfs: f32) -> Vec<f32> {
    at_level(&speeches(&[number; 3]), dbfs)
}

/// The start of speech: the first block that is not 25 dB below the whole.
fn onset(speech: &[f32]) -> usize {
    let level = active_level_db(speech);
    let first = speech.chunks(BLOCK_SAMPLES).position(|block| level_db(block) > level - 25.0);
    first.unwrap() * BLOCK_SAMPLES
}

/// By how much the speech in a range is louder in the output, in dB.
fn raised_db(chain: &CaptureChain, microphone: &[f32], out: &[f32], range: Range<usize>) -> f32 {
    let delay = chain.delay_samples();
    active_level_db(&out[range.start + delay..range.end + delay]) - active_level_db(&microphone[range])
}

#[test]
fn speech_at_minus_50_dbfs_reaches_minus_20_within_3_seconds() {
    for number in 1..=3 {
        let quiet = long_speech(number, -50.0);
        let begins = onset(&quiet);
        for mut chain in chains() {
            let out = process(&mut chain, &quiet, &[]);
            // A sentence may be louder or softer than the whole recording, so the gain itself is measured.
            let after = begins + seconds(3.0)..begins + seconds(5.0);
            let raised = raised_db(&chain, &quiet, &out, after);
            assert!((raised - 30.0).abs() <= 2.0, "recording {number}: {raised} dB");
            let level = active_level_db(&out[begins + seconds(3.0)..]);
            assert!((level - TARGET_DBFS).abs() <= 2.0, "recording {number}: {level} dBFS");
        }
    }
}

#[test]
fn a_steady_voice_is_kept_within_2_db_of_minus_20_dbfs() {
    for number in 1..=3 {
        for dbfs in [-50.0, -40.0, -30.0, -20.0, -14.0] {
            let voice = long_speech(number, dbfs);
            for mut chain in chains() {
                let out = process(&mut chain, &voice, &[]);
                let begins = onset(&voice) + seconds(3.0);
                let level = active_level_db(&out[begins..]);
                assert!(
                    (level - TARGET_DBFS).abs() <= 2.0,
                    "recording {number} at {dbfs} dBFS: {level} dBFS"
                );
                for from in (begins..voice.len() - seconds(2.5)).step_by(seconds(1.0)) {
                    let raised = raised_db(&chain, &voice, &out, from..from + seconds(2.0));
                    let wanted = TARGET_DBFS - dbfs;
                    assert!((raised - wanted).abs() <= 2.5, "recording {number} at {dbfs} dBFS: {raised} dB");
                }
            }
        }
    }
}

#[test]
fn a_shout_after_quiet_speech_is_clipped_for_at_most_20_ms_and_comes_to_the_same_level() {
    for number in 1..=3 {
        let quiet = long_speech(number, -50.0);
        let mut shout = speech(3);
        shout.drain(..onset(&shout));
        let peak = shout.iter().fold(0.0_f32, |peak, sample| peak.max(sample.abs()));
        for sample in &mut shout {
            *sample *= 0.98 / peak;
        }
        let begins = quiet.len() / BLOCK_SAMPLES * BLOCK_SAMPLES;
        let microphone = [&quiet[..begins], &shout[..]].concat();
        let mut chain = CaptureChain::new(CaptureSettings { automatic_gain: true, ..OFF });
        let out = process(&mut chain, &microphone, &[]);
        let clipped = out[begins + seconds(0.02)..].iter().filter(|sample| sample.abs() > 0.95).count();
        assert_eq!(clipped, 0, "samples after recording {number}");
        assert!(out.iter().all(|sample| sample.abs() <= 1.0));
        // Unclipped samples are not bent either: each block is a copy of the input, louder or softer.
        for (n, block) in microphone[begins..].chunks_exact(BLOCK_SAMPLES).enumerate().skip(2) {
            if level_db(block) > -40.0 {
                let at = begins + n * BLOCK_SAMPLES;
                let bent = distortion_db(block, &out[at..at + BLOCK_SAMPLES]);
                assert!(bent < -14.0, "recording {number}, block {n}: {bent} dB");
            }
        }
        let level = active_level_db(&out[begins + seconds(3.0)..]);
        assert!((level - TARGET_DBFS).abs() <= 2.0, "the shout after recording {number}: {level} dBFS");
    }
}

/// The rest of `b` after the best-fitting copy of `a` is subtracted, relative to `b`.
fn distortion_db(a: &[f32], b: &[f32]) -> f32 {
    let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
    let gain = dot(a, b) / dot(a, a).max(1e-12);
    let rest: Vec<f32> = a.iter().zip(b).map(|(a, b)| b - gain * a).collect();
    level_db(&rest) - level_db(b)
}

#[test]
fn after_a_shout_quiet_speech_is_heard_again_within_5_seconds() {
    let microphone = [at_level(&speech(3), -12.0), long_speech(1, -50.0)].concat();
    let begins = speech(3).len() + onset(&speech(1));
    for mut chain in chains() {
        let out = process(&mut chain, &microphone, &[]);
        let after = begins + seconds(5.0)..begins + seconds(10.0);
        let raised = raised_db(&chain, &microphone, &out, after);
        assert!((raised - 30.0).abs() <= 4.0, "{raised} dB");
    }
}

#[test]
fn silence_and_noise_are_not_turned_up() {
    let length = seconds(15.0);
    for noise in [vec![0.0; length], pink_noise(length), white_noise(length)] {
        for dbfs in [-70.0, -60.0, -50.0, -40.0] {
            let noise: Vec<f32> = scaled(&noise, dbfs);
            for mut chain in chains() {
                let out = process(&mut chain, &noise, &[]);
                let (before, after) = (level_db(&noise), level_db(&out));
                assert!(after <= before.max(-99.0) + 1.0, "{before} dBFS became {after}");
            }
        }
    }
}

#[test]
fn noise_after_quiet_speech_ends_at_minus_50_dbfs_or_as_it_came() {
    let voice = long_speech(2, -50.0);
    for noise in [pink_noise(seconds(16.0)), white_noise(seconds(16.0))] {
        for dbfs in [-70.0, -60.0, -50.0] {
            let microphone = [voice.clone(), scaled(&noise, dbfs)].concat();
            for mut chain in chains() {
                let out = process(&mut chain, &microphone, &[]);
                let settled = level_db(&out[voice.len() + seconds(12.0)..]);
                assert!(settled <= dbfs.max(-50.0) + 1.5, "{dbfs} dBFS became {settled}");
            }
        }
    }
}

/// Noise with this power.
fn scaled(noise: &[f32], dbfs: f32) -> Vec<f32> {
    let gain = 10.0_f32.powf((dbfs - level_db(noise)) / 20.0);
    if noise.iter().all(|&sample| sample == 0.0) {
        noise.to_vec()
    } else {
        noise.iter().map(|x| gain * x).collect()
    }
}
