//! Chains as values and as text.

use consonance_audio::limits::EFFECTS_MAX;
use consonance_audio::{
    EffectChain, EffectError, MuffleSettings, PitchShiftSettings, RadioSettings, ReverbSize, VoiceEffect,
    effect_preset_names, effect_presets,
};

#[test]
fn each_preset_has_a_name_and_reads_back_what_it_writes() {
    for (name, effect) in effect_presets() {
        let chain: EffectChain = name.parse().unwrap();
        assert_eq!(chain.effects(), [effect], "{name}");
        assert_eq!(chain.to_string().parse(), Ok(chain), "{name}");
    }
    for text in ["", "  ", "off"] {
        assert_eq!(text.parse(), Ok(EffectChain::OFF));
    }
    assert_eq!(EffectChain::OFF.to_string(), "off");
}

#[test]
fn a_text_names_effects_in_their_order_and_what_differs_from_the_preset() {
    let chain: EffectChain = "pitch semitones=-3 , radio strength=0.25 tail-ms=0,cave".parse().unwrap();
    let radio = RadioSettings { strength: 0.25, tail_ms: 0.0, ..RadioSettings::default() };
    let [first, second, VoiceEffect::Reverb(cave)] = chain.effects() else { panic!("{chain}") };
    assert_eq!(*first, VoiceEffect::PitchShift(PitchShiftSettings { semitones: -3.0 }));
    assert_eq!(*second, VoiceEffect::Radio(radio));
    assert_eq!(cave.size, ReverbSize::Cave);
}

#[test]
fn an_unknown_name_is_answered_with_those_that_there_are() {
    let error = "rdio".parse::<EffectChain>().unwrap_err();
    assert_eq!(error, EffectError::UnknownPreset { name: "rdio".into() });
    for name in effect_preset_names() {
        assert!(error.to_string().contains(name), "{error}");
    }
    let error = "radio strenght=1".parse::<EffectChain>().unwrap_err();
    assert_eq!(error.code(), "unknown-setting");
    assert!(error.to_string().contains("strength, tail-ms, drive-db, low-hz, high-hz"), "{error}");
    for text in [
        "radio strength",
        "radio strength=",
        "radio strength=high",
        "radio strength=NaN",
        "radio strength=inf",
    ] {
        let error = text.parse::<EffectChain>().unwrap_err();
        assert_eq!(error.code(), "invalid-setting", "{text}");
        assert!(error.to_string().contains("strength=0.8"), "{error}");
    }
    for text in [",", "radio,", "Radio", "radio;wall"] {
        assert_eq!(text.parse::<EffectChain>().unwrap_err().code(), "unknown-preset", "{text}");
    }
    let long = "x".repeat(10_000).parse::<EffectChain>().unwrap_err();
    assert!(long.to_string().len() < 400, "an error is short, whatever the text");
}

#[test]
fn a_chain_has_8_effects_at_most() {
    let effect = VoiceEffect::Muffle(MuffleSettings::default());
    assert!(EffectChain::new(&[effect; EFFECTS_MAX]).is_ok());
    let error = EffectError::TooManyEffects { effects: EFFECTS_MAX + 1 };
    assert_eq!(EffectChain::new(&[effect; EFFECTS_MAX + 1]), Err(error.clone()));
    assert_eq!(["wall"; EFFECTS_MAX + 1].join(",").parse::<EffectChain>(), Err(error));
}

#[test]
fn one_chain_follows_another() {
    let (one, other): (EffectChain, EffectChain) = ("high".parse().unwrap(), "radio, room".parse().unwrap());
    assert_eq!(one.followed_by(&other), "high, radio, room".parse().unwrap());
    assert_eq!(EffectChain::OFF.followed_by(&other), other);
    assert_eq!(one.followed_by(&EffectChain::OFF), one);
    let full = EffectChain::new(&[VoiceEffect::Radio(RadioSettings::default()); EFFECTS_MAX]).unwrap();
    assert_eq!(full.followed_by(&other), full);
}

#[test]
fn settings_beyond_their_range_are_brought_into_it() {
    let chain: EffectChain = "radio strength=7 tail-ms=-5, cave decay-s=1e30 level=-1".parse().unwrap();
    let [VoiceEffect::Radio(radio), VoiceEffect::Reverb(cave)] = chain.effects() else { panic!("{chain}") };
    assert_eq!((radio.strength, radio.tail_ms), (1.0, 0.0));
    assert_eq!((cave.decay_s, cave.level), (20.0, 0.0));
    let odd = RadioSettings { strength: f32::NAN, ..RadioSettings::default() };
    let chain = EffectChain::new(&[VoiceEffect::Radio(odd)]).unwrap();
    assert_eq!(chain.effects(), [VoiceEffect::Radio(RadioSettings::default())]);
}
