//! Rooms where the server sends voice only to nearby listeners.

use super::diagnosis::{PathLink, SilenceCause, Step};
use super::scene::Scene;
use crate::{ChannelTarget, ServedPlayer, ServedRoom, ServedSession};

pub(super) fn proximity(scene: &Scene<'_>) -> Step {
    let link = PathLink::Proximity;
    if scene.arrives() {
        return Step::passed(link, "it arrives");
    }
    let Some(session) = scene.session else {
        return Step::unknown(link, "whether distance decides about it is not known here", "the server");
    };
    if session.rooms.iter().all(|room| room.range_m.is_none()) {
        return Step::passed(link, "no room where distance matters");
    }
    let (Some(targets), Some(rooms)) = (scene.targets(), scene.rooms_of_listener()) else {
        let words =
            format!("through what {} would reach {} is not known here", scene.speaker, scene.listener);
        return Step::unknown(link, words, scene.speaker);
    };
    let mut widest: Option<(&ServedRoom, f32)> = None;
    for target in &targets {
        let room = match target {
            ChannelTarget::Player(name) if name == scene.listener => {
                return Step::passed(link, format!("{} is spoken to wherever it is", scene.listener));
            }
            ChannelTarget::Room(name) if rooms.contains(name) => name,
            _ => continue,
        };
        match ranged(session, room) {
            None => return Step::passed(link, format!("in the room {room:?} distance does not decide")),
            Some((row, range)) if widest.is_none_or(|(_, widest)| range > widest) => {
                widest = Some((row, range));
            }
            Some(_) => {}
        }
    }
    match widest {
        None => Step::passed(link, "nothing here depends on distance"),
        Some((room, range)) => in_range(scene, room, range),
    }
}

/// A room with proximity, and its range.
fn ranged<'a>(session: &'a ServedSession, name: &str) -> Option<(&'a ServedRoom, f32)> {
    let room = session.rooms.iter().find(|room| room.name == name)?;
    room.range_m.map(|range| (room, range))
}

fn in_range(scene: &Scene<'_>, room: &ServedRoom, range: f32) -> Step {
    let (link, speaker, listener) = (PathLink::Proximity, scene.speaker, scene.listener);
    let (Some(mouth), Some(ear)) = (scene.served_speaker(), scene.served_listener()) else {
        return Step::unknown(link, "where the two are is not known here", "the server");
    };
    let name = &room.name;
    let placeless = match (mouth.has_place, ear.has_place) {
        (false, false) => {
            let words = "neither says where it is, so the two hear each other as in any other room";
            return Step::passed(link, words);
        }
        (false, true) => speaker,
        (true, false) => listener,
        (true, true) => return within(scene, name, range, distance(mouth, ear)),
    };
    let words = format!(
        "{placeless} does not report its position to the server, and in the room {name:?} distance decides"
    );
    Step::broken(link, SilenceCause::NoPosition, words, format!("let {placeless} share its position"))
}

/// The distance of the two, or a lower bound.
#[derive(Clone, Copy)]
enum Distance {
    Known(f32),
    Beyond(f32),
    Unknown,
}

fn distance(mouth: &ServedPlayer, ear: &ServedPlayer) -> Distance {
    let listed = |from: &ServedPlayer, to: &str| {
        from.distances.iter().find(|row| row.player == to).map(|row| row.metres)
    };
    if let Some(metres) = listed(mouth, &ear.name).or_else(|| listed(ear, &mouth.name)) {
        return Distance::Known(metres);
    }
    // If the list is as long as it can be, a player that is not listed is farther away than all listed ones.
    let last = |from: &ServedPlayer| {
        from.distances.get(ServedPlayer::DISTANCES_MAX - 1).map(|farthest| farthest.metres)
    };
    let at_least = last(mouth).into_iter().chain(last(ear)).reduce(f32::max);
    at_least.map_or(Distance::Unknown, Distance::Beyond)
}

fn within(scene: &Scene<'_>, room: &str, range: f32, distance: Distance) -> Step {
    let (link, speaker, listener) = (PathLink::Proximity, scene.speaker, scene.listener);
    let too_far = |how_far: String| {
        let words = format!("{speaker} is {how_far} away from {listener}, and {room:?} carries {range:.1} m");
        Step::broken(
            link,
            SilenceCause::OutOfRange,
            words,
            "move closer, or widen the room's range on the server",
        )
    };
    match distance {
        Distance::Known(metres) if metres > range => too_far(format!("{metres:.1} m")),
        Distance::Beyond(metres) if metres > range => too_far(format!("more than {metres:.1} m")),
        Distance::Known(metres) => {
            let words =
                format!("{speaker} is {metres:.1} m away from {listener}; {room:?} carries {range:.1} m");
            Step::passed(link, words)
        }
        _ => Step::unknown(link, "how far apart the two are is not told", "the server"),
    }
}
