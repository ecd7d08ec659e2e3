//! The algorithms that the MLS library uses.

use mls_rs_crypto_rustcrypto::RustCryptoProvider;

use crate::CIPHER_SUITE;

/// The provider of the algorithms.
#[cfg(not(feature = "fuzzing"))]
pub(crate) type Crypto = RustCryptoProvider;
#[cfg(feature = "fuzzing")]
pub(crate) type Crypto = crate::fuzz::SpoilingCrypto;

pub(crate) fn provider() -> Crypto {
    let provider = RustCryptoProvider::with_enabled_cipher_suites(vec![CIPHER_SUITE]);
    #[cfg(feature = "fuzzing")]
    let provider = crate::fuzz::SpoilingCrypto::new(provider);
    provider
}
