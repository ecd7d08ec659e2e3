//! Hashes of everything that a run sends and reports. A refactoring must not change them for the same seed.

use std::fmt::{self, Debug, Write};

use consonance_link::split_mix::mixed;
use consonance_session::Delivery;

/// The hashes of a run: two, so that renaming a variant or field of an event leaves the hash of the packets unchanged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Transcript {
    /// All packets and messages between nodes, with times and links, in order.
    pub packets: u64,
    /// All events and commands, as their `Debug` shows them.
    pub events: u64,
}

impl Transcript {
    /// A packet that was sent at this time; `over` is the link and its direction, as a number.
    pub(crate) fn note_packet(&mut self, micros: u64, over: u64, delivery: Delivery, payload: &[u8]) {
        self.note_sealed(micros, over, delivery, payload.len());
        fold_bytes(&mut self.packets, payload);
    }

    /// The same for a packet whose bytes depend on keys, which no seed decides.
    pub(crate) fn note_sealed(&mut self, micros: u64, over: u64, delivery: Delivery, bytes: usize) {
        for number in [micros, over, u64::from(delivery == Delivery::Reliable), bytes as u64] {
            fold(&mut self.packets, number);
        }
    }

    /// Records an event or a command, and the client or server that it belongs to.
    pub(crate) fn note_event(&mut self, micros: u64, of: u64, event: &dyn Debug) {
        fold(&mut self.events, micros);
        fold(&mut self.events, of);
        // Writing to a hash does not fail.
        let _ = write!(Text(&mut self.events), "{event:?}");
    }
}

impl fmt::Display for Transcript {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x} {:016x}", self.packets, self.events)
    }
}

struct Text<'a>(&'a mut u64);

impl Write for Text<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        // Byte by byte, so that the result does not depend on how the formatter splits the text.
        text.bytes().for_each(|byte| fold(self.0, byte.into()));
        Ok(())
    }
}

fn fold_bytes(hash: &mut u64, bytes: &[u8]) {
    for chunk in bytes.chunks(8) {
        let mut number = [0; 8];
        number[..chunk.len()].copy_from_slice(chunk);
        fold(hash, u64::from_le_bytes(number));
    }
}

fn fold(hash: &mut u64, number: u64) {
    *hash = mixed(*hash ^ number);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_time_and_link_counts() {
        let of = |micros, over, delivery, payload: &[u8]| {
            let mut transcript = Transcript::default();
            transcript.note_packet(micros, over, delivery, payload);
            transcript.packets
        };
        let one = of(1, 2, Delivery::Reliable, b"packet of a player");
        for other in [
            of(2, 2, Delivery::Reliable, b"packet of a player"),
            of(1, 3, Delivery::Reliable, b"packet of a player"),
            of(1, 2, Delivery::Unreliable, b"packet of a player"),
            of(1, 2, Delivery::Reliable, b"packet of a playes"),
            of(1, 2, Delivery::Reliable, b"packet of a player\0"),
        ] {
            assert_ne!(one, other);
        }
    }

    #[test]
    fn an_event_changes_its_own_hash_only() {
        let mut transcript = Transcript::default();
        transcript.note_event(1, 2, &("left", 3));
        assert_ne!(transcript.events, 0);
        assert_eq!(transcript.packets, 0);
    }
}
