//! The greeting of a connection, from which a client that stands in for another one learns the generation to speak.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use consonance_link::Peer;

use crate::kcp::Generation;

/// The generation of a client according to its hello: one byte with its number, 1 to 4; or 0 if it is 3 or 4,
/// followed by eight bytes, little-endian, with the client's id, under which the server will
/// [learn](LearnedGenerations) which.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Greeting {
    /// A client of this generation.
    Of(Generation),
    /// A client of G3 or G4, with its id at the server.
    G3OrG4(Peer),
}

impl Greeting {
    /// Appends its bytes.
    pub fn write(self, out: &mut Vec<u8>) {
        match self {
            Self::Of(generation) => out.push(generation.to_byte()),
            Self::G3OrG4(peer) => {
                out.push(0);
                out.extend_from_slice(&peer.0.to_le_bytes());
            }
        }
    }

    /// Reads its bytes; `None` if they are not a greeting.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        match bytes {
            [0, peer @ ..] => Some(Self::G3OrG4(Peer(u64::from_le_bytes(peer.try_into().ok()?)))),
            [byte] => Generation::from_byte(*byte).map(Self::Of),
            _ => None,
        }
    }
}

/// The generations that a server has learned after its clients' hellos, for the clients that stand in for them.
/// Clones share the same data.
#[derive(Clone, Debug, Default)]
pub struct LearnedGenerations(Arc<Mutex<BTreeMap<Peer, Generation>>>);

impl LearnedGenerations {
    /// The generation of this client, once it is known and as long as it is connected.
    pub fn of(&self, peer: Peer) -> Option<Generation> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&peer).copied()
    }

    pub(crate) fn learn(&self, peer: Peer, generation: Generation) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(peer, generation);
    }

    pub(crate) fn forget(&self, peer: Peer) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&peer);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_greeting_is_read_as_it_was_written_and_anything_else_is_none() {
        let known = Generation::ALL.map(Greeting::Of);
        for greeting in known.into_iter().chain([Greeting::G3OrG4(Peer(0x0102_0304_0506))]) {
            let mut bytes = Vec::new();
            greeting.write(&mut bytes);
            assert_eq!(Greeting::parse(&bytes), Some(greeting));
        }
        for bytes in [[].as_slice(), &[5], &[1, 2], &[0], &[0, 1, 2, 3, 4, 5, 6, 7], &[0; 10]] {
            assert_eq!(Greeting::parse(bytes), None, "{bytes:?}");
        }
    }
}
