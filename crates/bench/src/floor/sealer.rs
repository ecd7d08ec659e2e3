//! Sealing datagrams for one listener: AES-128-GCM (NIST SP 800-38D) with a counter.
//!
//! A sealed datagram is the counter (8 bytes, big-endian), the encrypted frame, and the tag (16 bytes); the counter is
//! authenticated too, and the nonce is four zero bytes and the counter.

use std::io;

use ring::aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey};

/// One listener's key, and the number of times it was used.
pub(super) struct Sealer {
    key: LessSafeKey,
    counter: u64,
}

impl Sealer {
    /// The bytes that sealing adds to a frame.
    pub(super) const OVERHEAD: usize = COUNTER_BYTES + TAG_BYTES;

    /// The sealer for the listener with this number. Nothing secret is sent, so the key is just the number.
    pub(super) fn new(listener: usize) -> io::Result<Self> {
        Ok(Self { key: key(listener)?, counter: 0 })
    }

    /// Writes the sealed `frame` into `packet`, which is [`Self::OVERHEAD`] longer.
    ///
    /// # Errors
    ///
    /// If the lengths do not fit.
    pub(super) fn seal(&mut self, frame: &[u8], packet: &mut [u8]) -> io::Result<()> {
        if packet.len() != frame.len() + Self::OVERHEAD {
            return Err(io::Error::other("a sealed datagram of another length"));
        }
        let (header, rest) = packet.split_at_mut(COUNTER_BYTES);
        let (body, tag) = rest.split_at_mut(frame.len());
        let counter = self.counter.to_be_bytes();
        self.counter += 1;
        header.copy_from_slice(&counter);
        body.copy_from_slice(frame);
        let made = self.key.seal_in_place_separate_tag(nonce(counter), Aad::from(counter), body);
        tag.copy_from_slice(made.map_err(|_| io::Error::other("a frame that cannot be sealed"))?.as_ref());
        Ok(())
    }
}

const COUNTER_BYTES: usize = 8;
const TAG_BYTES: usize = 16;

fn key(listener: usize) -> io::Result<LessSafeKey> {
    let secret = (listener as u128).to_be_bytes();
    let key = UnboundKey::new(&AES_128_GCM, &secret).map_err(|_| io::Error::other("no AES-128-GCM"))?;
    Ok(LessSafeKey::new(key))
}

fn nonce(counter: [u8; COUNTER_BYTES]) -> Nonce {
    let mut nonce = [0; 12];
    nonce[4..].copy_from_slice(&counter);
    Nonce::assume_unique_for_key(nonce)
}

/// Opens what a sealer of this listener has sealed: the counter and the frame, or nothing if it was changed.
#[cfg(test)]
pub(super) fn open(listener: usize, packet: &[u8]) -> Option<(u64, Vec<u8>)> {
    let (counter, sealed) = packet.split_first_chunk::<COUNTER_BYTES>()?;
    let mut sealed = sealed.to_vec();
    let frame = key(listener).ok()?.open_in_place(nonce(*counter), Aad::from(*counter), &mut sealed).ok()?;
    Some((u64::from_be_bytes(*counter), frame.to_vec()))
}
