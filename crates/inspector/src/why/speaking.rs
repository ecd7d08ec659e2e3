//! The speaker's side: microphone, mute, activation, channels.

use super::diagnosis::{PathLink, SilenceCause, Step};
use super::scene::{JUST_NOW_MS, Scene, ago, is_recent, list};
use super::{pages, third_party};
use crate::{CaptureSnapshot, ClientSnapshot, DeviceSnapshot, DeviceStatus, EffectiveActivation, TokenRule};

/// Sound up to this age is current.
const HEARD_NOW_MS: u64 = 1_000;

/// Whether frames without sound have lasted too long for a pause between words.
fn is_long(silent_for_ms: Option<u64>) -> bool {
    silent_for_ms.is_some_and(|ms| ms >= JUST_NOW_MS)
}

/// A step for a link about which another snapshot shows that it is fine, or about which nothing is known.
fn from_afar(scene: &Scene<'_>, link: PathLink, what: &str) -> Step {
    match scene.sends() {
        Some(witness) => Step::passed(link, format!("{} has spoken just now, {witness} says", scene.speaker)),
        None => Step::unknown(link, format!("{what} cannot be seen from here"), scene.speaker),
    }
}

pub(super) fn microphone(scene: &Scene<'_>) -> Step {
    let (link, name) = (PathLink::Microphone, scene.speaker);
    if let Some(step) = pages::microphone(scene).or_else(|| third_party::microphone(scene)) {
        return step;
    }
    let Some(mouth) = scene.mouth else {
        let silent = scene.heard().filter(|row| scene.arrives() && is_long(row.silent_for_ms));
        return match silent {
            // A muted player is not decoded, so its loudness is unknown.
            Some(row) if row.played > 0 && row.unheard.is_none() && !row.muted => Step::broken(
                link,
                SilenceCause::MicrophoneSilent,
                format!("only silence arrives from {name}"),
                format!("look at {name}'s microphone and at its level in the system's settings"),
            ),
            _ => from_afar(scene, link, "the microphone"),
        };
    };
    // Current sound has a source, whatever the device does: the game may have set another input.
    let is_heard =
        mouth.capture.as_ref().and_then(|row| row.sound_ms_ago).is_some_and(|ms| ms < HEARD_NOW_MS);
    let failed = mouth.microphone.as_ref().filter(|_| !is_heard).and_then(|device| failed(name, device));
    if let Some(step) = failed {
        return step;
    }
    let Some(capture) = &mouth.capture else {
        return Step::broken(
            link,
            SilenceCause::NoInput,
            format!("{name} has no microphone and nothing else to speak with"),
            "give its voice chat a microphone or an input",
        );
    };
    if capture.has_ended {
        let words = format!("{name}'s input, such as a file, has ended");
        return Step::broken(link, SilenceCause::InputEnded, words, "give its voice chat another input");
    }
    if is_recent(capture.sound_ms_ago) {
        let device = mouth.microphone.as_ref().filter(|device| device.state == DeviceStatus::Running);
        let device = device.map_or(String::new(), |device| format!("; {}", device.in_words()));
        let words =
            format!("{name}'s input was last loud {}{device}{}", ago(capture.sound_ms_ago), noise(capture));
        return Step::passed(link, words);
    }
    silent(name, mouth, capture)
}

/// A note that noise stays in the voice because the machine is too slow.
fn noise(capture: &CaptureSnapshot) -> String {
    if capture.is_noise_reduced {
        format!("; noise suppression is reduced to {}: the machine is too slow for more", capture.noise)
    } else {
        String::new()
    }
}

fn silent(name: &str, mouth: &ClientSnapshot, capture: &CaptureSnapshot) -> Step {
    let link = PathLink::Microphone;
    if capture.blocks == 0 {
        let words = format!("nothing was captured so far: {name} has hardly joined");
        return Step::unknown(link, words, &format!("{name} again in a second"));
    }
    let device = mouth.microphone.as_ref().map_or(String::new(), |device| format!(" ({})", device.name));
    Step::broken(
        link,
        SilenceCause::MicrophoneSilent,
        format!(
            "{name}'s microphone{device} delivers silence: {:.0} dB of full scale",
            capture.input_level_dbfs
        ),
        "unmute it in the system's settings and at its own switch, or choose another one",
    )
}

/// A step that says why a microphone does not run, if it does not.
fn failed(name: &str, device: &DeviceSnapshot) -> Option<Step> {
    let (state, remedy) = match device.state {
        DeviceStatus::Running => return None,
        DeviceStatus::Lost => ("stopped and is being opened again", "wait, or plug it in again"),
        DeviceStatus::Missing => ("is missing", "plug one in, or choose one that is there"),
        DeviceStatus::Denied => {
            ("is not available to this program", "allow it in the system's privacy settings")
        }
        DeviceStatus::Busy => ("cannot be opened", "close the program that has it, or choose another one"),
        DeviceStatus::NotCalled => (
            "is the game's engine, which delivers no sound",
            "call `EngineInput::push` in the engine's audio callback",
        ),
        DeviceStatus::Off => ("is switched off in the voice chat", "choose one"),
    };
    let words = format!("{name}'s microphone {state}");
    Some(Step::broken(PathLink::Microphone, SilenceCause::MicrophoneFailed, words, remedy))
}

