//! The key of one sender in one epoch: AES-128 in counter mode with HMAC-SHA-256 (RFC 9605, section 4.5.1), by the
//! crates of `RustCrypto`.
//!
//! The crate `sframe` takes any back end, but it knows this suite only together with its own. That one prepares the
//! cipher and the HMAC again for every frame, and brings wasm-bindgen into modules for pages. Here, both are ready.

use aes::Aes128Enc;
use ctr::cipher::{
    InnerIvInit as _, KeyInit as _, StreamCipher as _, StreamCipherCoreWrapper, StreamCipherError,
};
use ctr::{Ctr32BE, CtrCore};
use hkdf::Hkdf;
use hmac::{Hmac, Mac};
use sframe::header::{Counter, KeyId};
use sha2::Sha256;
use zeroize::{Zeroize as _, Zeroizing};

/// `AES_128_CTR_HMAC_SHA256_80` (RFC 9605, section 4.5): of the suites, the one with the shortest tag but for those
/// whose tags are too short to be on their own.
const SUITE: u16 = 0x0001;
/// `AEAD.Nk` of the suite: the key of the cipher, then that of the HMAC.
pub(crate) const KEY_BYTES: usize = 48;
/// `AEAD.Nt` of the suite.
pub(crate) const TAG_BYTES: usize = 10;
/// `AEAD.Nka` of the suite.
const CIPHER_KEY_BYTES: usize = 16;
/// `AEAD.Nn` of the suite.
const NONCE_BYTES: usize = 12;
/// Of a block of AES; the nonce takes the first bytes, the number of the block the rest.
const BLOCK_BYTES: usize = 16;
/// So much is authenticated in one piece: a frame of 20 ms at 64 kbit/s with its metadata.
const PIECE_BYTES: usize = 256;

/// The key of one sender in one epoch, ready for use.
pub(crate) struct FrameKey {
    cipher: Aes128Enc,
    mac: Hmac<Sha256>,
    salt: [u8; NONCE_BYTES],
}

impl FrameKey {
    /// `derive_key_salt` (RFC 9605, section 4.4.2).
    pub(crate) fn derive(base_key: &[u8], key_id: KeyId) -> Self {
        let secret = Hkdf::<Sha256>::new(None, base_key);
        let mut key = Zeroizing::new([0; KEY_BYTES]);
        let mut salt = [0; NONCE_BYTES];
        let [id, suite] = [&key_id.to_be_bytes()[..], &SUITE.to_be_bytes()];
        for (label, out) in [("key ", &mut key[..]), ("salt ", &mut salt)] {
            let expanded =
                secret.expand_multi_info(&[b"SFrame 1.0 Secret ", label.as_bytes(), id, suite], out);
            expanded.expect("HKDF gives up to 255 hashes, and it is less than two");
        }
        Self::new(&key, salt)
    }

    fn new(key: &[u8; KEY_BYTES], salt: [u8; NONCE_BYTES]) -> Self {
        let (cipher, mac) = key.split_at(CIPHER_KEY_BYTES);
        let cipher = Aes128Enc::new_from_slice(cipher).expect("keys of AES-128 have 16 bytes");
        Self { cipher, mac: Hmac::new_from_slice(mac).expect("HMAC takes keys of any length"), salt }
    }

    /// Encrypts a frame in place, and returns its tag. `aad` are the header and the metadata.
    ///
    /// # Errors
    /// If the frame has more than 2³² blocks.
    pub(crate) fn seal(
        &self,
        counter: Counter,
        aad: [&[u8]; 2],
        frame: &mut [u8],
    ) -> Result<[u8; TAG_BYTES], StreamCipherError> {
        let nonce = self.nonce(counter);
        self.apply_keystream(&nonce, frame)?;
        let mac = self.mac(&nonce, aad, frame).finalize().into_bytes();
        let mut tag = [0; TAG_BYTES];
        tag.copy_from_slice(&mac[..TAG_BYTES]);
        Ok(tag)
    }

