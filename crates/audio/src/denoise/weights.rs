//! A reader of the weights that `model/convert.py` writes.
//!
//! A file is a head, `CNSW`, version (16 bits), number of tensors (16 bits), FNV-1a of the rest (32 bits), and then the
//! tensors in the order in which the network asks for them. All numbers are little-endian. A tensor begins with its
//! kind (8 bits), 3 unused bytes, its number of values and of rows (32 bits each). Of the kinds, 0 is 16-bit floating
//! point; 1 is a scale for each row (32-bit floating point), then bytes, row by row, of which 128 is zero.

use crate::denoise::kernels::{HIDDEN, QuantisedMatrix};

/// An error in a file of weights.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum WeightsError {
    /// Not such a file, or of another version.
    #[error("not a file of weights of version {VERSION}")]
    Format,
    /// Bytes have changed.
    #[error("the checksum of the weights is {found:08x}, expected {expected:08x}")]
    Checksum { found: u32, expected: u32 },
    /// The next tensor has another kind or size than the network expects.
    #[error("tensor {number} does not have the expected {values} values")]
    Shape { number: usize, values: usize },
    /// More tensors than the network asks for.
    #[error("tensor {number} is not expected")]
    Unused { number: usize },
}

const MAGIC: &[u8; 4] = b"CNSW";
const VERSION: u16 = 1;
const HALF: u8 = 0;
const ROWS: u8 = 1;

/// The tensors of a file, one after the other.
pub(crate) struct Weights {
    rest: &'static [u8],
    number: usize,
}

impl Weights {
    /// Checks the head of `file`.
    pub(crate) fn open(file: &'static [u8]) -> Result<Self, WeightsError> {
        let (head, body) = file.split_first_chunk::<12>().ok_or(WeightsError::Format)?;
        let [m0, m1, m2, m3, v0, v1, _, _, checksum @ ..] = *head;
        if [m0, m1, m2, m3] != *MAGIC || u16::from_le_bytes([v0, v1]) != VERSION {
            return Err(WeightsError::Format);
        }
        let (found, expected) = (fnv1a(body), u32::from_le_bytes(checksum));
        if found != expected {
            return Err(WeightsError::Checksum { found, expected });
        }
        Ok(Self { rest: body, number: 0 })
    }

    /// The next tensor, of `N` values.
    pub(crate) fn vector<const N: usize>(&mut self) -> Result<Box<[f32; N]>, WeightsError> {
        let values = self.values(N)?;
        Ok(values.try_into().unwrap_or_else(|_| unreachable!("as many as were asked for")))
    }

    /// The next tensor, of `ROWS` times `N` values.
    pub(crate) fn table<const N: usize>(&mut self, rows: usize) -> Result<Box<[[f32; N]]>, WeightsError> {
        let values = self.values(rows * N)?;
        Ok(values.as_chunks::<N>().0.into())
    }

    /// The next tensor, a matrix of `rows` with [`HIDDEN`] columns.
    pub(crate) fn matrix(&mut self, rows: usize) -> Result<QuantisedMatrix, WeightsError> {
        let values = rows * HIDDEN;
        let error = self.head(ROWS, values, rows)?;
        let (scales, rest) = self.rest.split_at_checked(4 * rows).ok_or(error)?;
        let (steps, rest) = rest.split_at_checked(values).ok_or(error)?;
        self.rest = rest;
        let scales = scales.as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect();
        Ok(QuantisedMatrix::new(steps.as_chunks::<HIDDEN>().0, scales))
    }

    /// Checks that nothing is left.
    pub(crate) fn close(self) -> Result<(), WeightsError> {
        if self.rest.is_empty() { Ok(()) } else { Err(WeightsError::Unused { number: self.number }) }
    }

    fn values(&mut self, values: usize) -> Result<Vec<f32>, WeightsError> {
        let error = self.head(HALF, values, 1)?;
        let (bytes, rest) = self.rest.split_at_checked(2 * values).ok_or(error)?;
        self.rest = rest;
        Ok(bytes.as_chunks::<2>().0.iter().map(|bytes| from_half(u16::from_le_bytes(*bytes))).collect())
    }

