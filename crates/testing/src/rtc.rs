//! The WebRTC behaviour of a page without a browser, by `str0m`, for tests and benches of all crates.
//!
//! * [`TestBrowser`] is a machine without sockets and clocks: it offers what a page offers (a microphone, slots, the
//!   control channel), takes the answer, speaks, sends messages, and counts what it hears in each slot as a browser's
//!   jitter buffer would ([`Heard`]).
//! * [`UdpBrowser`] is one with a UDP socket on 127.0.0.1, and [`TcpBrowser`] one behind a TCP connection, as on a
//!   network that blocks UDP.
//!
//! It does full ICE, encrypts, and is independent of the code that it tests.

mod browser;
mod heard;
mod over_tcp;
mod over_udp;

pub use browser::{BrowserEvent, TestBrowser, TestBrowserSettings};
pub use heard::{Heard, opus_samples};
pub use over_tcp::TcpBrowser;
pub use over_udp::UdpBrowser;
