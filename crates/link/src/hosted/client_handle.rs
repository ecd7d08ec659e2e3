//! The host's end of a hosted client.

use std::fmt;
use std::sync::Arc;
use std::task::Waker;

use super::client::Wires;
use super::client_outbox::{ClientOutbox, Request};
use super::server_handle::HostedServerHandle;
use super::{Received, SESSION_RESET, overloaded, send_failed};
use crate::inbox::Pushed;
use crate::packet_pool::{PacketPool, SharedPacket};
use crate::{Delivery, DisconnectReason, PACKET_BYTES_MAX, Peer};

/// The host's side of a [hosted](super) client: takes reports of the host's network, and returns requests to it.
///
/// No call blocks. Dropping it loses its links, and no others can be made.
pub struct HostedClientHandle {
    wires: Arc<Wires>,
    link: HostLink,
    /// Whether the link was reported up before `connect` was called.
    is_up_already: bool,
    /// For the direct links.
    pub(super) direct: HostedServerHandle,
    pool: PacketPool,
    /// The packet of the last request.
    shown: Option<SharedPacket>,
}

impl fmt::Debug for HostedClientHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HostedClientHandle").finish_non_exhaustive()
    }
}

/// A request of a client to its host.
#[derive(Debug, PartialEq, Eq)]
pub enum ClientRequest<'a> {
    /// Make a link to the server: call [`link_up`](HostedClientHandle::link_up) when it is up,
    /// [`link_down`](HostedClientHandle::link_down) if it cannot be made.
    Connect,
    /// Send this packet to the server.
    Send {
        /// How it must be delivered.
        delivery: Delivery,
        /// Its bytes, valid until the next call on the handle.
        packet: &'a [u8],
    },
    /// The client has left, and this is its goodbye: tell the server, whose host then calls
    /// [`peer_disconnected`](super::HostedServerHandle::peer_disconnected). The link counts as down from now on, even
    /// if the game continues to use it.
    Disconnect,
}

/// The link as the host knows it: by the last `Connect` that it took.
#[derive(Clone, Copy, Debug)]
enum HostLink {
    Unwanted,
    Asked(Peer),
    Up(Peer),
}

impl HostedClientHandle {
    pub(super) fn new(wires: Arc<Wires>, direct: HostedServerHandle) -> Self {
        let pool = PacketPool::default();
        Self { wires, link: HostLink::Unwanted, is_up_already: false, direct, pool, shown: None }
    }

    /// The next request, or `None`. Call it until it returns `None`: only then will the waker be called again.
    pub fn poll(&mut self) -> Option<ClientRequest<'_>> {
        loop {
            match self.wires.outgoing.pop(ClientOutbox::pop)? {
                Request::Connect(attempt) => {
                    self.link = HostLink::Asked(attempt);
                    if std::mem::take(&mut self.is_up_already) {
                        self.link_up();
                    }
                    return Some(ClientRequest::Connect);
                }
                Request::Send(delivery, packet) if matches!(self.link, HostLink::Up(_)) => {
                    return Some(ClientRequest::Send { delivery, packet: self.shown.insert(packet) });
                }
                Request::Disconnect(attempt) => {
                    self.wires.incoming.disconnected(attempt, DisconnectReason::ClosedByUs);
                    if self.link.attempt() == Some(attempt) {
                        self.link = HostLink::Unwanted;
                        return Some(ClientRequest::Disconnect);
                    }
                }
                // The link went down while this packet was queued.
                Request::Send(..) => {}
            }
        }
    }

    /// The link to the server is up. Answers the last [`ClientRequest::Connect`]; if called before it, answers the
    /// next.
    pub fn link_up(&mut self) {
        match self.link {
            HostLink::Unwanted => self.is_up_already = true,
            HostLink::Asked(attempt) => {
                self.link = HostLink::Up(attempt);
                self.wires.incoming.connected(attempt, ());
            }
            HostLink::Up(_) => {}
        }
    }

    /// The other side, or the game, ended the link or did not let it come up. The reason may be empty.
    pub fn link_down(&mut self, words: &str) {
        let words = words.as_bytes();
        self.end(|link| match link {
            HostLink::Up(_) => DisconnectReason::closed_by_peer(words),
            _ => DisconnectReason::refused(words),
        });
    }

    /// The link was lost without a goodbye, or there was no answer.
    pub fn link_lost(&mut self) {
        self.end(|link| {
            if matches!(link, HostLink::Up(_)) {
                return DisconnectReason::TimedOut;
            }
            let (address, cause) = ("the game's network".to_owned(), "no answer".to_owned());
            DisconnectReason::Unreachable { address, cause }
        });
    }

    /// Passes on a packet from the server.
    pub fn receive(&mut self, delivery: Delivery, packet: &[u8]) -> Received {
        let HostLink::Up(attempt) = self.link else {
            return self.drop_received();
        };
        if packet.len() > PACKET_BYTES_MAX {
            return self.drop_received();
        }
        match self.wires.incoming.push(attempt, delivery, self.pool.copy(packet)) {
            Pushed::Queued | Pushed::QueuedInPlaceOfOldest => Received::Queued,
            Pushed::Unwanted => self.drop_received(),
            Pushed::Full(_) => {
                self.wires.incoming.disconnected(attempt, overloaded());
                self.wires.outgoing.change(|outbox| {
                    outbox.drop_packets();
                    outbox.disconnect(attempt);
                });
                Received::Overflowed
            }
        }
    }

    /// The network could not deliver a reliable packet, so later ones would be meaningless: the link ends.
    pub fn send_failed(&mut self) {
        self.end(|_| send_failed());
    }

    /// The session restarts elsewhere, for example when another player becomes its host: the link ends, and the client
    /// requests another. Direct links stay.
    pub fn session_reset(&mut self) {
        self.link_down(SESSION_RESET);
    }

    /// Sets a waker, to be called from any thread when [`poll`](Self::poll) or [`poll_direct`](Self::poll_direct) has a
    /// request.
    pub fn set_waker(&mut self, waker: Waker) {
        self.direct.set_waker(waker.clone());
        self.wires.outgoing.set_waker(waker);
    }

    /// Whether the transport was dropped, so that there is nothing to do once the polls return `None`.
    pub fn is_finished(&self) -> bool {
        self.wires.outgoing.change(|outbox| outbox.is_closed) && self.direct.is_finished()
    }

    fn end(&mut self, reason: impl FnOnce(HostLink) -> DisconnectReason) {
        self.is_up_already = false;
        if let Some(attempt) = self.link.attempt() {
            self.wires.incoming.disconnected(attempt, reason(self.link));
            self.link = HostLink::Unwanted;
        }
    }

    /// Drops and counts a malformed packet.
    pub(super) fn drop_received(&mut self) -> Received {
        self.wires.outgoing.change(|outbox| outbox.malformed += 1);
        Received::Dropped
    }
}

impl HostLink {
    fn attempt(self) -> Option<Peer> {
        match self {
            Self::Asked(attempt) | Self::Up(attempt) => Some(attempt),
            Self::Unwanted => None,
        }
    }
}

impl Drop for HostedClientHandle {
    fn drop(&mut self) {
        self.wires.outgoing.change(|outbox| outbox.is_host_gone = true);
        // First the links still requested, then the one that the host knows.
        while self.poll().is_some() {
            self.link_lost();
        }
        self.link_lost();
    }
}
