//! Voice in the connections of a game's server.

use std::fmt;
use std::task::Waker;

use bytes::Bytes;
use consonance_link::Delivery;
use consonance_link::hosted::channels::ServerChannels;
use consonance_link::hosted::{self, HostedServer};
use renet::{ClientId, RenetServer};

use crate::renet::RenetSettings;

/// Connects a [`RenetServer`] with a voice server.
///
/// All clients of the game may request voice; the voice server decides. Clients keep the game's ids, as the numbers
/// of hosted peers.
pub struct RenetVoiceServer {
    channels: ServerChannels,
    settings: RenetSettings,
    /// A buffer for client ids, empty between calls.
    clients: Vec<ClientId>,
    unsent: u64,
}

impl fmt::Debug for RenetVoiceServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RenetVoiceServer").field("clients", &self.clients.len()).finish_non_exhaustive()
    }
}

impl RenetVoiceServer {
    /// The game's end, to be pumped, and the listener that goes to the voice server.
    pub fn new(settings: &RenetSettings) -> (Self, HostedServer) {
        let (listener, handle) = hosted::server(&settings.hosted());
        let channels = ServerChannels::new(handle);
        (Self { channels, settings: settings.clone(), clients: Vec::new(), unsent: 0 }, listener)
    }

    /// Takes what clients sent on voice's channels, and sends what there is for them. To be called once per frame,
    /// after what came in was processed and before what is to go out is sent.
    ///
    /// # Panics
    /// As renet does, if the server was made without [voice's channels](RenetSettings::add_channels).
    pub fn pump(&mut self, server: &mut RenetServer) {
        self.report_lost_clients(server);
        self.receive(server);
        self.send(server);
    }

    /// Voice packets that were dropped because the unreliable channel was full, over all clients.
    pub fn unsent(&self) -> u64 {
        self.unsent
    }

    /// Asks to be woken, from any thread, when there is something to send: for games whose frames are far apart.
    pub fn set_waker(&mut self, waker: Waker) {
        self.channels.set_waker(waker);
    }

    /// Whether the voice server is gone, so that nothing is left to pump.
    pub fn is_finished(&self) -> bool {
        self.channels.is_finished()
    }

    fn report_lost_clients(&mut self, server: &RenetServer) {
        self.clients.clear();
        self.clients.extend(self.channels.clients().filter(|&client| !server.is_connected(client)));
        for client in self.clients.drain(..) {
            self.channels.handle_game_disconnected(client);
        }
    }

    fn receive(&mut self, server: &mut RenetServer) {
        self.clients.clear();
        self.clients.extend(server.clients_id_iter());
        // renet lists its clients in no fixed order.
        self.clients.sort_unstable();
        for client in self.clients.drain(..) {
            for (delivery, channel) in self.settings.by_delivery() {
                while let Some(message) = server.receive_message(client, channel) {
                    self.channels.handle_message(client, delivery, &message);
                }
            }
        }
    }

    fn send(&mut self, server: &mut RenetServer) {
        while let Some(transmit) = self.channels.poll_transmit() {
            let message = Bytes::copy_from_slice(transmit.message);
            let (channel, room) = self.settings.place_for(transmit.delivery, message.len(), transmit.is_last);
            for &client in transmit.clients {
                if server.can_send_message(client, channel, room) {
                    server.send_message(client, channel, message.clone());
                } else if transmit.delivery == Delivery::Unreliable {
                    self.unsent += 1;
                } else {
                    self.clients.push(client);
                }
            }
            for client in self.clients.drain(..) {
                self.channels.handle_send_failed(client);
            }
        }
    }
}
