//! The cryptography of a WebRTC peer, on `ring`: DTLS 1.2 with what every WebRTC stack must offer (RFC 8827, section
//! 6.5), SRTP with what browsers negotiate (RFC 3711, RFC 7714), and the digests of ICE and of certificates.
//!
//! [`provider`] is all of it, as a provider for `str0m`; the network WebRTC Network and the media of browsers use it.
//! [`user_fragment`] is what both read from a datagram before they know its owner, and [`ReturnCheck`] verifies the
//! address that a datagram comes from.
//!
//! A peer's certificate may be of any version of X.509: nothing in it is read but its key.
//!
//! Start reading at `dtls`, whose handshake makes all keys; they go to `record_protection` for data channels and to
//! `srtp` for media.
//!
//! `dimpl` runs known-answer tests on this code for every new connection, before it uses it.
//!
//! ```
//! use std::time::Instant;
//!
//! use str0m::RtcConfig;
//!
//! let config = RtcConfig::new().set_crypto_provider(consonance_link::rtc_crypto::provider());
//! let mut peer = config.build(Instant::now());
//! let mut changes = peer.sdp_api();
//! changes.add_channel("voice".to_owned());
//! let (offer, _) = changes.apply().expect("the offer has a channel");
//! // The other peer verifies the certificate, made for this connection, by its fingerprint.
//! assert!(offer.to_sdp_string().contains("a=fingerprint:sha-256 "));
//! ```

mod digests;
mod dtls;
mod key_exchange;
mod public_key;
mod record_protection;
mod return_check;
mod signatures;
mod srtp;
mod stun;

use std::sync::{Arc, LazyLock};

use ring::{digest, hmac};
use str0m::crypto::{CryptoProvider, Sha1HmacProvider, Sha1Provider, Sha256Provider};

pub use return_check::ReturnCheck;
pub use stun::user_fragment;

/// The cryptography of all our connections.
pub fn provider() -> Arc<CryptoProvider> {
    static PROVIDER: LazyLock<Arc<CryptoProvider>> = LazyLock::new(|| {
        Arc::new(CryptoProvider {
            srtp_provider: &srtp::Srtp,
            sha1_hmac_provider: &Digests,
            sha1_provider: &Digests,
            sha256_provider: &Digests,
            dtls_provider: &dtls::Dtls,
        })
    });
    Arc::clone(&PROVIDER)
}

#[derive(Debug)]
struct Digests;

impl Sha1HmacProvider for Digests {
    fn sha1_hmac(&self, key: &[u8], payloads: &[&[u8]]) -> [u8; 20] {
        let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, key);
        let mut context = hmac::Context::with_key(&key);
        for payload in payloads {
            context.update(payload);
        }
        sized(context.sign().as_ref())
    }
}

impl Sha1Provider for Digests {
    fn sha1(&self, data: &[u8]) -> [u8; 20] {
        sized(digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, data).as_ref())
    }
}

impl Sha256Provider for Digests {
    fn sha256(&self, data: &[u8]) -> [u8; 32] {
        sized(digest::digest(&digest::SHA256, data).as_ref())
    }
}

fn sized<const BYTES: usize>(digest: &[u8]) -> [u8; BYTES] {
    digest.try_into().expect("each of these digests has one length")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_are_those_of_the_standards() {
        // RFC 2202, test case 2; FIPS 180-2, appendices A.1 and B.1.
        let (key, text) = (b"Jefe".as_slice(), b"what do ya want for nothing?".as_slice());
        let mac = Digests.sha1_hmac(key, &[&text[..10], &text[10..]]);
        assert_eq!(mac[..4], [0xef, 0xfc, 0xdf, 0x6a]);
        assert_eq!(Digests.sha1(b"abc")[..4], [0xa9, 0x99, 0x3e, 0x36]);
        assert_eq!(Digests.sha256(b"abc")[..4], [0xba, 0x78, 0x16, 0xbf]);
    }
}
