//! The players of the session, including the local one.

use std::sync::Arc;

use consonance_session::Priority;

use super::VoiceChat;
use super::player::Player;
use crate::player_state::{Others, PlayerState};

impl VoiceChat {
    /// All players in the session: the local one first, then the others by name.
    pub fn players(&self) -> Vec<Player> {
        self.running.shared.players.all().into_iter().map(|state| self.player_of(state)).collect()
    }

    /// The number of players in the session besides the local one, in constant time.
    pub fn other_player_count(&self) -> usize {
        self.running.shared.players.with_others(|others| others.len())
    }

    /// The player of this name, if it is in the session; always `Some` for the local player's name.
    pub fn player(&self, name: &str) -> Option<Player> {
        self.running.shared.players.find(name).map(|state| self.player_of(state))
    }

    /// The local player.
    pub fn local_player(&self) -> Player {
        self.player_of(Arc::clone(self.running.shared.players.local()))
    }

    /// The player of the highest priority among unmuted speakers to us; if there are several, the first by name.
    /// Speakers with a lower priority are silent meanwhile.
    pub fn top_priority_speaker(&self) -> Option<Player> {
        let top = self.running.shared.players.with_others(|others| {
            let speaking = others.filter_map(|player| Some((player.priority()?, player)));
            let top = speaking.reduce(|top, next| if next.0 > top.0 { next } else { top });
            top.map(|(_, player)| Arc::clone(player))
        });
        top.map(|player| self.player_of(player))
    }

    /// The share of frames of recent speakers that never arrived, 0 to 1: the upper median. `None` until a speaker was
    /// heard for long enough.
    pub fn packet_loss(&self) -> Option<f32> {
        let losses = |others: Others<'_>| others.filter_map(|player| player.packet_loss()).collect();
        let mut losses: Vec<f32> = self.running.shared.players.with_others(losses);
        losses.sort_unstable_by(f32::total_cmp);
        losses.get(losses.len() / 2).copied()
    }

    /// The priority of channels without their own.
    pub fn priority(&self) -> Priority {
        self.running.shared.switches.priority()
    }

    fn player_of(&self, state: Arc<PlayerState>) -> Player {
        Player::new(state, Arc::downgrade(&self.running))
    }
}
