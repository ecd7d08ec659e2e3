//! Connection ids without information.

use std::time::Duration;

use quinn::{ConnectionId, ConnectionIdGenerator};
use ring::rand::{SecureRandom as _, SystemRandom};

/// Long enough that ids neither collide nor can be guessed by an off-path attacker.
const ID_BYTES: usize = 8;

/// Random ids. Quinn's own generator recognizes its ids by a key of the process, and ignores those of an earlier one.
#[derive(Debug)]
pub(super) struct RandomConnectionIds(SystemRandom);

impl RandomConnectionIds {
    pub(super) fn new() -> Self {
        Self(SystemRandom::new())
    }
}

impl ConnectionIdGenerator for RandomConnectionIds {
    fn generate_cid(&mut self) -> ConnectionId {
        let mut id = [0; ID_BYTES];
        self.0.fill(&mut id).expect("a system that made our TLS keys has random numbers");
        ConnectionId::new(&id)
    }

    fn cid_len(&self) -> usize {
        ID_BYTES
    }

    fn cid_lifetime(&self) -> Option<Duration> {
        None
    }
}
