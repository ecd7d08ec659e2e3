//! Why a server ends a link or rejects a player: a code with typed fields, how it travels, and its text.
//!
//! The server makes an [`EndReason`], networks carry it as a short line of UTF-8 ([`EndReason::encode`]), and the
//! program that shows it to a player makes the text ([`Display`](core::fmt::Display)). Programs use the code, its
//! [`EndKind`] and the fields; they never parse the text.
//!
//! ```
//! use core::time::Duration;
//! use consonance_wire::end_reason::{EndCode, EndKind, EndReason};
//!
//! let busy = EndReason { retry_in: Some(Duration::from_secs(5)), ..EndCode::ServerBusy.into() };
//! assert_eq!(busy.encode(), "(full-busy retry=5)");
//!
//! let arrived = EndReason::decode(b"(full-busy retry=5)");
//! assert_eq!(arrived, busy);
//! assert_eq!(arrived.kind(), EndKind::Full);
//! assert_eq!(arrived.to_string(), "the server is at its limit: try again in 5 s");
//! ```
//!
//! A server without codes sends only text, which is read as [`EndCode::Other`] with that text. `docs/end-reasons.md`
//! describes the encoding and lists all codes.

mod calendar;
mod code;
mod encoding;
mod reason;
mod text;

pub use code::{EndCode, EndKind};
pub use encoding::{END_REASON_BYTES_MAX, REDIRECT_BYTES_MAX};
pub use reason::EndReason;