    /// Decrypts a frame in place if its tag is right, and returns whether it is.
    pub(crate) fn open(
        &self,
        counter: Counter,
        aad: [&[u8]; 2],
        frame: &mut [u8],
        tag: &[u8; TAG_BYTES],
    ) -> bool {
        let nonce = self.nonce(counter);
        // In constant time.
        let is_genuine = self.mac(&nonce, aad, frame).verify_truncated_left(tag).is_ok();
        is_genuine && self.apply_keystream(&nonce, frame).is_ok()
    }

    /// The salt with the counter over its last bytes (RFC 9605, section 4.4.3).
    fn nonce(&self, counter: Counter) -> [u8; NONCE_BYTES] {
        let mut nonce = self.salt;
        let last = NONCE_BYTES - size_of::<Counter>();
        for (byte, of_counter) in nonce[last..].iter_mut().zip(counter.to_be_bytes()) {
            *byte ^= of_counter;
        }
        nonce
    }

    fn apply_keystream(&self, nonce: &[u8; NONCE_BYTES], frame: &mut [u8]) -> Result<(), StreamCipherError> {
        let mut block = [0; BLOCK_BYTES];
        block[..NONCE_BYTES].copy_from_slice(nonce);
        let core = CtrCore::inner_iv_init(&self.cipher, &block.into());
        let mut keystream: Ctr32BE<&Aes128Enc> = StreamCipherCoreWrapper::from_core(core);
        keystream.try_apply_keystream(frame)
    }

    /// `compute_tag` (RFC 9605, section 4.5.1), before it is shortened.
    fn mac(&self, nonce: &[u8; NONCE_BYTES], aad: [&[u8]; 2], encrypted: &[u8]) -> Hmac<Sha256> {
        let [header, metadata] = aad;
        let lengths = [header.len() + metadata.len(), encrypted.len(), TAG_BYTES];
        let lengths = lengths.map(|length| (length as u64).to_be_bytes());
        let parts = [lengths.as_flattened(), nonce, header, metadata, encrypted];
        // One HMAC update is faster than five, and voice frames are short.
        let mut piece = [0; PIECE_BYTES];
        let mut end = 0;
        for part in parts {
            let Some(room) = piece.get_mut(end..end + part.len()) else {
                return parts.iter().fold(self.mac.clone(), Mac::chain_update);
            };
            room.copy_from_slice(part);
            end += part.len();
        }
        self.mac.clone().chain_update(&piece[..end])
    }
}

impl Drop for FrameKey {
    fn drop(&mut self) {
        // The cipher and the HMAC zeroize their own keys.
        self.salt.zeroize();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sframe::vectors::{bytes, number, of_suite};

    /// With the counter 0, the nonce is the salt.
    fn key_of_vector() -> (serde_json::Value, FrameKey) {
        let vector = of_suite("aes_ctr_hmac");
        let key = bytes(&vector, "key").try_into().expect("it has 48 bytes");
        let salt = bytes(&vector, "nonce").try_into().expect("it has 12 bytes");
        (vector, FrameKey::new(&key, salt))
    }

    #[test]
    fn the_cipher_encrypts_as_in_the_rfc() {
        let (vector, key) = key_of_vector();
        let mut frame = bytes(&vector, "pt");
        let tag = key.seal(0, [&bytes(&vector, "aad"), &[]], &mut frame).unwrap();
        assert_eq!([&frame[..], &tag].concat(), bytes(&vector, "ct"));
    }

    #[test]
    fn the_cipher_decrypts_as_in_the_rfc() {
        let (vector, key) = key_of_vector();
        let (aad, mut frame) = (bytes(&vector, "aad"), bytes(&vector, "ct"));
        let (frame, tag) = frame.split_last_chunk_mut().unwrap();
        assert!(key.open(0, [&aad[..3], &aad[3..]], frame, tag));
        assert_eq!(frame, bytes(&vector, "pt"));
    }

    #[test]
    fn salts_and_nonces_are_those_of_the_rfc() {
        let vector = of_suite("sframe");
        let key = FrameKey::derive(&bytes(&vector, "base_key"), number(&vector, "kid"));
        assert_eq!(key.salt[..], bytes(&vector, "sframe_salt"));
        assert_eq!(key.nonce(number(&vector, "ctr"))[..], bytes(&vector, "nonce"));
    }
}
