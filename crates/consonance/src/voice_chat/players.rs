//! The players of the session, including the local one.

use std::sync::Arc;

use super::VoiceChat;
use crate::player_state::PlayerState;
use crate::voice_chat::handles::Player;

impl VoiceChat {
    /// The player of this name, in the session or not: how it is heard here, its sound, and what is sent to it.
    pub fn player(&self, name: impl AsRef<str>) -> Player {
        Player::new(name.as_ref().into(), Arc::clone(self.thread()))
    }

    /// The state of the player of this name, if it is in the session, which it always is for the local player's name.
    /// May be called in every frame, as it makes no handle.
    pub fn player_state(&self, name: &str) -> Option<Arc<PlayerState>> {
        self.thread().shared.players.find(name)
    }

    /// The states of all players in the session: the local one first, then the others by name.
    pub fn players(&self) -> Vec<Arc<PlayerState>> {
        self.thread().shared.players.all()
    }

    /// The number of players in the session besides the local one, in constant time.
    pub fn other_player_count(&self) -> usize {
        self.thread().shared.players.with_others(|others| others.len())
    }

    /// The state of the local player.
    pub fn local_player(&self) -> Arc<PlayerState> {
        Arc::clone(self.thread().shared.players.local())
    }

    /// The player of the highest priority among unmuted speakers to us; if there are several, the first by name.
    /// Speakers with a lower priority are silent meanwhile.
    pub fn top_priority_speaker(&self) -> Option<Arc<PlayerState>> {
        self.thread().shared.players.with_others(|others| {
            let speaking = others.filter_map(|player| Some((player.priority()?, player)));
            let top = speaking.reduce(|top, next| if next.0 > top.0 { next } else { top });
            top.map(|(_, player)| Arc::clone(player))
        })
    }
}
