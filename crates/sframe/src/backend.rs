//! The cryptography behind the crate `sframe`: AES-128 in counter mode with HMAC-SHA-256 (RFC 9605, section 4.5.1).
//!
//! That crate's own back end prepares the cipher and the HMAC again for every frame; here a key has both ready.

use aes::Aes128Enc;
use ctr::Ctr32BE;
use ctr::cipher::{InnerIvInit as _, StreamCipher as _, StreamCipherCoreWrapper};
use hkdf::Hkdf;
use hmac::digest::KeyInit as _;
use hmac::{Hmac, Mac};
use sframe::CipherSuite;
use sframe::crypto::{
    AeadDecrypt, AeadEncrypt, DecryptionBufferView, EncryptionBufferView, KeyDerivation,
    get_hkdf_key_expand_label, get_hkdf_salt_expand_label,
};
use sframe::error::{Result, SframeError};
use sframe::header::{Counter, KeyId};
use sframe::key::{GenericDecryptionKey, GenericEncryptionKey};
use sha2::Sha256;
use zeroize::{Zeroize as _, Zeroizing};

/// `AES_128_CTR_HMAC_SHA256_80`, number 1 of RFC 9605, section 4.5: of those with a tag that is long enough, the one
/// with the least bytes.
pub(crate) const SUITE: CipherSuite = CipherSuite::AesCtr128HmacSha256_80;
/// `AEAD.Nk` of the suite: the key of the cipher, then that of the HMAC.
pub(crate) const KEY_BYTES: usize = SUITE.key_len();
/// `AEAD.Nt` of the suite.
pub(crate) const TAG_BYTES: usize = SUITE.auth_tag_len();

const CIPHER_KEY_BYTES: usize = 16;
/// `AEAD.Nn` of the suite.
const NONCE_BYTES: usize = SUITE.nonce_len();
/// Of a block of AES; the nonce takes the first bytes, the number of the block the rest.
const BLOCK_BYTES: usize = 16;
/// So much is authenticated in one piece: a frame of 20 ms at 64 kbit/s with its metadata.
const PIECE_BYTES: usize = 256;

pub(crate) type SealKey = GenericEncryptionKey<Backend, Backend>;
pub(crate) type OpenKey = GenericDecryptionKey<Backend, Backend>;

/// Knows one suite, [`SUITE`].
pub(crate) struct Backend;

/// The key of one sender in one epoch, ready for use.
pub(crate) struct FrameKey {
    cipher: Aes128Enc,
    mac: Hmac<Sha256>,
    salt: [u8; NONCE_BYTES],
}

impl TryFrom<CipherSuite> for Backend {
    type Error = SframeError;

    fn try_from(suite: CipherSuite) -> Result<Self> {
        if suite == SUITE { Ok(Self) } else { Err(SframeError::UnsupportedCipherSuite) }
    }
}

impl KeyDerivation for Backend {
    type Secret = FrameKey;

    /// `derive_key_salt` of RFC 9605, section 4.4.2.
    fn expand_from<M, K>(suite: CipherSuite, base_key: M, key_id: K) -> Result<FrameKey>
    where
        M: AsRef<[u8]>,
        K: Into<KeyId>,
    {
        let key_id = key_id.into();
        let secret = Hkdf::<Sha256>::new(None, base_key.as_ref());
        let mut key = Zeroizing::new([0; KEY_BYTES]);
        let mut salt = [0; NONCE_BYTES];
        let expand = |label: &[u8], out: &mut [u8]| {
            secret.expand(label, out).map_err(|_| SframeError::KeyDerivationFailure)
        };
        expand(&get_hkdf_key_expand_label(key_id, suite), key.as_mut())?;
        expand(&get_hkdf_salt_expand_label(key_id, suite), &mut salt)?;
        FrameKey::new(&key, salt)
    }
}

impl AeadEncrypt for Backend {
    type Secret = FrameKey;

    fn encrypt<'a, B>(&self, key: &FrameKey, buffer: B, counter: Counter) -> Result<()>
    where
        B: Into<EncryptionBufferView<'a>>,
    {
        let EncryptionBufferView { aad, data, tag } = buffer.into();
        let nonce = key.nonce(counter);
        key.apply_keystream(&nonce, data).ok_or(SframeError::EncryptionFailure)?;
        let mac = key.mac(&nonce, aad, data).finalize().into_bytes();
        let tag: &mut [u8; TAG_BYTES] = tag.try_into().map_err(|_| SframeError::EncryptionFailure)?;
        tag.copy_from_slice(&mac[..TAG_BYTES]);
        Ok(())
    }
}

impl AeadDecrypt for Backend {
    type Secret = FrameKey;

    fn decrypt<'a, B>(&self, key: &FrameKey, buffer: B, counter: Counter) -> Result<()>
    where
        B: Into<DecryptionBufferView<'a>>,
    {
        let DecryptionBufferView { aad, data } = buffer.into();
        let (encrypted, tag) =
            data.split_last_chunk_mut::<TAG_BYTES>().ok_or(SframeError::DecryptionFailure)?;
        let nonce = key.nonce(counter);
        // It compares in constant time.
        let checked = key.mac(&nonce, aad, encrypted).verify_truncated_left(tag);
        checked.map_err(|_| SframeError::DecryptionFailure)?;
        key.apply_keystream(&nonce, encrypted).ok_or(SframeError::DecryptionFailure)
    }
}

