//! Why a server ends a link or refuses a player: a code with typed fields, from where it is decided to where it is
//! shown.
//!
//! The server makes an [`EndReason`], networks carry it as a short line of UTF-8 ([`EndReason::encode`]), and whatever
//! shows it to a player makes its text there ([`Display`](core::fmt::Display)). Programs go by the code, its
//! [`EndKind`] and the fields; no sentence is ever read by a program.
//!
//! ```
//! use core::time::Duration;
//! use consonance_end_reason::{EndCode, EndKind, EndReason};
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
//! A server that knows no codes sends words only; those are [`EndCode::Other`] with the words.
//! `docs/end-reasons.md` describes the encoding and lists all codes.
//!
//! Needs Rust 1.95 or later.

#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

mod calendar;
mod code;
mod encoding;
mod reason;
mod text;

pub use code::{EndCode, EndKind};
pub use encoding::{END_REASON_BYTES_MAX, REDIRECT_BYTES_MAX};
pub use reason::EndReason;