    /// Reads the head of a tensor. Returns the error for one whose values are missing.
    fn head(&mut self, kind: u8, values: usize, rows: usize) -> Result<WeightsError, WeightsError> {
        self.number += 1;
        let error = WeightsError::Shape { number: self.number, values };
        let (head, rest) = self.rest.split_first_chunk::<12>().ok_or(error)?;
        let mut expected = [kind, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        expected[4..8].copy_from_slice(&(values as u32).to_le_bytes());
        expected[8..].copy_from_slice(&(rows as u32).to_le_bytes());
        if *head != expected {
            return Err(error);
        }
        self.rest = rest;
        Ok(error)
    }
}

fn fnv1a(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0x811C_9DC5, |value, byte| (value ^ u32::from(*byte)).wrapping_mul(0x0100_0193))
}

/// A number in 16-bit floating point (IEEE 754 binary16); the file has no infinities.
fn from_half(bits: u16) -> f32 {
    let (exponent, fraction) = (i32::from(bits >> 10 & 0x1F), f32::from(bits & 0x3FF) / 1024.0);
    let magnitude = if exponent == 0 {
        fraction * 2.0_f32.powi(-14)
    } else {
        (1.0 + fraction) * 2.0_f32.powi(exponent - 15)
    };
    if bits >> 15 == 1 { -magnitude } else { magnitude }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(body: &[u8]) -> &'static [u8] {
        let mut file = b"CNSW\x01\0\x01\0".to_vec();
        file.extend(fnv1a(body).to_le_bytes());
        file.extend(body);
        file.leak()
    }

    #[test]
    fn reads_what_was_written() {
        let mut weights = Weights::open(file(b"\0\0\0\0\x02\0\0\0\x01\0\0\0\0\x3C\0\xC1")).unwrap();
        assert_eq!(weights.vector::<2>().unwrap().map(f32::to_bits), [1.0_f32, -2.5].map(f32::to_bits));
        assert_eq!(weights.close(), Ok(()));
    }

    #[test]
    fn refuses_other_files() {
        assert_eq!(Weights::open(b"CNSW").err(), Some(WeightsError::Format));
        assert_eq!(Weights::open(b"RIFF\x01\0\x01\0\0\0\0\0").err(), Some(WeightsError::Format));
        assert_eq!(Weights::open(b"CNSW\x02\0\x01\0\0\0\0\0").err(), Some(WeightsError::Format));
    }

    #[test]
    fn refuses_a_changed_byte() {
        let mut bytes = file(b"something").to_vec();
        bytes[15] ^= 1;
        assert!(matches!(Weights::open(bytes.leak()), Err(WeightsError::Checksum { .. })));
    }

    #[test]
    fn refuses_tensors_of_another_size_kind_or_number() {
        let body = b"\0\0\0\0\x02\0\0\0\x01\0\0\0\0\x3C\0\xC1";
        let open = || Weights::open(file(body)).unwrap();
        assert_eq!(open().vector::<3>().err(), Some(WeightsError::Shape { number: 1, values: 3 }));
        assert_eq!(open().matrix(1).err(), Some(WeightsError::Shape { number: 1, values: HIDDEN }));
        assert_eq!(open().close(), Err(WeightsError::Unused { number: 0 }));
        let mut cut = Weights::open(file(&body[..14])).unwrap();
        assert_eq!(cut.vector::<2>().err(), Some(WeightsError::Shape { number: 1, values: 2 }));
    }

    #[test]
    fn half_precision_keeps_small_numbers() {
        let expected = [5.960_464_5e-8, 6.097_555e-5, 6.103_515_6e-5, -6.103_515_6e-5_f32];
        assert_eq!(
            [0x0001, 0x03FF, 0x0400, 0x8400].map(from_half).map(f32::to_bits),
            expected.map(f32::to_bits)
        );
    }
}
