//! A client without sockets, threads and clocks: bytes go in; bytes and events come out.
//!
//! Most programs need [`QuicClient`](crate::QuicClient). This module is for drivers with their own loop, such as a
//! load generator that runs thousands of clients in one thread.
//!
//! ```text
//!    socket ───▶ handle_datagram ──┐
//!    clock  ───▶ handle_timeout    ▼
//!                            ┌────────────┐
//!    driver ───▶ send ──────▶│ ClientCore │
//!                            └────────────┘
//!    socket ◀─── poll_transmit ◀───┤
//!    driver ◀─── poll_event ◀──────┤
//!    clock  ◀─── poll_timeout ◀────┘
//! ```

mod client_core;
mod dialer;

pub use client_core::{ClientCore, CoreEvent};
pub use dialer::{DialError, Dialer};
