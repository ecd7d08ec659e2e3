//! The ciphers that seal datagrams.

use ring::aead::{AES_128_GCM, Algorithm, CHACHA20_POLY1305};

/// A cipher of the fast path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Cipher {
    /// Nothing is encrypted or authenticated: for measuring the cost of encryption, on one machine.
    #[cfg(feature = "plain-cipher")]
    Plain,
    /// AES-128-GCM (NIST SP 800-38D): the fastest where the processor has AES instructions.
    Aes128Gcm,
    /// ChaCha20-Poly1305 (RFC 8439): the fastest elsewhere.
    ChaCha20Poly1305,
}

impl Cipher {
    /// The ciphers that encrypt, the faster one on this processor first.
    pub fn preferred() -> [Self; 2] {
        if knows_aes() {
            [Self::Aes128Gcm, Self::ChaCha20Poly1305]
        } else {
            [Self::ChaCha20Poly1305, Self::Aes128Gcm]
        }
    }

    /// Chooses the cipher of two peers: the first that the client offers and the server accepts.
    pub fn agree(offered: &[Self], taken: &[Self]) -> Option<Self> {
        offered.iter().copied().find(|cipher| taken.contains(cipher))
    }

    /// The number of bytes that sealing adds to a datagram.
    pub fn tag_bytes(self) -> usize {
        match self {
            #[cfg(feature = "plain-cipher")]
            Self::Plain => 0,
            Self::Aes128Gcm | Self::ChaCha20Poly1305 => 16,
        }
    }

    /// Its number in an offer, in an announcement and in the derivation of keys.
    pub(crate) fn code(self) -> u8 {
        match self {
            #[cfg(feature = "plain-cipher")]
            Self::Plain => 0,
            Self::Aes128Gcm => 1,
            Self::ChaCha20Poly1305 => 2,
        }
    }

    /// Code 0 is the plain cipher's, which a build without the feature `plain-cipher` does not know.
    pub(crate) fn from_code(code: u8) -> Option<Self> {
        Self::ALL.iter().copied().find(|cipher| cipher.code() == code)
    }

    /// Every cipher that this build knows.
    const ALL: &[Self] = &[
        #[cfg(feature = "plain-cipher")]
        Self::Plain,
        Self::Aes128Gcm,
        Self::ChaCha20Poly1305,
    ];

    /// `None` if it does not encrypt.
    #[cfg_attr(
        not(feature = "plain-cipher"),
        expect(clippy::unnecessary_wraps, reason = "all of them encrypt")
    )]
    pub(crate) fn algorithm(self) -> Option<&'static Algorithm> {
        match self {
            #[cfg(feature = "plain-cipher")]
            Self::Plain => None,
            Self::Aes128Gcm => Some(&AES_128_GCM),
            Self::ChaCha20Poly1305 => Some(&CHACHA20_POLY1305),
        }
    }
}

/// Whether the processor has instructions for AES and for what GCM multiplies with.
fn knows_aes() -> bool {
    #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
    return std::arch::is_x86_feature_detected!("aes") && std::arch::is_x86_feature_detected!("pclmulqdq");
    #[cfg(target_arch = "aarch64")]
    return std::arch::is_aarch64_feature_detected!("aes");
    #[cfg(not(any(target_arch = "x86", target_arch = "x86_64", target_arch = "aarch64")))]
    return false;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_client_prefers_and_the_server_permits() {
        use Cipher::{Aes128Gcm, ChaCha20Poly1305};
        for (offered, taken, agreed) in [
            (vec![ChaCha20Poly1305, Aes128Gcm], vec![Aes128Gcm, ChaCha20Poly1305], Some(ChaCha20Poly1305)),
            (vec![Aes128Gcm], vec![ChaCha20Poly1305, Aes128Gcm], Some(Aes128Gcm)),
            (vec![ChaCha20Poly1305], vec![Aes128Gcm], None),
            (vec![], vec![Aes128Gcm], None),
        ] {
            assert_eq!(Cipher::agree(&offered, &taken), agreed, "{offered:?} {taken:?}");
        }
    }

    #[test]
    fn the_plain_cipher_exists_only_with_its_feature() {
        let unencrypted = (0..=u8::MAX).filter_map(Cipher::from_code).filter(|it| it.algorithm().is_none());
        assert_eq!(unencrypted.count(), usize::from(cfg!(feature = "plain-cipher")));
    }
}
