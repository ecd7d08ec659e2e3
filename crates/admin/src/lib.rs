//! Monitoring and administration of a voice server over HTTP, for `consonance serve` and custom server programs.
//!
//! [`AdminListener`] listens on its own address, which is a loopback address by default:
//!
//! | request | answer | needs the token |
//! |---|---|---|
//! | `GET /healthz` | 200 while the process lives | no |
//! | `GET /readyz` | 200 while players may join: every worker and the cluster's store respond, and the server is not draining | no |
//! | `GET /` | the page: players, speakers, losses and moderation buttons | no, but the page asks for it |
//! | `GET /api/docs`, `GET /api/openapi.json` | the description of the API | no |
//! | `/api/v1/…` | sessions, players, bans, reports …, and actions on them | yes |
//! | `GET /metrics` | counters in the text format of Prometheus; see `docs/metrics.md` | yes, unless a setting makes it public |
//!
//! ```text
//!   link::http (bounded, timed) ─▶ guard (Host, Origin, token) ─▶ routes ─▶ the server's handle
//! ```
//!
//! Requests are untrusted until they present the token: heads, bodies, durations and connections are bounded, the
//! `Host` header must be an address or one of the configured names (DNS rebinding), and a request from another site's
//! page cannot change anything. Voice frames do not pass through here: a single-threaded runtime asks the workers, and
//! waits for them with a timeout.
//!
//! With the feature `otlp`, the module of that name exports the metrics, and the server's spans, to a collector of
//! `OpenTelemetry`.

mod api;
mod app;
mod blocking;
mod guard;
mod health;
mod listener;
pub mod metrics;
mod nodes;
mod operator;
#[cfg(feature = "otlp")]
pub mod otlp;
mod page;
mod recent;
mod request_spans;
mod scrape;
mod settings;
mod token;

pub use listener::{AdminError, AdminListener};
pub use nodes::{AnswerThread, NodeInspection};
pub use operator::Operator;
pub use settings::{AdminAccess, AdminLimits, AdminSettings};
pub use token::{AdminToken, AdminTokenError, TokenFile};
