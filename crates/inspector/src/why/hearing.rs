//! The listener's side: decoding, mutes and volumes, priorities, the loudspeaker.

use super::diagnosis::{PathLink, SilenceCause, Step};
use super::scene::Scene;
use super::{pages, third_party};
use crate::{ClientSnapshot, DeviceStatus, PlayerRow, UnheardReason};

/// A step with an unknown result: only the listener's client knows it.
fn unseen(scene: &Scene<'_>, link: PathLink, what: &str) -> Step {
    Step::unknown(link, format!("{what} is not known here"), scene.listener)
}

/// The speaker's row in the listener's client, or a step that reports it as unknown.
fn heard<'a>(
    scene: &Scene<'a>,
    link: PathLink,
    what: &str,
) -> Result<(&'a ClientSnapshot, &'a PlayerRow), Step> {
    scene.ear.zip(scene.heard()).ok_or_else(|| unseen(scene, link, what))
}

pub(super) fn codec(scene: &Scene<'_>) -> Step {
    let (link, speaker, listener) = (PathLink::Codec, scene.speaker, scene.listener);
    let row = match heard(scene, link, "whether it can be decoded") {
        Ok((_, row)) => row,
        Err(step) => return step,
    };
    if let Some(because) = &row.undecodable_because {
        return Step::broken(
            link,
            SilenceCause::Undecodable,
            format!("{listener} cannot decode what {speaker} sends: {because}"),
            format!("let {speaker} use Opus with a frame size and rate that all players support"),
        );
    }
    // A few damaged packets are not the reason; if none can be decoded, they are.
    if row.undecodable > 0 && row.undecodable >= row.played {
        let words = format!(
            "{} packets of {speaker} could not be decoded, and {} could",
            row.undecodable, row.played
        );
        let remedy = format!("let {speaker} and {listener} use the same version");
        return Step::broken(link, SilenceCause::Undecodable, words, remedy);
    }
    Step::passed(link, format!("{} of {} packets were decoded", row.played, row.received))
}

pub(super) fn ears(scene: &Scene<'_>) -> Step {
    let (link, listener) = (PathLink::Ears, scene.listener);
    let Some(ear) = scene.ear else {
        return pages::ears(scene)
            .or_else(|| third_party::ears(scene))
            .unwrap_or_else(|| unseen(scene, link, "whether the listener hears any player"));
    };
    if ear.deafened {
        let words = format!("{listener} has deafened itself");
        return Step::broken(link, SilenceCause::Deafened, words, format!("let {listener} undeafen itself"));
    }
    if ear.master_volume <= 0.0 {
        let words = format!("{listener} has set the volume of all players to 0");
        return Step::broken(link, SilenceCause::MasterVolumeZero, words, "turn it up");
    }
    Step::passed(link, format!("{listener} hears all players at volume {}", ear.master_volume))
}

pub(super) fn volume(scene: &Scene<'_>) -> Step {
    let (link, speaker, listener) = (PathLink::Volume, scene.speaker, scene.listener);
    let row = match heard(scene, link, "whether the listener has muted the speaker") {
        Ok((_, row)) => row,
        Err(step) => return pages::volume(scene).unwrap_or(step),
    };
    if row.muted {
        let words = format!("{listener} has muted {speaker}");
        return Step::broken(
            link,
            SilenceCause::MutedByListener,
            words,
            format!("let {listener} unmute {speaker}"),
        );
    }
    if row.volume <= 0.0 {
        let words = format!("{listener} has turned {speaker} down to 0");
        return Step::broken(
            link,
            SilenceCause::VolumeZero,
            words,
            format!("let {listener} turn {speaker} up"),
        );
    }
    if row.unheard == Some(UnheardReason::TurnedDown) {
        let words = format!("the channel that {speaker} speaks over has the volume 0");
        return Step::broken(
            link,
            SilenceCause::VolumeZero,
            words,
            format!("let {speaker} turn the channel up"),
        );
    }
    Step::passed(link, format!("{speaker} is not muted there, and has the volume {}", row.volume))
}

