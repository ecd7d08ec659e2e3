//! A network inside one process: no sockets, no threads, no loss.
//!
//! A [`MemoryNetwork`] is the "wire"; a server [listens](MemoryNetwork::listen) on it and
//! [clients](MemoryNetwork::client) connect to it. Both sides may live in one thread or in different ones. Packets
//! wait in bounded queues until the other side polls; they are never delivered inside the sender's call.
//!
//! Clients have [direct links](crate::DirectLinks) to each other when a test or a game makes them, with or without a
//! server:
//!
//! ```
//! # use std::time::Instant;
//! # use consonance_link::{ClientLinkEvent, ClientNetwork, DirectEvent, memory::MemoryNetwork};
//! let network = MemoryNetwork::new();
//! let (mut alice, mut bob) = (network.client("main"), network.client("main"));
//! let link = alice.address().connect(&bob.address()).expect("both are there");
//!
//! let event = alice.poll_event(Instant::now(), &mut Vec::new());
//! assert!(matches!(event, Some(ClientLinkEvent::Direct { event: DirectEvent::Up, .. })));
//! // As if a cable had been pulled.
//! link.lose();
//! ```

mod bounds;
mod client;
mod client_end;
mod direct;
mod server;

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use crate::inbox::{Mailbox, Pushed};
use crate::packet_pool::SharedPacket;
use crate::{Delivery, DisconnectReason, Peer, ThirdPartyClient};

use bounds::QUEUES;
pub use client::MemoryClient;
use client_end::ClientEnd;
pub use direct::{MemoryAddress, MemoryDirectLink};
pub use server::MemoryServer;

/// A network inside one process. A clone is the same network.
#[derive(Clone, Debug, Default)]
pub struct MemoryNetwork(Arc<Mutex<Weak<Listener>>>);

impl MemoryNetwork {
    /// A network without a server yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// A server to which clients of this network connect from now on, instead of to an earlier one.
    pub fn listen(&self) -> MemoryServer {
        let listener = Arc::new(Listener::new());
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Arc::downgrade(&listener);
        MemoryServer::new(listener)
    }

    /// A client that requests `session` from the server.
    pub fn client(&self, session: impl Into<String>) -> MemoryClient {
        MemoryClient::new(self.clone(), session.into())
    }

    fn listener(&self) -> Option<Arc<Listener>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).upgrade()
    }
}

/// The part of a server that its clients reach.
#[derive(Debug)]
struct Listener {
    mailbox: ServerMailbox,
    last_peer: AtomicU64,
    is_gone: AtomicBool,
}

type ServerMailbox = Mailbox<Arrival, SharedPacket>;

/// A new client in the server's mailbox.
#[derive(Debug)]
struct Arrival {
    session: String,
    link: LinkToClient,
}

impl Listener {
    fn new() -> Self {
        Self { mailbox: Mailbox::new(QUEUES), last_peer: AtomicU64::new(0), is_gone: AtomicBool::new(false) }
    }

    fn next_peer(&self) -> Peer {
        Peer(self.last_peer.fetch_add(1, Ordering::Relaxed) + 1)
    }

    /// Whether the server was dropped, so that nothing is polled any more.
    fn is_gone(&self) -> bool {
        self.is_gone.load(Ordering::SeqCst)
    }
}

/// A client as seen by its server.
#[derive(Debug)]
struct LinkToClient {
    end: Arc<ClientEnd>,
    /// The client's attempt to connect.
    attempt: Peer,
    /// The account that its network vouches for.
    account: Option<Box<str>>,
    /// The state of the third-party application that this player uses.
    third_party: Option<Arc<ThirdPartyClient>>,
}

impl LinkToClient {
    fn accept(&self) {
        self.end.mailbox.connected(self.attempt, None);
    }

    fn push(&self, delivery: Delivery, packet: SharedPacket) -> Pushed<SharedPacket> {
        self.end.mailbox.push(self.attempt, delivery, packet)
    }

    fn end(&self, reason: DisconnectReason) {
        self.end.mailbox.disconnected(self.attempt, reason);
    }
}

/// A server as seen by its client.
#[derive(Clone, Debug)]
struct LinkToServer {
    listener: Arc<Listener>,
    peer: Peer,
}

