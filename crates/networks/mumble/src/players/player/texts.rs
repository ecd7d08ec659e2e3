//! Texts, in both directions.

use consonance_session::TextError;

use super::MumblePlayer;
use super::named::Named;
use crate::control::messages::{DenyType, UserText};
use crate::players::html;
use crate::players::users::OWN;

impl MumblePlayer {
    /// Sends a text to all that it is addressed to.
    pub(super) fn send_text(&mut self, message: &UserText) {
        let named = message.session.len() + message.channel_id.len() + message.tree_id.len();
        if named > NAMED_MAX {
            return self.deny_targets();
        }
        let text = html::stripped(&message.message);
        if text.is_empty() {
            if !message.message.trim().is_empty() {
                self.deny(DenyType::Text, "pictures are not relayed, only text");
            }
            return;
        }
        let named = self.text_targets(message);
        if named.has_too_many() {
            return self.deny_targets();
        }
        let targets = named.targets(&self.users, &self.channels);
        if targets.is_empty() {
            return self.deny(DenyType::Text, "this channel is not a room: enter one, or write to a user");
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

    fn text_targets(&self, message: &UserText) -> Named {
        let mut named = Named::new(TARGETS_MAX);
        named.add_users(&message.session, &self.users);
        for (channels, with_children) in [(&message.channel_id, false), (&message.tree_id, true)] {
            for channel in channels {
                named.add_channel(*channel, with_children, &self.channels);
            }
        }
        named
    }

    fn deny_targets(&mut self) {
        self.deny(DenyType::Text, format!("a text reaches at most {TARGETS_MAX} users and channels"));
    }
}

/// Users and rooms of one text.
const TARGETS_MAX: usize = 32;
/// Numbers of users and channels in one text, some of which may not be there any more.
const NAMED_MAX: usize = 4 * TARGETS_MAX;
