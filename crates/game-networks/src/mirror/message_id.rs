//! The two bytes in front of each message: a hash of its C# type's full name.

/// A message's id: which type it is, to ends that know the type's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct MessageId(pub u16);

/// How Mirror makes ids out of names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum IdHash {
    /// Up to v82.5: h = 31·h + unit, beginning with 23; the lower half of 32 bits.
    Times31,
    /// Since v82.6 (September 2023): FNV-1a of 32 bits over the lower byte of each unit; both halves, by exclusive or.
    Fnv1a,
}

impl MessageId {
    /// The id of a type, by its full name: `Namespace.Type`, or `Namespace.Outer+Inner` where one is within another.
    pub fn of(type_name: &str, hash: IdHash) -> Self {
        hash.finish(type_name.encode_utf16().fold(hash.start(), |state, unit| hash.step(state, unit)))
    }

    /// The same at compile time.
    ///
    /// # Panics
    /// If the name is not ASCII, which in a constant is an error of the compiler's.
    pub const fn of_ascii(type_name: &str, hash: IdHash) -> Self {
        assert!(type_name.is_ascii(), "only names in ASCII have one byte for each UTF-16 unit");
        let bytes = type_name.as_bytes();
        let mut state = hash.start();
        let mut index = 0;
        while index < bytes.len() {
            state = hash.step(state, bytes[index] as u16);
            index += 1;
        }
        hash.finish(state)
    }
}

impl IdHash {
    const fn start(self) -> u32 {
        match self {
            Self::Times31 => 23,
            Self::Fnv1a => 0x811c_9dc5,
        }
    }

    const fn step(self, state: u32, unit: u16) -> u32 {
        match self {
            Self::Times31 => state.wrapping_mul(31).wrapping_add(unit as u32),
            Self::Fnv1a => (state ^ (unit as u32 & 0xff)).wrapping_mul(0x0100_0193),
        }
    }

    const fn finish(self, state: u32) -> MessageId {
        MessageId(match self {
            Self::Times31 => state as u16,
            Self::Fnv1a => (state >> 16) as u16 ^ state as u16,
        })
    }
}
