//! The options byte of a voice packet.

/// The channel session of a voice packet, and how many bits its sender counts it with.
///
/// Bit 7 marks a sender that counts in 7 bits. Old peers leave it clear and count in 2 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct VoiceOptions(pub u8);

impl VoiceOptions {
    /// The options of a current sender: bit 7, and the channel session modulo 128.
    #[inline]
    pub const fn new(channel_session: u8) -> Self {
        Self(Self::COUNTS_7_BITS | channel_session)
    }

    /// The channel session, 0 to 127.
    /// An old peer sends 0 to 3; should it set a higher bit all the same, the original reports that bit too,
    /// and so does this.
    #[inline]
    pub const fn channel_session(self) -> u8 {
        self.0 & !Self::COUNTS_7_BITS
    }

    /// How many bits the sender counts channel sessions with, 7 or 2: for [`crate::wrapped_delta`].
    #[inline]
    pub const fn session_bits(self) -> u32 {
        if self.0 & Self::COUNTS_7_BITS == 0 { 2 } else { 7 }
    }

    const COUNTS_7_BITS: u8 = 0x80;
}
