//! Links of the client's own channel with others: the user hears these as well. A link is its user's own: others
//! see the user listen to the other channel, and no link. It ends when the user leaves its channel.

use consonance_session::Instant;

use super::MumblePlayer;
use super::entering::Wish;
use super::moving::CHANNELS_MAX;
use crate::control::messages::{ChannelUpdate, DenyType};

impl MumblePlayer {
    /// The user wants to link its channel with others, or no longer. Clients name either end.
    pub(super) fn change_links(&mut self, now: Instant, state: &ChannelUpdate) {
        if state.links_add.len() + state.links_remove.len() > CHANNELS_MAX {
            return self.deny(DenyType::Text, "too many channels at once");
        }
        let (own, named) = (self.own.channel(), state.channel_id());
        let others = |ends: &[u32]| match ends {
            _ if named == own => ends.to_vec(),
            ends if ends.contains(&own) => vec![named],
            _ => Vec::new(),
        };
        let (add, remove) = (others(&state.links_add), others(&state.links_remove));
        if add.is_empty() && remove.is_empty() {
            let words = "links are your own, between your channel and others: go to one of the two first";
            return self.deny(DenyType::Text, words);
        }
        for channel in remove {
            self.unlink(channel);
        }
        for channel in add {
            if channel == own || self.own.links.contains(&channel) {
                continue;
            }
            self.ask_to_hear(now, channel, Wish::Link);
        }
    }

    /// The user is in the room of a channel that it wanted to link with its own.
    pub(super) fn link(&mut self, channel: u32) {
        self.own.links.insert(channel);
        self.tell_channels();
        self.tell_synced(ChannelUpdate {
            channel_id: Some(self.own.channel()),
            links_add: vec![channel],
            ..ChannelUpdate::default()
        });
    }

    /// The user's channel is linked with another one no longer.
    pub(super) fn unlink(&mut self, channel: u32) {
        if !self.own.links.remove(&channel) {
            return;
        }
        if let Some(room) = self.channels.room(channel).map(Box::<str>::from) {
            self.leave_unless_used(&room);
        }
        self.tell_synced(ChannelUpdate {
            channel_id: Some(self.own.channel()),
            links_remove: vec![channel],
            ..ChannelUpdate::default()
        });
    }

    /// The user was in this channel before, which it has linked with others.
    pub(super) fn end_links_of(&mut self, channel: u32) {
        let links_remove: Vec<u32> = std::mem::take(&mut self.own.links).into_iter().collect();
        if links_remove.is_empty() {
            return;
        }
        for linked in &links_remove {
            if let Some(room) = self.channels.room(*linked).map(Box::<str>::from) {
                self.leave_unless_used(&room);
            }
        }
        self.tell_synced(ChannelUpdate {
            channel_id: Some(channel),
            links_remove,
            ..ChannelUpdate::default()
        });
    }
}
