//! One client, from its request to be admitted to its end.

use std::net::SocketAddr;
use std::time::Instant;

use consonance_gateway::MessageChannel;

use super::machines::Number;
use crate::incoming::Incoming;
use crate::machine::Queue;
use crate::screening::Connect;

#[derive(Debug)]
pub(super) struct RemoteClient {
    pub(super) remote: SocketAddr,
    /// What it asked with.
    pub(super) connect: Connect,
    pub(super) stage: Stage,
    /// Its number to ENet, which it has from when it was admitted until ENet has forgotten it.
    pub(super) number: Option<Number>,
    pub(super) queue: Queue,
    /// What it has sent since ENet has it for connected.
    pub(super) incoming: Option<Incoming>,
    /// When anything of its connection last came.
    pub(super) heard_at: Option<Instant>,
    /// How often it echoed a time that it was not shown, before it had proved its address.
    pub(super) guesses: u32,
}

#[derive(Debug)]
pub(super) enum Stage {
    /// Not decided yet; ENet does not know its request.
    Asking(Vec<u8>),
    /// It was admitted, and has not shown yet that it gets what we send.
    Proving {
        /// What it is to get then.
        waiting: Vec<(MessageChannel, Vec<u8>)>,
        waiting_bytes: usize,
        /// Whether it is to be ended after that.
        is_unwanted: bool,
    },
    Open,
    /// We have ended it: what was sent may still arrive until its deadline.
    Ending,
}

impl RemoteClient {
    pub(super) fn new(remote: SocketAddr, connect: Connect, request: &[u8]) -> Self {
        Self {
            remote,
            connect,
            stage: Stage::Asking(request.to_vec()),
            number: None,
            queue: Queue::default(),
            incoming: None,
            heard_at: None,
            guesses: 0,
        }
    }

    /// Whether it has shown that it gets what we send to its address.
    pub(super) fn is_proved(&self) -> bool {
        matches!(self.stage, Stage::Open | Stage::Ending)
    }

    /// Whether we have ended it.
    pub(super) fn is_unwanted(&self) -> bool {
        matches!(self.stage, Stage::Ending | Stage::Proving { is_unwanted: true, .. })
    }
}
