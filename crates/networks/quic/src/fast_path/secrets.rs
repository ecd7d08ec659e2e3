//! The derivation of the keys of each epoch from the secret of two peers.

use std::fmt;

use ring::aead::{LessSafeKey, NONCE_LEN, UnboundKey};
use ring::hkdf::{HKDF_SHA256, KeyType, Prk};

use crate::fast_path::Cipher;
use crate::fast_path::epoch_key::EpochKey;

/// The bytes of a secret for one direction.
const SECRET_BYTES: usize = 32;

/// The label for the TLS exporter (RFC 8446, section 7.5) of the connection over which the path was negotiated.
pub const EXPORTER_LABEL: &[u8] = b"EXPORTER-consonance-fast-path";

/// The number of bytes to export.
pub const EXPORTED_BYTES: usize = 2 * SECRET_BYTES;

/// A secret for each direction, known only to the two ends of one connection.
#[derive(Clone)]
pub struct PathSecrets {
    to_server: Secret,
    to_client: Secret,
}

/// The secret of one direction.
#[derive(Clone)]
pub(crate) struct Secret([u8; SECRET_BYTES]);

impl PathSecrets {
    /// From what the exporter gave: the secret to the server, then the one to the client.
    pub fn from_exported(exported: [u8; EXPORTED_BYTES]) -> Self {
        let half = |start: usize| Secret(std::array::from_fn(|index| exported[start + index]));
        Self { to_server: half(0), to_client: half(SECRET_BYTES) }
    }

    pub(crate) fn to_server(&self) -> &Secret {
        &self.to_server
    }

    pub(crate) fn to_client(&self) -> &Secret {
        &self.to_client
    }
}

impl fmt::Debug for PathSecrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PathSecrets")
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

impl Secret {
    /// The key of an epoch: HKDF-Expand with SHA-256 (RFC 5869, section 2.3) of the direction's secret, with the
    /// epoch and the cipher in the info. The IV follows the key in the output.
    pub(crate) fn key(&self, cipher: Cipher, epoch: u64) -> EpochKey {
        let Some(algorithm) = cipher.algorithm() else { return EpochKey::none() };
        let mut output = [0; KEY_BYTES_MAX + NONCE_LEN];
        let output = &mut output[..algorithm.key_len() + NONCE_LEN];
        let expanded = Prk::new_less_safe(HKDF_SHA256, &self.0)
            .expand(&[b"consonance fast path", &[cipher.code()], &epoch.to_be_bytes()], Length(output.len()))
            .and_then(|expanded| expanded.fill(output));
        expanded.expect("less than the 8160 bytes that SHA-256 can expand to are asked for");
        let (key, iv) = output.split_at(algorithm.key_len());
        let key = UnboundKey::new(algorithm, key).expect("the key has the length of its algorithm");
        EpochKey::new(LessSafeKey::new(key), iv.try_into().expect("what follows the key is the IV"))
    }
}

/// The longest key of our ciphers.
const KEY_BYTES_MAX: usize = 32;

struct Length(usize);

impl KeyType for Length {
    fn len(&self) -> usize {
        self.0
    }
}
