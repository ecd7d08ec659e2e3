//! Where str0m wants ciphers for media: a peer may negotiate SRTP with its handshake although no media is ever sent.

use str0m::crypto::{
    AeadAes128GcmCipher, AeadAes256GcmCipher, Aes128CmSha1_80Cipher, SrtpProvider, SupportedAeadAes128Gcm,
    SupportedAeadAes256Gcm, SupportedAes128CmSha1_80,
};
use str0m_proto::crypto::CryptoError;

/// Ciphers that refuse whatever is given to them, and keys that are nothing.
#[derive(Debug)]
pub(super) struct NoMedia;

impl SrtpProvider for NoMedia {
    fn aes_128_cm_sha1_80(&self) -> &'static dyn SupportedAes128CmSha1_80 {
        &NoMedia
    }

    fn aead_aes_128_gcm(&self) -> &'static dyn SupportedAeadAes128Gcm {
        &NoMedia
    }

    fn aead_aes_256_gcm(&self) -> &'static dyn SupportedAeadAes256Gcm {
        &NoMedia
    }

    fn srtp_aes_128_ecb_round(&self, _key: &[u8], _input: &[u8], _output: &mut [u8]) {}

    fn srtp_aes_256_ecb_round(&self, _key: &[u8], _input: &[u8], _output: &mut [u8]) {}
}

impl SupportedAes128CmSha1_80 for NoMedia {
    fn create_cipher(&self, _key: [u8; 16], _encrypt: bool) -> Box<dyn Aes128CmSha1_80Cipher> {
        Box::new(NoMedia)
    }
}

impl SupportedAeadAes128Gcm for NoMedia {
    fn create_cipher(&self, _key: [u8; 16], _encrypt: bool) -> Box<dyn AeadAes128GcmCipher> {
        Box::new(NoMedia)
    }
}

impl SupportedAeadAes256Gcm for NoMedia {
    fn create_cipher(&self, _key: [u8; 32], _encrypt: bool) -> Box<dyn AeadAes256GcmCipher> {
        Box::new(NoMedia)
    }
}

impl Aes128CmSha1_80Cipher for NoMedia {
    fn encrypt(&mut self, _iv: &[u8; 16], _input: &[u8], _output: &mut [u8]) -> Result<(), CryptoError> {
        Err(refused())
    }

    fn decrypt(&mut self, _iv: &[u8; 16], _input: &[u8], _output: &mut [u8]) -> Result<(), CryptoError> {
        Err(refused())
    }
}

/// The two ciphers of AES-GCM differ in the length of their keys only.
macro_rules! refuse {
    ($cipher:ident) => {
        impl $cipher for NoMedia {
            fn encrypt(
                &mut self,
                _iv: &[u8; 12],
                _aad: &[u8],
                _input: &[u8],
                _output: &mut [u8],
            ) -> Result<(), CryptoError> {
                Err(refused())
            }

            fn decrypt(
                &mut self,
                _iv: &[u8; 12],
                _aads: &[&[u8]],
                _input: &[u8],
                _output: &mut [u8],
            ) -> Result<usize, CryptoError> {
                Err(refused())
            }
        }
    };
}

refuse!(AeadAes128GcmCipher);
refuse!(AeadAes256GcmCipher);

fn refused() -> CryptoError {
    CryptoError::Other("there is no media on this connection".to_owned())
}
