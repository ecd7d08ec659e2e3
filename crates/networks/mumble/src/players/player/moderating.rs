//! A user's moderation of another one: requested from the session, which knows its moderators by their join tokens.

use consonance_session::{ModeratorAction, ModeratorAnswer};

use super::MumblePlayer;
use crate::control::messages::{DenyType, UserRemove, UserState};

impl MumblePlayer {
    /// Mutes, unmutes or moves another user.
    pub(super) fn change_other(&mut self, user: u32, state: &UserState) {
        let Some((_, other)) = self.users.of_number(user) else { return };
        let (name, from) = (other.name.clone(), self.channels.room(other.place.channel));
        if let Some(mute) = state.mute {
            let action = if mute { ModeratorAction::Mute { lasts: None } } else { ModeratorAction::Unmute };
            return self.moderate(&name, &action, "");
        }
        if let Some(channel) = state.channel_id {
            return match (from, self.channels.room(channel)) {
                (Some(from), Some(to)) => {
                    let action = ModeratorAction::Move { from: from.into(), to: to.into() };
                    self.moderate(&name, &action, "");
                }
                _ => self.deny(DenyType::Text, "players move from room to room, and the root is not a room"),
            };
        }
        if state.deaf.is_some() {
            self.deny(DenyType::Text, "only the server's operator can deafen a player");
        } else if state.priority_speaker.is_some() {
            self.deny(DenyType::Text, "priorities are granted by the operator, in a join token");
        } else {
            self.deny(DenyType::Text, "this is not stored here");
        }
    }

    /// Kicks or bans another user.
    pub(super) fn remove_other(&mut self, remove: &UserRemove) {
        let Some((_, other)) = self.users.of_number(remove.session) else { return };
        let name = other.name.clone();
        let action = if remove.ban() { ModeratorAction::Ban { lasts: None } } else { ModeratorAction::Kick };
        self.moderate(&name, &action, remove.reason());
    }

    /// Tells the client if the session has refused an action.
    pub(super) fn tell_answer(&mut self, player: &str, answer: ModeratorAnswer) {
        let why = match answer {
            ModeratorAnswer::Done => return,
            ModeratorAnswer::NotModerator => "you are not a moderator here: that requires a join token",
            ModeratorAnswer::NoPlayer => "this player has left",
            ModeratorAnswer::Protected => "this player is also a moderator, or was muted by the operator",
            ModeratorAnswer::NotInRoom => "this player is not in that channel",
            ModeratorAnswer::RoomForbidden => "this player may not enter that channel",
            ModeratorAnswer::RoomFull => "that channel is full",
            ModeratorAnswer::Failed => "the server could not do it",
        };
        self.deny(DenyType::Text, format!("{player}: {why}"));
    }

    fn moderate(&mut self, player: &str, action: &ModeratorAction, reason: &str) {
        if let Err(error) = self.client.moderate(player, action, reason) {
            self.deny(DenyType::Text, error.to_string());
        }
    }
}
