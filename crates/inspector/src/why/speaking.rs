//! The speaker's side: microphone, mute, activation, channels.

use super::diagnosis::{Cause, Link, Step};
use super::scene::{Scene, ago, is_recent, list};
use crate::{Activation, CaptureRow, ClientSnapshot, DeviceRow, DeviceState};

/// Somebody else shows that it is fine, or nobody here knows.
fn from_afar(scene: &Scene<'_>, link: Link, what: &str) -> Step {
    match scene.sends() {
        Some(witness) => Step::passed(link, format!("{} has spoken just now, {witness} says", scene.speaker)),
        None => Step::unknown(link, format!("{what} cannot be seen from here"), scene.speaker),
    }
}

pub(super) fn microphone(scene: &Scene<'_>) -> Step {
    let (link, name) = (Link::Microphone, scene.speaker);
    let Some(mouth) = scene.mouth else {
        let silent = scene.heard().filter(|row| scene.arrives() && !is_recent(row.sound_ms_ago));
        return match silent {
            // A muted player is not decoded, so that nobody knows how loud it is.
            Some(row) if row.played > 0 && row.unheard.is_none() && !row.muted => Step::broken(
                link,
                Cause::MicrophoneSilent,
                format!("what arrives of {name} is silence"),
                format!("look at {name}'s microphone and at its level in the system's settings"),
            ),
            _ => from_afar(scene, link, "the microphone"),
        };
    };
    if let Some(step) = mouth.microphone.as_ref().and_then(|device| failed(name, device)) {
        return step;
    }
    let Some(capture) = &mouth.capture else {
        return Step::broken(
            link,
            Cause::NoInput,
            format!("{name} has no microphone and nothing else to speak with"),
            "give its voice chat a microphone or an input",
        );
    };
    if capture.has_ended {
        let words = format!("what {name} speaks with, as a file, has come to its end");
        return Step::broken(link, Cause::InputEnded, words, "give its voice chat another input");
    }
    if is_recent(capture.sound_ms_ago) {
        return Step::passed(link, format!("{name}'s input was last loud {}", ago(capture.sound_ms_ago)));
    }
    silent(name, mouth, capture)
}

fn silent(name: &str, mouth: &ClientSnapshot, capture: &CaptureRow) -> Step {
    let link = Link::Microphone;
    if capture.blocks == 0 {
        let words = format!("nothing was captured so far: {name} has hardly joined");
        return Step::unknown(link, words, &format!("{name} again in a second"));
    }
    let device = mouth.microphone.as_ref().map_or(String::new(), |device| format!(" ({})", device.name));
    Step::broken(
        link,
        Cause::MicrophoneSilent,
        format!(
            "{name}'s microphone{device} gives silence: {:.0} dB of full scale",
            capture.input_level_dbfs
        ),
        "unmute it in the system's settings and at its own switch, or choose another one",
    )
}

/// A step that says why a microphone does not run, if it does not.
fn failed(name: &str, device: &DeviceRow) -> Option<Step> {
    let (state, remedy) = match device.state {
        DeviceState::Running => return None,
        DeviceState::Lost => ("stopped and is being opened again", "wait, or plug it in again"),
        DeviceState::Missing => ("is missing", "plug one in, or choose one that is there"),
        DeviceState::Denied => {
            ("may not be used by this program", "allow it in the system's privacy settings")
        }
        DeviceState::Busy => ("cannot be opened", "close the program that has it, or choose another one"),
        DeviceState::Off => ("is switched off in the voice chat", "choose one"),
    };
    let words = format!("{name}'s microphone {state}");
    Some(Step::broken(Link::Microphone, Cause::MicrophoneFailed, words, remedy))
}

pub(super) fn mute(scene: &Scene<'_>) -> Step {
    let (link, name) = (Link::Mute, scene.speaker);
    match scene.mouth {
        None => from_afar(scene, link, "whether the speaker has muted itself"),
        Some(mouth) if mouth.muted => Step::broken(
            link,
            Cause::SelfMuted,
            format!("{name} has muted itself"),
            format!("let {name} unmute itself"),
        ),
        Some(_) => Step::passed(link, format!("{name} is not muted")),
    }
}

pub(super) fn activation(scene: &Scene<'_>) -> Step {
    let (link, name) = (Link::Activation, scene.speaker);
    let Some(mouth) = scene.mouth else {
        return from_afar(scene, link, "whether the speaker's activation opens");
    };
    let Some(capture) = &mouth.capture else {
        return Step::unknown(link, "there is no input that could be activated", name);
    };
    if is_recent(capture.spoke_ms_ago) {
        return Step::passed(link, format!("{name} has spoken {}", ago(capture.spoke_ms_ago)));
    }
    match capture.activation {
        Activation::PushToTalk if !capture.key_held => Step::broken(
            link,
            Cause::KeyNotHeld,
            format!("{name} does not hold the key for push to talk"),
            format!("let {name} press it while speaking, or change the activation"),
        ),
        Activation::Voice if !capture.is_speaking => Step::broken(
            link,
            Cause::NobodySpeaks,
            format!(
                "no speech is heard in {name}'s microphone: {:.0} dB of full scale, {:.0} % probable",
                capture.input_level_dbfs,
                100.0 * capture.speech_probability
            ),
            format!("let {name} speak up, or come nearer to the microphone"),
        ),
        _ => Step::passed(link, "it is open"),
    }
}

pub(super) fn channel(scene: &Scene<'_>) -> Step {
    let (link, name) = (Link::Channel, scene.speaker);
    let Some(mouth) = scene.mouth else {
        return match scene.targets() {
            Some(targets) => Step::passed(link, format!("{name} last spoke to {}", list(&targets))),
            None if scene.arrives() => Step::passed(link, format!("{name}'s voice arrives")),
            None => Step::unknown(link, format!("whom {name} speaks to is not known here"), name),
        };
    };
    let targets = scene.targets().unwrap_or_default();
    if targets.is_empty() {
        let words = format!("{name} speaks to nobody: no channel is open");
        return Step::broken(link, Cause::NoChannel, words, "open a channel to a room or to a player");
    }
    let closed = mouth.channels.iter().filter_map(|channel| channel.is_closed_by.as_deref());
    let reasons: Vec<&str> = closed.collect();
    if reasons.len() == mouth.channels.len() {
        let words = format!("every channel of {name}'s is closed: {}", reasons.join(", "));
        return Step::broken(link, Cause::ChannelClosed, words, "open one of them");
    }
    Step::passed(link, format!("{name} speaks to {}", list(&targets)))
}
