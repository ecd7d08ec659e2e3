//! The page's channels, by the page's own numbers.

use std::collections::BTreeMap;

use consonance_session::{ChannelId, ChannelProperties, Client, Priority};

use crate::control::{Amplitude, ChannelNumber, Open};

/// All channels that the page has opened. The session's client knows only those in use: a channel is opened with the
/// first frame and closed in a pause, so that listeners hear an utterance end.
#[derive(Debug, Default)]
pub(super) struct PageChannels {
    channels: BTreeMap<ChannelNumber, PageChannel>,
    /// Whether some of them have not been passed to the client.
    some_wait: bool,
}

#[derive(Debug)]
struct PageChannel {
    open: Open,
    /// The client's id of the channel, during speech.
    id: Option<ChannelId>,
}

impl PageChannels {
    /// Opens a channel, or replaces the one of this number; false if there are too many.
    pub(super) fn open(&mut self, client: &mut Client, open: Open, most: usize) -> bool {
        self.close(client, open.channel);
        if self.channels.len() >= most {
            return false;
        }
        self.some_wait = true;
        self.channels.insert(open.channel, PageChannel { open, id: None });
        true
    }

    /// Changes what is given; false if no such channel is open.
    pub(super) fn change(
        &mut self,
        client: &mut Client,
        channel: ChannelNumber,
        positional: Option<bool>,
        amplitude: Option<Amplitude>,
        priority: Option<Priority>,
    ) -> bool {
        let Some(PageChannel { open, id }) = self.channels.get_mut(&channel) else { return false };
        open.positional = positional.unwrap_or(open.positional);
        open.amplitude = amplitude.unwrap_or(open.amplitude);
        open.priority = priority.or(open.priority);
        if let Some(id) = *id {
            client.voice_mut().set_channel(id, properties(open));
        }
        true
    }

    /// Closes a channel; false if there is none of this number.
    pub(super) fn close(&mut self, client: &mut Client, channel: ChannelNumber) -> bool {
        let Some(closed) = self.channels.remove(&channel) else { return false };
        if let Some(id) = closed.id {
            client.voice_mut().close_channel(id);
        }
        true
    }

    /// Speech begins: passes all channels to the client, up to its limit.
    pub(super) fn speak(&mut self, client: &mut Client) {
        if !self.some_wait {
            return;
        }
        self.some_wait = false;
        for PageChannel { open, id } in self.channels.values_mut() {
            if id.is_none() {
                *id = client.open_channel(open.to.clone().into(), properties(open)).ok();
            }
        }
    }

    /// The speaker pauses: the next frame ends the utterance.
    pub(super) fn pause(&mut self, client: &mut Client) {
        for channel in self.channels.values_mut() {
            if let Some(id) = channel.id.take() {
                client.voice_mut().close_channel(id);
            }
        }
        self.some_wait = !self.channels.is_empty();
    }

    pub(super) fn is_empty(&self) -> bool {
        self.channels.is_empty()
    }

    pub(super) fn len(&self) -> usize {
        self.channels.len()
    }

    /// The channels as opened and changed by the page, by number.
    pub(super) fn list(&self) -> Vec<Open> {
        self.channels.values().map(|channel| channel.open.clone()).collect()
    }
}

fn properties(open: &Open) -> ChannelProperties {
    ChannelProperties {
        positional: open.positional,
        priority: open.priority,
        amplitude: open.amplitude.get(),
    }
}
