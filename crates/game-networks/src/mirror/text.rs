//! Strings in bodies: `[bytes + 1: u16][UTF-8]`, where zero stands for none at all.

/// The string at the start of `bytes` and what follows it; `None` if it is cut off or not
/// UTF-8. None at all reads as empty.
pub fn read(bytes: &[u8]) -> Option<(&str, &[u8])> {
    let (text, rest) = split(bytes)?;
    Some((std::str::from_utf8(text).ok()?, rest))
}

/// The two bytes in front of a string; the string itself follows. `None` if it is longer than 65 534 bytes.
pub fn length_prefix(text: &str) -> Option<[u8; 2]> {
    Some(u16::try_from(text.len() + 1).ok()?.to_le_bytes())
}

/// How many bytes a string takes, its length included.
pub(crate) fn bytes_of(bytes: &[u8]) -> Option<usize> {
    split(bytes).map(|(text, _)| 2 + text.len())
}

fn split(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk()?;
    rest.split_at_checked(usize::from(u16::from_le_bytes(*length).saturating_sub(1)))
}
