//! The fallback of QUIC: a `WebSocket` with TLS on the same server, with the same certificate.

use std::collections::VecDeque;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::mpsc::{Receiver, TryRecvError, sync_channel};
use std::task::Waker;
use std::thread;
use std::time::Instant;

use consonance_link::gateway::streams::StreamClientSettings;
use consonance_link::voice_websocket::{ClientEnd, WebSocketAddress, default_settings, tls_client};
use consonance_link::{ClientLinkEvent, ClientNetwork, Delivery, DisconnectReason, PacketLimits, Statistics};
use consonance_quic::{QuicAddress, QuicClient, QuicClientSettings, QuicRuntime, stream_client_tls};

use super::path::Path;
use super::settings::FallbackSettings;

/// The path to a server's address over QUIC, with an optional fallback.
pub(crate) fn quic_path(
    runtime: &QuicRuntime,
    address: QuicAddress,
    settings: QuicClientSettings,
    fallback: Option<FallbackSettings>,
) -> Path {
    let primary = QuicClient::new(runtime, address.clone(), settings);
    let Some(fallback) = fallback else { return Path::new(Box::new(primary)) };
    let announced = primary.announced_web_socket_port();
    let dial = move || {
        // The port that the server announced last takes precedence over the address, which may be old.
        let port = announced.port().or(address.web_socket_port())?;
        WebSocketLink::new(&address, port).map(|link| Box::new(link) as Box<dyn ClientNetwork>)
    };
    Path::with_fallback(Box::new(primary), Box::new(dial), fallback)
}

/// One link. Name resolution has its own thread, since it may take seconds.
struct WebSocketLink {
    address: WebSocketAddress,
    connect_to: ConnectTo,
    state: State,
    waker: Option<Waker>,
}

/// Makes a client for an address.
type ConnectTo = Box<dyn Fn(SocketAddr) -> io::Result<Box<dyn ClientNetwork>> + Send>;

enum State {
    Down,
    Resolving(Receiver<io::Result<Vec<SocketAddr>>>),
    /// The address being tried, and those to try after it.
    Trying(Box<dyn ClientNetwork>, VecDeque<SocketAddr>),
    Up(Box<dyn ClientNetwork>),
    Ended(DisconnectReason),
}

impl WebSocketLink {
    /// `None` for a host that cannot appear in a certificate.
    fn new(quic: &QuicAddress, port: u16) -> Option<Self> {
        let address: WebSocketAddress = quic.web_socket_url(port).parse().ok()?;
        let tls = stream_client_tls(quic.host(), quic.fingerprint());
        let (end, host) = (ClientEnd::new(&address), quic.host().to_owned());
        let connect_to = move |server| {
            let settings =
                StreamClientSettings { streams: default_settings(), ..StreamClientSettings::new(server) };
            let client = tls_client(end.clone(), &host, tls.clone(), settings)?;
            Ok(Box::new(client) as Box<dyn ClientNetwork>)
        };
        Some(Self { address, connect_to: Box::new(connect_to), state: State::Down, waker: None })
    }

    fn resolve(&self) -> State {
        let (sender, receiver) = sync_channel(1);
        let (address, waker) = (self.address.clone(), self.waker.clone());
        let resolve = move || {
            // The receiver may be gone by now.
            let _ = sender.send(address.resolve_all());
            waker.iter().for_each(Waker::wake_by_ref);
        };
        // An IP address needs no name service.
        if self.address.host_name().parse::<IpAddr>().is_ok() {
            resolve();
            return State::Resolving(receiver);
        }
        match thread::Builder::new().name("voice resolver".into()).spawn(resolve) {
            Ok(_) => State::Resolving(receiver),
            Err(error) => State::Ended(self.not_resolved(&error)),
        }
    }

    fn not_resolved(&self, error: &io::Error) -> DisconnectReason {
        let host = self.address.host_name().to_owned();
        DisconnectReason::CouldNotResolve { host, cause: error.to_string() }
    }