pub(super) fn priority(scene: &Scene<'_>) -> Step {
    let (link, speaker, listener) = (PathLink::Priority, scene.speaker, scene.listener);
    let (ear, row) = match heard(scene, link, "the priorities of the voices") {
        Ok(known) => known,
        Err(step) => return step,
    };
    if row.unheard != Some(UnheardReason::Outranked) {
        return Step::passed(link, "no voice of a higher priority");
    }
    let above = ear.players.iter().filter(|other| other.name != speaker && other.is_speaking);
    let above: Vec<&str> = above.filter(|other| other.unheard.is_none()).map(|other| &*other.name).collect();
    let louder = if above.is_empty() { "another player".to_owned() } else { above.join(", ") };
    let words = format!("{listener} hears {louder} at a higher priority than {speaker}'s {:?}", row.priority);
    let remedy = format!("wait until that is over, or raise the priority of {speaker}'s channel");
    Step::broken(link, SilenceCause::Outranked, words, remedy)
}

pub(super) fn distance(scene: &Scene<'_>) -> Step {
    let (link, speaker, listener) = (PathLink::Distance, scene.speaker, scene.listener);
    let row = match heard(scene, link, "how far apart they are") {
        Ok((_, row)) => row,
        Err(step) => return step,
    };
    let how_far = row.distance_m.map(|metres| format!("{metres:.1} m"));
    if row.unheard == Some(UnheardReason::OutOfRange) {
        let how_far = how_far.map_or(String::new(), |how_far| format!(", {how_far}"));
        let words = format!("{speaker} is too far away from {listener}{how_far}");
        return Step::broken(link, SilenceCause::OutOfRange, words, "move closer, or widen the range");
    }
    Step::passed(link, how_far.unwrap_or_else(|| "the voice is not positional".into()))
}

pub(super) fn crowd(scene: &Scene<'_>) -> Step {
    let (link, speaker, listener) = (PathLink::Crowd, scene.speaker, scene.listener);
    let (ear, row) = match heard(scene, link, "how many speak at the same time") {
        Ok(known) => known,
        Err(step) => return pages::crowd(scene).unwrap_or(step),
    };
    let speaking = ear.players.iter().filter(|player| player.is_speaking).count();
    if row.unheard == Some(UnheardReason::Crowded) {
        let words = format!(
            "{speaking} speak at the same time, {listener} decodes at most {}, and {speaker} is not among the \
             loudest",
            ear.max_voices
        );
        return Step::broken(
            link,
            SilenceCause::Crowded,
            words,
            "raise that limit, or let fewer players speak",
        );
    }
    Step::passed(link, format!("{speaking} speak at the same time, {} may", ear.max_voices))
}

pub(super) fn loudspeaker(scene: &Scene<'_>) -> Step {
    let (link, listener) = (PathLink::Loudspeaker, scene.listener);
    let Some(ear) = scene.ear else {
        return unseen(scene, link, "the loudspeaker");
    };
    if let Some(trouble) = &ear.output_trouble {
        let words = format!("{listener}'s output has failed: {trouble}");
        return Step::broken(
            link,
            SilenceCause::LoudspeakerFailed,
            words,
            "give its voice chat another output",
        );
    }
    let stream = scene.heard().and_then(|row| row.stream.as_ref());
    let Some(device) = stream.or(ear.loudspeaker.as_ref()) else {
        return Step::passed(link, format!("{listener} hears through an output that is not a device"));
    };
    let (state, remedy) = match device.state {
        DeviceStatus::Running => return Step::passed(link, device.in_words()),
        DeviceStatus::Lost => ("stopped and is being opened again", "wait, or plug it in again"),
        DeviceStatus::Missing => ("is missing", "plug one in, or choose one that is there"),
        DeviceStatus::Denied => ("is not available to this program", "allow it in the system's settings"),
        DeviceStatus::Busy => ("cannot be opened", "close the program that has it, or choose another one"),
        DeviceStatus::NotCalled if stream.is_some() => (
            "is the game's engine, which reads nothing from this player's stream",
            "call `PlayerStream::fill` in the engine's audio callback, or drop the stream",
        ),
        DeviceStatus::NotCalled => (
            "is the game's engine, which reads no sound",
            "call `EngineOutput::fill` in the engine's audio callback",
        ),
        DeviceStatus::Off => ("is switched off in the voice chat", "choose one"),
    };
    Step::broken(link, SilenceCause::LoudspeakerFailed, format!("{listener}'s loudspeaker {state}"), remedy)
}
