//! The player's own voice, and the settings that a player expects to find again.

use consonance::VoiceSettings;
use consonance::audio::{
    ActivationMode, ActivationSettings, CaptureSettings, DuckingSettings, EchoLevel, FrameSize, NoiseLevel,
    Quality, VoiceDetectionSettings,
};

use crate::c::{In, Out, Text};
use crate::chats::Chat;
use crate::choices::{PRIORITIES, choice, number};
use crate::error::{CError, Failure, guard};
use crate::structs::CVoiceSettings;

const QUALITIES: [Quality; 4] = [Quality::Low, Quality::Medium, Quality::High, Quality::Music];
const FRAMES: [(u32, FrameSize); 4] =
    [(10, FrameSize::Ms10), (20, FrameSize::Ms20), (40, FrameSize::Ms40), (60, FrameSize::Ms60)];
const MODES: [ActivationMode; 3] = [ActivationMode::Open, ActivationMode::PushToTalk, ActivationMode::Voice];
const ECHO: [Option<EchoLevel>; 4] =
    [None, Some(EchoLevel::Low), Some(EchoLevel::Moderate), Some(EchoLevel::High)];
const NOISE: [Option<NoiseLevel>; 7] = [
    None,
    Some(NoiseLevel::Low),
    Some(NoiseLevel::Moderate),
    Some(NoiseLevel::High),
    Some(NoiseLevel::VeryHigh),
    Some(NoiseLevel::Strong),
    Some(NoiseLevel::StrongLight),
];

/// The current settings; the defaults if `chat` is 0.
#[unsafe(no_mangle)]
pub extern "C" fn consonance_get_voice_settings(chat: u64, settings: Out<CVoiceSettings>) -> CError {
    guard(|| {
        let present = if chat == 0 { VoiceSettings::default() } else { Chat::of(chat)?.voice.settings() };
        settings.write_sized("settings", voice_options(&present))
    })
}

/// Applies the settings that differ from the current ones. With a different `frame_ms`, the chat rejoins the session by
/// itself.
#[unsafe(no_mangle)]
pub extern "C" fn consonance_set_voice_settings(chat: u64, settings: In<CVoiceSettings>) -> CError {
    guard(|| {
        let chat = Chat::of(chat)?;
        let present = chat.voice.settings();
        let options = settings.read("settings", voice_options(&present))?;
        let wanted = voice_settings(&options, present)?;
        chat.voice.apply_settings(&wanted).map_err(Failure::refused)
    })
}

/// Mutes the player's microphone (1), or unmutes it (0).
#[unsafe(no_mangle)]
pub extern "C" fn consonance_set_muted(chat: u64, muted: u32) -> CError {
    guard(|| {
        Chat::of(chat)?.voice.microphone().set_muted(muted != 0);
        Ok(())
    })
}

/// Reports that the push-to-talk key was pressed (1) or released (0).
#[unsafe(no_mangle)]
pub extern "C" fn consonance_set_push_to_talk(chat: u64, pressed: u32) -> CError {
    guard(|| {
        Chat::of(chat)?.voice.microphone().set_push_to_talk(pressed != 0);
        Ok(())
    })
}

/// Sets the priority of channels without their own: 0 low, 1 default, 2 medium, 3 high. While a player with a higher
/// priority speaks, players with a lower one are not played.
#[unsafe(no_mangle)]
pub extern "C" fn consonance_set_priority(chat: u64, wanted: i32) -> CError {
    guard(|| {
        let chat = Chat::of(chat)?;
        chat.voice.microphone().set_priority(choice("priority", &PRIORITIES, wanted)?);
        Ok(())
    })
}

/// Gives the player a token (1), or takes it away (0).
#[unsafe(no_mangle)]
pub extern "C" fn consonance_set_token(chat: u64, token: Text, held: u32) -> CError {
    guard(|| {
        let (tokens, token) = (Chat::of(chat)?.voice.tokens(), token.read("token")?);
        if held == 0 {
            tokens.remove(token);
            return Ok(());
        }
        let added = tokens.add(token);
        added.map(|_| ()).map_err(|cause| Failure::new(CError::Limit, cause.to_string()))
    })
}

