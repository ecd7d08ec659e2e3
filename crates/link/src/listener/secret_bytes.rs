//! Random bytes that no other party can guess.

use std::io;

use ring::rand::{SecureRandom as _, SystemRandom};

/// Draws this many random bytes.
///
/// # Errors
/// If the system has no random numbers.
pub fn secret_bytes<const BYTES: usize>() -> io::Result<[u8; BYTES]> {
    let mut bytes = [0; BYTES];
    let drawn = SystemRandom::new().fill(&mut bytes);
    drawn.map(|()| bytes).map_err(|_| io::Error::other("the system has no random numbers"))
}
