//! Protocols in UDP datagrams as their drivers see them: state machines without sockets and clocks.

use std::net::SocketAddr;
use std::time::Instant;

use crate::gateway::MessageChannel;
use crate::{ClientNetwork, ServerNetwork};

/// The server's end of a protocol in UDP datagrams: a game network that reads and writes datagrams only through its
/// driver, such as [`UdpServer`](super::UdpServer).
///
/// Any order of calls is safe. [`handle_timeout`](Self::handle_timeout) is due at
/// [`wants_poll_at`](ServerNetwork::wants_poll_at), and there may be datagrams to
/// [transmit](Self::poll_transmit) after any call.
pub trait ServerEndpoint: ServerNetwork<MessageChannel> {
    /// The largest datagram that is read, in bytes. Of a larger one the endpoint gets one byte more
    /// than this, so that it can tell.
    const DATAGRAM_BYTES_MAX: usize;

    /// A datagram came, from any sender and with any content. All events that follow are taken
    /// before the next one is given.
    fn handle_datagram(&mut self, now: Instant, from: SocketAddr, datagram: &[u8]);

    /// There is something to do although nothing came.
    fn handle_timeout(&mut self, now: Instant);

    /// Writes the next outgoing datagram into an empty buffer, and returns its destination.
    fn poll_transmit(&mut self, now: Instant, datagram: &mut Vec<u8>) -> Option<SocketAddr>;
}

/// The client's end of a protocol in UDP datagrams, towards one server whose address only the driver knows, such as
/// [`UdpClient`](super::UdpClient).
///
/// Any order of calls is safe. [`handle_timeout`](Self::handle_timeout) is due at
/// [`wants_poll_at`](ClientNetwork::wants_poll_at), and there may be datagrams to
/// [transmit](Self::poll_transmit) after any call. A driver connects only while there is no connection; no state of an
/// earlier one may remain then.
pub trait ClientEndpoint: ClientNetwork<MessageChannel> {
    /// The largest datagram that is read, in bytes. Of a larger one the endpoint gets one byte more
    /// than this, so that it can tell.
    const DATAGRAM_BYTES_MAX: usize;

    /// A datagram came from the server's address, with anything in it. All events that follow are taken
    /// before the next one is given.
    fn handle_datagram(&mut self, now: Instant, datagram: &[u8]);

    /// There is something to do although nothing came.
    fn handle_timeout(&mut self, now: Instant);

    /// Writes the next outgoing datagram into an empty buffer; false if there is none.
    fn poll_transmit(&mut self, now: Instant, datagram: &mut Vec<u8>) -> bool;

    /// Ends the connection without waiting for anything: the goodbye is among what leaves next, and is not repeated.
    fn hang_up(&mut self, now: Instant);
}