    /// Tries the next address. `last` is the previous error.
    fn try_next(
        &self,
        now: Instant,
        mut addresses: VecDeque<SocketAddr>,
        last: Option<DisconnectReason>,
    ) -> State {
        let Some(address) = addresses.pop_front() else {
            let nothing = io::Error::new(io::ErrorKind::NotFound, "the name has no address");
            return State::Ended(last.unwrap_or_else(|| self.not_resolved(&nothing)));
        };
        match (self.connect_to)(address) {
            Ok(mut client) => {
                client.connect(now);
                State::Trying(client, addresses)
            }
            Err(error) => State::Ended(DisconnectReason::Unreachable {
                address: address.to_string(),
                cause: error.to_string(),
            }),
        }
    }

    /// Advances a link that is not up yet.
    fn advance(&mut self, now: Instant, bytes: &mut Vec<u8>) -> Option<ClientLinkEvent> {
        loop {
            match std::mem::replace(&mut self.state, State::Down) {
                State::Resolving(receiver) => match receiver.try_recv() {
                    Ok(Ok(addresses)) => self.state = self.try_next(now, addresses.into(), None),
                    Ok(Err(error)) => self.state = State::Ended(self.not_resolved(&error)),
                    Err(TryRecvError::Empty) => {
                        self.state = State::Resolving(receiver);
                        return None;
                    }
                    Err(TryRecvError::Disconnected) => {
                        let gone = io::Error::other("the resolver has failed");
                        self.state = State::Ended(self.not_resolved(&gone));
                    }
                },
                State::Trying(mut client, rest) => match client.poll_event(now, bytes) {
                    Some(ClientLinkEvent::Connected) => {
                        self.state = State::Up(client);
                        return Some(ClientLinkEvent::Connected);
                    }
                    Some(ClientLinkEvent::Disconnected { reason }) => {
                        self.state = self.try_next(now, rest, Some(reason));
                    }
                    Some(ClientLinkEvent::Packet { .. } | ClientLinkEvent::Direct { .. }) => {
                        self.state = State::Trying(client, rest);
                    }
                    None => {
                        self.state = State::Trying(client, rest);
                        return None;
                    }
                },
                State::Ended(reason) => return Some(ClientLinkEvent::Disconnected { reason }),
                state @ (State::Down | State::Up(_)) => {
                    self.state = state;
                    return None;
                }
            }
        }
    }

    fn client(&self) -> Option<&dyn ClientNetwork> {
        match &self.state {
            State::Trying(client, _) | State::Up(client) => Some(&**client),
            State::Down | State::Resolving(_) | State::Ended(_) => None,
        }
    }
}

impl ClientNetwork for WebSocketLink {
    fn connect(&mut self, _now: Instant) {
        if matches!(self.state, State::Down) {
            self.state = self.resolve();
        }
    }

    fn poll_event(&mut self, now: Instant, bytes: &mut Vec<u8>) -> Option<ClientLinkEvent> {
        if let Some(event) = self.advance(now, bytes) {
            return Some(event);
        }
        match &mut self.state {
            State::Up(client) => client.poll_event(now, bytes),
            _ => None,
        }
    }

    fn send(&mut self, now: Instant, delivery: Delivery, packet: &[u8]) {
        if let State::Up(client) = &mut self.state {
            client.send(now, delivery, packet);
        }
    }

    fn disconnect(&mut self, now: Instant) {
        match &mut self.state {
            State::Up(client) => client.disconnect(now),
            State::Resolving(_) | State::Trying(..) => {
                self.state = State::Ended(DisconnectReason::ClosedByUs);
            }
            State::Down | State::Ended(_) => {}
        }
    }

    fn wants_poll_at(&self) -> Option<Instant> {
        self.client().and_then(ClientNetwork::wants_poll_at)
    }

    fn set_waker(&mut self, waker: Waker) {
        self.waker = Some(waker);
    }

    fn limits(&self) -> PacketLimits {
        self.client().map_or(PacketLimits { reliable_bytes: 0, unreliable_bytes: 0 }, ClientNetwork::limits)
    }

    fn statistics(&self) -> Statistics {
        self.client().map(ClientNetwork::statistics).unwrap_or_default()
    }
}
