//! The key of a stretch of datagrams.

use std::fmt;

use ring::aead::{Aad, LessSafeKey, NONCE_LEN, Nonce};

/// The key of one epoch in one direction.
pub(crate) struct EpochKey(Option<(LessSafeKey, [u8; NONCE_LEN])>);

impl EpochKey {
    /// Of a cipher that does not encrypt.
    pub(crate) fn none() -> Self {
        Self(None)
    }

    pub(crate) fn new(key: LessSafeKey, iv: [u8; NONCE_LEN]) -> Self {
        Self(Some((key, iv)))
    }

    /// Seals everything in `out` from `start` on: `header_bytes` are authenticated, what follows is encrypted too.
    pub(crate) fn seal(&self, counter: u64, out: &mut Vec<u8>, start: usize, header_bytes: usize) {
        let Some((key, iv)) = &self.0 else { return };
        let (header, body) = out[start..].split_at_mut(header_bytes);
        let tag = key
            .seal_in_place_separate_tag(nonce(iv, counter), Aad::from(header), body)
            .expect("a datagram is far below the 64 GiB that a cipher takes");
        out.extend_from_slice(tag.as_ref());
    }

    /// The body of a datagram, if this key sealed it.
    pub(crate) fn open<'a>(
        &self,
        counter: u64,
        datagram: &'a mut [u8],
        header_bytes: usize,
    ) -> Option<&'a [u8]> {
        let (header, sealed) = datagram.split_at_mut_checked(header_bytes)?;
        let Some((key, iv)) = &self.0 else { return Some(sealed) };
        let opened = key.open_in_place(nonce(iv, counter), Aad::from(header), sealed);
        opened.ok().map(|body| &*body)
    }
}

impl fmt::Debug for EpochKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EpochKey")
    }
}

/// The IV xor the counter (RFC 8446, section 5.3).
fn nonce(iv: &[u8; NONCE_LEN], counter: u64) -> Nonce {
    let mut nonce = *iv;
    for (byte, counter_byte) in nonce[NONCE_LEN - size_of::<u64>()..].iter_mut().zip(counter.to_be_bytes()) {
        *byte ^= counter_byte;
    }
    Nonce::assume_unique_for_key(nonce)
}
