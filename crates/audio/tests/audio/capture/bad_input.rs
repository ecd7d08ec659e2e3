//! Input that no microphone should deliver, but some do.

use consonance_audio::{BLOCK_SAMPLES, CaptureChain, CaptureSettings};

use crate::capture::sound::{level_db, process, seconds, speech};

fn everything() -> CaptureChain {
    CaptureChain::new(CaptureSettings { background_removal: Some(0.65), ..CaptureSettings::default() })
}

#[test]
fn what_is_no_number_becomes_silence_and_is_counted() {
    let mut chain = everything();
    for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        let mut block = [bad; BLOCK_SAMPLES];
        chain.process(&mut block, Some(&[bad; BLOCK_SAMPLES]));
        assert!(block.iter().all(|sample| sample.is_finite()));
    }
    assert_eq!(chain.statistics().non_finite_samples, 2 * 3 * BLOCK_SAMPLES as u64);
    let voice = speech(2);
    let out = process(&mut chain, &voice, &[]);
    assert!(level_db(&out) > level_db(&voice) - 6.0, "the voice afterwards is heard");
}

#[test]
fn what_is_above_full_scale_is_cut_off_and_counted() {
    let mut chain = CaptureChain::new(CaptureSettings::UNPROCESSED);
    let mut block = [0.5; BLOCK_SAMPLES];
    block[..3].copy_from_slice(&[1e30, -2.0, 1.0]);
    chain.process(&mut block, None);
    assert_eq!(block[..4], [1.0, -1.0, 1.0, 0.5]);
    assert_eq!(chain.statistics().clipped_samples, 3);
}

#[test]
fn silence_stays_silent_and_is_no_speech() {
    let mut chain = everything();
    for _ in 0..500 {
        let mut block = [0.0; BLOCK_SAMPLES];
        let heard = chain.process(&mut block, Some(&[0.0; BLOCK_SAMPLES]));
        assert!(!heard.is_speech);
        assert!(block.iter().all(|sample| sample.abs() < 1e-6));
    }
    assert!(chain.statistics().input_level_dbfs <= -100.0);
}

#[test]
fn direct_current_is_taken_out() {
    let voice: Vec<f32> = speech(2).iter().map(|sample| 0.5 * sample + 0.4).collect();
    let out = process(&mut everything(), &voice, &[]);
    let mean = out[seconds(1.0)..].iter().sum::<f32>() / (out.len() - seconds(1.0)) as f32;
    assert!(mean.abs() < 0.001, "{mean}");
}

#[test]
fn a_clipped_voice_stays_within_full_scale() {
    let voice: Vec<f32> = speech(1).iter().map(|sample| 20.0 * sample).collect();
    let mut chain = everything();
    let out = process(&mut chain, &voice, &voice);
    assert!(out.iter().all(|sample| sample.abs() <= 1.0));
    assert!(chain.statistics().clipped_samples > 1_000);
}

#[test]
fn the_same_input_gives_the_same_output() {
    let (voice, far) = (speech(2), speech(3));
    let runs = [(); 2].map(|()| process(&mut everything(), &voice, &far));
    assert_eq!(runs[0], runs[1]);
}
