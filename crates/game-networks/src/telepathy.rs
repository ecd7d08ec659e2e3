//! [Telepathy](https://github.com/MirrorNetworking/Telepathy): messages in a TCP stream, Mirror's first network.
//!
//! ```text
//! [length u32, big-endian] [message]      length 1 … 16384
//! ```
//!
//! There is no handshake, no channel and no ping: a client is in as soon as TCP is up, everything is
//! reliable and in order, and an end that wants to be known alive has to send something. Stock
//! clients leave after 30 s of silence.
//!
//! [`TelepathyServer`] and [`TelepathyClient`] are game networks of [`consonance_link::gateway`].
//!
//! ```
//! use std::thread::sleep;
//! use std::time::{Duration, Instant};
//!
//! use consonance_link::gateway::streams::{RELIABLE, StreamClientSettings, StreamSettings};
//! use consonance_game_networks::telepathy::{Telepathy, TelepathyClient, TelepathyServer};
//! use consonance_link::{ClientNetwork, ServerLinkEvent, ServerNetwork};
//!
//! let (localhost, settings) = (([127, 0, 0, 1], 0).into(), StreamSettings::default());
//! let mut server = TelepathyServer::bind(localhost, Telepathy::default(), settings)?;
//! let settings = StreamClientSettings::new(server.local_addr()?);
//! let mut client = TelepathyClient::new(Telepathy::default(), settings)?;
//! client.connect(Instant::now());
//!
//! let deadline = Instant::now() + Duration::from_secs(60);
//! let mut bytes = Vec::new();
//! loop {
//!     let now = Instant::now();
//!     assert!(now < deadline, "nothing is heard within a minute");
//!     if client.poll_event(now, &mut bytes).is_some() {
//!         client.send(now, RELIABLE, b"hello");
//!     }
//!     match server.poll_event(now, &mut bytes) {
//!         Some(ServerLinkEvent::Connected { peer, .. }) => server.accept(now, peer, b""),
//!         Some(ServerLinkEvent::Packet { .. }) => break,
//!         _ => sleep(Duration::from_millis(1)),
//!     }
//! }
//! assert_eq!(bytes, b"hello");
//! # Ok::<(), std::io::Error>(())
//! ```

use consonance_link::gateway::streams::{
    Found, MessageStream, StreamClient, StreamProtocol, StreamServer, StreamViolation,
};

/// A Telepathy server, such as `TelepathyServer::bind(address, Telepathy::default(), StreamSettings::default())`.
pub type TelepathyServer = StreamServer<Telepathy>;

/// A Telepathy client.
pub type TelepathyClient = StreamClient<Telepathy>;

/// The port of stock games.
pub const PORT: u16 = 7777;

/// Settings that have to be the same at both ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Telepathy {
    /// The largest message, in bytes: 16384 in stock games.
    pub message_bytes_max: usize,
}

impl Default for Telepathy {
    fn default() -> Self {
        Self { message_bytes_max: 16 * 1024 }
    }
}

impl StreamProtocol for Telepathy {
    type Stream = Self;

    fn open(&mut self) -> Self {
        *self
    }

    fn message_bytes_max(&self) -> usize {
        self.message_bytes_max
    }

    fn carries_empty_messages(&self) -> bool {
        false
    }

    fn network(&self) -> &'static str {
        "telepathy"
    }
}

impl MessageStream for Telepathy {
    fn begin(&mut self, _out: &mut Vec<u8>) -> bool {
        true
    }

    fn read(
        &mut self,
        stream: &[u8],
        message: &mut Vec<u8>,
        _out: &mut Vec<u8>,
    ) -> Result<(usize, Found), StreamViolation> {
        const NOT_YET: (usize, Found) = (0, Found::Nothing);
        let Some((length, rest)) = stream.split_first_chunk() else { return Ok(NOT_YET) };
        let length = u32::from_be_bytes(*length) as usize;
        if length == 0 || length > self.message_bytes_max {
            return Err(StreamViolation("a message of impossible length"));
        }
        let Some(bytes) = rest.get(..length) else { return Ok(NOT_YET) };
        message.extend_from_slice(bytes);
        Ok((LENGTH_BYTES + length, Found::Message))
    }

    fn write(&mut self, message: &[u8], out: &mut Vec<u8>) {
        out.extend_from_slice(&(message.len() as u32).to_be_bytes());
        out.extend_from_slice(message);
    }
}

const LENGTH_BYTES: usize = 4;
