//! How a client proves its address with nothing but acknowledgements.
//!
//! Nothing in Unity Transport is echoed but which reliable packets have arrived. So a server cuts the first bytes that
//! it has to say into many small packets, and holds some of them back at first, like packets that were lost: only a
//! receiver of the others can tell which. An acknowledgement of one that was held back is a guess.

/// How much must have been told that has to be guessed otherwise: one in a million attempts succeeds.
const BITS: u32 = 20;

/// How many packets a round has at most: fewer than the smallest window.
pub(super) const PACKETS_MAX: usize = 24;

/// How much of what is to be said is in each of them, in bytes.
pub(crate) const PAYLOAD_BYTES: usize = 1;

/// The rounds until an address is proved.
#[derive(Clone, Copy, Debug)]
pub(super) struct Opening {
    /// What is held back: a bit for each packet of a round.
    secret: u64,
    /// How many bits were told so far.
    told: u32,
}

impl Opening {
    /// With an unguessable number.
    pub(super) fn new(secret: u64) -> Self {
        Self { secret, told: 0 }
    }

    /// Whether a packet is held back in a round of so many. The last one never is, so that there always is an answer.
    pub(super) fn holds_back(self, index: usize, packets: usize) -> bool {
        index + 1 < packets && self.secret >> index & 1 == 1
    }

    /// All that was sent of a round of so many packets has arrived, and nothing else was
    /// acknowledged. True if that is enough.
    pub(super) fn complete(&mut self, packets: usize) -> bool {
        let bits = packets.saturating_sub(1) as u32;
        self.told += bits;
        self.secret = self.secret.rotate_right(bits);
        self.told >= BITS
    }
}