impl FrameKey {
    fn new(key: &[u8; KEY_BYTES], salt: [u8; NONCE_BYTES]) -> Result<Self> {
        let (cipher, mac) = key.split_at(CIPHER_KEY_BYTES);
        Ok(Self {
            cipher: Aes128Enc::new_from_slice(cipher).map_err(|_| SframeError::KeyDerivationFailure)?,
            mac: Hmac::new_from_slice(mac).map_err(|_| SframeError::KeyDerivationFailure)?,
            salt,
        })
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

    /// `None` if the data is longer than 2³² blocks.
    fn apply_keystream(&self, nonce: &[u8; NONCE_BYTES], data: &mut [u8]) -> Option<()> {
        let mut block = [0; BLOCK_BYTES];
        block[..NONCE_BYTES].copy_from_slice(nonce);
        let core = ctr::CtrCore::inner_iv_init(&self.cipher, &block.into());
        let mut keystream: Ctr32BE<&Aes128Enc> = StreamCipherCoreWrapper::from_core(core);
        keystream.try_apply_keystream(data).ok()
    }

    /// `compute_tag` of RFC 9605, section 4.5.1, before it is shortened.
    fn mac(&self, nonce: &[u8; NONCE_BYTES], aad: &[u8], encrypted: &[u8]) -> Hmac<Sha256> {
        let [aad_bytes, encrypted_bytes, tag_bytes] =
            [aad.len(), encrypted.len(), TAG_BYTES].map(|length| (length as u64).to_be_bytes());
        let parts = [&aad_bytes, &encrypted_bytes, &tag_bytes, &nonce[..], aad, encrypted];
        // The HMAC takes a fifth less time for one piece than for six, and frames of voice are short.
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
        // The cipher and the HMAC do so by themselves.
        self.salt.zeroize();
    }
}

#[cfg(test)]
mod tests {
    use sframe::frame::{EncryptedFrameView, MediaFrame, SingleUseCounter};
    use sframe::key::{DecryptionKey, EncryptionKey};

    use super::*;
    use crate::vectors::{bytes, number, of_suite};

    /// With the counter 0, the nonce is the salt.
    fn key_of_vector() -> (serde_json::Value, FrameKey) {
        let vector = of_suite("aes_ctr_hmac");
        let key = bytes(&vector, "key").try_into().expect("it has 48 bytes");
        let key = FrameKey::new(&key, bytes(&vector, "nonce").try_into().expect("it has 12 bytes"));
        (vector, key.unwrap())
    }

    #[test]
    fn the_cipher_encrypts_as_in_the_rfc() {
        let (vector, key) = key_of_vector();
        let (mut aad, mut data, mut tag) = (bytes(&vector, "aad"), bytes(&vector, "pt"), [0; TAG_BYTES]);
        let buffer = EncryptionBufferView { aad: &mut aad, data: &mut data, tag: &mut tag };
        Backend.encrypt(&key, buffer, 0).unwrap();
        assert_eq!([&data[..], &tag].concat(), bytes(&vector, "ct"));
    }

    #[test]
    fn the_cipher_decrypts_as_in_the_rfc() {
        let (vector, key) = key_of_vector();
        let (mut aad, mut data) = (bytes(&vector, "aad"), bytes(&vector, "ct"));
        let buffer = DecryptionBufferView { aad: &mut aad, data: &mut data };
        Backend.decrypt(&key, buffer, 0).unwrap();
        assert_eq!(data[..data.len() - TAG_BYTES], bytes(&vector, "pt"));
    }

    #[test]
    fn salts_and_nonces_are_those_of_the_rfc() {
        let vector = of_suite("sframe");
        let key = Backend::expand_from(SUITE, bytes(&vector, "base_key"), number(&vector, "kid")).unwrap();
        assert_eq!(key.salt[..], bytes(&vector, "sframe_salt"));
        assert_eq!(key.nonce(number(&vector, "ctr"))[..], bytes(&vector, "nonce"));
    }

    #[test]
    fn frames_of_any_length_are_the_same_as_by_the_other_back_end() {
        let (base_key, key_id) = ([0x5A; KEY_BYTES], 0x1234_u64);
        let ours = SealKey::derive_from(SUITE, key_id, base_key).unwrap();
        let theirs = EncryptionKey::derive_from(SUITE, key_id, base_key).unwrap();
        let ours_opens = OpenKey::derive_from(SUITE, key_id, base_key).unwrap();
        let theirs_opens = DecryptionKey::derive_from(SUITE, key_id, base_key).unwrap();
        // Around the bytes of a block of either kind, and those that are authenticated in one piece.
        for length in (0..=300).chain([65_535]) {
            let frame: Vec<u8> = (0..length).map(|byte| byte as u8).collect();
            let frame =
                MediaFrame::try_with_meta_data(&mut SingleUseCounter::new(length), frame, [7; 20]).unwrap();
            let sealed = frame.encrypt(&ours).unwrap();
            assert_eq!(sealed.as_ref(), frame.encrypt(&theirs).unwrap().as_ref(), "{length} bytes");
            let sealed =
                EncryptedFrameView::try_with_meta_data(sealed.sframe_cipher_text(), &[7; 20]).unwrap();
            assert_eq!(sealed.decrypt(&ours_opens).unwrap().payload(), frame.payload());
            assert_eq!(sealed.decrypt(&theirs_opens).unwrap().payload(), frame.payload());
        }
    }

    #[test]
    fn another_suite_is_refused() {
        let other = CipherSuite::AesCtr128HmacSha256_64;
        assert!(SealKey::derive_from(other, 0_u64, [0; KEY_BYTES]).is_err());
        assert!(OpenKey::derive_from(other, 0_u64, [0; KEY_BYTES]).is_err());
    }
}
