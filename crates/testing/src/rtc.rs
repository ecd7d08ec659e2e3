//! A browser without a browser, for tests and benches of all crates: what a page does with WebRTC, by `str0m`.
//!
//! * [`TestBrowser`] is a machine without sockets and clocks: it offers what a page offers (a microphone, slots, the
//!   control channel), takes the answer, speaks, sends messages, and counts what it hears in each slot as a browser's
//!   jitter buffer would ([`Heard`]).
//! * [`UdpBrowser`] is one with a UDP socket on 127.0.0.1, and [`TcpBrowser`] one behind a TCP connection, as where a
//!   network lets no UDP through.
//!
//! It looks for the way itself (full ICE), encrypts, and knows nothing of what it tests.

mod browser;
mod heard;
mod over_tcp;
mod over_udp;

pub use browser::{BrowserEvent, TestBrowser, TestBrowserSettings};
pub use heard::{Heard, opus_samples};
pub use over_tcp::TcpBrowser;
pub use over_udp::UdpBrowser;
