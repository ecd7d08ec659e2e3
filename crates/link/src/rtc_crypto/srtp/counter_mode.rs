//! AES in counter mode (RFC 3711, section 4.1.1), whose authentication is str0m's, by HMAC-SHA1.

use std::fmt;

use aes::Aes128;
use aes::cipher::{Block, BlockCipherEncrypt, KeyInit};
use str0m::crypto::{Aes128CmSha1_80Cipher, SupportedAes128CmSha1_80};
use str0m_proto::crypto::CryptoError;

/// Encrypts one block of 16 bytes, as the derivation of keys does (RFC 3711, section 4.3.3).
///
/// # Panics
///
/// The key is not as long as the cipher's, or `input` lacks a block, or `output` is too short: str0m gives what the
/// standard says.
pub(super) fn encrypt_block<C: KeyInit + BlockCipherEncrypt>(key: &[u8], input: &[u8], output: &mut [u8]) {
    let cipher = C::new_from_slice(key).expect("a key is as long as its cipher says");
    let mut block = Block::<C>::try_from(input).expect("the input is one block");
    cipher.encrypt_block(&mut block);
    output[..block.len()].copy_from_slice(&block);
}

#[derive(Debug)]
pub(super) struct CounterMode;

impl SupportedAes128CmSha1_80 for CounterMode {
    fn create_cipher(&self, key: [u8; 16], _encrypt: bool) -> Box<dyn Aes128CmSha1_80Cipher> {
        Box::new(Keystream(Aes128::new(&key.into())))
    }
}

pub(super) struct Keystream(Aes128);

impl Keystream {
    /// Combines bytes with the key stream, which both encrypts and decrypts them.
    fn apply(&self, iv: [u8; 16], input: &[u8], output: &mut [u8]) -> Result<(), CryptoError> {
        let output = output
            .get_mut(..input.len())
            .ok_or_else(|| CryptoError::Other("the buffer is too small for what is decrypted".to_owned()))?;
        let mut counter = u128::from_be_bytes(iv);
        let pieces = input.chunks(BLOCKS_AT_ONCE * BLOCK_BYTES);
        for (piece, output) in pieces.zip(output.chunks_mut(BLOCKS_AT_ONCE * BLOCK_BYTES)) {
            let mut blocks = [Block::<Aes128>::default(); BLOCKS_AT_ONCE];
            let blocks = &mut blocks[..piece.len().div_ceil(BLOCK_BYTES)];
            for block in &mut *blocks {
                *block = counter.to_be_bytes().into();
                counter = counter.wrapping_add(1);
            }
            self.0.encrypt_blocks(blocks);
            for ((to, from), key) in output.iter_mut().zip(piece).zip(blocks.iter().flatten()) {
                *to = from ^ key;
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Keystream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keystream").finish_non_exhaustive()
    }
}

impl Aes128CmSha1_80Cipher for Keystream {
    fn encrypt(&mut self, iv: &[u8; 16], input: &[u8], output: &mut [u8]) -> Result<(), CryptoError> {
        self.apply(*iv, input, output)
    }

    fn decrypt(&mut self, iv: &[u8; 16], input: &[u8], output: &mut [u8]) -> Result<(), CryptoError> {
        self.apply(*iv, input, output)
    }
}

const BLOCK_BYTES: usize = 16;

/// The number of blocks that a processor computes in parallel: a voice packet is five to eight blocks.
const BLOCKS_AT_ONCE: usize = 8;
