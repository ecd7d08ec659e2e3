//! A listener's reception of each speaker, and the copies of lost frames that it can use.

use crate::{ClientId, List, ListItem, ParseError, Reader, WriteError, Writer};

/// One listener's reception of each speaker that it hears.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReceptionReport<'a> {
    /// The kinds of redundancy that the listener can use.
    pub redundancy: RedundancySupport,
    /// One entry per speaker.
    pub speakers: List<'a, Reception>,
    /// The average number of consecutive lost frames of each of them, in the same order; empty if unknown.
    pub lost_in_a_row: List<'a, LossRun>,
}

impl ReceptionReport<'_> {
    /// Each speaker, with the average number of its frames that are lost in a row.
    pub fn receptions(&self) -> impl Iterator<Item = (Reception, LossRun)> {
        let runs = self.lost_in_a_row.into_iter().chain(core::iter::repeat(LossRun::UNKNOWN));
        self.speakers.into_iter().zip(runs)
    }
}

/// The average number of consecutive lost frames, in tenths: random losses have about 10, bursts more. 0 is unknown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct LossRun(pub u8);

impl LossRun {
    /// Nothing was lost, or it is unknown.
    pub const UNKNOWN: Self = Self(0);

    /// From frames; a value that is not above 0 is unknown.
    pub fn from_frames(frames: f32) -> Self {
        Self((10.0 * frames + 0.5) as u8)
    }

    /// In frames; `None` if it is unknown.
    pub fn frames(self) -> Option<f32> {
        (self.0 > 0).then(|| f32::from(self.0) / 10.0)
    }
}

/// The reception of one speaker since the previous report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reception {
    /// The speaker.
    pub speaker: ClientId,
    /// The number of frames that were due.
    pub expected: u16,
    /// The number of those that had not arrived by then, over the whole path from the speaker.
    pub lost: u16,
    /// The time that frames wait before they are heard, in ms.
    pub playout_delay_ms: u16,
}

/// Copies of lost frames that a listener can use, besides those that every Opus decoder supports; bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RedundancySupport(pub u8);

impl RedundancySupport {
    /// None: only the copies that every Opus decoder supports.
    pub const NONE: Self = Self(0);
    /// Deep redundancy (DRED, draft-ietf-mlcodec-opus-dred) in the padding of Opus packets.
    pub const DRED: Self = Self(1);
    /// Copies of earlier whole packets in the padding of an Opus packet.
    pub const REPEAT: Self = Self(2);

    /// Whether all of `other` is among these.
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// The kinds of redundancy that either of the two can use.
    #[must_use]
    pub const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The kinds of redundancy that both can use.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }
}

impl Reception {
    /// The encoded size in bytes.
    pub(super) const BYTES: usize = 8;

    /// The percentage of frames that were lost, rounded; at most 100, even for inconsistent numbers.
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
