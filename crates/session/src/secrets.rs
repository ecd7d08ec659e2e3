//! Unguessable secrets, derived from a key that the driver provides.

use consonance_wire::SharedSecret;

/// Secrets one after another: the keystream of `ChaCha20` (RFC 8439) under the key.
///
/// Some of them reveal nothing about the others, as long as the key is random and used for one server only.
#[derive(Clone)]
pub(crate) struct Secrets {
    key: [u32; 8],
    next: u32,
}

impl Secrets {
    pub(crate) fn new(key: &[u8; 32]) -> Self {
        let mut words = [0; 8];
        for (word, bytes) in words.iter_mut().zip(key.chunks_exact(4)) {
            *word = u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
        }
        Self { key: words, next: 0 }
    }

    /// The next secret: the first 16 bytes of one block.
    pub(crate) fn draw(&mut self) -> SharedSecret {
        let block = block(&self.key, self.next, [0; 3]);
        self.next = self.next.wrapping_add(1);
        let mut secret = [0; 16];
        for (bytes, word) in secret.chunks_exact_mut(4).zip(block) {
            bytes.copy_from_slice(&word.to_le_bytes());
        }
        SharedSecret(secret)
    }
}

/// Does not show the key.
impl core::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Secrets").field("drawn", &self.next).finish_non_exhaustive()
    }
}

/// The block function (RFC 8439, section 2.3).
fn block(key: &[u32; 8], counter: u32, nonce: [u32; 3]) -> [u32; 16] {
    let mut start = [0; 16];
    // "expand 32-byte k"
    start[..4].copy_from_slice(&[0x6170_7865, 0x3320_646e, 0x7962_2d32, 0x6b20_6574]);
    start[4..12].copy_from_slice(key);
    start[12] = counter;
    start[13..].copy_from_slice(&nonce);
    let mut state = start;
    for _ in 0..10 {
        for column in 0..4 {
            quarter_round(&mut state, [column, column + 4, column + 8, column + 12]);
        }
        for diagonal in 0..4 {
            let [b, c, d] = [1, 2, 3].map(|step| (diagonal + step) % 4 + 4 * step);
            quarter_round(&mut state, [diagonal, b, c, d]);
        }
    }
    for (word, first) in state.iter_mut().zip(start) {
        *word = word.wrapping_add(first);
    }
    state
}

/// RFC 8439, section 2.1.
fn quarter_round(state: &mut [u32; 16], [a, b, c, d]: [usize; 4]) {
    for (rotate_d, rotate_b) in [(16, 12), (8, 7)] {
        state[a] = state[a].wrapping_add(state[b]);
        state[d] = (state[d] ^ state[a]).rotate_left(rotate_d);
        state[c] = state[c].wrapping_add(state[d]);
        state[b] = (state[b] ^ state[c]).rotate_left(rotate_b);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::collections::BTreeSet;

    fn key() -> [u8; 32] {
        core::array::from_fn(|index| index as u8)
    }

    #[test]
    fn the_block_function_gives_the_block_of_the_rfc() {
        let key = Secrets::new(&key()).key;
        let block = block(&key, 1, [0x0900_0000, 0x4a00_0000, 0]);
        let expected = [
            0xe4e7_f110,
            0x1559_3bd1,
            0x1fdd_0f50,
            0xc471_20a3,
            0xc7f4_d1c7,
            0x0368_c033,
            0x9aaa_2204,
            0x4e6c_d4c3,
            0x4664_82d2,
            0x09aa_9f07,
            0x05d7_c214,
            0xa202_8bd9,
            0xd19c_12b5,
            0xb94e_16de,
            0xe883_d0cb,
            0x4e3c_50a2,
        ];
        assert_eq!(block, expected, "RFC 8439, section 2.3.2");
    }

    #[test]
    fn no_secret_comes_twice_and_another_key_gives_others() {
        let mut secrets = Secrets::new(&key());
        let mut others = Secrets::new(&[7; 32]);
        let drawn: BTreeSet<[u8; 16]> =
            (0..500).map(|_| secrets.draw().0).chain((0..500).map(|_| others.draw().0)).collect();
        assert_eq!(drawn.len(), 1000);
    }
}
