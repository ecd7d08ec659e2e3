//! One client, from its connection request to its end.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use consonance_link::gateway::MessageChannel;

use super::machines::Number;
use crate::enet::incoming::Incoming;
use crate::enet::machine::Queue;
use crate::enet::screening::Connect;

#[derive(Debug)]
pub(super) struct RemoteClient {
    pub(super) remote: SocketAddr,
    /// Its connection request.
    pub(super) connect: Connect,
    pub(super) phase: Phase,
    /// Its number in ENet, from its acceptance until ENet has dropped it.
    pub(super) number: Option<Number>,
    pub(super) queue: Queue,
    /// Commands that it has sent since ENet considers it connected.
    pub(super) incoming: Option<Incoming>,
    /// The last time that a datagram of its connection arrived.
    pub(super) heard_at: Option<Instant>,
    /// The number of times that it echoed a time that it was not shown, before it had proved its address.
    pub(super) guesses: u32,
}

#[derive(Debug)]
pub(super) enum Phase {
    /// Not decided yet; ENet does not have its request.
    Asking(Vec<u8>),
    /// It was accepted, and has not proved its address yet.
    Proving {
        /// Messages to send after that.
        waiting: Vec<(MessageChannel, Arc<[u8]>)>,
        waiting_bytes: usize,
        /// Whether it is to be ended after that.
        is_unwanted: bool,
    },
    Open,
    /// We have ended it; messages sent before may still arrive until its deadline.
    Ending,
}

impl RemoteClient {
    pub(super) fn new(remote: SocketAddr, connect: Connect, request: Vec<u8>) -> Self {
        Self {
            remote,
            connect,
            phase: Phase::Asking(request),
            number: None,
            queue: Queue::default(),
            incoming: None,
            heard_at: None,
            guesses: 0,
        }
    }

    /// Whether it has proved that it receives at its address.
    pub(super) fn is_proved(&self) -> bool {
        matches!(self.phase, Phase::Open | Phase::Ending)
    }

    /// Whether we have ended it.
    pub(super) fn is_unwanted(&self) -> bool {
        matches!(self.phase, Phase::Ending | Phase::Proving { is_unwanted: true, .. })
    }
}
