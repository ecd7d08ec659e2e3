//! The header of a packet: the number of frames, their lengths, and the length of the padding behind them.

/// The two bits of the first byte that tell the number of frames.
pub(crate) const CODE: u8 = 3;
/// In the byte of counts: lengths precede the frames, for each frame but the last.
pub(crate) const HAS_LENGTHS: u8 = 0x80;
pub(crate) const HAS_PADDING: u8 = 0x40;

/// The header of a packet, which determines how the rest is parsed.
#[derive(Clone, Copy)]
pub(crate) struct Head<'a> {
    /// Frames, 0 … 63.
    pub(crate) count: u8,
    /// The lengths of all frames but the last precede the frames; otherwise all frames have the same length.
    pub(crate) has_lengths: bool,
    /// The lengths, if there are any, and the frames; without the padding.
    pub(crate) body: &'a [u8],
}

impl<'a> Head<'a> {
    /// Reads it; none if it is cut off or there is more padding than packet.
    pub(crate) fn read(toc: u8, rest: &'a [u8]) -> Option<Self> {
        let (count, has_lengths, body) = match toc & CODE {
            0 => (1, false, rest),
            1 => (2, false, rest),
            2 => (2, true, rest),
            _ => {
                let (&counts, rest) = rest.split_first()?;
                let body = if counts & HAS_PADDING == 0 { rest } else { without_padding(rest)? };
                (counts & 63, counts & HAS_LENGTHS != 0, body)
            }
        };
        Some(Self { count, has_lengths, body })
    }
}

/// Samples at 48 kHz of one frame of a packet with this first byte, 120 … 2880 (section 3.1, table 2).
pub const fn frame_samples(toc: u8) -> u32 {
    let config = (toc >> 3) as usize;
    match config {
        0..12 => [480, 960, 1920, 2880][config % 4],
        12..16 => [480, 960][config % 2],
        _ => [120, 240, 480, 960][config % 4],
    }
}

/// The length of a frame, and the bytes behind it (section 3.2.1).
pub(crate) fn frame_length(bytes: &[u8]) -> Option<(usize, &[u8])> {
    match bytes {
        [short @ 0..252, rest @ ..] => Some((usize::from(*short), rest)),
        [low, high, rest @ ..] => Some((usize::from(*low) + 4 * usize::from(*high), rest)),
        _ => None,
    }
}

/// The remaining bytes without the padding length bytes and without the padding, which is at the end (section 3.2.5).
fn without_padding(bytes: &[u8]) -> Option<&[u8]> {
    let (padding, rest) = padding_length(bytes)?;
    rest.len().checked_sub(padding).map(|kept| &rest[..kept])
}

/// The length of the padding, and the bytes behind its length bytes.
pub(crate) fn padding_length(mut rest: &[u8]) -> Option<(usize, &[u8])> {
    let mut padding = 0;
    loop {
        let (&bytes, behind) = rest.split_first()?;
        rest = behind;
        // A count of 255 means 254 bytes, followed by another count.
        padding += usize::from(bytes.min(254));
        if bytes < u8::MAX {
            return Some((padding, rest));
        }
    }
}
