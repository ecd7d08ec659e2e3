//! Effects on one voice, and the reverberation of one zone for all voices in it.

use consonance::audio::{
    BLOCK_SAMPLES, EffectChain, EffectRack, Reverb, ReverbSettings, StereoBlock, VoiceEffect, effect_presets,
};

use super::line::Line;
use super::stopwatch::micros_per_block;

const BLOCKS: usize = 1_000;

/// The target for the cost of a zone, in percent.
const ZONE_TARGET_PERCENT: f64 = 0.3;

/// The first preset of each kind.
const PRESETS: [&str; 9] =
    ["radio", "wall", "underwater", "distance", "megaphone", "deep", "room", "hall", "cave"];

pub(super) fn stages(sound: &[f32]) -> Vec<Line> {
    let sound = sound.as_chunks::<BLOCK_SAMPLES>().0;
    let presets = effect_presets().filter(|(name, _)| PRESETS.contains(name));
    let mut lines = vec![Line::new("effects: off, one speaker", rack(sound, EffectChain::OFF))];
    lines.extend(presets.map(|(name, effect)| match effect {
        VoiceEffect::Reverb(settings) => Line {
            target_percent: Some(ZONE_TARGET_PERCENT),
            ..Line::new(format!("effects: {name}, all speakers in it"), zone(sound, settings))
        },
        effect => {
            let chain = EffectChain::new(&[effect]).expect("one effect is not too many");
            Line::new(format!("effects: {name}, one speaker"), rack(sound, chain))
        }
    }));
    lines
}

fn rack(sound: &[[f32; BLOCK_SAMPLES]], chain: EffectChain) -> f64 {
    let ready = || {
        let mut rack = EffectRack::new(1);
        rack.set_chain(chain);
        rack
    };
    micros_per_block(BLOCKS, ready, |rack, block| {
        let mut sound = sound[block % sound.len()];
        if !rack.is_off() {
            rack.process(&mut sound, true);
        }
        std::hint::black_box(&sound);
    })
}

fn zone(sound: &[[f32; BLOCK_SAMPLES]], settings: ReverbSettings) -> f64 {
    micros_per_block(
        BLOCKS,
        || Reverb::new(settings),
        |reverb, block| {
            let mut ears = StereoBlock::SILENCE;
            reverb.process(&sound[block % sound.len()], &mut ears);
            std::hint::black_box(&ears);
        },
    )
}
