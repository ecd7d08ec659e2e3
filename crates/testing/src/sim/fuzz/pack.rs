//! A corpus in one file: each input behind its length, two bytes, big-endian.

/// Puts inputs into one piece; one of more than 65 535 bytes is left out.
pub fn pack<'a>(inputs: impl IntoIterator<Item = &'a [u8]>) -> Vec<u8> {
    let mut packed = Vec::new();
    for input in inputs {
        if let Ok(length) = u16::try_from(input.len()) {
            packed.extend_from_slice(&length.to_be_bytes());
            packed.extend_from_slice(input);
        }
    }
    packed
}

/// The inputs of a packed corpus, in order; one that is cut off ends them.
pub fn unpack(packed: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = packed;
    std::iter::from_fn(move || {
        let (length, behind) = rest.split_first_chunk()?;
        let (input, behind) = behind.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
        rest = behind;
        Some(input)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_packed_comes_out_again() {
        let inputs: [&[u8]; 3] = [b"one", b"", b"three"];
        let packed = pack(inputs);
        assert!(unpack(&packed).eq(inputs));
        assert!(unpack(&packed[..packed.len() - 1]).eq(inputs[..2].iter().copied()));
    }
}
