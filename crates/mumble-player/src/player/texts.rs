//! Texts, in both directions.

use consonance_mumble::control::messages::{DenyType, UserText};
use consonance_session::{Target, TextError};

use super::MumblePlayer;
use crate::html;
use crate::users::OWN;

impl MumblePlayer {
    /// Sends a text to all that it is addressed to.
    pub(super) fn send_text(&mut self, message: &UserText) {
        let text = html::stripped(&message.message);
        if text.is_empty() {
            if !message.message.trim().is_empty() {
                self.deny(DenyType::Text, "pictures are not passed on, only text");
            }
            return;
        }
        let targets = self.text_targets(message);
        if targets.is_empty() {
            return self.deny(DenyType::Text, "this channel is no room: enter one, or write to a user");
        }
        if targets.len() > TARGETS_MAX {
            return self
                .deny(DenyType::Text, format!("a text goes to {TARGETS_MAX} users and channels at most"));
        }
        for target in targets {
            if let Err(error) = self.client.send_text(&target, &text) {
                let kind = match error {
                    TextError::TooLong { .. } => DenyType::TextTooLong,
                    _ => DenyType::Text,
                };
                return self.deny(kind, error.to_string());
            }
        }
    }

    /// A text of a user to the client, in a channel or to itself.
    pub(super) fn tell_text_of(&mut self, actor: u32, channel: Option<u32>, text: &str) {
        self.tell_synced(UserText {
            actor: Some(actor),
            session: if channel.is_none() { vec![OWN] } else { Vec::new() },
            channel_id: channel.into_iter().collect(),
            tree_id: Vec::new(),
            message: html::escaped(text),
        });
    }

    /// A text of the server.
    pub(super) fn tell_notice(&mut self, words: &str) {
        let message = html::escaped(words);
        self.tell_synced(UserText { session: vec![OWN], message, ..UserText::default() });
    }

    fn text_targets(&self, message: &UserText) -> Vec<Target> {
        let users = message.session.iter().filter_map(|number| self.users.of_number(*number));
        let users = users.map(|(_, user)| Target::Player(user.name.clone()));
        let rooms = message.channel_id.iter().filter_map(|channel| self.channels.room(*channel));
        let rooms = rooms.map(|room| Target::Room(room.into()));
        let trees = message.tree_id.iter().flat_map(|channel| self.channels.rooms_below(*channel));
        let mut targets: Vec<_> = users.chain(rooms).chain(trees.map(Target::Room)).collect();
        targets.sort();
        targets.dedup();
        targets
    }
}

/// Users and rooms of one text.
const TARGETS_MAX: usize = 32;
