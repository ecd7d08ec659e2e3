//! Watching and operating a voice server over HTTP, for `consonance serve` and for programs of one's own.
//!
//! [`AdminListener`] listens on an address of its own, which is this machine's unless the operator says otherwise:
//!
//! | request | answer | needs the token |
//! |---|---|---|
//! | `GET /healthz` | 200 while the process lives | no |
//! | `GET /readyz` | 200 while players may join: every worker responds, and the server is not draining | no |
//! | `GET /` | the page: players, speakers, losses, and the buttons of a moderator | no, but it asks for it |
//! | `GET /api/docs`, `GET /api/openapi.json` | the description of the API | no |
//! | `/api/v1/…` | what there is, and what can be done | yes |
//! | `GET /metrics` | counters in the text format of Prometheus; see `docs/metrics.md` | unless a setting opens it |
//!
//! ```text
//!   consonance-http (bounded, timed) ─▶ guard (Host, Origin, token) ─▶ routes ─▶ the server's handle
//! ```
//!
//! What comes in is hostile until it has shown the token: heads, bodies, times and connections are bounded, the name
//! that was asked for has to be an address or one of ours (DNS rebinding), and what changes something never comes
//! from another site's page. Nothing here is on a voice frame's way: a runtime of one thread asks the workers, and
//! waits for them with a time-out.

mod api;
mod app;
mod guard;
mod health;
mod listener;
pub mod metrics;
mod nodes;
mod page;
mod recent;
mod request_spans;
mod scrape;
mod settings;
mod token;

pub use app::Operator;
pub use listener::{AdminError, AdminListener};
pub use nodes::{AnswerThread, NodeInspection};
pub use settings::{AdminLimits, AdminSettings};
pub use token::{AdminToken, AdminTokenError, TokenFile};
