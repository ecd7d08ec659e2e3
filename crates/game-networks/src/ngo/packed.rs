//! Numbers in as few bytes as they need, as `BytePacker` writes them.

/// Reads an unsigned 32-bit number, and returns it with its encoded length in bytes.
pub fn read_u32(bytes: &[u8]) -> Option<(u32, usize)> {
    let (value, length) = read(bytes, 3, 4)?;
    Some((u32::try_from(value).ok()?, length))
}

/// Reads a signed 32-bit number, and returns it with its encoded length in bytes.
pub fn read_i32(bytes: &[u8]) -> Option<(i32, usize)> {
    let (zigzag, length) = read_u32(bytes)?;
    Some(((zigzag >> 1) as i32 ^ -((zigzag & 1) as i32), length))
}

/// Reads an unsigned 64-bit number, and returns it with its encoded length in bytes.
pub fn read_u64(bytes: &[u8]) -> Option<(u64, usize)> {
    read(bytes, 4, 8)
}

/// Appends an unsigned number of 32 bits: one byte to five.
pub fn write_u32(value: u32, bytes: &mut Vec<u8>) {
    write(value.into(), 3, 4, bytes);
}

/// Appends a signed number of 32 bits: one byte to five.
pub fn write_i32(value: i32, bytes: &mut Vec<u8>) {
    write_u32((value << 1 ^ value >> 31) as u32, bytes);
}

/// Appends an unsigned number of 64 bits: one byte to nine.
pub fn write_u64(value: u64, bytes: &mut Vec<u8>) {
    write(value, 4, 8, bytes);
}

/// The lowest bits tell how many bytes there are, up to `bytes_max`; one more means that the number follows as it is.
fn read(bytes: &[u8], length_bits: u32, bytes_max: usize) -> Option<(u64, usize)> {
    let length = usize::from(*bytes.first()? & ((1 << length_bits) - 1));
    let mut word = [0; 8];
    if length == bytes_max + 1 {
        word[..bytes_max].copy_from_slice(bytes.get(1..length)?);
        return Some((u64::from_le_bytes(word), length));
    }
    if length == 0 || length > bytes_max {
        return None;
    }
    word[..length].copy_from_slice(bytes.get(..length)?);
    Some((u64::from_le_bytes(word) >> length_bits, length))
}

fn write(value: u64, length_bits: u32, bytes_max: usize, bytes: &mut Vec<u8>) {
    if value >> (8 * bytes_max as u32 - length_bits) > 0 {
        bytes.push(bytes_max as u8 + 1);
        bytes.extend_from_slice(&value.to_le_bytes()[..bytes_max]);
        return;
    }
    let word = value << length_bits;
    let length = (u64::BITS - word.leading_zeros()).div_ceil(8).max(1);
    bytes.extend_from_slice(&(word | u64::from(length)).to_le_bytes()[..length as usize]);
}
