//! The common base of a voice server's HTTP listeners: `consonance-admin` for operators and `consonance-web` for
//! players.
//!
//! ```text
//!   socket ─▶ seats (bounded, per address too) ─▶ TLS, if there is any ─▶ heads (bounded, timed) ─▶ the listener's routes
//! ```
//!
//! [`HttpListener`] is a socket with its own runtime: axum's server sets no time limit for the head of a request, and
//! this one does. [`guarded`] wraps routes with what every listener needs: timeouts, bounded bodies, security headers,
//! and [`ProblemDetails`] for unknown paths and methods. [`Upgrade`] makes `WebSocket`s. Handlers find the [`Caller`]
//! in the extensions of a request.

#[cfg(feature = "http-by-hand")]
pub mod by_hand;
mod caller;
mod connection_limits;
mod connections;
mod counters;
mod guarded;
mod ip_network;
mod json_values;
mod listener;
mod origin;
mod problem_details;
mod seats;
mod stopped;
mod tls;
mod upgrade;

pub use caller::Caller;
pub use connection_limits::ConnectionLimits;
pub use counters::{HttpCounters, HttpStatistics};
pub use guarded::{RouteLimits, guarded};
pub use ip_network::{BadIpNetwork, IpNetwork};
pub use json_values::json_values;
pub use listener::{HttpListener, ListenError, ListenerSettings};
pub use origin::is_from_own_page;
pub use problem_details::{ProblemDetails, bad_json};
pub use stopped::Stopped;
pub use tls::{Tls, TlsError};
pub use upgrade::{Upgrade, UpgradedStream};
