//! All players that can be heard, whether they speak or not: by id, and by name.

use std::collections::BTreeMap;
use std::sync::Arc;

use consonance_audio::CodecSettings;
use consonance_session::ClientId;
use consonance_wire::names::NameKey;

use crate::player_state::PlayerState;

/// A player whose voice can be decoded.
pub(super) struct Listed {
    pub(super) player: Arc<PlayerState>,
    pub(super) codec: CodecSettings,
    /// The key of its name.
    pub(super) key: NameKey,
}

/// Games set how players are heard for many players at once, in every frame; the index by name makes that fast.
#[derive(Default)]
pub(super) struct ListedPlayers {
    players: BTreeMap<ClientId, Listed>,
    /// There is more than one id while a name is taken over.
    ids: BTreeMap<Box<str>, Vec<ClientId>>,
}

impl ListedPlayers {
    pub(super) fn get(&self, id: ClientId) -> Option<&Listed> {
        self.players.get(&id)
    }

    /// Adds a player, replacing the one with this id.
    pub(super) fn insert(&mut self, id: ClientId, listed: Listed) {
        self.remove(id);
        self.ids.entry(listed.player.name.clone()).or_default().push(id);
        self.players.insert(id, listed);
    }

    pub(super) fn remove(&mut self, id: ClientId) -> Option<Listed> {
        let listed = self.players.remove(&id)?;
        if let Some(ids) = self.ids.get_mut(&listed.player.name) {
            ids.retain(|other| *other != id);
            if ids.is_empty() {
                self.ids.remove(&listed.player.name);
            }
        }
        Some(listed)
    }

    /// Whether a player has this name.
    pub(super) fn has(&self, name: &str) -> bool {
        self.ids.contains_key(name)
    }

    /// All players of this name, however it is spelled.
    pub(super) fn with_key(&self, key: &NameKey) -> impl Iterator<Item = (ClientId, &Listed)> {
        self.players.iter().filter(move |(_, listed)| listed.key == *key).map(|(id, listed)| (*id, listed))
    }

    /// All players whose names are spelled like this.
    pub(super) fn named(&self, name: &str) -> impl Iterator<Item = (ClientId, &Listed)> {
        let ids = self.ids.get(name).into_iter().flatten();
        ids.filter_map(|id| Some((*id, self.players.get(id)?)))
    }
}

#[cfg(test)]
mod tests {
    use consonance_audio::FrameSize;

    use super::*;

    fn listed(name: &str) -> Listed {
        let player = Arc::new(PlayerState::new(name, false));
        Listed { player, key: NameKey::of(name), codec: CodecSettings::opus(FrameSize::default()) }
    }

    fn named(players: &ListedPlayers, name: &str) -> Vec<u16> {
        players.named(name).map(|(id, _)| id.0).collect()
    }

    #[test]
    fn players_are_found_by_the_names_that_they_have() {
        let mut players = ListedPlayers::default();
        for (id, name) in [(1, "Alice"), (2, "Bob"), (3, "Alice"), (2, "Carol")] {
            players.insert(ClientId(id), listed(name));
        }
        assert_eq!((named(&players, "Alice"), named(&players, "Carol")), (vec![1, 3], vec![2]));
        assert!(!players.has("Bob"), "whose id another one has");
        assert!(players.remove(ClientId(1)).is_some() && players.remove(ClientId(1)).is_none());
        assert_eq!(named(&players, "Alice"), [3]);
        assert!(players.remove(ClientId(3)).is_some() && !players.has("Alice"));
        assert!(players.ids.len() == 1 && players.players.len() == 1);
    }
}
