//! Players in browser pages, which have no native client to ask: only the server knows about them.

use super::diagnosis::{PathLink, SilenceCause, Step};
use super::scene::{Scene, ago, is_recent};
use crate::PageRow;

/// The speaker's page, if nothing else is known about the speaker's side.
fn mouth<'a>(scene: &Scene<'a>) -> Option<&'a PageRow> {
    scene.served_speaker()?.page.as_ref().filter(|_| scene.mouth.is_none())
}

/// The listener's page, if nothing else is known about the listener's side.
fn ear<'a>(scene: &Scene<'a>) -> Option<&'a PageRow> {
    scene.served_listener()?.page.as_ref().filter(|_| scene.ear.is_none())
}

pub(super) fn microphone(scene: &Scene<'_>) -> Option<Step> {
    let (link, name, page) = (PathLink::Microphone, scene.speaker, mouth(scene)?);
    if scene.sends().is_some() {
        return None;
    }
    if !page.is_connected {
        return Some(away(link, name));
    }
    if !is_recent(page.voice_ms_ago) {
        return Some(Step::broken(
            link,
            SilenceCause::NoInput,
            format!("no sound comes from {name}'s page (the last: {})", ago(page.voice_ms_ago)),
            "check the microphone in the page: it is off, or the browser denies it",
        ));
    }
    let is_said_silently = page.channels > 0 && is_recent(page.silent_ms_ago) && refusal(page).is_none();
    if is_said_silently {
        return Some(Step::broken(
            link,
            SilenceCause::MicrophoneSilent,
            format!("{name}'s page sends silence"),
            format!("look at {name}'s microphone and at its level in the page and in the system's settings"),
        ));
    }
    Some(Step::passed(link, format!("sound came from {name}'s page {}", ago(page.voice_ms_ago))))
}

/// A page's gate, known only by its open channels.
pub(super) fn gate(scene: &Scene<'_>, link: PathLink) -> Option<Step> {
    let page = mouth(scene)?;
    let words = format!("{}'s page has {} channels open", scene.speaker, page.channels);
    Some(Step::passed(link, words))
}

pub(super) fn channel(scene: &Scene<'_>) -> Option<Step> {
    let (name, page) = (scene.speaker, mouth(scene)?);
    let is_without_channel = page.channels == 0 && page.is_connected && scene.sends().is_none();
    is_without_channel.then(|| {
        Step::broken(
            PathLink::Channel,
            SilenceCause::NoChannel,
            format!("sound comes from {name}'s page, but it has no open channel"),
            format!(
                "let {name} unmute itself in the page, hold the key while speaking, or lower the threshold"
            ),
        )
    })
}

pub(super) fn uplink(scene: &Scene<'_>) -> Option<Step> {
    let (name, page) = (scene.speaker, mouth(scene)?);
    let (what, remedy) = refusal(page).filter(|_| scene.sends().is_none())?;
    let words = format!("the server drops what comes from {name}'s page: {what}");
    Some(Step::broken(PathLink::Uplink, SilenceCause::VoiceRefused, words, remedy))
}

/// Why the server drops a page's voice, and the remedy.
fn refusal(page: &PageRow) -> Option<(&'static str, &'static str)> {
    if is_recent(page.too_many_ms_ago) {
        Some(("these are more packets than a page may send", "let the page send packets of 20 ms, each once"))
    } else if is_recent(page.unusable_ms_ago) {
        Some((
            "the packets are not Opus that can be repacketized into 20 ms",
            "let the page send Opus with ptime 20, as its answer asks for",
        ))
    } else {
        None
    }
}

pub(super) fn ears(scene: &Scene<'_>) -> Option<Step> {
    let (link, name, page) = (PathLink::Ears, scene.listener, ear(scene)?);
    if !page.is_connected {
        return Some(away(link, name));
    }
    Some(Step::passed(link, format!("{name}'s page is there, and plays {} voices at once", page.slots)))
}

pub(super) fn volume(scene: &Scene<'_>) -> Option<Step> {
    let (link, speaker, listener, page) = (PathLink::Volume, scene.speaker, scene.listener, ear(scene)?);
    let is_ignored = page.ignored.iter().any(|name| name == speaker);
    is_ignored.then(|| {
        let words = format!("{listener} has muted {speaker} in its page");
        Step::broken(link, SilenceCause::MutedByListener, words, format!("let {listener} unmute {speaker}"))
    })
}

pub(super) fn crowd(scene: &Scene<'_>) -> Option<Step> {
    let (link, speaker, listener, page) = (PathLink::Crowd, scene.speaker, scene.listener, ear(scene)?);
    if !page.without_slot.iter().any(|name| name == speaker) {
        return Some(Step::passed(link, format!("{listener}'s page plays {speaker}")));
    }
    let words = format!(
        "more speak at the same time than {listener}'s page plays, which is {}, and {speaker} is not among \
         the loudest",
        page.slots
    );
    Some(Step::broken(link, SilenceCause::Crowded, words, "let fewer players speak, or raise one's priority"))
}

fn away(link: PathLink, name: &str) -> Step {
    let words = format!("{name}'s page is gone, and its reservation is kept for a moment");
    let remedy = format!("let {name} check the page: it is closed, suspended, or offline");
    Step::broken(link, SilenceCause::PageAway, words, remedy)
}
