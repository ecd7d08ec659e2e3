//! What the HTTP listeners of a voice server have in common; for `consonance-admin`, where operators come in, and
//! `consonance-web`, where players do.
//!
//! ```text
//!   socket ─▶ seats (bounded, per address too) ─▶ TLS, if there is any ─▶ heads (bounded, timed) ─▶ the listener's routes
//! ```
//!
//! [`HttpListener`] is a socket with a runtime of its own: axum's own server leaves a client as much time as it likes
//! for a head, and this one does not. [`guarded`] puts around routes what every listener needs: time limits, bounded
//! bodies, headers that forbid browsers whatever is not meant, and [`ProblemDetails`] for paths and methods that there
//! are not. Handlers find the [`Caller`] among the extensions of a request.
//!
//! # Features
//!
//! * `openapi`: problems describe themselves in `OpenAPI`.
//! * `by-hand`: HTTP by hand, for tests of listeners.

#[cfg(feature = "by-hand")]
pub mod by_hand;
mod caller;
mod connection_limits;
mod connections;
mod counters;
mod guarded;
mod ip_network;
mod listener;
mod origin;
mod problem_details;
mod seats;
mod stopped;
mod tls;

pub use caller::Caller;
pub use connection_limits::ConnectionLimits;
pub use consonance_transport::{is_own_host, name_of_host};
pub use counters::{HttpCounters, HttpStatistics};
pub use guarded::{RouteLimits, guarded};
pub use ip_network::{BadIpNetwork, IpNetwork};
pub use listener::{HttpListener, ListenError, ListenerSettings};
pub use origin::is_from_own_page;
pub use problem_details::ProblemDetails;
pub use stopped::Stopped;
pub use tls::{Tls, TlsError};
