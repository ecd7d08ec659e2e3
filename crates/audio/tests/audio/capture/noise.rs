//! Noise suppression and the removal of background.

use consonance_audio::{CaptureChain, CaptureSettings, NoiseLevel};

use crate::capture::sound::{
    OFF, fan, level_db, pink_noise, process, seconds, speech, white_noise, with_noise,
};

fn suppressor(level: NoiseLevel) -> CaptureChain {
    CaptureChain::new(CaptureSettings { noise: Some(level), ..OFF })
}

#[test]
fn each_level_turns_steady_noise_down_by_its_own_amount() {
    let noise: Vec<f32> = pink_noise(seconds(3.0)).iter().map(|sample| 0.01 * sample).collect();
    let levels = [
        (NoiseLevel::Low, 6.0),
        (NoiseLevel::Moderate, 12.0),
        (NoiseLevel::High, 18.0),
        (NoiseLevel::VeryHigh, 24.0),
    ];
    for (level, db) in levels {
        let out = process(&mut suppressor(level), &noise, &[]);
        let down = level_db(&noise[seconds(1.0)..]) - level_db(&out[seconds(1.0)..]);
        assert!((0.7 * db..db + 1.0).contains(&down), "{down} dB at {level:?}");
    }
}

#[test]
fn a_voice_stays_as_loud_while_the_pauses_get_quieter() {
    let voice = speech(1);
    // The loudest second of the recording, and its end, which is a pause.
    let loud = seconds(1.0)..seconds(2.0);
    let pause = voice.len() - seconds(0.2)..voice.len() / 480 * 480;
    let settings = [
        CaptureSettings { noise: Some(NoiseLevel::Moderate), ..OFF },
        CaptureSettings { noise: Some(NoiseLevel::Low), background_removal: Some(0.65), ..OFF },
    ];
    for noise in [pink_noise(voice.len()), fan(voice.len())] {
        let microphone = with_noise(&voice, &noise, 10.0);
        for settings in settings {
            let out = process(&mut CaptureChain::new(settings), &microphone, &[]);
            let voice_change = level_db(&out[loud.clone()]) - level_db(&voice[loud.clone()]);
            assert!(voice_change.abs() < 1.5, "{voice_change} dB with {settings:?}");
            let quieter = level_db(&microphone[pause.clone()]) - level_db(&out[pause.clone()]);
            assert!(quieter > 6.0, "{quieter} dB with {settings:?}");
        }
    }
}

#[test]
fn music_is_neither_suppressed_nor_levelled_if_it_is_said_to_be_music() {
    // Noise suppressors mistake applause and cymbals for noise.
    let cymbals: Vec<f32> = white_noise(seconds(4.0)).iter().map(|sample| 0.01 * sample).collect();
    let change = |settings: CaptureSettings| {
        let mut chain = CaptureChain::new(settings);
        let out = process(&mut chain, &cymbals, &[]);
        level_db(&out[seconds(1.0)..]) - level_db(&cymbals[seconds(1.0)..])
    };
    let (music, voice) = (change(CaptureSettings::default().for_music()), change(CaptureSettings::default()));
    assert!(music.abs() < 0.2 && voice < -6.0, "{music} dB as music, {voice} dB as a voice");
}

#[test]
fn stages_are_switched_while_running_and_the_delay_is_told() {
    let voice = speech(2);
    let mut chain = CaptureChain::new(OFF);
    assert_eq!(chain.delay_samples(), 0);
    assert_eq!(process(&mut chain, &voice, &[]), voice[..voice.len() / 480 * 480]);
    let all = CaptureSettings { background_removal: Some(1.0), ..CaptureSettings::default() };
    chain.set_settings(all);
    assert_eq!(chain.delay_samples(), 960);
    assert!(process(&mut chain, &voice, &[]).iter().all(|sample| sample.abs() <= 1.0));
    assert_eq!(*chain.settings(), all);
    chain.set_settings(OFF);
    assert_eq!(process(&mut chain, &voice, &[]), voice[..voice.len() / 480 * 480]);
}

#[cfg(feature = "neural-noise")]
#[test]
fn each_neural_level_removes_noise_and_keeps_the_voice() {
    let mut voice = speech(1);
    let spoken = voice.len();
    voice.resize(spoken + seconds(2.0), 0.0);
    let microphone = with_noise(&voice, &pink_noise(voice.len()), 5.0);
    for (level, removed) in [(NoiseLevel::StrongLight, 20.0), (NoiseLevel::Strong, 30.0)] {
        let mut chain = suppressor(level);
        assert_eq!((chain.statistics().noise, chain.delay_samples()), (Some(level), 1440));
        let out = process(&mut chain, &microphone, &[]);
        let loud = seconds(1.0)..seconds(2.0);
        let change = level_db(&out[loud.start + 1440..loud.end + 1440]) - level_db(&voice[loud]);
        assert!(change.abs() < 2.0, "{level:?}: {change} dB");
        let pause = spoken + seconds(1.0)..voice.len() / 480 * 480;
        let quieter = level_db(&microphone[pause.clone()]) - level_db(&out[pause]);
        assert!(quieter > removed, "{level:?}: {quieter} dB");
    }
}

#[cfg(feature = "neural-noise")]
#[test]
fn a_slow_machine_gets_a_cheaper_level_for_a_while() {
    let mut chain = suppressor(NoiseLevel::Strong);
    let state = |chain: &CaptureChain| {
        let statistics = chain.statistics();
        (statistics.noise, statistics.is_noise_reduced, chain.delay_samples())
    };
    assert_eq!(state(&chain), (Some(NoiseLevel::Strong), false, 1440));
    note_costs(&mut chain, 60, 5_000);
    assert_eq!(state(&chain), (Some(NoiseLevel::StrongLight), true, 1440));
    note_costs(&mut chain, 400, 100);
    assert_eq!(state(&chain), (Some(NoiseLevel::StrongLight), true, 1440));
    note_costs(&mut chain, 60, 5_000);
    assert_eq!(state(&chain), (Some(NoiseLevel::VeryHigh), true, 480));
    assert_eq!(chain.settings().noise, Some(NoiseLevel::Strong));
    note_costs(&mut chain, 6_000, 100);
    assert_eq!(state(&chain), (Some(NoiseLevel::Strong), false, 1440));
}

#[cfg(feature = "neural-noise")]
#[test]
fn a_machine_that_is_too_slow_for_the_strong_level_still_runs_the_light_one_that_is_set() {
    let mut chain = suppressor(NoiseLevel::Strong);
    note_costs(&mut chain, 60, 5_000);
    let light = CaptureSettings { noise: Some(NoiseLevel::StrongLight), ..*chain.settings() };
    chain.set_settings(light);
    let statistics = chain.statistics();
    assert_eq!((statistics.noise, statistics.is_noise_reduced), (Some(NoiseLevel::StrongLight), false));
}

#[cfg(feature = "neural-noise")]
fn note_costs(chain: &mut CaptureChain, blocks: usize, micros: u64) {
    for _ in 0..blocks {
        chain.note_cost(std::time::Duration::from_micros(micros));
    }
}

#[cfg(not(feature = "neural-noise"))]
#[test]
fn without_the_networks_the_neural_levels_are_the_highest_other_one() {
    for level in [NoiseLevel::StrongLight, NoiseLevel::Strong] {
        let chain = suppressor(level);
        assert_eq!((chain.statistics().noise, chain.delay_samples()), (Some(NoiseLevel::VeryHigh), 480));
    }
}
