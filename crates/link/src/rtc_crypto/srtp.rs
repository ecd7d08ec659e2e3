//! Sealing and opening of media (RFC 3711, RFC 7714), in the three profiles that browsers negotiate.
//!
//! AES-GCM is `ring`'s. Counter mode and the derivation of keys need the bare block cipher, which it does not show.

mod aes_gcm;
mod counter_mode;

use str0m::crypto::{SrtpProvider, SupportedAeadAes128Gcm, SupportedAeadAes256Gcm, SupportedAes128CmSha1_80};

use aes_gcm::AesGcm;
use counter_mode::CounterMode;

#[derive(Debug)]
pub(super) struct Srtp;

impl SrtpProvider for Srtp {
    fn aes_128_cm_sha1_80(&self) -> &'static dyn SupportedAes128CmSha1_80 {
        &CounterMode
    }

    fn aead_aes_128_gcm(&self) -> &'static dyn SupportedAeadAes128Gcm {
        &AesGcm
    }

    fn aead_aes_256_gcm(&self) -> &'static dyn SupportedAeadAes256Gcm {
        &AesGcm
    }

    fn srtp_aes_128_ecb_round(&self, key: &[u8], input: &[u8], output: &mut [u8]) {
        counter_mode::encrypt_block::<aes::Aes128>(key, input, output);
    }

    fn srtp_aes_256_ecb_round(&self, key: &[u8], input: &[u8], output: &mut [u8]) {
        counter_mode::encrypt_block::<aes::Aes256>(key, input, output);
    }
}

#[cfg(test)]
mod tests;
