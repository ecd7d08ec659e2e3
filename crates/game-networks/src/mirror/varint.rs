//! Mirror's lengths: unsigned numbers in one to nine bytes, in the manner of `SQLite4`.

/// The largest number in one byte.
const ONE_BYTE_MAX: u64 = 240;
/// The largest number in two bytes.
const TWO_BYTES_MAX: u64 = 2287;
/// The largest number in three bytes.
const THREE_BYTES_MAX: u64 = 67_823;

/// The number at the start of `bytes`, and how many bytes it takes there (1 to 9); `None` if it is cut off.
///
/// Forms that are longer than needed are read, too, as Mirror reads them.
pub fn read(bytes: &[u8]) -> Option<(u64, usize)> {
    let (&first, rest) = bytes.split_first()?;
    let first = u64::from(first);
    let byte = |index: usize| rest.get(index).map(|&byte| u64::from(byte));
    Some(match first {
        0..=ONE_BYTE_MAX => (first, 1),
        241..=248 => (ONE_BYTE_MAX + ((first - 241) << 8) + byte(0)?, 2),
        249 => (TWO_BYTES_MAX + 1 + (byte(0)? << 8) + byte(1)?, 3),
        _ => {
            let width = first as usize - 247;
            let mut little_endian = [0; 8];
            little_endian[..width].copy_from_slice(rest.get(..width)?);
            (u64::from_le_bytes(little_endian), 1 + width)
        }
    })
}

/// Appends a number in its shortest form.
pub fn write(number: u64, bytes: &mut Vec<u8>) {
    match number {
        0..=ONE_BYTE_MAX => bytes.push(number as u8),
        241..=TWO_BYTES_MAX => {
            let above = number - ONE_BYTE_MAX;
            bytes.extend([241 + (above >> 8) as u8, above as u8]);
        }
        2288..=THREE_BYTES_MAX => {
            let above = number - TWO_BYTES_MAX - 1;
            bytes.extend([249, (above >> 8) as u8, above as u8]);
        }
        _ => {
            let width = (8 - number.leading_zeros() as usize / 8).max(3);
            bytes.push(247 + width as u8);
            bytes.extend_from_slice(&number.to_le_bytes()[..width]);
        }
    }
}
