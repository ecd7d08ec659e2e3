//! Packet numbers on a channel, of 15 bits, which wrap around.

/// The maximum number of packets of a reliable channel in flight.
pub(crate) const WINDOW: usize = 64;

const COUNT: u16 = 1 << 15;

/// A packet's number on its channel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sequence(u16);

impl Sequence {
    pub(crate) const BYTES: usize = 2;

    /// `None` if it has more than 15 bits.
    pub(crate) fn from_wire(bytes: [u8; 2]) -> Option<Self> {
        let number = u16::from_le_bytes(bytes);
        (number < COUNT).then_some(Self(number))
    }

    pub(crate) fn to_wire(self) -> [u8; 2] {
        self.0.to_le_bytes()
    }

    /// The number this many steps later, or earlier.
    pub(crate) fn plus(self, steps: i32) -> Self {
        Self((i32::from(self.0) + steps).rem_euclid(i32::from(COUNT)) as u16)
    }

    /// The number of steps from `other` to here, from −16384 to 16383.
    pub(crate) fn since(self, other: Self) -> i32 {
        let (count, half) = (i32::from(COUNT), i32::from(COUNT / 2));
        (i32::from(self.0) - i32::from(other.0) + count + half) % count - half
    }

    /// Its slot in a window: determined by the number itself, not by the start of the window.
    pub(crate) fn slot(self) -> usize {
        usize::from(self.0) % WINDOW
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_are_short_ways_round_and_undo_steps() {
        for start in [0, 1, 63, 16383, 16384, 32767] {
            let start = Sequence(start);
            for steps in [-16384, -65, -1, 0, 1, 64, 16383] {
                assert_eq!(start.plus(steps).since(start), steps, "{start:?} and {steps}");
            }
        }
        assert_eq!(Sequence(0).since(Sequence(32767)), 1);
        assert_eq!(Sequence::from_wire([0xff, 0x7f]), Some(Sequence(32767)));
        assert_eq!(Sequence::from_wire([0x00, 0x80]), None);
    }
}
