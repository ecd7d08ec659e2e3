//! AES-GCM: encryption and authentication in one (RFC 7714).

use std::fmt;

use ring::aead::{AES_128_GCM, AES_256_GCM, Aad, Algorithm, LessSafeKey, Nonce, UnboundKey};
use str0m::crypto::{
    AeadAes128GcmCipher, AeadAes256GcmCipher, SupportedAeadAes128Gcm, SupportedAeadAes256Gcm,
};
use str0m_proto::crypto::CryptoError;

#[derive(Debug)]
pub(super) struct AesGcm;

impl SupportedAeadAes128Gcm for AesGcm {
    fn create_cipher(&self, key: [u8; 16], _encrypt: bool) -> Box<dyn AeadAes128GcmCipher> {
        Box::new(MediaKey::of(&AES_128_GCM, &key))
    }
}

impl SupportedAeadAes256Gcm for AesGcm {
    fn create_cipher(&self, key: [u8; 32], _encrypt: bool) -> Box<dyn AeadAes256GcmCipher> {
        Box::new(MediaKey::of(&AES_256_GCM, &key))
    }
}

pub(super) struct MediaKey(LessSafeKey);

impl MediaKey {
    fn of(algorithm: &'static Algorithm, key: &[u8]) -> Self {
        let key = UnboundKey::new(algorithm, key).expect("a key is as long as its algorithm says");
        Self(LessSafeKey::new(key))
    }

    /// Writes the cipher text and behind it the tag.
    fn seal(&self, iv: &[u8; 12], aad: &[u8], input: &[u8], output: &mut [u8]) -> Result<(), CryptoError> {
        let Some((text, tag)) = output.split_at_mut_checked(input.len()) else { return Err(failed()) };
        let Some(tag) = tag.get_mut(..TAG_BYTES) else { return Err(failed()) };
        text.copy_from_slice(input);
        let nonce = Nonce::assume_unique_for_key(*iv);
        let sealed = self.0.seal_in_place_separate_tag(nonce, Aad::from(aad), text).map_err(|_| failed())?;
        tag.copy_from_slice(sealed.as_ref());
        Ok(())
    }

    /// Writes the plain text of a cipher text with its tag, and says how long it is in bytes.
    fn open(
        &self,
        iv: &[u8; 12],
        aads: &[&[u8]],
        input: &[u8],
        output: &mut [u8],
    ) -> Result<usize, CryptoError> {
        let length = input.len().checked_sub(TAG_BYTES).ok_or_else(failed)?;
        let (text, tag) = input.split_at(length);
        let tag = tag.try_into().map_err(|_| failed())?;
        let output = output.get_mut(..length).ok_or_else(failed)?;
        output.copy_from_slice(text);
        let nonce = Nonce::assume_unique_for_key(*iv);
        let opened = if let &[aad] = aads {
            self.0.open_in_place_separate_tag(nonce, Aad::from(aad), tag, output, 0..)
        } else {
            // Unencrypted reports, which no browser sends.
            self.0.open_in_place_separate_tag(nonce, Aad::from(aads.concat()), tag, output, 0..)
        };
        opened.map(|text| text.len()).map_err(|_| failed())
    }
}

impl fmt::Debug for MediaKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MediaKey").finish_non_exhaustive()
    }
}

/// The two traits differ in the length of their keys only.
macro_rules! cipher {
    ($cipher:ident) => {
        impl $cipher for MediaKey {
            fn encrypt(
                &mut self,
                iv: &[u8; 12],
                aad: &[u8],
                input: &[u8],
                output: &mut [u8],
            ) -> Result<(), CryptoError> {
                self.seal(iv, aad, input, output)
            }

            fn decrypt(
                &mut self,
                iv: &[u8; 12],
                aads: &[&[u8]],
                input: &[u8],
                output: &mut [u8],
            ) -> Result<usize, CryptoError> {
                self.open(iv, aads, input, output)
            }
        }
    };
}

cipher!(AeadAes128GcmCipher);
cipher!(AeadAes256GcmCipher);

fn failed() -> CryptoError {
    CryptoError::Other("it is not sealed with this key".to_owned())
}

const TAG_BYTES: usize = 16;
