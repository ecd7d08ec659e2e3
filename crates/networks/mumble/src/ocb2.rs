//! The mode OCB2 around AES-128: Rogaway, "Efficient Instantiations of Tweakable Blockciphers and Refinements to Modes
//! OCB and PMAC" (2004), with tags of which Mumble sends three bytes.
//!
//! The mode is broken: Inoue, Iwata, Minematsu and Poettering, "Cryptanalysis of OCB2" (2019), forge packets out of
//! ones whose last full block is a length. Mumble's answer is that of the paper's section 9, and this one's, too:
//! such a plaintext is changed before it is sealed, and a packet forged from one is rejected. Every Mumble client
//! uses this mode, which carries voice only; texts and passwords go over TLS.

use aes::Aes128;
use aes::cipher::{BlockCipherDecrypt as _, BlockCipherEncrypt as _, KeyInit as _};

const BLOCK_BYTES: usize = 16;
type Block = [u8; BLOCK_BYTES];

/// A key, prepared for both directions.
pub(crate) struct Ocb2(Aes128);

impl Ocb2 {
    /// The mode with this key.
    pub(crate) fn new(key: &[u8; 16]) -> Self {
        Self(Aes128::new(&(*key).into()))
    }

    /// Encrypts in place; returns the tag. A plaintext of which forgeries could be made loses its lowest bit first:
    /// the first byte of its last full block is 1 then, where all of them but the last were 0.
    pub(crate) fn seal(&self, nonce: &Block, text: &mut [u8]) -> Block {
        let mut delta = self.encrypted(*nonce);
        let mut checksum = Block::default();
        let (full, last) = split(text);
        let count = full.len() / BLOCK_BYTES;
        for (index, block) in full.chunks_exact_mut(BLOCK_BYTES).enumerate() {
            double(&mut delta);
            if index + 1 == count && is_like_a_length(block) {
                block[0] ^= 1;
            }
            xor(&mut checksum, block);
            let mut mixed = delta;
            xor(&mut mixed, block);
            let mut sealed = self.encrypted(mixed);
            xor(&mut sealed, &delta);
            block.copy_from_slice(&sealed);
        }
        let pad = self.pad(&mut delta, last.len());
        // A partial last block is filled up with the pad's own bytes.
        let mut padded = pad;
        padded[..last.len()].copy_from_slice(last);
        xor(&mut checksum, &padded);
        for (byte, mask) in last.iter_mut().zip(pad) {
            *byte ^= mask;
        }
        self.tag(delta, checksum)
    }

    /// Decrypts in place; returns the tag that the text must have come with, or nothing if it can only be a forgery.
    pub(crate) fn open(&self, nonce: &Block, text: &mut [u8]) -> Option<Block> {
        let mut delta = self.encrypted(*nonce);
        let mut checksum = Block::default();
        let (full, last) = split(text);
        let mut is_forged = false;
        let count = full.len() / BLOCK_BYTES;
        for (index, block) in full.chunks_exact_mut(BLOCK_BYTES).enumerate() {
            double(&mut delta);
            let mut mixed = delta;
            xor(&mut mixed, block);
            let mut opened = self.decrypted(mixed);
            xor(&mut opened, &delta);
            block.copy_from_slice(&opened);
            xor(&mut checksum, &opened);
            is_forged |= index + 1 == count && is_like_a_length(&opened);
        }
        let pad = self.pad(&mut delta, last.len());
        for (byte, mask) in last.iter_mut().zip(pad) {
            *byte ^= mask;
        }
        let mut padded = pad;
        padded[..last.len()].copy_from_slice(last);
        xor(&mut checksum, &padded);
        // A forgery made from such a length block ends in a block that equals the mask, except for its last byte.
        is_forged |= padded[..BLOCK_BYTES - 1] == delta[..BLOCK_BYTES - 1];
        (!is_forged).then(|| self.tag(delta, checksum))
    }

    /// The mask of the last block, which depends on its number of bytes.
    fn pad(&self, delta: &mut Block, bytes: usize) -> Block {
        double(delta);
        let mut length = Block::default();
        length[BLOCK_BYTES - 1] = (bytes * 8) as u8;
        xor(&mut length, delta);
        self.encrypted(length)
    }

    fn tag(&self, mut delta: Block, checksum: Block) -> Block {
        let once = delta;
        double(&mut delta);
        xor(&mut delta, &once);
        xor(&mut delta, &checksum);
        self.encrypted(delta)
    }

    fn encrypted(&self, block: Block) -> Block {
        let mut block = block.into();
        self.0.encrypt_block(&mut block);
        block.into()
    }

    fn decrypted(&self, block: Block) -> Block {
        let mut block = block.into();
        self.0.decrypt_block(&mut block);
        block.into()
    }
}

