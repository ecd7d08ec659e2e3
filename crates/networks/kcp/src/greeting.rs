//! The greeting of a connection, by which a client that stands in for another one speaks as that one does.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use consonance_transport::Peer;

use crate::Generation;

/// What a client's hello says about it: one byte with the number of its generation, 1 to 4; or 0, if that is 3 or 4,
/// and then eight bytes, little-endian, with the name under which the server will [learn](LearnedGenerations) which.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Greeting {
    /// A client of this generation.
    Of(Generation),
    /// A client of G3 or G4, known at the server under this name.
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

    /// Reads its bytes; `None` if they are none.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        match bytes {
            [0, peer @ ..] => Some(Self::G3OrG4(Peer(u64::from_le_bytes(peer.try_into().ok()?)))),
            [byte] => Generation::from_byte(*byte).map(Self::Of),
            _ => None,
        }
    }
}

/// What a server has learned of its clients after their hello, for the clients that stand in
/// for them. A clone is the same.
#[derive(Clone, Debug, Default)]
pub struct LearnedGenerations(Arc<Mutex<BTreeMap<Peer, Generation>>>);

impl LearnedGenerations {
    /// The generation of this client, once it is known and as long as it is there.
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