/// Settings as C knows them.
pub(crate) fn voice_options(settings: &VoiceSettings) -> CVoiceSettings {
    let VoiceSettings { capture, activation, ducking, .. } = settings;
    let detection = &capture.voice_detection;
    CVoiceSettings {
        size: size_of::<CVoiceSettings>() as u32,
        activation: number(&MODES, &activation.mode),
        quality: number(&QUALITIES, &settings.quality),
        frame_ms: FRAMES.iter().find(|(_, frame)| *frame == settings.frame).map_or(0, |(ms, _)| *ms),
        error_correction: settings.error_correction.into(),
        echo: number(&ECHO, &capture.echo),
        noise: number(&NOISE, &capture.noise),
        background_removal: capture.background_removal.unwrap_or(0.0),
        high_pass: capture.high_pass.into(),
        automatic_gain: capture.automatic_gain.into(),
        detection_threshold: detection.threshold,
        detection_hysteresis: detection.hysteresis,
        detection_hold_ms: detection.hold_ms,
        pre_roll_ms: activation.pre_roll_ms,
        ducking_level: ducking.level,
        ducking_down_ms: ducking.down_ms,
        ducking_up_ms: ducking.up_ms,
        auto_volume: settings.auto_volume.into(),
        master_volume: settings.master_volume,
    }
}

/// The same as the chat knows them; devices are as they are.
pub(crate) fn voice_settings(
    options: &CVoiceSettings,
    present: VoiceSettings,
) -> Result<VoiceSettings, Failure> {
    let frame = FRAMES.iter().find(|(ms, _)| *ms == options.frame_ms);
    let frame = frame.ok_or_else(|| Failure::value("frame_ms", options.frame_ms, "10, 20, 40 or 60"))?.1;
    let background_removal = Some(options.background_removal).filter(|amount| *amount != 0.0);
    let mut settings = present;
    settings.quality = choice("quality", &QUALITIES, options.quality)?;
    settings.frame = frame;
    settings.error_correction = options.error_correction != 0;
    settings.master_volume = options.master_volume;
    settings.auto_volume = options.auto_volume != 0;
    settings.activation = ActivationSettings {
        mode: choice("activation", &MODES, options.activation)?,
        pre_roll_ms: options.pre_roll_ms,
    };
    settings.ducking = DuckingSettings {
        level: options.ducking_level,
        down_ms: options.ducking_down_ms,
        up_ms: options.ducking_up_ms,
    };
    settings.capture = CaptureSettings {
        high_pass: options.high_pass != 0,
        echo: choice("echo", &ECHO, options.echo)?,
        noise: choice("noise", &NOISE, options.noise)?,
        background_removal,
        automatic_gain: options.automatic_gain != 0,
        voice_detection: VoiceDetectionSettings {
            threshold: options.detection_threshold,
            hysteresis: options.detection_hysteresis,
            hold_ms: options.detection_hold_ms,
        },
    };
    settings.validate().map_err(Failure::refused)?;
    Ok(settings)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_the_same_after_both_ways() {
        let mut settings = VoiceSettings::default();
        assert_eq!(voice_settings(&voice_options(&settings), VoiceSettings::default()).unwrap(), settings);
        settings.quality = Quality::Music;
        settings.frame = FrameSize::Ms60;
        settings.error_correction = false;
        settings.master_volume = 0.5;
        settings.auto_volume = true;
        settings.activation = ActivationSettings { mode: ActivationMode::PushToTalk, pre_roll_ms: 100 };
        settings.ducking = DuckingSettings { level: 0.25, down_ms: 100, up_ms: 200 };
        settings.capture = CaptureSettings {
            high_pass: false,
            echo: None,
            noise: Some(NoiseLevel::VeryHigh),
            background_removal: Some(0.5),
            automatic_gain: false,
            voice_detection: VoiceDetectionSettings { threshold: 0.75, hysteresis: 0.25, hold_ms: 100 },
        };
        assert_eq!(voice_settings(&voice_options(&settings), VoiceSettings::default()).unwrap(), settings);
    }

    #[test]
    fn a_setting_that_does_not_exist_is_rejected() {
        let options = voice_options(&VoiceSettings::default());
        for wrong in [
            CVoiceSettings { activation: 3, ..options },
            CVoiceSettings { quality: -1, ..options },
            CVoiceSettings { frame_ms: 30, ..options },
            CVoiceSettings { echo: 4, ..options },
            CVoiceSettings { noise: 7, ..options },
            CVoiceSettings { background_removal: 1.5, ..options },
            CVoiceSettings { master_volume: f32::NAN, ..options },
        ] {
            assert!(voice_settings(&wrong, VoiceSettings::default()).is_err(), "{wrong:?}");
        }
    }
}