pub(super) fn mute(scene: &Scene<'_>) -> Step {
    let (link, name) = (PathLink::Mute, scene.speaker);
    if let Some(reason) = scene.muted_by_server() {
        let words = format!("the server's operator has muted {name}{}", because(reason));
        return Step::broken(
            link,
            SilenceCause::MutedByServer,
            words,
            "ask the operator to unmute it, or wait",
        );
    }
    match scene.mouth {
        None => pages::gate(scene, link)
            .or_else(|| third_party::mute(scene))
            .unwrap_or_else(|| from_afar(scene, link, "whether the speaker has muted itself")),
        Some(mouth) if mouth.muted => Step::broken(
            link,
            SilenceCause::SelfMuted,
            format!("{name} has muted itself"),
            format!("let {name} unmute itself"),
        ),
        Some(_) => Step::passed(link, format!("{name} is not muted")),
    }
}

/// An operator's reason, if there is one.
pub(super) fn because(reason: &str) -> String {
    if reason.is_empty() { String::new() } else { format!(" ({reason})") }
}

pub(super) fn activation(scene: &Scene<'_>) -> Step {
    let (link, name) = (PathLink::Activation, scene.speaker);
    let Some(mouth) = scene.mouth else {
        return pages::gate(scene, link)
            .or_else(|| third_party::activation(scene))
            .unwrap_or_else(|| from_afar(scene, link, "whether the speaker's activation opens"));
    };
    let Some(capture) = &mouth.capture else {
        return Step::unknown(link, "no input that can be activated", name);
    };
    if is_recent(capture.spoke_ms_ago) {
        return Step::passed(link, format!("{name} has spoken {}", ago(capture.spoke_ms_ago)));
    }
    if !mouth.channels.is_empty() && mouth.channels.iter().all(|channel| channel.is_closed_by.is_some()) {
        return Step::passed(link, "no channel asks for it");
    }
    match capture.activation {
        EffectiveActivation::PushToTalk if !capture.key_held => Step::broken(
            link,
            SilenceCause::KeyNotHeld,
            format!("{name} does not hold the key for push to talk"),
            format!("let {name} press it while speaking, or change the activation"),
        ),
        // If channels differ, one of them uses voice activation, or is always open and counts as speaking.
        EffectiveActivation::Voice | EffectiveActivation::Other if !capture.is_transmitting => Step::broken(
            link,
            SilenceCause::NoSpeech,
            format!(
                "no speech is heard in {name}'s microphone: {:.0} dB of full scale, {:.0} % probable",
                capture.input_level_dbfs,
                100.0 * capture.speech_probability
            ),
            format!("let {name} speak up, or move closer to the microphone"),
        ),
        _ => Step::passed(link, "it is open"),
    }
}

/// A step for a player that has none of the needed tokens.
pub(super) fn token_missing(link: PathLink, name: &str, rule: &TokenRule) -> Step {
    let (verb, target) = (if rule.is_speaking { "speak to" } else { "listen to" }, &rule.target);
    let needs = rule.needs.join(", ");
    let words = format!("{name} has none of the tokens needed to {verb} {target}: {needs}");
    Step::broken(link, SilenceCause::TokenMissing, words, format!("give {name} one of them"))
}

/// The speaker's recipients, if the current ones are not known here.
fn recipients(scene: &Scene<'_>) -> String {
    let name = scene.speaker;
    match scene.served_speaker() {
        Some(player) if player.voice_ms_ago.is_some() && !player.voice_to.is_empty() => {
            let (targets, when) = (list(&player.voice_to), ago(player.voice_ms_ago));
            format!("{name} last spoke to {targets}, {when}")
        }
        _ => format!("the recipients of {name}'s voice are not known here"),
    }
}

pub(super) fn channel(scene: &Scene<'_>) -> Step {
    let (link, name) = (PathLink::Channel, scene.speaker);
    if let Some(step) = pages::channel(scene).or_else(|| third_party::channel(scene)) {
        return step;
    }
    let Some(mouth) = scene.mouth else {
        return match scene.targets() {
            Some(targets) => Step::passed(link, format!("{name} last spoke to {}", list(&targets))),
            None if scene.arrives() => Step::passed(link, format!("{name}'s voice arrives")),
            None => Step::unknown(link, recipients(scene), name),
        };
    };
    let targets = scene.targets().unwrap_or_default();
    if mouth.channels.is_empty()
        && let Some(rule) = mouth.token_rules.iter().find(|rule| rule.is_speaking)
    {
        return token_missing(link, name, rule);
    }
    if mouth.channels.is_empty() {
        let words = format!("{name} has no open channel");
        return Step::broken(link, SilenceCause::NoChannel, words, "open a channel to a room or to a player");
    }
    let closed = mouth.channels.iter().filter_map(|channel| channel.is_closed_by.as_deref());
    let reasons: Vec<&str> = closed.collect();
    if reasons.len() == mouth.channels.len() {
        let words = format!("every channel of {name}'s is closed: {}", reasons.join(", "));
        return Step::broken(link, SilenceCause::ChannelClosed, words, "open one of them");
    }
    Step::passed(link, format!("{name} speaks to {}", list(&targets)))
}
