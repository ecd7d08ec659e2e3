//! Whether both have the keys of an encrypted session.

use consonance_wire::names::NameKey;

use super::diagnosis::{PathLink, SilenceCause, Step};
use super::scene::Scene;
use crate::{ClientSnapshot, EncryptionRow};

/// `None` if neither of the two uses encryption, as far as is known here.
pub(super) fn encryption(scene: &Scene<'_>) -> Option<Step> {
    let (mouth, ear) = (keys(scene.mouth), keys(scene.ear));
    if mouth.is_none() && ear.is_none() {
        return None;
    }
    for (name, row) in [(scene.speaker, mouth), (scene.listener, ear)] {
        if row.is_some_and(|row| !row.has_keys) {
            return Some(Step::broken(
                PathLink::Encryption,
                SilenceCause::NoKeys,
                format!("{name} has no keys: its session is not encrypted yet, or does not offer encryption"),
                format!(
                    "wait a second; if nothing changes, check that encryption is on at the server, and let \
                     {name} rejoin"
                ),
            ));
        }
    }
    for (name, row, other) in [(scene.speaker, mouth, scene.listener), (scene.listener, ear, scene.speaker)] {
        if row.is_some_and(|row| !has_member(row, other)) {
            return Some(Step::broken(
                PathLink::Encryption,
                SilenceCause::NotInGroup,
                format!("{other} is not among the members whose keys {name} has"),
                format!("let {other} join again, with a client that encrypts"),
            ));
        }
    }
    Some(match (mouth, ear) {
        (Some(_), Some(_)) => Step::passed(PathLink::Encryption, "both have the keys of the session"),
        (Some(_), None) => Step::unknown(
            PathLink::Encryption,
            "whether the listener has keys is not known here",
            scene.listener,
        ),
        (None, _) => Step::unknown(
            PathLink::Encryption,
            "whether the speaker has keys is not known here",
            scene.speaker,
        ),
    })
}

fn keys(client: Option<&ClientSnapshot>) -> Option<&EncryptionRow> {
    client?.encryption.as_ref()
}

fn has_member(row: &EncryptionRow, name: &str) -> bool {
    row.members.iter().any(|member| NameKey::of(member) == NameKey::of(name))
}
