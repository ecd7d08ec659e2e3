//! Why one player does not hear another: the whole way from a mouth to an ear, link by link.
//!
//! Every step looks at one link and says what it found, and in which snapshot. It calls a link broken only if a
//! snapshot shows that it is; where none of the snapshots can know, it names the one that would.

mod diagnosis;
mod hearing;
mod joining;
mod near_name;
mod nodes;
mod pages;
mod proximity;
mod scene;
mod speaking;
mod spelling;
#[cfg(test)]
mod tests;
mod travelling;

pub use diagnosis::{Diagnosis, PathLink, SilenceCause, Step, StepOutcome};
use scene::Scene;

use crate::Snapshot;

/// Why `listener` does not hear `speaker`, as far as these snapshots show: those of the listener's client, of the
/// speaker's, of the server, or of several of them, taken at about the same time.
///
/// A name may be spelled in any way that looks the same ([`NameKey`](consonance_name_key::NameKey)); of several players
/// the one with exactly this name is meant. An unknown name is a broken link, with the most similar one as the remedy.
pub fn why(snapshots: &[Snapshot], speaker: &str, listener: &str) -> Diagnosis {
    let [speaker, listener] = [speaker, listener].map(|name| spelling::present(snapshots, name));
    let steps = if speaker == listener {
        vec![Step::broken(
            PathLink::SpeakerJoined,
            SilenceCause::SamePlayer,
            format!("{speaker} is both speaker and listener, and players do not hear themselves"),
            "name two players",
        )]
    } else {
        let scene = Scene::new(snapshots, speaker, listener);
        WAY.iter().filter_map(|look| look(&scene)).collect()
    };
    Diagnosis { speaker: speaker.to_owned(), listener: listener.to_owned(), steps }
}

/// Every link, in the order in which a voice passes them. Some are there in clusters only.
const WAY: &[fn(&Scene<'_>) -> Option<Step>] = &[
    |scene| Some(joining::speaker_joined(scene)),
    |scene| Some(joining::listener_joined(scene)),
    |scene| Some(speaking::microphone(scene)),
    |scene| Some(speaking::mute(scene)),
    |scene| Some(speaking::activation(scene)),
    |scene| Some(speaking::channel(scene)),
    |scene| Some(travelling::rooms(scene)),
    |scene| Some(travelling::tokens(scene)),
    |scene| Some(travelling::uplink(scene)),
    |scene| Some(proximity::proximity(scene)),
    nodes::nodes,
    |scene| Some(travelling::downlink(scene)),
    |scene| Some(travelling::loss(scene)),
    |scene| Some(hearing::codec(scene)),
    |scene| Some(hearing::ears(scene)),
    |scene| Some(hearing::volume(scene)),
    |scene| Some(hearing::priority(scene)),
    |scene| Some(hearing::distance(scene)),
    |scene| Some(hearing::crowd(scene)),
    |scene| Some(hearing::loudspeaker(scene)),
];
