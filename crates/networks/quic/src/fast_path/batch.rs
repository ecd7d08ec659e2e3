//! Datagrams that wait to be sent together.

use std::net::SocketAddr;

use crate::fast_path::DATAGRAM_BYTES_MAX;

/// Datagrams for any addresses, one behind the other in one buffer.
#[derive(Debug)]
pub struct DatagramBatch {
    bytes: Vec<u8>,
    /// The destination of each datagram, and its end in `bytes`.
    datagrams: Vec<(SocketAddr, usize)>,
    datagrams_max: usize,
}

impl DatagramBatch {
    /// Room for this many datagrams, at least one.
    pub(crate) fn new(datagrams_max: usize) -> Self {
        let datagrams_max = datagrams_max.max(1);
        Self {
            bytes: Vec::with_capacity(datagrams_max * DATAGRAM_BYTES_MAX),
            datagrams: Vec::with_capacity(datagrams_max),
            datagrams_max,
        }
    }

    /// The datagrams, in the order in which they were made.
    pub fn iter(&self) -> impl Iterator<Item = (SocketAddr, &[u8])> {
        (0..self.datagrams.len()).filter_map(|place| self.get(place))
    }

    /// One of the datagrams, by its index.
    pub fn get(&self, place: usize) -> Option<(SocketAddr, &[u8])> {
        let (to, end) = *self.datagrams.get(place)?;
        let start = place.checked_sub(1).map_or(0, |before| self.datagrams[before].1);
        Some((to, &self.bytes[start..end]))
    }

    /// The number of datagrams.
    pub fn len(&self) -> usize {
        self.datagrams.len()
    }

    /// Whether the batch is empty.
    pub fn is_empty(&self) -> bool {
        self.datagrams.is_empty()
    }

    /// Whether there is no room for another datagram.
    pub fn is_full(&self) -> bool {
        self.datagrams.len() >= self.datagrams_max
    }

    /// Removes all datagrams, once they are sent.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.datagrams.clear();
    }

    /// Takes the datagram that `write` appends. False, and nothing is written, if there is no room.
    pub(crate) fn push(&mut self, to: SocketAddr, write: impl FnOnce(&mut Vec<u8>)) -> bool {
        if self.is_full() {
            return false;
        }
        write(&mut self.bytes);
        self.datagrams.push((to, self.bytes.len()));
        true
    }
}
