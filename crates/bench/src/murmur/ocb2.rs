//! Mumble's encryption of voice: OCB2 with AES-128 (Rogaway, "Efficient Instantiations of Tweakable Blockciphers and
//! Refinements to Modes OCB and PMAC", 2004), a nonce that counts up, and the first bytes of nonce and tag before the
//! packet.

use aes::Aes128;
use aes::cipher::{BlockCipherEncrypt, KeyInit};

/// One direction of one client.
pub(super) struct Sealer {
    cipher: Aes128,
    /// Little-endian.
    nonce: u128,
}

const BLOCK: usize = 16;
const TAG_BYTES: usize = 3;

impl Sealer {
    pub(super) fn new(key: [u8; BLOCK], nonce: [u8; BLOCK]) -> Self {
        Self { cipher: Aes128::new(&key.into()), nonce: u128::from_le_bytes(nonce) }
    }

    /// The datagram for a packet.
    pub(super) fn seal(&mut self, packet: &[u8], datagram: &mut Vec<u8>) {
        self.nonce = self.nonce.wrapping_add(1);
        let nonce = self.nonce.to_le_bytes();
        datagram.clear();
        datagram.extend_from_slice(&[nonce[0], 0, 0, 0]);
        let mut delta = self.block(u128::from_be_bytes(nonce));
        let mut checksum = 0;
        let last = packet.len().saturating_sub(1) / BLOCK * BLOCK;
        let (whole, rest) = packet.split_at(last);
        for plain in whole.as_chunks::<BLOCK>().0 {
            let plain = u128::from_be_bytes(*plain);
            delta = doubled(delta);
            checksum ^= plain;
            datagram.extend_from_slice(&(delta ^ self.block(plain ^ delta)).to_be_bytes());
        }
        delta = doubled(delta);
        let pad = self.block((8 * rest.len() as u128) ^ delta);
        let mut block = pad.to_be_bytes();
        block[..rest.len()].copy_from_slice(rest);
        let padded = u128::from_be_bytes(block);
        checksum ^= padded;
        datagram.extend_from_slice(&(padded ^ pad).to_be_bytes()[..rest.len()]);
        let tag = self.block(checksum ^ delta ^ doubled(delta)).to_be_bytes();
        datagram[1..=TAG_BYTES].copy_from_slice(&tag[..TAG_BYTES]);
    }

    fn block(&self, input: u128) -> u128 {
        let mut block = input.to_be_bytes().into();
        self.cipher.encrypt_block(&mut block);
        u128::from_be_bytes(block.into())
    }
}

/// Times two in the field of 2¹²⁸ elements.
fn doubled(value: u128) -> u128 {
    (value << 1) ^ if value >> 127 == 1 { 0x87 } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The test vectors of OCB2 with AES-128 (draft-krovetz-ocb-00, appendix: key and nonce 00 01 … 0f).
    #[test]
    fn packets_are_sealed_as_the_cipher_s_authors_do() {
        let key: [u8; 16] = std::array::from_fn(|index| index as u8);
        let before = (u128::from_le_bytes(key) - 1).to_le_bytes();
        let plain: Vec<u8> = (0..40).collect();
        let cases: [(&[u8], &[u8], [u8; 3]); 2] = [
            (&[], &[], [0xbf, 0x31, 0x08]),
            (
                &plain,
                &[
                    0xf7, 0x5d, 0x6b, 0xc8, 0xb4, 0xdc, 0x8d, 0x66, 0xb8, 0x36, 0xa2, 0xb0, 0x8b, 0x32, 0xa6,
                    0x36, 0x9f, 0x1c, 0xd3, 0xc5, 0x22, 0x8d, 0x79, 0xfd, 0x6c, 0x26, 0x7f, 0x5f, 0x6a, 0xa7,
                    0xb2, 0x31, 0xc7, 0xdf, 0xb9, 0xd5, 0x99, 0x51, 0xae, 0x9c,
                ],
                [0x9d, 0xb0, 0xcd],
            ),
        ];
        for (packet, sealed, tag) in cases {
            let mut datagram = Vec::new();
            Sealer::new(key, before).seal(packet, &mut datagram);
            assert_eq!(datagram[0], 0);
            assert_eq!(datagram[1..4], tag);
            assert_eq!(&datagram[4..], sealed);
        }
    }
}
