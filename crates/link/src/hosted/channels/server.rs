//! The server's end of the two channels of every client.

use std::collections::{BTreeMap, VecDeque};
use std::task::Waker;

use super::super::{HostedServerHandle, ServerRequest};
use super::LinkNumber;
use super::client_message::ClientMessage;
use super::server_message::ServerMessage;
use crate::Delivery;

/// A hosted server's handle whose links to clients live in two channels of the game's connections.
///
/// Clients are identified by the game's own numbers.
#[derive(Debug)]
pub struct ServerChannels {
    handle: HostedServerHandle,
    clients: BTreeMap<u64, Client>,
    /// Messages to send besides the handle's requests.
    answers: VecDeque<(u64, Answer)>,
    /// The message that was returned last, …
    message: Vec<u8>,
    /// … and its receivers.
    receivers: Vec<u64>,
}

/// A message that a server's channels must carry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ServerTransmit<'a> {
    /// The receiving clients, each once.
    pub clients: &'a [u64],
    /// The channel to send it on.
    pub delivery: Delivery,
    /// Its bytes, valid until the next call.
    pub message: &'a [u8],
    /// Whether it ends the link; see [`LAST_MESSAGE_BYTES_MAX`](super::LAST_MESSAGE_BYTES_MAX).
    pub is_last: bool,
}

/// A client of the game that has sent a message on the reliable channel.
#[derive(Debug, Default)]
struct Client {
    /// Its current link.
    link: Option<LinkNumber>,
    /// Whether it was told that it has no link.
    knows_of_no_link: bool,
    /// Links it requested since the last poll.
    links_asked: u8,
}

#[derive(Debug)]
enum Answer {
    Ended(LinkNumber, &'static str),
    NoLink,
}

impl ServerChannels {
    /// Channels for this handle.
    pub fn new(handle: HostedServerHandle) -> Self {
        Self {
            handle,
            clients: BTreeMap::new(),
            answers: VecDeque::new(),
            message: Vec::new(),
            receivers: Vec::new(),
        }
    }

    /// Handles a message from a client of the game on the channel for this delivery. The sender must be the one known
    /// to the game's network.
    pub fn handle_message(&mut self, client: u64, delivery: Delivery, message: &[u8]) {
        if delivery == Delivery::Unreliable {
            self.handle.receive(client, delivery, message);
            return;
        }
        match ClientMessage::parse(message) {
            Some(ClientMessage::Packet(packet)) => self.handle_packet(client, packet),
            Some(ClientMessage::Asked { link, session }) => self.handle_asked(client, link, session),
            Some(ClientMessage::Left) => {
                self.end(client, |handle| handle.peer_disconnected(client, ""));
            }
            Some(ClientMessage::Overflowed) => {
                self.end(client, |handle| handle.send_failed(client));
            }
            None => {
                self.handle.drop_received();
            }
        }
    }

    /// The game's connection to a client is gone. Nothing more is sent to it.
    pub fn handle_game_disconnected(&mut self, client: u64) {
        if self.clients.remove(&client).is_some() {
            self.handle.peer_lost(client);
            self.answers.retain(|&(to, _)| to != client);
        }
    }

    /// The game could not deliver a reliable message to a client, for example because its channel is full: the link
    /// ends.
    pub fn handle_send_failed(&mut self, client: u64) {
        if let Some(link) = self.end(client, |handle| handle.send_failed(client)) {
            self.answers.push_back((client, Answer::Ended(link, TOO_SLOW)));
        }
    }

    /// The clients whose disconnects the game has to report: those that have sent something.
    pub fn clients(&self) -> impl Iterator<Item = u64> + '_ {
        self.clients.keys().copied()
    }

