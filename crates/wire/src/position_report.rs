//! Position reports from a client of ours to a server that routes by distance.
//!
//! A report is carried as [`Extension`] describes, to a server that has announced
//! [`Capabilities::PROXIMITY`](crate::Capabilities).

use crate::{
    ErrorWrongSession, Extension, ExtensionWriter, ParseError, Reader, SessionId, WriteError, Writer,
};

/// A position in the game's world: metres along the game's own three axes.
///
/// Each coordinate is a number, and at most [`Position::FARTHEST_M`] from the origin.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Position([f32; 3]);

/// One report: a client's position, or its withdrawal.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PositionReport {
    /// Counts a client's reports, wrapping; one that was overtaken by a newer one is ignored.
    pub number: u16,
    /// The client's position; none to withdraw it.
    pub position: Option<Position>,
}

/// Coordinates that are not numbers, or too far from the origin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "each coordinate is a number of metres, at most {} km from the origin",
    Position::FARTHEST_M / 1000.0
)]
pub struct AbsurdPosition;

impl Position {
    /// The maximum absolute value of a coordinate, in metres: there, an `f32` still distinguishes metres.
    pub const FARTHEST_M: f32 = 1e7;

    /// The position with these coordinates, in metres.
    ///
    /// # Errors
    /// [`AbsurdPosition`] if one of them is not a number, infinite, or farther from 0 than [`Self::FARTHEST_M`].
    #[inline]
    pub fn new(metres: [f32; 3]) -> Result<Self, AbsurdPosition> {
        // NaN is outside every range.
        let is_near = |metre: &f32| (-Self::FARTHEST_M..=Self::FARTHEST_M).contains(metre);
        if metres.iter().all(is_near) { Ok(Self(metres)) } else { Err(AbsurdPosition) }
    }

    /// The coordinates, in metres.
    #[inline]
    pub const fn metres(self) -> [f32; 3] {
        self.0
    }

    /// The squared distance to another position, in m².
    #[inline]
    pub fn distance_squared(self, other: Self) -> f32 {
        let [x, y, z] = core::array::from_fn(|axis| self.0[axis] - other.0[axis]);
        x * x + y * y + z * z
    }
}

impl PositionReport {
    /// The report behind an [`ErrorWrongSession`]; `None` if there is none.
    ///
    /// # Errors
    /// [`AbsurdPosition`] if there is one with invalid coordinates.
    #[inline]
    pub fn find(trailing: &[u8]) -> Option<Result<Self, AbsurdPosition>> {
        let (_, bytes) = Extension::find(trailing)?.items().find(|&(tag, _)| tag == POSITION)?;
        let mut reader = Reader::new(bytes);
        let number = reader.u16("report number").ok()?;
        let position = match reader.rest().len() {
            0 => None,
            PLACE_BYTES => match read_place(&mut reader).map(Position::new).ok()? {
                Ok(position) => Some(position),
                Err(absurd) => return Some(Err(absurd)),
            },
            _ => return None,
        };
        Some(Ok(Self { number, position }))
    }

    /// Writes the whole packet: the [`ErrorWrongSession`] and the extension after it.
    ///
    /// # Errors
    /// [`WriteError::BufferFull`].
    pub fn write(&self, session: SessionId, writer: &mut Writer<'_>) -> Result<(), WriteError> {
        ErrorWrongSession { session }.write(writer)?;
        let mut block = ExtensionWriter::begin(writer)?;
        let place_bytes = if self.position.is_some() { PLACE_BYTES } else { 0 };
        let item = block.begin_item(POSITION, 2 + place_bytes)?;
        item.u16(self.number)?;
        for metre in self.position.iter().flat_map(|position| position.0) {
            item.u32(metre.to_bits())?;
        }
        Ok(())
    }
}

/// `u16` number, then nothing, or three `f32` metres. (Tags up to 7 stand behind handshakes and in voice reports.)
const POSITION: u8 = 8;
const PLACE_BYTES: usize = 12;

#[inline]
fn read_place(reader: &mut Reader<'_>) -> Result<[f32; 3], ParseError> {
    let mut metres = [0.0; 3];
    for metre in &mut metres {
        *metre = f32::from_bits(reader.u32("coordinate")?);
    }
    Ok(metres)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cursor::written;

    const SESSION: SessionId = SessionId(0x1234_5678);

    #[test]
    fn a_position_is_a_packet_a_mark_a_number_and_three_floats() {
        let position = Position::new([1.0, -2.0, 0.5]).unwrap();
        let report = PositionReport { number: 0x0102, position: Some(position) };
        let bytes = written(|writer| report.write(SESSION, writer));
        let expected = [
            &[0x8b, 0xc7, 6, 0x12, 0x34, 0x56, 0x78, 0xc0, 0x5a][..],
            &[8, 0, 14, 1, 2, 0x3f, 0x80, 0, 0, 0xc0, 0, 0, 0, 0x3f, 0, 0, 0],
        ];
        assert_eq!(bytes, expected.concat());
        assert_eq!(PositionReport::find(&bytes[7..]), Some(Ok(report)));
        assert_eq!(PositionReport::find(&bytes[7..bytes.len() - 1]), None, "an item that is cut off");
    }

    #[test]
    fn having_no_place_is_a_report_too() {
        let report = PositionReport { number: 7, position: None };
        let bytes = written(|writer| report.write(SESSION, writer));
        assert_eq!(bytes.len(), 14);
        assert_eq!(PositionReport::find(&bytes[7..]), Some(Ok(report)));
    }

    #[test]
    fn no_place_is_farther_than_the_farthest_or_not_a_number() {
        for absurd in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 1.001e7, f32::MIN] {
            assert_eq!(Position::new([0.0, absurd, 0.0]), Err(AbsurdPosition), "{absurd}");
            let mut block = [0xc0, 0x5a, 8, 0, 14, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
            block[11..15].copy_from_slice(&absurd.to_be_bytes());
            assert_eq!(PositionReport::find(&block), Some(Err(AbsurdPosition)), "{absurd}");
        }
        assert!(Position::new([1e7, -1e7, f32::MIN_POSITIVE]).is_ok());
    }

    #[test]
    fn items_of_another_length_or_tag_are_no_report() {
        assert_eq!(PositionReport::find(&[]), None);
        assert_eq!(PositionReport::find(&[0xc0, 0x5a, 8, 0, 1, 7]), None);
        assert_eq!(PositionReport::find(&[0xc0, 0x5a, 8, 0, 3, 0, 1, 7]), None);
        assert_eq!(PositionReport::find(&[0xc0, 0x5a, 5, 0, 2, 0, 1]), None);
    }
}
