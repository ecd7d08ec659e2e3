//! Networks that live in other code: a game's own connections, or an engine's.
//!
//! The host (the game) owns the network and pumps opaque packets; nothing here opens a socket, starts a thread or
//! calls back, so it works from one thread, once per frame, under any engine. Each side is a pair: the *transport*,
//! which goes to the voice client or the server, and its *handle*, which stays with the host.
//!
//! ```text
//!   VoiceChat, or          HostedClient ── Connect, Send, Disconnect ──▶ HostedClientHandle ── the game's
//!   a session loop   ◀──▶  HostedServer ◀── link_up, receive, … ──────── HostedServerHandle    own network
//! ```
//!
//! Once per frame, or whenever the [waker](HostedClientHandle::set_waker) calls, the host
//!
//! 1. *pushes* reports of its network: [`receive`](HostedClientHandle::receive), links and peers that came or went;
//! 2. *polls* requests until there are none: [`HostedClientHandle::poll`], [`HostedServerHandle::poll`].
//!
//! ```
//! use std::time::Instant;
//! use consonance_link::hosted::{self, ClientRequest, HostedSettings};
//! use consonance_link::{ClientLinkEvent, ClientNetwork, Delivery, PacketLimits};
//!
//! let limits = PacketLimits { reliable_bytes: 1024, unreliable_bytes: 1024 };
//! let (mut transport, mut handle) = hosted::client(&HostedSettings::new(limits));
//!
//! // The voice thread does this …
//! transport.connect(Instant::now());
//! // … and the game that, in its own time.
//! assert_eq!(handle.poll(), Some(ClientRequest::Connect));
//! handle.link_up();
//! handle.receive(Delivery::Reliable, b"from the server");
//!
//! let mut bytes = Vec::new();
//! assert_eq!(transport.poll_event(Instant::now(), &mut bytes), Some(ClientLinkEvent::Connected));
//! assert!(matches!(transport.poll_event(Instant::now(), &mut bytes), Some(ClientLinkEvent::Packet { .. })));
//! assert_eq!(bytes, b"from the server");
//! ```
//!
//! The host's network must deliver reliable packets in order and once, to each peer, and report when it cannot
//! ([`send_failed`](HostedServerHandle::send_failed)); tell the receiver which delivery a packet had; and know the
//! sender of each packet.
//!
//! In a room where each player can send to all others and one of them is the host, `consonance_game_networks::hosted`
//! does all of this.
//!
//! A network on which players reach each other reports [direct links](crate::DirectLinks) to its client too:
//! [`direct_connected`](HostedClientHandle::direct_connected) when another player can be reached, whatever the state
//! of the link to the server, [`receive_direct`](HostedClientHandle::receive_direct) for packets from that player,
//! and [`poll_direct`](HostedClientHandle::poll_direct) for packets to it.
//!
//! If both ends of the game's network run this crate, [`channels`] do all of this over two of its channels.
//!
//! A host that plays too does not need its own network for that: it adds a [`memory`](crate::memory) listener to the
//! same server and gives its own player a client of it.

pub mod channels;
mod client;
mod client_handle;
mod client_outbox;
mod direct_handle;
mod server;
mod server_handle;
mod server_outbox;
mod voice_queue;
mod waiting;
mod watched;

use std::time::Duration;

use crate::inbox::InboxLimits;
use crate::{DisconnectReason, PACKET_BYTES_MAX, PacketLimits};

pub use client::HostedClient;
pub use client_handle::{ClientRequest, HostedClientHandle};
pub use direct_handle::DirectRequest;
pub use server::HostedServer;
pub use server_handle::{HostedServerHandle, ServerRequest};

/// A client over the host's network: the transport, and its handle for the host.
pub fn client(settings: &HostedSettings) -> (HostedClient, HostedClientHandle) {
    client::pair(&settings.within_bounds())
}

/// A server over the host's network: the transport, and its handle for the host.
pub fn server(settings: &HostedSettings) -> (HostedServer, HostedServerHandle) {
    server::pair(&settings.within_bounds())
}

/// The limits of the host's network, and of the queues between it and the voice transport.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostedSettings {
    /// The largest packets that the host's network carries, up to [`PACKET_BYTES_MAX`].
    pub limits: PacketLimits,
    /// Packets of each link pushed by the host and not yet polled by the transport's driver. 1024 and 1024.
    pub incoming: InboxLimits,
    /// Reliable packets of each link not yet polled by the host. One more ends the link as too slow. 8192.
    pub outgoing_reliable_packets: usize,
    /// Their bytes. 1 MiB.
    pub outgoing_reliable_bytes: usize,
    /// Unreliable packets not yet polled by the host, over all links. One more drops the oldest. 1024.
    pub outgoing_unreliable_packets: usize,
    /// How long an unreliable packet may wait for the host. Older ones are dropped, so that no stale voice is heard
    /// after a game has stalled. 300 ms.
    pub outgoing_unreliable_age: Duration,
    /// The most peers of a server at the same time. 4096.
    pub peers_max: usize,
    /// The most direct links of a client at the same time. 1024, the limit of a session's client.
    pub direct_links_max: usize,
}

impl HostedSettings {
    /// The defaults, for a network with these packet sizes.
    pub fn new(limits: PacketLimits) -> Self {
        Self {
            limits,
            // A client hears many speakers, and may be polled late by a frame of the game.
            incoming: InboxLimits { reliable_packets: 1024, unreliable_packets: 1024 },
            // Room for the burst of messages that a newcomer to a session of thousands receives.
            outgoing_reliable_packets: 8192,
            outgoing_reliable_bytes: 1024 * 1024,
            outgoing_unreliable_packets: 1024,
            outgoing_unreliable_age: Duration::from_millis(300),
            peers_max: 4096,
            direct_links_max: 1024,
        }
    }

    fn within_bounds(&self) -> Self {
        let PacketLimits { reliable_bytes, unreliable_bytes } = self.limits;
        let limits = PacketLimits {
            reliable_bytes: reliable_bytes.min(PACKET_BYTES_MAX),
            unreliable_bytes: unreliable_bytes.min(PACKET_BYTES_MAX),
        };
        Self { limits, ..self.clone() }
    }
}

/// The result of pushing a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Received {
    /// Queued until it is polled, perhaps in place of an older unreliable one.
    Queued,
    /// Dropped and counted: there is no link for it, or it is longer than [`PACKET_BYTES_MAX`].
    Dropped,
    /// The packet was reliable and the queue is full: the link has ended as too slow, and a request to end it follows.
    /// Its sender should be told that the send failed.
    Overflowed,
}

/// The reason at both ends of a link when too many reliable packets are queued on one side of it.
fn overloaded() -> DisconnectReason {
    DisconnectReason::Overloaded { queue: "too many reliable packets".to_owned() }
}

/// The reason for the end of a link over which the host could not send a reliable packet.
fn send_failed() -> DisconnectReason {
    DisconnectReason::Overloaded { queue: "a reliable packet".to_owned() }
}

/// The reason sent to the other end of a link that ends with [`Received::Overflowed`].
const OVERFLOWED: &str = "too many reliable packets at once";

/// The reason for ending a link when the session moves, for example when another player becomes its host.
const SESSION_RESET: &str = "the session starts again";

#[cfg(test)]
mod tests;
