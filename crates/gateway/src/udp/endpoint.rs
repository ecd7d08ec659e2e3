//! Protocols in UDP datagrams as their drivers see them: state machines without sockets and clocks.

use std::net::SocketAddr;
use std::time::Instant;

use consonance_transport::{Delivery, NetworkStatistics, Peer, Statistics};

use crate::{GameNetworkClientEvent, GameNetworkServerEvent, MessageChannel, VoiceChannels};

/// The server's end of a protocol in UDP datagrams.
///
/// Any order of calls is safe. The terms are those of [`GameNetworkServer`](crate::GameNetworkServer), which a
/// [`UdpServer`](super::UdpServer) turns this into.
pub trait ServerEndpoint: Send {
    /// The largest datagram that is read, in bytes. Of a larger one the endpoint gets one byte more
    /// than this, so that it can tell.
    const DATAGRAM_BYTES_MAX: usize;

    /// A datagram came, from any sender and with any content. All events that follow are taken
    /// before the next one is given.
    fn handle_datagram(&mut self, now: Instant, from: SocketAddr, datagram: &[u8]);

    /// The time of [`poll_timeout`](Self::poll_timeout) has come.
    fn handle_timeout(&mut self, now: Instant);

    /// When there is something to do although nothing came.
    fn poll_timeout(&self) -> Option<Instant>;

    /// Writes the next outgoing datagram into an empty buffer, and returns its destination.
    fn poll_transmit(&mut self, now: Instant, datagram: &mut Vec<u8>) -> Option<SocketAddr>;

    /// The next event. Its bytes, a message or a greeting, [replace](consonance_transport#events-and-their-bytes) what
    /// is in the buffer.
    fn poll_event(&mut self, bytes: &mut Vec<u8>) -> Option<GameNetworkServerEvent>;

    /// See [`GameNetworkServer::accept`](crate::GameNetworkServer::accept).
    fn accept(&mut self, now: Instant, peer: Peer, greeting: &[u8]);

    /// See [`GameNetworkServer::send`](crate::GameNetworkServer::send).
    fn send(&mut self, now: Instant, peer: Peer, channel: MessageChannel, message: &[u8]);

    /// See [`ServerNetwork::disconnect`](consonance_transport::ServerNetwork::disconnect).
    fn disconnect(&mut self, now: Instant, peer: Peer, reason: &str);

    /// See [`ServerNetwork::set_joined`](consonance_transport::ServerNetwork::set_joined).
    fn set_joined(&mut self, _now: Instant, _peer: Peer, _is_joined: bool) {}

    /// See [`ServerNetwork::probe`](consonance_transport::ServerNetwork::probe).
    fn probe(&mut self, _now: Instant, _peer: Peer) -> Option<Instant> {
        None
    }

    /// See [`ServerNetwork::shutdown`](consonance_transport::ServerNetwork::shutdown).
    fn shutdown(&mut self, now: Instant);

    /// See [`GameNetworkServer::voice_channels`](crate::GameNetworkServer::voice_channels).
    fn voice_channels(&self) -> VoiceChannels;

    /// See [`GameNetworkServer::delivery_of`](crate::GameNetworkServer::delivery_of).
    fn delivery_of(&self, channel: MessageChannel) -> Delivery {
        self.voice_channels().delivery_of(channel)
    }

    /// See [`GameNetworkServer::message_bytes_max`](crate::GameNetworkServer::message_bytes_max).
    fn message_bytes_max(&self, channel: MessageChannel) -> usize;

    /// See [`ServerNetwork::network`](consonance_transport::ServerNetwork::network).
    fn network(&self) -> &'static str;

    /// See [`ServerNetwork::statistics`](consonance_transport::ServerNetwork::statistics).
    fn statistics(&self) -> NetworkStatistics;
}

/// The client's end of a protocol in UDP datagrams, towards one server whose address only the driver knows.
///
/// Any order of calls is safe. The terms are those of [`GameNetworkClient`](crate::GameNetworkClient), which a
/// [`UdpClient`](super::UdpClient) turns this into.
pub trait ClientEndpoint: Send {
    /// The largest datagram that is read, in bytes. Of a larger one the endpoint gets one byte more
    /// than this, so that it can tell.
    const DATAGRAM_BYTES_MAX: usize;

    /// See [`GameNetworkClient::connect`](crate::GameNetworkClient::connect). The driver calls it only while there is
    /// no connection; no state of an earlier one may remain.
    fn connect(&mut self, now: Instant, greeting: &[u8]);

    /// A datagram came from the server's address, with anything in it. All events that follow are taken
    /// before the next one is given.
    fn handle_datagram(&mut self, now: Instant, datagram: &[u8]);

    /// The time of [`poll_timeout`](Self::poll_timeout) has come.
    fn handle_timeout(&mut self, now: Instant);

    /// When there is something to do although nothing came.
    fn poll_timeout(&self) -> Option<Instant>;

    /// Writes the next outgoing datagram into an empty buffer; false if there is none.
    fn poll_transmit(&mut self, now: Instant, datagram: &mut Vec<u8>) -> bool;

    /// The next event. Its bytes, a message or a greeting, [replace](consonance_transport#events-and-their-bytes) what
    /// is in the buffer.
    fn poll_event(&mut self, bytes: &mut Vec<u8>) -> Option<GameNetworkClientEvent>;

    /// See [`GameNetworkClient::send`](crate::GameNetworkClient::send).
    fn send(&mut self, now: Instant, channel: MessageChannel, message: &[u8]);

    /// See [`GameNetworkClient::disconnect`](crate::GameNetworkClient::disconnect).
    fn disconnect(&mut self, now: Instant);

    /// Ends the connection without waiting for anything: the goodbye is among what leaves next, and is not repeated.
    fn hang_up(&mut self, now: Instant);

    /// See [`GameNetworkClient::voice_channels`](crate::GameNetworkClient::voice_channels).
    fn voice_channels(&self) -> VoiceChannels;

    /// See [`GameNetworkClient::delivery_of`](crate::GameNetworkClient::delivery_of).
    fn delivery_of(&self, channel: MessageChannel) -> Delivery {
        self.voice_channels().delivery_of(channel)
    }

    /// See [`GameNetworkClient::message_bytes_max`](crate::GameNetworkClient::message_bytes_max).
    fn message_bytes_max(&self, channel: MessageChannel) -> usize;

    /// See [`GameNetworkClient::statistics`](crate::GameNetworkClient::statistics).
    fn statistics(&self) -> Statistics;
}
