//! Valid sound comes out, whatever goes in.

use consonance_audio::{
    BLOCK_SAMPLES, EffectChain, EffectRack, Reverb, ReverbSettings, StereoBlock, effect_preset_names,
};
use proptest::prelude::*;

use super::sounds::{rack, run, said};

const ODD: [f32; 8] =
    [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, f32::MAX, f32::MIN, f32::MIN_POSITIVE, 1e-42, 0.5];

#[test]
fn samples_that_are_no_sound_leave_nothing_behind() {
    for name in effect_preset_names() {
        let mut rack = rack(name);
        for round in 0..20 {
            let block = std::array::from_fn(|i| ODD[(i * 7 + round) % ODD.len()]);
            let heard = run(&mut rack, block, true);
            assert!(heard.iter().all(|sample| sample.abs() < 1_000.0), "{name}");
        }
        for _ in 0..60 {
            run(&mut rack, [0.0; BLOCK_SAMPLES], false);
        }
        assert!(rack.is_at_rest(), "{name}");
        let heard = run(&mut rack, [0.0; BLOCK_SAMPLES], false);
        assert!(heard.iter().all(|sample| *sample == 0.0), "{name}");
    }
    let mut reverb = Reverb::new(ReverbSettings { decay_s: 0.1, ..ReverbSettings::default() });
    let mut ears = StereoBlock::SILENCE;
    reverb.process(&std::array::from_fn(|i| ODD[i % ODD.len()]), &mut ears);
    for _ in 0..200 {
        reverb.process(&[0.0; BLOCK_SAMPLES], &mut ears);
    }
    assert!(reverb.is_at_rest());
}

#[test]
fn the_longest_decay_does_not_grow() {
    let settings =
        ReverbSettings { decay_s: 20.0, brightness: 1.0, modulation: 1.0, ..ReverbSettings::default() };
    let mut reverb = Reverb::new(settings);
    let mut peak = 0.0_f32;
    for block in said().as_chunks::<BLOCK_SAMPLES>().0 {
        let mut ears = StereoBlock::SILENCE;
        reverb.process(block, &mut ears);
        peak = ears.left.iter().fold(peak, |peak, sample| peak.max(sample.abs()));
    }
    assert!(peak < 2.0, "{peak}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn no_text_panics(text in "[a-z=,. 0-9-]{0,60}") {
        if let Ok(chain) = text.parse::<EffectChain>() {
            prop_assert_eq!(chain.to_string().parse(), Ok(chain));
        }
    }

    #[test]
    fn no_order_of_changes_makes_a_voice_louder_than_a_shout(
        changes in proptest::collection::vec((0_usize..14, 0_usize..14, any::<bool>(), 1_usize..6), 1..12),
    ) {
        let names: Vec<&str> = effect_preset_names().collect();
        let mut rack = EffectRack::new(1);
        let said = said();
        let mut blocks = said.as_chunks::<BLOCK_SAMPLES>().0.iter();
        for (one, other, is_speaking, length) in changes {
            rack.set_chain(format!("{}, {}", names[one], names[other]).parse().unwrap());
            for block in blocks.by_ref().take(length) {
                let heard = run(&mut rack, if is_speaking { *block } else { [0.0; BLOCK_SAMPLES] }, is_speaking);
                prop_assert!(heard.iter().all(|sample| sample.abs() < 4.0));
            }
        }
    }
}
