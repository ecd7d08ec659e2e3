//! The dedicated voice server: sessions, networks, and the loops between them.
//!
//! A *network* is any [`ServerNetwork`](consonance_link::ServerNetwork); a *session* is one
//! [`consonance_session::Server`]. The address that a client dials names the session, and one process serves many.
//!
//! ```text
//!   QUIC shard 0 ──┐                          ┌── session "main"
//!   memory ────────┼── networks ─── worker 0 ─┴── session "match-7"
//!                                      ▲
//!   QUIC shard 1 ───── networks ─── worker 1 ──── session "lobby"
//!                                      ▲
//!                                      └── jobs: ServerHandle, for all other threads
//! ```
//!
//! A *worker* is a [`SessionLoop`]: a plain struct, driven by `run_once(now)`, with the sessions that it owns.
//! [`Workers`] are several that share a server's sessions; [`DedicatedServer`] runs each in its own thread until it is
//! stopped, and other threads reach them through a [`ServerHandle`]. This crate does not decode audio: voice is bytes
//! that go to listeners.
//!
//! ```
//! use consonance_server::{DedicatedServer, SessionLoop, SessionsSettings};
//! use consonance_link::memory::MemoryNetwork;
//!
//! let network = MemoryNetwork::new();
//! let mut session_loop = SessionLoop::new(&SessionsSettings::new(["main"])?);
//! session_loop.add_network(Box::new(network.listen()));
//! let server = DedicatedServer::start(session_loop);
//! // … clients join …
//! server.stop();
//! # Ok::<(), consonance_server::SessionsSettingsError>(())
//! ```
//!
//! # Features
//!
//! | feature | by default | adds |
//! |---|---|---|
//! | `joining-hook` | yes | the operator's HTTP services: the joining hook and webhooks; a game that hosts its own server has other means |
//! | `openapi` | no | schemas (utoipa) of what the admin API shows, for its description |
//!
//! Needs Rust 1.95 or later.

mod admission;
pub mod audit;
pub mod bans;
mod copies;
mod dedicated;
mod directory;
mod draining;
mod folder_check;
#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod fuzz;
mod game_servers;
mod gauges;
mod hand_over;
mod handle;
mod inspection;
mod load;
pub mod moderation;
mod networks;
mod node_addresses;
mod node_events;
pub mod operator_service;
mod peer_origin;
mod random;
pub mod recording;
pub mod records;
mod relay_delay;
mod replace_file;
mod report_buffer;
pub mod reports;
mod session_events;
mod session_loop;
mod sessions;
mod shedding;
pub mod spans;
mod stepped;
pub mod store;
mod threads;
pub mod token;
pub mod utc;
mod webhooks;
mod worker_threads;
mod workers;

pub use admission::{
    Admission, Hook, HookError, HookRequests, HookSettings, HookStatistics, JoiningSettings,
    PasswordAttemptLimits, Refusal,
};
pub use consonance_settings::secrets::{SecretText, ServiceAddress, ServiceAddressError};
pub use dedicated::DedicatedServer;
pub use directory::{Reservations, SessionCounts, SessionRefusal};
pub use draining::DrainPlan;
pub use gauges::WorkerStatistics;
pub use hand_over::{HandOver, HandOverError, RestartPlan, SavedIdentity};
pub use handle::{ServerHandle, WorkerError, WorkerNumbers};
pub use inspection::Inspection;
pub use load::Load;
pub use networks::NetworkNumbers;
pub use relay_delay::RelayDelay;
pub use session_events::{SessionEvent, SessionEvents};
pub use session_loop::{Authority, LoopNumbers, SessionLoop, SessionNumbers};
pub use sessions::{
    ChannelMonitoring, SessionEncryption, SessionHosting, SessionsSettings, SessionsSettingsError,
};
pub use shedding::{Shedding, SheddingSettings};
pub use stepped::SteppedServer;
pub use threads::ThreadSpawnError;
pub use webhooks::{
    Webhook, WebhookDelivery, WebhookError, WebhookEvent, WebhookMessage, WebhookPlayer, WebhookSettings,
    WebhookStatistics, Webhooks,
};
pub use worker_threads::WorkerThreads;
pub use workers::Workers;
