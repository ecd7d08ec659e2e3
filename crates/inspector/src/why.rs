//! Why one player does not hear another: the whole path from a mouth to an ear, link by link.
//!
//! Every step examines one link and reports what it found, and in which snapshot. It calls a link broken only if a
//! snapshot shows that; if none of the snapshots can know, it names the one that would.

mod diagnosis;
mod encryption;
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
mod third_party;
mod travelling;

pub use diagnosis::{Diagnosis, PathLink, SilenceCause, Step, StepOutcome};
use scene::Scene;

use crate::Snapshot;

/// Why `listener` does not hear `speaker`, as far as these snapshots show: those of the listener's client, of the
/// speaker's, of the server, or of several of them, taken at about the same time.
///
/// A name may be spelled in any way that looks the same ([`NameKey`](consonance_wire::names::NameKey)); if several
/// players match, the exact name wins. An unknown name is a broken link, with the most similar one as the remedy.
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
        let look =
            |links: &[fn(&Scene<'_>) -> Step]| links.iter().map(|look| look(&scene)).collect::<Vec<_>>();
        let keys: Vec<Step> = encryption::encryption(&scene).into_iter().collect();
        let between = nodes::nodes(&scene).into_iter().collect();
        [look(TO_SERVER), keys, between, look(TO_LISTENER)].concat()
    };
    Diagnosis { speaker: speaker.to_owned(), listener: listener.to_owned(), steps }
}

/// The links to the session's server, in the order in which voice passes them. In a cluster, those between nodes
/// follow.
const TO_SERVER: &[fn(&Scene<'_>) -> Step] = &[
    joining::speaker_joined,
    joining::listener_joined,
    speaking::microphone,
    speaking::mute,
    speaking::activation,
    speaking::channel,
    travelling::rooms,
    travelling::tokens,
    travelling::uplink,
    proximity::proximity,
];

/// The links from there to the listener's ears.
const TO_LISTENER: &[fn(&Scene<'_>) -> Step] = &[
    travelling::downlink,
    travelling::loss,
    hearing::codec,
    hearing::ears,
    hearing::volume,
    hearing::priority,
    hearing::distance,
    hearing::crowd,
    hearing::loudspeaker,
];
