//! How a listener receives each speaker, and which copies of lost frames it can use.

use crate::{ClientId, List, ListItem, ParseError, Reader, WriteError, Writer};

/// How one listener receives each speaker that it hears.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReceptionReport<'a> {
    /// What the listener can make use of.
    pub redundancy: RedundancySupport,
    /// One entry per speaker.
    pub speakers: List<'a, Reception>,
    /// How many frames in a row are lost of each of them, in the same order; empty if it is unknown.
    pub lost_in_a_row: List<'a, LossRun>,
}

impl ReceptionReport<'_> {
    /// Each speaker, with how many of its frames are lost in a row.
    pub fn receptions(&self) -> impl Iterator<Item = (Reception, LossRun)> {
        let runs = self.lost_in_a_row.into_iter().chain(core::iter::repeat(LossRun::UNKNOWN));
        self.speakers.into_iter().zip(runs)
    }
}

/// How many frames are lost in a row on average, in tenths: losses by chance have about 10, bursts more. 0 is unknown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct LossRun(pub u8);

impl LossRun {
    /// Nothing was lost, or it is not said.
    pub const UNKNOWN: Self = Self(0);

    /// From frames; what is not above 0 is unknown.
    pub fn from_frames(frames: f32) -> Self {
        Self((10.0 * frames + 0.5) as u8)
    }

    /// In frames; `None` if it is unknown.
    pub fn frames(self) -> Option<f32> {
        (self.0 > 0).then(|| f32::from(self.0) / 10.0)
    }
}

/// How one speaker was received since the report before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reception {
    /// The speaker.
    pub speaker: ClientId,
    /// How many frames had their turn.
    pub expected: u16,
    /// How many of those had not come by then, on the whole way from the speaker.
    pub lost: u16,
    /// How long frames wait before they are heard, in ms.
    pub playout_delay_ms: u16,
}

/// Copies of lost frames that a listener can make use of, besides those that every Opus decoder knows; bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RedundancySupport(pub u8);

impl RedundancySupport {
    /// None: only what every Opus decoder knows.
    pub const NONE: Self = Self(0);
    /// Deep redundancy (DRED, draft-ietf-mlcodec-opus-dred) in the padding of Opus packets.
    pub const DRED: Self = Self(1);
    /// Whole packets before it, repeated in the padding of an Opus packet.
    pub const REPEAT: Self = Self(2);

    /// Whether all of `other` is among these.
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// What one of the two can make use of.
    #[must_use]
    pub const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// What both can make use of.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }
}

impl Reception {
    /// How many bytes it takes.
    pub(super) const BYTES: usize = 8;

    /// Of a hundred frames, how many were lost, rounded; at most 100, whatever the numbers are.
    pub fn lost_percent(&self) -> u8 {
        let (expected, lost) = (u32::from(self.expected.max(1)), u32::from(self.lost.min(self.expected)));
        ((100 * lost + expected / 2) / expected) as u8
    }
}

impl<'a> ListItem<'a> for Reception {
    fn read(reader: &mut Reader<'a>, what: &'static str) -> Result<Self, ParseError> {
        Ok(Self {
            speaker: ClientId(reader.u16(what)?),
            expected: reader.u16(what)?,
            lost: reader.u16(what)?,
            playout_delay_ms: reader.u16(what)?,
        })
    }

    fn write(self, writer: &mut Writer<'_>, _: &'static str) -> Result<(), WriteError> {
        writer.u16(self.speaker.0)?;
        writer.u16(self.expected)?;
        writer.u16(self.lost)?;
        writer.u16(self.playout_delay_ms)
    }

    fn skip(reader: &mut Reader<'a>, count: u16, what: &'static str) -> Result<(), ParseError> {
        reader.take(Reception::BYTES * usize::from(count), what).map(drop)
    }
}

impl<'a> ListItem<'a> for LossRun {
    fn read(reader: &mut Reader<'a>, what: &'static str) -> Result<Self, ParseError> {
        reader.u8(what).map(Self)
    }

    fn write(self, writer: &mut Writer<'_>, _: &'static str) -> Result<(), WriteError> {
        writer.u8(self.0)
    }

    fn skip(reader: &mut Reader<'a>, count: u16, what: &'static str) -> Result<(), ParseError> {
        reader.take(usize::from(count), what).map(drop)
    }
}
