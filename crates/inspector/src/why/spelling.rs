//! The player that is meant by a name, however it is spelled.

use consonance_wire::names::NameKey;

use crate::Snapshot;

/// The spelling of a name in a snapshot: exactly this one if there is such a player, else one with the same key, else
/// the name as given.
pub(super) fn present<'a>(snapshots: &'a [Snapshot], wanted: &'a str) -> &'a str {
    let key = NameKey::of(wanted);
    let mut similar = None;
    for name in names(snapshots) {
        if name == wanted {
            return name;
        }
        if similar.is_none() && NameKey::of(name) == key {
            similar = Some(name);
        }
    }
    similar.unwrap_or(wanted)
}

fn names(snapshots: &[Snapshot]) -> impl Iterator<Item = &str> {
    let clients = || snapshots.iter().filter_map(Snapshot::client);
    let seen = clients().flat_map(|client| &client.players).map(|player| &*player.name);
    let sessions = snapshots.iter().filter_map(Snapshot::server).flat_map(|server| &server.sessions);
    let served = sessions.flat_map(|session| &session.players).map(|player| &*player.name);
    clients().map(|client| &*client.name).chain(served).chain(seen)
}
