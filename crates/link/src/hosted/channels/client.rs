//! The client's end of the two channels.

use std::task::Waker;

use super::super::{ClientRequest, HostedClientHandle, Received};
use super::client_message::ClientMessage;
use super::server_message::ServerMessage;
use super::{LinkNumber, SESSION_BYTES_MAX};
use crate::Delivery;

/// A hosted client's handle whose link to the server lives in two channels of the game's connection.
///
/// While the game is not connected, a requested link waits for that.
#[derive(Debug)]
pub struct ClientChannels {
    handle: HostedClientHandle,
    session: String,
    is_game_connected: bool,
    link: Link,
    /// The number of the current link, or of the last one.
    number: LinkNumber,
    /// The message that is returned next, or was returned last.
    message: Vec<u8>,
    /// Whether it is still to be returned.
    is_message_waiting: bool,
    /// Whether it ends the link.
    is_message_last: bool,
}

/// A message for the server that a client's channels must carry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientTransmit<'a> {
    /// The channel to send it on.
    pub delivery: Delivery,
    /// Its bytes, valid until the next call.
    pub message: &'a [u8],
    /// Whether it ends the link; see [`LAST_MESSAGE_BYTES_MAX`](super::LAST_MESSAGE_BYTES_MAX).
    pub is_last: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Link {
    Unwanted,
    /// Requested, but the game is not connected.
    Waiting,
    /// The server was asked for it, or will be with the next message.
    Asked,
    Up,
}

impl ClientChannels {
    /// Channels for this handle, to the session of this name; an empty name means the server's only one. The name is
    /// cut at [`SESSION_BYTES_MAX`] bytes.
    pub fn new(handle: HostedClientHandle, session: &str) -> Self {
        Self {
            handle,
            session: session[..session.floor_char_boundary(SESSION_BYTES_MAX)].to_owned(),
            is_game_connected: false,
            link: Link::Unwanted,
            number: LinkNumber(0),
            message: Vec::new(),
            is_message_waiting: false,
            is_message_last: false,
        }
    }

    /// The game is connected to its server. Repeated calls have no effect.
    pub fn handle_game_connected(&mut self) {
        self.is_game_connected = true;
        if self.link == Link::Waiting {
            self.ask();
        }
    }

    /// The game's connection is gone, and the link with it. Repeated calls have no effect.
    pub fn handle_game_disconnected(&mut self) {
        self.is_game_connected = false;
        (self.is_message_waiting, self.is_message_last) = (false, false);
        if matches!(self.link, Link::Asked | Link::Up) {
            self.link = Link::Unwanted;
            self.handle.link_lost();
        }
    }

    /// Handles a message from the server on the channel for this delivery.
    pub fn handle_message(&mut self, delivery: Delivery, message: &[u8]) {
        if delivery == Delivery::Unreliable {
            if self.link == Link::Up {
                self.handle.receive(delivery, message);
            }
            return;
        }
        match ServerMessage::parse(message) {
            Some(ServerMessage::Packet(packet)) if self.link == Link::Up => {
                if self.handle.receive(delivery, packet) == Received::Overflowed {
                    self.leave(&ClientMessage::Overflowed);
                }
            }
            Some(ServerMessage::Up(number)) if number == self.number && self.link == Link::Asked => {
                self.link = Link::Up;
                self.handle.link_up();
            }
            Some(ServerMessage::Ended { link, words })
                if link == self.number && matches!(self.link, Link::Asked | Link::Up) =>
            {
                self.link = Link::Unwanted;
                self.handle.link_down(&String::from_utf8_lossy(words));
            }
            Some(ServerMessage::NoLink) if self.link == Link::Up => {
                self.link = Link::Unwanted;
                self.handle.link_lost();
            }
            // A message about an earlier link.
            Some(_) => {}
            None => {
                self.handle.drop_received();
            }
        }
    }

    /// The game could not deliver a reliable message, for example because its channel is full: the link ends.
    pub fn handle_send_failed(&mut self) {
        if matches!(self.link, Link::Asked | Link::Up) {
            self.handle.send_failed();
            self.leave(&ClientMessage::Left);
        }
    }

    /// The next message for the server, or `None`. Call it until it returns `None`: only then will the waker be called
    /// again.
    ///
    /// Always `None` while the game is not connected.
    pub fn poll_transmit(&mut self) -> Option<ClientTransmit<'_>> {
        loop {
            if std::mem::take(&mut self.is_message_waiting) {
                let is_last = std::mem::take(&mut self.is_message_last);
                return Some(ClientTransmit {
                    delivery: Delivery::Reliable,
                    message: &self.message,
                    is_last,
                });
            }
            match self.handle.poll()? {
                ClientRequest::Connect => {
                    self.link = Link::Waiting;
                    if self.is_game_connected {
                        self.ask();
                    }
                }
                ClientRequest::Send { delivery: Delivery::Reliable, packet } => {
                    ClientMessage::Packet(packet).write(&mut self.message);
                    self.is_message_waiting = true;
                }
                ClientRequest::Send { delivery, packet } => {
                    self.message.clear();
                    self.message.extend_from_slice(packet);
                    return Some(ClientTransmit { delivery, message: &self.message, is_last: false });
                }
                ClientRequest::Disconnect => match self.link {
                    Link::Asked | Link::Up => self.leave(&ClientMessage::Left),
                    Link::Waiting | Link::Unwanted => self.link = Link::Unwanted,
                },
            }
        }
    }

    /// The session restarts elsewhere, for example when another player becomes its host: the link ends, and the client
    /// requests a new one.
    pub fn session_reset(&mut self) {
        if matches!(self.link, Link::Asked | Link::Up) {
            self.handle.session_reset();
            self.leave(&ClientMessage::Left);
        }
    }

    /// Sets a waker, to be called from any thread when [`poll_transmit`](Self::poll_transmit) has a message.
    pub fn set_waker(&mut self, waker: Waker) {
        self.handle.set_waker(waker);
    }

    /// Whether the transport was dropped, so that there is nothing to do once
    /// [`poll_transmit`](Self::poll_transmit) returns `None`.
    pub fn is_finished(&self) -> bool {
        !self.is_message_waiting && self.handle.is_finished()
    }

    /// The handle, for the direct-link calls that the game must make. All others are made here.
    pub fn direct(&mut self) -> &mut HostedClientHandle {
        &mut self.handle
    }

    fn ask(&mut self) {
        self.link = Link::Asked;
        self.number.0 = self.number.0.wrapping_add(1);
        let link = self.number;
        ClientMessage::Asked { link, session: &self.session }.write(&mut self.message);
        self.is_message_waiting = true;
    }

    fn leave(&mut self, last: &ClientMessage<'_>) {
        self.link = Link::Unwanted;
        last.write(&mut self.message);
        (self.is_message_waiting, self.is_message_last) = (true, true);
    }
}
