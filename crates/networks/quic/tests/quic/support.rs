//! A server and clients on the test's own thread, and functions that wait for their events.

use std::fmt::Debug;
use std::net::{Ipv4Addr, SocketAddr};
use std::thread;
use std::time::{Duration, Instant};

use consonance_link::{
    ClientLinkEvent, ClientNetwork as _, Delivery, DisconnectReason, Peer, ServerLinkEvent,
    ServerNetwork as _, thread_waker,
};
use consonance_quic::{
    Fingerprint, Identity, QuicAddress, QuicClient, QuicClientSettings, QuicRuntime, QuicServer,
    QuicServerSettings,
};

/// The maximum wait. Generous, because machines that run tests are busy.
pub(crate) const PATIENCE: Duration = Duration::from_mins(2);

/// The longest sleep when nothing wakes the test.
const POLL_INTERVAL: Duration = Duration::from_millis(5);

/// Any free port of this machine.
pub(crate) fn localhost() -> SocketAddr {
    (Ipv4Addr::LOCALHOST, 0).into()
}

/// A server, and everything that it has reported.
pub(crate) struct TestServer {
    pub(crate) runtime: QuicRuntime,
    pub(crate) transport: QuicServer,
    pub(crate) sessions: Vec<(Peer, String)>,
    pub(crate) packets: Vec<(Peer, Delivery, Vec<u8>)>,
    pub(crate) ends: Vec<(Peer, DisconnectReason)>,
}

impl TestServer {
    pub(crate) fn new() -> Self {
        Self::with(
            localhost(),
            &Identity::self_signed(["localhost"]).unwrap(),
            &QuicServerSettings::default(),
        )
    }

    /// A server on its own threads, so that dropping it is like a crash.
    pub(crate) fn with(address: SocketAddr, identity: &Identity, settings: &QuicServerSettings) -> Self {
        let runtime = QuicRuntime::new(1).unwrap();
        // The port of a crashed server is free once its threads are gone.
        let mut transport = wait_for("the port is free", || {
            QuicServer::bind(&runtime, address, identity, settings.clone()).ok()
        });
        transport.set_waker(thread_waker());
        Self::of(runtime, transport)
    }

    pub(crate) fn of(runtime: QuicRuntime, transport: QuicServer) -> Self {
        Self { runtime, transport, sessions: Vec::new(), packets: Vec::new(), ends: Vec::new() }
    }

    /// The address at which clients find it, for the session `main`.
    pub(crate) fn address(&self) -> QuicAddress {
        address_of(self.transport.local_addr(), Some(self.transport.fingerprint()))
    }

    pub(crate) fn poll(&mut self) {
        let mut bytes = Vec::new();
        while let Some(event) = self.transport.poll_event(Instant::now(), &mut bytes) {
            match event {
                ServerLinkEvent::Connected { peer, session, .. } => self.sessions.push((peer, session)),
                ServerLinkEvent::Packet { peer, channel: delivery } => {
                    self.packets.push((peer, delivery, bytes.clone()));
                }
                ServerLinkEvent::Disconnected { peer, reason } => self.ends.push((peer, reason)),
            }
        }
    }
}

pub(crate) fn address_of(address: SocketAddr, fingerprint: Option<Fingerprint>) -> QuicAddress {
    QuicAddress::new(address.ip().to_string(), address.port(), "main", fingerprint).unwrap()
}

/// A client that gives up soon if there is no answer.
pub(crate) fn client(address: QuicAddress) -> QuicClient {
    client_with(address, QuicClientSettings::default())
}

pub(crate) fn client_with(address: QuicAddress, settings: QuicClientSettings) -> QuicClient {
    let mut client = QuicClient::new(&QuicRuntime::new(1).unwrap(), address, settings);
    client.set_waker(thread_waker());
    client
}

/// Connects a client, with the server if there is one, and returns the outcome.
pub(crate) fn connect(
    client: &mut QuicClient,
    server: Option<&mut TestServer>,
) -> Result<(), DisconnectReason> {
    client.connect(Instant::now());
    outcome(client, server)
}

/// The outcome of a client's attempt to connect.
pub(crate) fn outcome(
    client: &mut QuicClient,
    mut server: Option<&mut TestServer>,
) -> Result<(), DisconnectReason> {
    wait_for("an attempt to connect ends", || {
        if let Some(server) = &mut server {
            server.poll();
        }
        match client.poll_event(Instant::now(), &mut Vec::new()) {
            Some(ClientLinkEvent::Connected) => Some(Ok(())),
            Some(ClientLinkEvent::Disconnected { reason }) => Some(Err(reason)),
            _ => None,
        }
    })
}

/// The reason for the end of a client's link.
pub(crate) fn end_of(client: &mut QuicClient, mut server: Option<&mut TestServer>) -> DisconnectReason {
    wait_for("a link ends", || {
        if let Some(server) = &mut server {
            server.poll();
        }
        match client.poll_event(Instant::now(), &mut Vec::new()) {
            Some(ClientLinkEvent::Disconnected { reason }) => Some(reason),
            _ => None,
        }
    })
}

/// Asserts that a packet arrives at the server: the link and the server work.
pub(crate) fn assert_heard(client: &mut QuicClient, server: &mut TestServer) {
    let known = server.packets.len();
    client.send(Instant::now(), Delivery::Reliable, b"still here");
    wait_for("the server hears a client", || {
        server.poll();
        while client.poll_event(Instant::now(), &mut Vec::new()).is_some() {}
        server.packets[known..].iter().any(|(_, _, packet)| packet == b"still here").then_some(())
    });
}

pub(crate) fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    wait_for(what, || is_so().then_some(()));
}

/// Calls a function repeatedly, at least whenever something has woken this thread, until it returns a value.
pub(crate) fn wait_for<T>(what: impl Debug, mut ask: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(Instant::now() < deadline, "this does not happen: {what:?}");
        thread::park_timeout(POLL_INTERVAL);
    }
}
