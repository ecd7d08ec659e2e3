//! A game network inside one process: no sockets, no threads, no loss.
//!
//! For tests and examples of layers above a game network. A [`MemoryGameNetwork`] is the "wire"; a server
//! [listens](MemoryGameNetwork::listen) on it and [clients](MemoryGameNetwork::client) connect to it. Messages wait
//! in bounded queues until the other side polls.
//!
//! It has two reliable channels, 0 and 2; every other number is an unreliable one. Each reliable channel is ordered,
//! and in this network the two are also ordered relative to each other.

mod client;
mod server;

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicBool, AtomicU16, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use crate::gateway::{MessageChannel, VoiceChannels};
use crate::inbox::{InboxLimits, Mailbox, Pushed};
use crate::packet_pool::SharedPacket;
use crate::{Delivery, DisconnectReason, PacketLimits, Peer};

pub use client::MemoryGameNetworkClient;
pub use server::MemoryGameNetworkServer;

/// The reliable channel that voice takes.
pub const RELIABLE: MessageChannel = MessageChannel(0);
/// The unreliable channel that voice takes.
pub const UNRELIABLE: MessageChannel = MessageChannel(1);
/// Another reliable channel.
pub const ALSO_RELIABLE: MessageChannel = MessageChannel(2);

/// A game network inside one process. A clone is the same network.
#[derive(Clone, Debug, Default)]
pub struct MemoryGameNetwork(Arc<Wire>);

#[derive(Debug, Default)]
struct Wire {
    listener: Mutex<Weak<Listener>>,
    last_port: AtomicU16,
}

impl MemoryGameNetwork {
    /// A network without a server yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// A server to which clients of this network connect from now on, instead of to an earlier one.
    pub fn listen(&self) -> MemoryGameNetworkServer {
        let listener = Arc::new(Listener::default());
        *self.0.listener.lock().unwrap_or_else(PoisonError::into_inner) = Arc::downgrade(&listener);
        MemoryGameNetworkServer::new(listener)
    }

    /// A client with an address of its own.
    pub fn client(&self) -> MemoryGameNetworkClient {
        let port = self.0.last_port.fetch_add(1, Ordering::Relaxed) + 1;
        MemoryGameNetworkClient::new(self.clone(), SocketAddr::from((Ipv4Addr::LOCALHOST, port)))
    }

    fn listener(&self) -> Option<Arc<Listener>> {
        self.0.listener.lock().unwrap_or_else(PoisonError::into_inner).upgrade()
    }
}

/// The limits of the messages that may wait at one end of a connection.
const QUEUES: InboxLimits = InboxLimits { reliable_packets: 1024, unreliable_packets: 256 };
/// The largest message of a reliable channel, in bytes: about what kcp takes in fragments.
const RELIABLE_BYTES_MAX: usize = 297_433;
/// The largest message of an unreliable channel, in bytes: what fits a datagram.
const UNRELIABLE_BYTES_MAX: usize = 1200;

fn delivery_of(channel: MessageChannel) -> Delivery {
    if channel == RELIABLE || channel == ALSO_RELIABLE { Delivery::Reliable } else { Delivery::Unreliable }
}

const CHANNELS: VoiceChannels = VoiceChannels { reliable: RELIABLE, unreliable: UNRELIABLE };

const LIMITS: PacketLimits =
    PacketLimits { reliable_bytes: RELIABLE_BYTES_MAX, unreliable_bytes: UNRELIABLE_BYTES_MAX };

/// The reason that both ends give when a queue of reliable messages overflows.
fn overloaded() -> DisconnectReason {
    DisconnectReason::Overloaded { queue: format!("{} reliable messages", QUEUES.reliable_packets) }
}

#[derive(Clone, Debug)]
struct Message {
    channel: MessageChannel,
    bytes: SharedPacket,
}

/// The part of a server that its clients reach.
#[derive(Debug)]
struct Listener {
    mailbox: Mailbox<Arrival, Message>,
    last_peer: AtomicU64,
    is_gone: AtomicBool,
}

impl Default for Listener {
    fn default() -> Self {
        Self { mailbox: Mailbox::new(QUEUES), last_peer: AtomicU64::new(0), is_gone: AtomicBool::new(false) }
    }
}

impl Listener {
    fn next_peer(&self) -> Peer {
        Peer(self.last_peer.fetch_add(1, Ordering::Relaxed) + 1)
    }

    /// Whether the server was dropped: it no longer polls.
    fn is_gone(&self) -> bool {
        self.is_gone.load(Ordering::SeqCst)
    }
}

/// A new client, as the server sees it.
#[derive(Debug)]
struct Arrival {
    remote: SocketAddr,
    greeting: Vec<u8>,
    link: LinkToClient,
}

/// The mailbox of a client: first the greeting of a server that admits it, then messages.
type ClientMailbox = Mailbox<Vec<u8>, Message>;

/// A client as its server reaches it.
#[derive(Debug)]
struct LinkToClient {
    mailbox: Arc<ClientMailbox>,
    /// The client's attempt to connect that this link belongs to.
    attempt: Peer,
}

impl LinkToClient {
    fn push(&self, message: Message) -> Pushed<Message> {
        self.mailbox.push(self.attempt, delivery_of(message.channel), message)
    }

    fn end(&self, reason: DisconnectReason) {
        self.mailbox.disconnected(self.attempt, reason);
    }
}

/// A server as its client reaches it.
#[derive(Clone, Debug)]
struct LinkToServer {
    listener: Arc<Listener>,
    peer: Peer,
}

impl LinkToServer {
    fn push(&self, message: Message) -> Pushed<Message> {
        self.listener.mailbox.push(self.peer, delivery_of(message.channel), message)
    }

    fn end(&self, reason: DisconnectReason) {
        self.listener.mailbox.disconnected(self.peer, reason);
    }
}