impl LinkToServer {
    fn push(&self, delivery: Delivery, packet: SharedPacket) -> Pushed<SharedPacket> {
        self.listener.mailbox.push(self.peer, delivery, packet)
    }

    fn end(&self, reason: DisconnectReason) {
        self.listener.mailbox.disconnected(self.peer, reason);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::bounds::{LIMITS, overloaded};
    use super::*;
    use crate::{ClientLinkEvent, ClientNetwork, PacketLimits, ServerLinkEvent, ServerNetwork};

    fn now() -> Instant {
        Instant::now()
    }

    /// A server with one admitted client.
    fn connected() -> (MemoryServer, MemoryClient, Peer) {
        let network = MemoryNetwork::new();
        let mut server = network.listen();
        let mut client = network.client("main");
        client.connect(now());
        let Some(ServerLinkEvent::Connected { peer, session, .. }) =
            server.poll_event(now(), &mut Vec::new())
        else {
            panic!("the server sees its client");
        };
        assert_eq!(session, "main");
        assert_eq!(client.poll_event(now(), &mut Vec::new()), None, "not yet admitted");
        assert_eq!(server.poll_event(now(), &mut Vec::new()), None);
        assert_eq!(client.poll_event(now(), &mut Vec::new()), Some(ClientLinkEvent::Connected));
        (server, client, peer)
    }

    #[test]
    fn a_client_that_connects_while_the_server_is_dropped_learns_that_no_server_listens() {
        let network = MemoryNetwork::new();
        let server = network.listen();
        // As for a client between looking up a server and connecting to it.
        let found = network.listener();
        drop(server);
        let mut client = network.client("main");
        client.connect(now());
        let told = client.poll_event(now(), &mut Vec::new());
        assert!(matches!(told, Some(ClientLinkEvent::Disconnected { .. })), "{told:?}");
        assert_eq!(client.poll_event(now(), &mut Vec::new()), None, "once");
        drop(found);
    }

    #[test]
    fn packets_go_both_ways_and_are_delivered_at_the_next_poll() {
        let (mut server, mut client, peer) = connected();
        client.send(now(), Delivery::Unreliable, b"voice");
        server.send(now(), &[peer], Delivery::Reliable, b"control");
        let (delivery, packet) = (Delivery::Unreliable, b"voice".as_slice());
        let mut bytes = Vec::new();
        assert_eq!(
            server.poll_event(now(), &mut bytes),
            Some(ServerLinkEvent::Packet { peer, channel: delivery })
        );
        assert_eq!(bytes, packet);
        let (delivery, packet) = (Delivery::Reliable, b"control".as_slice());
        let mut bytes = Vec::new();
        assert_eq!(client.poll_event(now(), &mut bytes), Some(ClientLinkEvent::Packet { channel: delivery }));
        assert_eq!(bytes, packet);
        assert_eq!(client.statistics().sent.unreliable.bytes, 5);
        assert_eq!(server.statistics().links.received.unreliable.packets, 1);
    }

    #[test]
    fn a_client_that_is_refused_never_hears_that_it_connected() {
        let network = MemoryNetwork::new();
        let mut server = network.listen();
        let mut client = network.client("nowhere");
        client.connect(now());
        let Some(ServerLinkEvent::Connected { peer, .. }) = server.poll_event(now(), &mut Vec::new()) else {
            panic!("the server sees its client");
        };
        server.disconnect(now(), peer, "no such session");
        let reason = DisconnectReason::refused(b"no such session");
        assert_eq!(client.poll_event(now(), &mut Vec::new()), Some(ClientLinkEvent::Disconnected { reason }));
        let reason = DisconnectReason::ClosedByUs;
        assert_eq!(
            server.poll_event(now(), &mut Vec::new()),
            Some(ServerLinkEvent::Disconnected { peer, reason })
        );
    }

    #[test]
    fn without_a_server_there_is_no_answer() {
        let mut client = MemoryNetwork::new().client("main");
        client.connect(now());
        let event = client.poll_event(now(), &mut Vec::new());
        assert!(matches!(
            event,
            Some(ClientLinkEvent::Disconnected { reason: DisconnectReason::Unreachable { .. } })
        ));
    }

    #[test]
    fn a_lost_link_times_out_at_both_ends_and_the_client_may_connect_again() {
        let (mut server, mut client, peer) = connected();
        client.lose_link();
        let reason = DisconnectReason::TimedOut;
        assert_eq!(
            client.poll_event(now(), &mut Vec::new()),
            Some(ClientLinkEvent::Disconnected { reason: reason.clone() })
        );
        assert_eq!(
            server.poll_event(now(), &mut Vec::new()),
            Some(ServerLinkEvent::Disconnected { peer, reason })
        );
        client.connect(now());
        let Some(ServerLinkEvent::Connected { peer: again, .. }) = server.poll_event(now(), &mut Vec::new())
        else {
            panic!("the server sees its client again");
        };
        assert!(again > peer, "names are never used again");
    }

    #[test]
    fn a_server_that_vanishes_is_noticed_by_everyone_it_knew() {
        let (server, mut client, _) = connected();
        drop(server);
        let reason = DisconnectReason::TimedOut;
        assert_eq!(client.poll_event(now(), &mut Vec::new()), Some(ClientLinkEvent::Disconnected { reason }));
    }

    #[test]
    fn a_reader_too_slow_for_its_control_packets_is_disconnected() {
        let (mut server, mut client, peer) = connected();
        for _ in 0..=QUEUES.reliable_packets {
            server.send(now(), &[peer], Delivery::Reliable, b"control");
        }
        assert_eq!(server.statistics().connections.too_slow, 1);
        let event = server.poll_event(now(), &mut Vec::new());
        assert!(matches!(
            event,
            Some(ServerLinkEvent::Disconnected { reason: DisconnectReason::Overloaded { .. }, .. })
        ));
        let mut packets = 0;
        let reason = loop {
            match client.poll_event(now(), &mut Vec::new()) {
                Some(ClientLinkEvent::Packet { .. }) => packets += 1,
                Some(ClientLinkEvent::Disconnected { reason }) => break reason,
                other => panic!("unexpected {other:?}"),
            }
        };
        assert_eq!(packets, QUEUES.reliable_packets);
        assert_eq!(reason, overloaded());
    }

    #[test]
    fn a_slow_reader_loses_its_oldest_voice() {
        let (mut server, mut client, peer) = connected();
        for number in 0..=QUEUES.unreliable_packets as u16 {
            server.send(now(), &[peer], Delivery::Unreliable, &number.to_be_bytes());
        }
        let (delivery, packet) = (Delivery::Unreliable, [0, 1].as_slice());
        let mut bytes = Vec::new();
        assert_eq!(client.poll_event(now(), &mut bytes), Some(ClientLinkEvent::Packet { channel: delivery }));
        assert_eq!(bytes, packet);
        assert_eq!(client.statistics().dropped.incoming_full, 1);
    }

    #[test]
    fn packets_without_a_link_or_too_large_are_counted() {
        let (mut server, mut client, peer) = connected();
        client.send(now(), Delivery::Unreliable, &[0; LIMITS.unreliable_bytes + 1]);
        assert_eq!(client.statistics().dropped.too_large, 1);
        client.disconnect(now());
        client.send(now(), Delivery::Reliable, b"late");
        assert_eq!(client.statistics().dropped.not_connected, 1);
        let event = server.poll_event(now(), &mut Vec::new());
        assert!(matches!(event, Some(ServerLinkEvent::Disconnected { .. })));
        server.send(now(), &[peer], Delivery::Reliable, b"late");
        assert_eq!(server.statistics().links.dropped.not_connected, 1);
    }

    #[test]
    fn a_client_with_limits_of_its_own_sends_nothing_longer() {
        let network = MemoryNetwork::new();
        let mut server = network.listen();
        let few = PacketLimits { reliable_bytes: 500, unreliable_bytes: usize::MAX };
        let mut client = network.client("").with_limits(few);
        assert_eq!(client.limits(), PacketLimits { reliable_bytes: 500, ..LIMITS });
        client.connect(now());
        assert!(server.poll_event(now(), &mut Vec::new()).is_some());
        assert_eq!(server.poll_event(now(), &mut Vec::new()), None);
        assert_eq!(client.poll_event(now(), &mut Vec::new()), Some(ClientLinkEvent::Connected));
        client.send(now(), Delivery::Reliable, &[0; 501]);
        assert_eq!(client.statistics().dropped.too_large, 1);
    }
}
