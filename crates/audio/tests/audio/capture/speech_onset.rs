//! Voice detection and the gate behind it: the first syllable is never lost, and noise is not sent.

use consonance_audio::{
    Activation, ActivationSettings, BLOCK_SAMPLES, CaptureChain, CaptureSettings, Spoken,
};

use crate::capture::sound::{fan, level_db, pink_noise, seconds, speech, with_noise};

/// The start and end of speech in a recording with background noise: the first and the last 10 ms that begin 50 ms at
/// least 6 dB above the background.
fn extent(voice: &[f32]) -> (usize, usize) {
    let levels: Vec<f32> = voice.as_chunks::<BLOCK_SAMPLES>().0.iter().map(|block| level_db(block)).collect();
    let mut first = levels[..10].to_vec();
    first.sort_by(f32::total_cmp);
    let background = first[5];
    let loud = |levels: &[f32]| levels.iter().all(|&level| level > background + 6.0);
    let begin = levels.windows(5).position(loud).unwrap();
    let end = levels.windows(5).rposition(loud).unwrap() + 5;
    (begin * BLOCK_SAMPLES, end * BLOCK_SAMPLES)
}

/// Two seconds of silence, a voice without a lead-in, two seconds of silence; and noise over all of it.
fn scene(number: u32, noise: &[f32], below_db: f32) -> (Vec<f32>, usize) {
    let voice = speech(number);
    let (begin, end) = extent(&voice);
    let mut scene = vec![0.0; seconds(2.0)];
    scene.extend(&voice[begin..end]);
    scene.extend(vec![0.0; seconds(2.0)]);
    (with_noise(&scene, noise, below_db), end - begin)
}

struct Sent {
    /// Blocks between the beginning of speech and the moment when the gate opened.
    reaction_blocks: usize,
    /// Blocks sent in all.
    blocks: usize,
    /// Whether the gate was open two seconds after the voice.
    still_open: bool,
    /// Blocks until the output had no delay left.
    caught_up_after: usize,
    opened_before_speech: bool,
}

/// Runs the default chain and the gate over a scene.
fn send(scene: &[f32], pre_roll_ms: u32) -> Sent {
    let mut chain = CaptureChain::new(CaptureSettings::default());
    let mut gate = Activation::new(ActivationSettings { pre_roll_ms, ..Default::default() });
    let onset = seconds(2.0) / BLOCK_SAMPLES;
    let (mut opened, mut caught_up, mut blocks, mut last) = (None, None, 0, Spoken::Silence);
    for (n, block) in scene.as_chunks::<BLOCK_SAMPLES>().0.iter().enumerate() {
        let mut block = *block;
        let heard = chain.process(&mut block, None);
        last = gate.process(&mut block, &heard, false);
        if last == Spoken::Speech {
            blocks += 1;
            opened.get_or_insert(n);
            if gate.late_samples() < BLOCK_SAMPLES / 2 {
                caught_up.get_or_insert(n);
            }
        }
    }
    let opened = opened.expect("speech was noticed");
    Sent {
        reaction_blocks: opened.saturating_sub(onset),
        blocks,
        still_open: last == Spoken::Speech,
        caught_up_after: caught_up.map_or(usize::MAX, |n| n - opened),
        opened_before_speech: opened < onset,
    }
}

/// The noise around the speech: name, samples, and how far below the voice it is.
fn surroundings() -> Vec<(&'static str, Vec<f32>, f32)> {
    let length = seconds(12.0);
    vec![
        ("quiet", pink_noise(length), 50.0),
        ("pink noise", pink_noise(length), 15.0),
        ("loud pink noise", pink_noise(length), 5.0),
        ("a fan", fan(length), 5.0),
    ]
}

#[test]
fn the_first_syllable_is_never_lost() {
    for (name, noise, below_db) in surroundings() {
        for number in 1..=3 {
            let (scene, voice) = scene(number, &noise, below_db);
            let sent = send(&scene, 200);
            // The chain itself delays by one block, and the pre-roll ends with the block that opened the gate.
            let lost = (sent.reaction_blocks + 1).saturating_sub(20 + 1);
            println!(
                "{name}, {number}: noticed after {} ms, caught up after {} ms",
                10 * sent.reaction_blocks,
                10 * sent.caught_up_after.min(9_999)
            );
            assert!(!sent.opened_before_speech, "{name}, {number}: noise was taken for speech");
            assert_eq!(lost, 0, "{name}, {number}: {} blocks to notice", sent.reaction_blocks);
            assert!(!sent.still_open, "{name}, {number}: does not close again");
            assert!(sent.blocks * BLOCK_SAMPLES > voice * 3 / 4, "{name}, {number}: holes");
        }
    }
}

#[test]
fn the_pre_roll_is_caught_up_within_a_second_and_a_half() {
    for (name, noise, below_db) in surroundings() {
        for number in 1..=3 {
            let sent = send(&scene(number, &noise, below_db).0, 200);
            assert!(sent.caught_up_after <= 150, "{name}, {number}: {} blocks", sent.caught_up_after);
        }
    }
}
