//! A client without sockets, threads and clocks: bytes go in, bytes and events come out.
//!
//! [`QuicClient`](crate::QuicClient) is what programs want. This is for drivers with a loop of their own, such as a
//! load generator that sweeps over thousands of clients in one thread.
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
