//! Voice in a game client's connection.

use std::fmt;
use std::task::Waker;

use bytes::Bytes;
use consonance_link::Delivery;
use consonance_link::hosted::channels::ClientChannels;
use consonance_link::hosted::{self, HostedClient};
use renet::RenetClient;

use crate::renet::RenetSettings;

/// Connects a [`RenetClient`] with a voice chat.
///
/// It outlives the game's connection: voice that was connected is notified of its end, and voice that wants to
/// connect waits until the game is connected again, also with another `RenetClient`.
pub struct RenetVoiceClient {
    channels: ClientChannels,
    settings: RenetSettings,
    unsent: u64,
}

impl fmt::Debug for RenetVoiceClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RenetVoiceClient").finish_non_exhaustive()
    }
}

impl RenetVoiceClient {
    /// The game's end, to be pumped, and the transport that goes to the voice chat, which joins the session of this
    /// name; an empty name means the server's only one.
    pub fn new(settings: &RenetSettings, session: &str) -> (Self, HostedClient) {
        let (transport, handle) = hosted::client(&settings.hosted());
        let channels = ClientChannels::new(handle, session);
        (Self { channels, settings: settings.clone(), unsent: 0 }, transport)
    }

    /// Takes what the server sent on voice's channels, and sends what there is for it. To be called once
    /// per frame, after what came in was processed and before what is to go out is sent, with the client
    /// that the game has at present.
    ///
    /// # Panics
    /// As renet does, if the client was made without [voice's channels](RenetSettings::add_channels).
    pub fn pump(&mut self, client: &mut RenetClient) {
        if client.is_connected() {
            self.channels.handle_game_connected();
        } else {
            self.channels.handle_game_disconnected();
        }
        self.receive(client);
        self.send(client);
    }

    /// Voice packets that were dropped because the unreliable channel was full.
    pub fn unsent(&self) -> u64 {
        self.unsent
    }

    /// Asks to be woken, from any thread, when there is something to send: for games whose frames are far apart.
    pub fn set_waker(&mut self, waker: Waker) {
        self.channels.set_waker(waker);
    }

    /// Whether the voice chat is gone, so that nothing is left to pump.
    pub fn is_finished(&self) -> bool {
        self.channels.is_finished()
    }

    fn receive(&mut self, client: &mut RenetClient) {
        for (delivery, channel) in self.settings.by_delivery() {
            while let Some(message) = client.receive_message(channel) {
                self.channels.handle_message(delivery, &message);
            }
        }
    }

    fn send(&mut self, client: &mut RenetClient) {
        while let Some(transmit) = self.channels.poll_transmit() {
            let (delivery, message) = (transmit.delivery, transmit.message);
            let (channel, room) = self.settings.place_for(delivery, message.len(), transmit.is_last);
            if client.can_send_message(channel, room) {
                client.send_message(channel, Bytes::copy_from_slice(message));
            } else if delivery == Delivery::Unreliable {
                self.unsent += 1;
            } else {
                self.channels.handle_send_failed();
            }
        }
    }
}
