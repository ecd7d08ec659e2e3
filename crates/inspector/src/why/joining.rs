//! Whether both are in the session.

use super::diagnosis::{PathLink, SilenceCause, Step};
use super::near_name::nearest;
use super::scene::Scene;
use crate::{ClientSnapshot, ConnectionState};

pub(super) fn speaker_joined(scene: &Scene<'_>) -> Step {
    joined(scene, PathLink::SpeakerJoined, scene.speaker, scene.mouth)
}

pub(super) fn listener_joined(scene: &Scene<'_>) -> Step {
    let step = joined(scene, PathLink::ListenerJoined, scene.listener, scene.ear);
    match together(scene) {
        Some(apart) if step.cause.is_none() => apart,
        _ => step,
    }
}

fn joined(scene: &Scene<'_>, link: PathLink, name: &str, own: Option<&ClientSnapshot>) -> Step {
    if let Some(own) = own {
        return match own.status {
            ConnectionState::Connected => {
                Step::passed(link, format!("{name} is in the session, its own client says"))
            }
            _ => not_connected(link, own),
        };
    }
    if let Some(session) = scene.session_of(name) {
        return Step::passed(link, format!("{name} is in the session {:?}, the server says", session.name));
    }
    if let Some(client) = scene.witnesses().find(|client| client.player(name).is_some()) {
        return Step::passed(link, format!("{name} is in the session, {} sees", client.name));
    }
    let served = scene.sessions.iter().flat_map(|session| &session.players).map(|player| &*player.name);
    let seen = scene.witnesses().flat_map(|client| &client.players).map(|player| &*player.name);
    let players: Vec<&str> = served.chain(seen).collect();
    if players.is_empty() && scene.sessions.is_empty() {
        return Step::unknown(link, format!("the players in {name}'s session are not known here"), name);
    }
    not_there(link, name, nearest(name, players))
}

fn not_connected(link: PathLink, own: &ClientSnapshot) -> Step {
    let name = &own.name;
    let state = match own.status {
        ConnectionState::Connecting => "is joining the session",
        _ => "is in no session",
    };
    let (because, remedy) = match &own.trouble {
        Some(trouble) if own.status == ConnectionState::Connecting => {
            (format!(" ({trouble})"), "fix that; its client keeps trying")
        }
        Some(trouble) => (format!(" ({trouble})"), "repair that, and let it join again"),
        None => (String::new(), "let it join, and see what its client says"),
    };
    Step::broken(link, SilenceCause::NotConnected, format!("{name} {state}{because}"), remedy)
}

fn not_there(link: PathLink, name: &str, similar: Option<&str>) -> Step {
    match similar {
        Some(similar) => Step::broken(
            link,
            SilenceCause::OtherName { similar: similar.to_owned() },
            format!("no player named {name:?} is in the session, but {similar:?} is"),
            format!("ask about {similar:?}, or let {name} join under the right name"),
        ),
        None => Step::broken(
            link,
            SilenceCause::NotJoined,
            format!("no player named {name:?} is in the session"),
            format!("let {name} join, and compare the address: it names the server and the session"),
        ),
    }
}

/// A step that reports that they are not in the same session, if that is known.
fn together(scene: &Scene<'_>) -> Option<Step> {
    let (speaker, listener) = (scene.speaker, scene.listener);
    let is_apart = match (scene.session_of(speaker), scene.session_of(listener)) {
        (Some(one), Some(other)) => !std::ptr::eq(one, other),
        _ => match (scene.mouth, scene.ear) {
            (Some(mouth), Some(ear)) => {
                let is_in =
                    mouth.status == ConnectionState::Connected && ear.status == ConnectionState::Connected;
                is_in
                    && ear.knows_all_players
                    && mouth.knows_all_players
                    && ear.player(speaker).is_none()
                    && mouth.player(listener).is_none()
            }
            _ => false,
        },
    };
    is_apart.then(|| {
        Step::broken(
            PathLink::ListenerJoined,
            SilenceCause::OtherSession,
            format!("{speaker} and {listener} are in different sessions"),
            "let both join with the same address: it names the server and the session",
        )
    })
}
