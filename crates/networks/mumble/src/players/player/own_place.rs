//! The channels that the client's own user is in and listens to.

use std::collections::BTreeSet;

use super::entering::Entering;

/// The channels of the client's own user.
#[derive(Debug, Default)]
pub(super) struct OwnPlace {
    channel: u32,
    listening: BTreeSet<u32>,
    pub(super) links: BTreeSet<u32>,
    pub(super) entering: Entering,
}

impl OwnPlace {
    /// The user's channel.
    pub(super) fn channel(&self) -> u32 {
        self.channel
    }

    /// The other channels that it listens to.
    pub(super) fn listening(&self) -> impl Iterator<Item = u32> {
        self.listening.iter().copied()
    }

    /// The user's channel, and those that it has linked with it.
    pub(super) fn linked(&self) -> impl Iterator<Item = u32> {
        [self.channel].into_iter().chain(self.links.iter().copied())
    }

    pub(super) fn listens_to(&self, channel: u32) -> bool {
        self.listening.contains(&channel)
    }

    /// Whether it is the user's channel, or one that it listens to or has linked.
    pub(super) fn uses(&self, channel: u32) -> bool {
        channel == self.channel || self.listening.contains(&channel) || self.links.contains(&channel)
    }

    /// The user is in this channel from now on; returns the former one.
    pub(super) fn enter(&mut self, channel: u32) -> u32 {
        std::mem::replace(&mut self.channel, channel)
    }

    pub(super) fn listen(&mut self, channel: u32) {
        self.listening.insert(channel);
    }

    /// False if it did not listen to the channel.
    pub(super) fn stop_listening(&mut self, channel: u32) -> bool {
        self.listening.remove(&channel)
    }
}
