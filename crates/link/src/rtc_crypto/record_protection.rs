//! Sealing and opening of DTLS 1.2 records with AES-GCM (RFC 5288, RFC 5289), and of DTLS 1.3 records with
//! ChaCha20-Poly1305 (RFC 9147): connections here are of 1.2, and `dimpl` wants to have tried a suite of each.

use std::fmt;

use dimpl::crypto::{
    Aad, Buf, Cipher, Dtls12CipherSuite, Dtls13CipherSuite, Nonce, SupportedDtls12CipherSuite,
    SupportedDtls13CipherSuite, TmpBuf,
};
use dimpl::{CryptoError, CryptoOperation, HashAlgorithm};
use ring::aead::{self, AES_128_GCM, AES_256_GCM, CHACHA20_POLY1305, LessSafeKey, UnboundKey, quic};

/// The suites that we offer: every WebRTC stack has the first one (RFC 8827, section 6.5).
pub(super) const SUITES: &[&dyn SupportedDtls12CipherSuite] = &[
    &AesGcm {
        suite: Dtls12CipherSuite::ECDHE_ECDSA_AES128_GCM_SHA256,
        hash: HashAlgorithm::SHA256,
        algorithm: &AES_128_GCM,
    },
    &AesGcm {
        suite: Dtls12CipherSuite::ECDHE_ECDSA_AES256_GCM_SHA384,
        hash: HashAlgorithm::SHA384,
        algorithm: &AES_256_GCM,
    },
];

/// The suite of DTLS 1.3.
pub(super) const SUITES_13: &[&dyn SupportedDtls13CipherSuite] = &[&ChaCha20Poly1305];

const FIXED_IV_BYTES: usize = 4;
const EXPLICIT_NONCE_BYTES: usize = 8;
const TAG_BYTES: usize = 16;

#[derive(Debug)]
struct AesGcm {
    suite: Dtls12CipherSuite,
    hash: HashAlgorithm,
    algorithm: &'static aead::Algorithm,
}

impl SupportedDtls12CipherSuite for AesGcm {
    fn suite(&self) -> Dtls12CipherSuite {
        self.suite
    }

    fn hash_algorithm(&self) -> HashAlgorithm {
        self.hash
    }

    fn key_lengths(&self) -> (usize, usize, usize) {
        (0, self.algorithm.key_len(), FIXED_IV_BYTES)
    }

    fn explicit_nonce_len(&self) -> usize {
        EXPLICIT_NONCE_BYTES
    }

    fn tag_len(&self) -> usize {
        TAG_BYTES
    }

    fn create_cipher(&self, key: &[u8]) -> Result<Box<dyn Cipher>, CryptoError> {
        RecordKey::of(self.algorithm, key)
    }
}

#[derive(Debug)]
struct ChaCha20Poly1305;

impl SupportedDtls13CipherSuite for ChaCha20Poly1305 {
    fn suite(&self) -> Dtls13CipherSuite {
        Dtls13CipherSuite::CHACHA20_POLY1305_SHA256
    }

    fn hash_algorithm(&self) -> HashAlgorithm {
        HashAlgorithm::SHA256
    }

    fn key_len(&self) -> usize {
        CHACHA20_POLY1305.key_len()
    }

    fn iv_len(&self) -> usize {
        aead::NONCE_LEN
    }

    fn tag_len(&self) -> usize {
        TAG_BYTES
    }

    fn create_cipher(&self, key: &[u8]) -> Result<Box<dyn Cipher>, CryptoError> {
        RecordKey::of(&CHACHA20_POLY1305, key)
    }

    /// The mask for the number of a record, of which RFC 9147, section 4.2.3, uses two bytes: the same as in QUIC.
    fn encrypt_sn(&self, sn_key: &[u8], sample: &[u8; 16]) -> [u8; 16] {
        let mut mask = [0; 16];
        let key = quic::HeaderProtectionKey::new(&quic::CHACHA20, sn_key);
        if let Ok(computed) = key.and_then(|key| key.new_mask(sample)) {
            mask[..computed.len()].copy_from_slice(&computed);
        }
        mask
    }
}

struct RecordKey(LessSafeKey);

impl RecordKey {
    fn of(algorithm: &'static aead::Algorithm, key: &[u8]) -> Result<Box<dyn Cipher>, CryptoError> {
        let key = UnboundKey::new(algorithm, key)
            .map_err(|_| CryptoError::OperationFailed(CryptoOperation::CreateCipher))?;
        Ok(Box::new(Self(LessSafeKey::new(key))))
    }
}

impl fmt::Debug for RecordKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RecordKey").finish_non_exhaustive()
    }
}

impl Cipher for RecordKey {
    fn encrypt(&mut self, plaintext: &mut Buf, aad: Aad, nonce: Nonce) -> Result<(), CryptoError> {
        let nonce = aead::Nonce::assume_unique_for_key(nonce.0);
        self.0
            .seal_in_place_append_tag(nonce, aead::Aad::from(&aad[..]), plaintext)
            .map_err(|_| CryptoError::OperationFailed(CryptoOperation::Encrypt))
    }

    fn decrypt(&mut self, ciphertext: &mut TmpBuf, aad: Aad, nonce: Nonce) -> Result<(), CryptoError> {
        let nonce = aead::Nonce::assume_unique_for_key(nonce.0);
        let opened = self
            .0
            .open_in_place(nonce, aead::Aad::from(&aad[..]), ciphertext.as_mut())
            .map_err(|_| CryptoError::OperationFailed(CryptoOperation::Decrypt))?;
        let length = opened.len();
        ciphertext.truncate(length);
        Ok(())
    }
}
