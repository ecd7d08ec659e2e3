//! The traits that a network implements to carry voice, and the parts that all networks share.
//!
//! A network author implements [`ClientNetwork`] and, for servers, [`ServerNetwork`]; the voice client and the server
//! drive them and know nothing else about the network, except what they [request by type](ServerNetworkExt). A *packet*
//! here is an opaque string of bytes: this crate has no knowledge of voice. A network on which players can reach each
//! other may also implement [`DirectLinks`]. A game's own network implements the same two traits, with its
//! [`MessageChannel`]s in place of a [`Delivery`]; an envelope makes a network of voice packets out of it.
//!
//! ```text
//!   driver ── connect, send, disconnect ──▶ transport ══ network ══ transport ◀── send, disconnect ── driver
//!          ◀── poll_event: connected, packet, … ──┘            └── poll_event: connected, packet, … ──▶
//! ```
//!
//! * [`memory`]: a network inside one process, for tests, simulations and hosts that play too.
//! * [`hosted`]: a network that lives in the game: the host pushes incoming packets and polls outgoing ones.
//! * [`impair`]: the same network with loss, delay and jitter, from a seed.
//! * [`inbox`]: for network authors, the bounded and fair bridge between receiving threads and `poll_event`.
//! * [`packet_pool`]: packets shared by many queues without an allocation for each.
//! * [`session_name`]: valid session names, and their encoding in addresses.
//! * [`name_of_host`], [`is_own_host`], [`authority`]: for networks over HTTP, the name in a `Host` header, and the
//!   notation of a host with a port.
//! * [`ConnectionSlots`]: for network authors, which connection makes room when a listener is full.
//! * [`WarningLimit`]: for network authors, how often a warning that any peer can cause is logged.
//! * [`HandshakeSlots`]: for network authors, which pending handshake is given up when there are too many.
//! * [`thread_waker`]: lets a driver's thread sleep until `poll_event` has something.
//! * [`conformance`]: the rules that every network must fulfil, as tests for its author.
//!
//! ```
//! use std::time::Instant;
//!
//! use consonance_link::memory::MemoryNetwork;
//! use consonance_link::{ClientNetwork, Delivery, ServerLinkEvent, ServerNetwork};
//!
//! let now = Instant::now();
//! let network = MemoryNetwork::new();
//! let mut server = network.listen();
//! let mut client = network.client("main");
//! client.connect(now);
//! let mut bytes = Vec::new();
//! let event = server.poll_event(now, &mut bytes);
//! let Some(ServerLinkEvent::Connected { peer, session, .. }) = event else { panic!("a client is there") };
//! assert_eq!(session, "main");
//!
//! // The next poll takes the client in.
//! assert_eq!(server.poll_event(now, &mut bytes), None);
//! while client.poll_event(now, &mut bytes).is_some() {}
//! client.send(now, Delivery::Unreliable, b"a packet");
//! let event = server.poll_event(now, &mut bytes);
//! assert_eq!(event, Some(ServerLinkEvent::Packet { peer, channel: Delivery::Unreliable }));
//! assert_eq!(bytes, b"a packet");
//! ```
//!
//! # Events and their bytes
//!
//! An event itself is small. Its bytes, such as a packet, are written into a buffer that the caller passes with each
//! call of `poll_event`. The buffer need not be empty: the bytes replace what is in it, or it is swapped with another
//! one that holds them. Its content means nothing without an event, or after one without bytes. A caller passes the
//! same buffer each time, so that nothing is allocated.
//!
//! # Features
//!
//! | feature | by default | adds |
//! |---|---|---|
//! | `gateway` | no | the module of that name: voice inside a game's own network, and what its networks share |
//! | `http` | no | the module of that name: what listeners share that speak HTTP; with `http-openapi`, its problems describe themselves in `OpenAPI`; with `http-by-hand`, raw requests for tests |
//! | `listener` | no | the module of that name: what a server's configuration opens, for each network |
//! | `rtc-crypto` | no | the module of that name: DTLS and SRTP for WebRTC peers, by `ring` |
//! | `serde` | no | address prefixes as text, and the state of links as nodes of a cluster report it |
//! | `testing` | no | for tests: a player of ours on the voice `WebSocket`, by its `LISTENER` |
//! | `tls` | no | TLS around messages in streams, `gateway::streams::TlsEnd` |
//! | `voice-websocket` | no | the module of that name: voice packets in `WebSocket`s |
//! | `websocket` | no | `WebSocket`s for networks of games, `gateway::websocket` |
//!
//! Needs Rust 1.95 or later.

#![forbid(unsafe_code)]

pub mod conformance;
#[cfg(feature = "gateway")]
pub mod gateway;
pub mod hosted;
#[cfg(feature = "http")]
pub mod http;
pub mod impair;
pub mod inbox;
#[cfg(feature = "listener")]
pub mod listener;
pub mod memory;
pub mod packet_pool;
#[cfg(feature = "rtc-crypto")]
pub mod rtc_crypto;
pub mod session_name;
#[cfg(feature = "voice-websocket")]
pub mod voice_websocket;

mod address_prefix;
mod capability;
mod channel;
mod client;
mod connection_slots;
mod direct;
mod handshake_slots;
mod host_name;
#[cfg(feature = "serde")]
mod micros;
mod network_metrics;
mod packet;
mod pages;
#[doc(hidden)]
pub mod random;
mod reason;
mod remote;
mod server;
#[doc(hidden)]
pub mod split_mix;
mod statistics;
mod third_party;
mod thread_waker;
mod warning_limit;

pub use address_prefix::{AddressPrefix, InvalidAddressPrefix};
pub use capability::{
    CapabilityRequest, PacketsOnThreads, PeerAccount, PeerIdentity, Reachability, ReachabilityFeed, Resumed,
    ServerNetworkExt,
};
pub use channel::{MessageChannel, NetworkChannel, VoiceChannels};
pub use client::{ClientLinkEvent, ClientNetwork};
pub use connection_slots::{
    AddressShares, ConnectionSlots, MADE_ROOM, PENDING_UNDISTURBED, SERVER_FULL, SlotsFull,
};
pub use consonance_wire::end_reason::{EndCode, EndKind, EndReason, REDIRECT_BYTES_MAX};
pub use direct::{DirectEvent, DirectLinks};
pub use handshake_slots::{HandshakeSlots, NoHandshakeSlot};
pub use host_name::{authority, is_own_host, name_of_host};
pub use network_metrics::{MetricFamily, MetricKind, MetricSample, NetworkMetrics, network_metric_families};
pub use packet::{Delivery, PACKET_BYTES_MAX, PacketLimits};
pub use pages::{PageDrops, PageState, PageStatistics};
pub use reason::{DisconnectReason, REASON_BYTES_MAX, SHUTTING_DOWN};
pub use remote::Remote;
pub use server::{Peer, ServerLinkEvent, ServerNetwork, address_prefix};
pub use statistics::{
    ConnectionCounts, Count, DatagramPath, Dropped, GameStatistics, LinkQuality, NetworkStatistics,
    PathRefusals, PathStatistics, Statistics, Traffic,
};
pub use third_party::ThirdPartyClient;
pub use thread_waker::thread_waker;
pub use warning_limit::WarningLimit;
