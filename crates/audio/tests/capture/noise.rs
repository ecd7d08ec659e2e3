//! Noise suppression and the removal of background.

use consonance_audio::{CaptureChain, CaptureSettings, NoiseLevel};

use crate::sound::{OFF, fan, level_db, pink_noise, process, seconds, speech, white_noise, with_noise};

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
    // Applause and cymbals are what a noise suppressor takes for noise.
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