/// Does not show the key.
impl std::fmt::Debug for Ocb2 {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ocb2").finish_non_exhaustive()
    }
}

/// Full blocks, and the last one, which may be full, too, or empty if the text is.
fn split(text: &mut [u8]) -> (&mut [u8], &mut [u8]) {
    let before_last = text.len().saturating_sub(1) / BLOCK_BYTES * BLOCK_BYTES;
    text.split_at_mut(before_last)
}

/// Whether a block is 0 in all bytes but the last, as the length of a block is.
fn is_like_a_length(block: &[u8]) -> bool {
    block[..BLOCK_BYTES - 1].iter().all(|byte| *byte == 0)
}

fn xor(block: &mut Block, other: &[u8]) {
    for (byte, other) in block.iter_mut().zip(other) {
        *byte ^= other;
    }
}

/// Times x in the field of 2¹²⁸ elements, whose polynomial is x¹²⁸ + x⁷ + x² + x + 1.
fn double(block: &mut Block) {
    let number = u128::from_be_bytes(*block);
    let reduction = (number >> 127) * 0x87;
    *block = (number << 1 ^ reduction).to_be_bytes();
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The vectors of draft-krovetz-ocb-00, whose mode this is: key and nonce are 00 to 0F.
    const COUNTING: [u8; 16] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];

    #[test]
    fn the_published_vectors_come_out() {
        let ocb2 = Ocb2::new(&COUNTING);
        assert_eq!(ocb2.seal(&COUNTING, &mut []), hex("BF3108130773AD5EC70EC69E7875A7B0"));
        let mut text: Vec<u8> = (0..40).collect();
        let tag = ocb2.seal(&COUNTING, &mut text);
        assert_eq!(tag, hex("9DB0CDF880F73E3E10D4EB3217766688"));
        let sealed = "F75D6BC8B4DC8D66B836A2B08B32A6369F1CD3C5228D79FD6C267F5F6AA7B231C7DFB9D59951AE9C";
        assert_eq!(text, bytes(sealed));
    }

    #[test]
    fn a_plaintext_that_forgeries_are_made_of_is_changed_and_a_forgery_is_refused() {
        let ocb2 = Ocb2::new(&COUNTING);
        // The attack of section 4.2 of the paper: a last full block that is the length of a block, then a full one.
        let mut text = [0; 32];
        text[15] = 128;
        let mut sealed = text;
        ocb2.seal(&COUNTING, &mut sealed);
        let mut opened = sealed;
        assert!(ocb2.open(&COUNTING, &mut opened).is_some());
        assert_eq!((opened[0], &opened[1..]), (1, &text[1..]));
        // Without that change, the first block alone would be a packet with a known tag.
        let mut unchanged = text;
        seal_as_published(&ocb2, &mut unchanged);
        let mut forged = <[u8; 16]>::try_from(&unchanged[..16]).unwrap();
        forged[15] ^= 128;
        assert_eq!(ocb2.open(&COUNTING, &mut forged), None);
        assert_eq!(ocb2.open(&COUNTING, &mut unchanged), None, "nor is the original one taken");
    }

    proptest! {
        #[test]
        fn what_was_sealed_is_opened_and_nothing_else(
            text in prop::collection::vec(any::<u8>(), 0..200), nonce: [u8; 16], at: usize, mask in 1_u8..,
        ) {
            let ocb2 = Ocb2::new(&COUNTING);
            let mut sealed = text.clone();
            let tag = ocb2.seal(&nonce, &mut sealed);
            let mut opened = sealed.clone();
            prop_assert_eq!(ocb2.open(&nonce, &mut opened), Some(tag));
            prop_assert_eq!(&opened, &text);
            if let Some(byte) = (!sealed.is_empty()).then(|| at % sealed.len()) {
                sealed[byte] ^= mask;
                prop_assert_ne!(ocb2.open(&nonce, &mut sealed), Some(tag));
            }
        }
    }

    /// Seals two blocks without the countermeasure: the first one is not changed.
    fn seal_as_published(ocb2: &Ocb2, text: &mut [u8; 32]) {
        let mut delta = ocb2.encrypted(COUNTING);
        double(&mut delta);
        let mut first = delta;
        xor(&mut first, &text[..16]);
        let mut first = ocb2.encrypted(first);
        xor(&mut first, &delta);
        let pad = ocb2.pad(&mut delta, 16);
        text[..16].copy_from_slice(&first);
        for (byte, mask) in text[16..].iter_mut().zip(pad) {
            *byte ^= mask;
        }
    }

    fn hex(text: &str) -> Block {
        bytes(text).try_into().unwrap()
    }

    fn bytes(text: &str) -> Vec<u8> {
        let digits = text.as_bytes().chunks(2).map(|two| std::str::from_utf8(two).unwrap());
        digits.map(|two| u8::from_str_radix(two, 16).unwrap()).collect()
    }
}
