//! Users of other applications, about whose clients the server knows only what they report.

use super::diagnosis::{PathLink, SilenceCause, Step};
use super::scene::{Scene, ago, is_recent};
use crate::{ServedPlayer, ThirdPartyApplication, ThirdPartyRow};

/// A third-party client and its application.
type Client<'a> = (&'a ThirdPartyRow, ThirdPartyApplication<'a>);

/// The speaker's client, if nothing else is known about the speaker's side.
fn mouth<'a>(scene: &Scene<'a>) -> Option<Client<'a>> {
    scene.served_speaker().filter(|_| scene.mouth.is_none()).and_then(client_of)
}

/// The listener's client, if nothing else is known about the listener's side.
fn ear<'a>(scene: &Scene<'a>) -> Option<Client<'a>> {
    scene.served_listener().filter(|_| scene.ear.is_none()).and_then(client_of)
}

fn client_of(player: &ServedPlayer) -> Option<Client<'_>> {
    Some((player.third_party.as_ref()?, player.application()))
}

pub(super) fn microphone(scene: &Scene<'_>) -> Option<Step> {
    let (link, name) = (PathLink::Microphone, scene.speaker);
    let (client, ThirdPartyApplication { name: application, .. }) = mouth(scene)?;
    if scene.sends().is_some() {
        return None;
    }
    let newest = client.voice_ms_ago.into_iter().chain(client.other_codec_ms_ago).min();
    if is_recent(newest) {
        return Some(Step::passed(link, format!("voice came from {name}'s {application} {}", ago(newest))));
    }
    if client.self_mute {
        return Some(Step::unknown(link, format!("{name}'s {application} is muted"), name));
    }
    Some(Step::broken(
        link,
        SilenceCause::NoInput,
        format!("no voice comes from {name}'s {application} (the last: {})", ago(newest)),
        format!(
            "look at {name}'s {application}: the key for push to talk, the threshold of voice activity, or the microphone"
        ),
    ))
}

pub(super) fn mute(scene: &Scene<'_>) -> Option<Step> {
    let (link, name) = (PathLink::Mute, scene.speaker);
    let (client, ThirdPartyApplication { name: application, .. }) = mouth(scene)?;
    if client.self_mute {
        let words = format!("{name} has muted itself in {application}");
        return Some(Step::broken(link, SilenceCause::SelfMuted, words, format!("let {name} unmute itself")));
    }
    Some(Step::passed(link, format!("{name} is not muted in {application} ({})", client.client)))
}

/// These clients do not report why they are silent.
pub(super) fn activation(scene: &Scene<'_>) -> Option<Step> {
    let (name, (_, application)) = (scene.speaker, mouth(scene)?);
    let words = format!("{name}'s {} decides what it sends", application.name);
    Some(Step::passed(PathLink::Activation, words))
}

pub(super) fn channel(scene: &Scene<'_>) -> Option<Step> {
    let (link, name, (client, _)) = (PathLink::Channel, scene.speaker, mouth(scene)?);
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
    let (name, (client, application)) = (scene.speaker, mouth(scene).filter(|_| scene.sends().is_none())?);
    let ThirdPartyApplication { name: application, other_codecs, with_opus } = application;
    let (what, remedy) = if is_recent(client.other_codec_ms_ago) {
        (format!("it is {other_codecs}"), format!("let {name} use {with_opus}"))
    } else if is_recent(client.too_many_ms_ago) {
        (
            "these are more packets than a client may send".to_owned(),
            format!("let {name} send packets of 20 ms"),
        )
    } else {
        return None;
    };
    let words = format!("the server drops what comes from {name}'s {application}: {what}");
    Some(Step::broken(PathLink::Uplink, SilenceCause::VoiceRefused, words, remedy))
}

pub(super) fn ears(scene: &Scene<'_>) -> Option<Step> {
    let (link, name) = (PathLink::Ears, scene.listener);
    let (client, ThirdPartyApplication { name: application, .. }) = ear(scene)?;
    if client.self_deaf {
        let words = format!("{name} has deafened itself in {application}");
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
    Some(Step::passed(link, format!("{name}'s {application} is not deafened; it is in {channel}{besides}")))
}
