//! Users of Mumble, about whose clients the server knows only what they report.

use super::diagnosis::{PathLink, SilenceCause, Step};
use super::scene::{Scene, ago, is_recent};
use crate::MumbleRow;

/// The speaker's Mumble client, if nothing else is known about the speaker's side.
fn mouth<'a>(scene: &Scene<'a>) -> Option<&'a MumbleRow> {
    scene.served_speaker()?.mumble.as_ref().filter(|_| scene.mouth.is_none())
}

/// The listener's Mumble client, if nothing else is known about the listener's side.
fn ear<'a>(scene: &Scene<'a>) -> Option<&'a MumbleRow> {
    scene.served_listener()?.mumble.as_ref().filter(|_| scene.ear.is_none())
}

pub(super) fn microphone(scene: &Scene<'_>) -> Option<Step> {
    let (link, name, client) = (PathLink::Microphone, scene.speaker, mouth(scene)?);
    if scene.sends().is_some() {
        return None;
    }
    let newest = client.voice_ms_ago.into_iter().chain(client.other_codec_ms_ago).min();
    if is_recent(newest) {
        return Some(Step::passed(link, format!("voice came from {name}'s Mumble {}", ago(newest))));
    }
    if client.self_mute {
        return Some(Step::unknown(link, format!("{name}'s Mumble is muted"), name));
    }
    Some(Step::broken(
        link,
        SilenceCause::NoInput,
        format!("no voice comes from {name}'s Mumble (the last: {})", ago(newest)),
        format!(
            "look at {name}'s Mumble: the key for push to talk, the threshold of voice activity, or the microphone"
        ),
    ))
}

pub(super) fn mute(scene: &Scene<'_>) -> Option<Step> {
    let (link, name, client) = (PathLink::Mute, scene.speaker, mouth(scene)?);
    if client.self_mute {
        let words = format!("{name} has muted itself in Mumble");
        return Some(Step::broken(link, SilenceCause::SelfMuted, words, format!("let {name} unmute itself")));
    }
    Some(Step::passed(link, format!("{name} is not muted in Mumble ({})", client.client)))
}

/// Mumble's clients do not report why they are silent.
pub(super) fn activation(scene: &Scene<'_>) -> Option<Step> {
    mouth(scene)?;
    Some(Step::passed(PathLink::Activation, format!("{}'s Mumble decides what it sends", scene.speaker)))
}

pub(super) fn channel(scene: &Scene<'_>) -> Option<Step> {
    let (link, name, client) = (PathLink::Channel, scene.speaker, mouth(scene)?);
    if scene.sends().is_some() {
        return None;
    }
    Some(match &client.room {
        Some(room) => Step::passed(link, format!("{name} is in the channel {room:?}, and speaks to it")),
        None => Step::broken(
            link,
            SilenceCause::NoChannel,
            format!("{name} is in the root channel, which is no room: no player hears it there"),
            format!("let {name} enter another channel"),
        ),
    })
}

pub(super) fn uplink(scene: &Scene<'_>) -> Option<Step> {
    let (name, client) = (scene.speaker, mouth(scene).filter(|_| scene.sends().is_none())?);
    let (what, remedy) = if is_recent(client.other_codec_ms_ago) {
        ("it is CELT or Speex", format!("let {name} use Mumble 1.2.4 or newer"))
    } else if is_recent(client.too_many_ms_ago) {
        ("these are more packets than a client may send", format!("let {name} send packets of 20 ms"))
    } else {
        return None;
    };
    let words = format!("the server drops what comes from {name}'s Mumble: {what}");
    Some(Step::broken(PathLink::Uplink, SilenceCause::VoiceRefused, words, remedy))
}

pub(super) fn ears(scene: &Scene<'_>) -> Option<Step> {
    let (link, name, client) = (PathLink::Ears, scene.listener, ear(scene)?);
    if client.self_deaf {
        let words = format!("{name} has deafened itself in Mumble");
        return Some(Step::broken(
            link,
            SilenceCause::Deafened,
            words,
            format!("let {name} undeafen itself"),
        ));
    }
    let channel = client.room.as_ref().map_or("the root channel".to_owned(), |room| format!("{room:?}"));
    let besides = match &*client.listening {
        [] => String::new(),
        rooms => format!(", and listens to {}", rooms.join(", ")),
    };
    Some(Step::passed(link, format!("{name}'s Mumble is not deafened; it is in {channel}{besides}")))
}
