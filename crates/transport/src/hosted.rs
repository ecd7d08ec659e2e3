//! For networks that live in other code: a game's own connections, or an engine's.
//!
//! The host (the game) owns the network and pumps opaque packets; nothing here opens a socket, starts a thread or
//! calls back, so it works from one thread, once per frame, under any engine.
//! Each side is a pair: the *transport*, which goes to the voice client or the server, and its *handle*, which stays
//! with the host.
//!
//! ```text
//!   VoiceChat, or          HostedClient ── Connect, Send, Disconnect ──▶ HostedClientHandle ── the game's
//!   a session loop   ◀──▶  HostedServer ◀── link_up, receive, … ──────── HostedServerHandle    own network
//! ```
//!
//! Once per frame, or whenever the [waker](HostedClientHandle::set_waker) calls, the host
//!
//! 1. *pushes* what its network reported: [`receive`](HostedClientHandle::receive), links and peers that came or went;
//! 2. *polls* what is to be done until there is nothing: [`HostedClientHandle::poll`], [`HostedServerHandle::poll`].
//!
//! ```
//! use std::time::Instant;
//! use consonance_transport::hosted::{self, ClientRequest, HostedSettings};
//! use consonance_transport::{ClientLinkEvent, ClientTransport, Delivery, PacketLimits};
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
//! assert_eq!(transport.poll(Instant::now()), Some(ClientLinkEvent::Connected));
//! assert!(matches!(transport.poll(Instant::now()), Some(ClientLinkEvent::Packet { .. })));
//! ```
//!
//! What the host's network must do: deliver reliable packets in order and once, to each peer, and say so when it
//! cannot ([`send_failed`](HostedServerHandle::send_failed)); tell the receiver which delivery a packet had; know the
//! sender of each packet.
//!
//! In a room where each player can send to all others and one of them is the host, `consonance-hosted` does all of
//! that.
//!
//! A network on which players reach each other tells its client of [direct links](crate::DirectLinks) too:
//! [`direct_connected`](HostedClientHandle::direct_connected) when another player can be reached, whatever the link to
//! the server does, [`receive_direct`](HostedClientHandle::receive_direct) for what that player sends, and
//! [`poll_direct`](HostedClientHandle::poll_direct) for what is to be sent to it.
//!
//! Where both ends of the game's network are ours to write, [`channels`] have done all of that for two channels of it.
//!
//! A host that plays too needs no way round through its network: it adds a [`memory`](crate::memory) listener to the
//! same server and gives its own player a client of that.

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

/// A client over the host's network: the transport, and the host's end of it.
pub fn client(settings: &HostedSettings) -> (HostedClient, HostedClientHandle) {
    client::pair(&settings.within_bounds())
}

/// A server over the host's network: the transport, and the host's end of it.
pub fn server(settings: &HostedSettings) -> (HostedServer, HostedServerHandle) {
    server::pair(&settings.within_bounds())
}

/// What the host's network can do, and how much may wait between it and the voice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostedSettings {
    /// The largest packets that the host's network carries; at most [`PACKET_BYTES_MAX`] count.
    pub limits: PacketLimits,
    /// Packets of each link that the host pushed and the voice did not poll yet. 1024 and 1024.
    pub incoming: InboxLimits,
    /// Reliable packets of each link that the host did not poll yet. One more ends the link as too slow. 8192.
    pub outgoing_reliable_packets: usize,
    /// Bytes of those. 1 MiB.
    pub outgoing_reliable_bytes: usize,
    /// Unreliable packets that the host did not poll yet, over all links. One more drops the oldest. 1024.
    pub outgoing_unreliable_packets: usize,
    /// How long an unreliable packet may wait for the host. Older ones are dropped, so that no stale voice is heard
    /// after a game has stalled. 300 ms.
    pub outgoing_unreliable_age: Duration,
    /// Peers of a server at once. 4096.
    pub peers_max: usize,
    /// Direct links of a client at once. 1024, as many as a session's client takes.
    pub direct_links_max: usize,
}

impl HostedSettings {
    /// The defaults, for a network that carries packets of these sizes.
    pub fn new(limits: PacketLimits) -> Self {
        Self {
            limits,
            // A client hears many speakers, and its poller may be late by a frame of the game.
            incoming: InboxLimits { reliable_packets: 1024, unreliable_packets: 1024 },
            // What a newcomer to a session of thousands is told at once.
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

/// What became of a packet that the host pushed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Received {
    /// It waits to be polled by the voice, perhaps in place of an older unreliable one.
    Queued,
    /// It was dropped and counted: no link it could belong to, or longer than [`PACKET_BYTES_MAX`].
    Dropped,
    /// It was reliable and too many wait: the link has ended as too slow, and a request to end it follows.
    /// Its sender should be told that the send failed.
    Overflowed,
}

/// Why both ends of a link are told that too many reliable packets wait on one side of it.
fn overloaded() -> DisconnectReason {
    DisconnectReason::Overloaded { queue: "too many reliable packets".to_owned() }
}

/// Why a link ends over which the host could not send a reliable packet.
fn send_failed() -> DisconnectReason {
    DisconnectReason::Overloaded { queue: "a reliable packet".to_owned() }
}

/// What a link that ends with [`Received::Overflowed`] is to be told.
const OVERFLOWED: &str = "too many reliable packets at once";

/// Why a link ends when the session moves, as when another player becomes its host.
const SESSION_RESET: &str = "the session starts again";

#[cfg(test)]
mod tests;
