//! The proof of a client's address by acknowledgements alone.
//!
//! Unity Transport echoes nothing but the list of reliable packets that have arrived. So a server cuts its first
//! bytes into many small packets, and holds some of them back at first, as if they were lost: only a receiver of the
//! others can tell which. An acknowledgement of a packet that was held back is a guess.

/// The bits that acknowledgements have to reveal as a proof: one in a million guesses succeeds.
const BITS: u32 = 20;

/// The most packets of a round: fewer than the smallest window.
pub(super) const PACKETS_MAX: usize = 24;

/// The payload of each of them, in bytes.
pub(crate) const PAYLOAD_BYTES: usize = 1;

/// The rounds until an address is proved.
#[derive(Clone, Copy, Debug)]
pub(super) struct Opening {
    /// The packets held back: a bit for each packet of a round.
    secret: u64,
    /// The number of bits revealed so far.
    told: u32,
}

impl Opening {
    /// The number must be unguessable.
    pub(super) fn new(secret: u64) -> Self {
        Self { secret, told: 0 }
    }

    /// Whether a packet of a round is held back. The last one never is, so that there always is an answer.
    pub(super) fn holds_back(self, index: usize, packets: usize) -> bool {
        index + 1 < packets && self.secret >> index & 1 == 1
    }

    /// Ends a round in which all sent packets have arrived, and nothing else was acknowledged. True if the address is
    /// proved.
    pub(super) fn complete(&mut self, packets: usize) -> bool {
        let bits = packets.saturating_sub(1) as u32;
        self.told += bits;
        self.secret = self.secret.rotate_right(bits);
        self.told >= BITS
    }
}
