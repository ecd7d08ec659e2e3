//! The dedicated voice server: sessions, listeners, and the one loop between them.
//!
//! A *listener* is one network's server side (any [`ServerTransport`](consonance_transport::ServerTransport)); a
//! *session* is one [`consonance_session::Server`].
//! The address that a client dials names the session; one process serves many, and all listeners serve all of them.
//!
//! ```text
//!   QUIC  ──┐                        ┌── session "main"
//!   …     ──┼── listeners ── loop ───┼── session "lobby"
//!   memory──┘   (link ↔ peer)        └── …
//! ```
//!
//! [`SessionLoop`] is that loop as a plain struct, driven by `turn(now)`; [`DedicatedServer`] runs one in a thread of
//! its own until it is told to stop.
//! Here nothing knows of sound: voice is bytes that go to whoever listens.
//!
//! ```
//! use consonance_server::{DedicatedServer, SessionLoop, SessionsSettings};
//! use consonance_transport::memory::MemoryNetwork;
//!
//! let network = MemoryNetwork::new();
//! let mut session_loop = SessionLoop::new(&SessionsSettings::new(["main"])?);
//! session_loop.add_listener(Box::new(network.listen()));
//! let server = DedicatedServer::start(session_loop);
//! // … clients join …
//! server.stop();
//! # Ok::<(), consonance_server::SettingsError>(())
//! ```

pub mod config;
mod dedicated;
mod inspection;
mod listeners;
pub mod recording;
mod session_loop;
mod sessions;
pub mod token;

pub use dedicated::DedicatedServer;
pub use inspection::Inspection;
pub use session_loop::SessionLoop;
pub use sessions::{SessionsSettings, SettingsError};