    /// The next message to send, or `None`. Call it until it returns `None`: only then will the waker be called again.
    pub fn poll_transmit(&mut self) -> Option<ServerTransmit<'_>> {
        loop {
            if let Some((client, answer)) = self.answers.pop_front() {
                match answer {
                    Answer::Ended(link, words) => {
                        ServerMessage::Ended { link, words: words.as_bytes() }.write(&mut self.message);
                    }
                    Answer::NoLink => ServerMessage::NoLink.write(&mut self.message),
                }
                return Some(self.shown(client, true));
            }
            let Some(request) = self.handle.poll() else {
                self.clients.values_mut().for_each(|client| client.links_asked = 0);
                return None;
            };
            match request {
                ServerRequest::Send { peers, delivery, packet } => {
                    self.receivers.clear();
                    self.receivers.extend_from_slice(peers);
                    match delivery {
                        Delivery::Reliable => ServerMessage::Packet(packet).write(&mut self.message),
                        Delivery::Unreliable => {
                            self.message.clear();
                            self.message.extend_from_slice(packet);
                        }
                    }
                    let (clients, message) = (&self.receivers, &self.message);
                    return Some(ServerTransmit { clients, delivery, message, is_last: false });
                }
                ServerRequest::Accept { peer } => {
                    if let Some(link) = self.clients.get(&peer).and_then(|client| client.link) {
                        ServerMessage::Up(link).write(&mut self.message);
                        return Some(self.shown(peer, false));
                    }
                }
                ServerRequest::Refuse { peer, reason } | ServerRequest::Disconnect { peer, reason } => {
                    if let Some(link) = self.clients.get_mut(&peer).and_then(Client::end) {
                        ServerMessage::Ended { link, words: reason.as_bytes() }.write(&mut self.message);
                        return Some(self.shown(peer, true));
                    }
                }
            }
        }
    }

    /// The session restarts elsewhere, for example when another player becomes its host: every link ends. Clients are
    /// not notified, because they know; one that does not is told when it sends something.
    pub fn session_reset(&mut self) {
        self.handle.session_reset();
        self.clients.clear();
        self.answers.clear();
    }

    /// Sets a waker, to be called from any thread when [`poll_transmit`](Self::poll_transmit) has a message.
    pub fn set_waker(&mut self, waker: Waker) {
        self.handle.set_waker(waker);
    }

    /// Whether the transport was dropped, so that there is nothing to do once
    /// [`poll_transmit`](Self::poll_transmit) returns `None`.
    pub fn is_finished(&self) -> bool {
        self.answers.is_empty() && self.handle.is_finished()
    }

    fn handle_packet(&mut self, client: u64, packet: &[u8]) {
        let known = self.clients.entry(client).or_default();
        if known.link.is_some() {
            self.handle.receive(client, Delivery::Reliable, packet);
        } else if !std::mem::replace(&mut known.knows_of_no_link, true) {
            // The client's link is older than this server.
            self.answers.push_back((client, Answer::NoLink));
        }
    }

    fn handle_asked(&mut self, client: u64, link: LinkNumber, session: &str) {
        let known = self.clients.entry(client).or_default();
        if known.links_asked >= LINKS_ASKED_MAX {
            self.handle.drop_received();
            return;
        }
        known.links_asked += 1;
        if self.handle.peer_connected(client, session) {
            known.link = Some(link);
            known.knows_of_no_link = false;
        } else {
            known.end();
            self.answers.push_back((client, Answer::Ended(link, FULL)));
        }
    }

    /// Ends a client's link, if it has one, and reports that to the handle.
    fn end(&mut self, client: u64, tell: impl FnOnce(&mut HostedServerHandle)) -> Option<LinkNumber> {
        let link = self.clients.get_mut(&client)?.end()?;
        tell(&mut self.handle);
        Some(link)
    }

    /// The written message, for one client.
    fn shown(&mut self, client: u64, is_last: bool) -> ServerTransmit<'_> {
        self.receivers.clear();
        self.receivers.push(client);
        let (clients, delivery) = (&self.receivers, Delivery::Reliable);
        ServerTransmit { clients, delivery, message: &self.message, is_last }
    }
}

impl Client {
    /// Ends its link, when the client knows that already.
    fn end(&mut self) -> Option<LinkNumber> {
        self.knows_of_no_link = true;
        self.link.take()
    }
}

/// How often a client may request a link between two polls by the game. A player that changes its mind needs two.
pub(super) const LINKS_ASKED_MAX: u8 = 16;

pub(super) const TOO_SLOW: &str = "reliable packets could not be delivered";

pub(super) const FULL: &str = "the server is full";
