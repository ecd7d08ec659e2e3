//! What can be read off an Opus packet without decoding it (RFC 6716 §3), and packets that are made up.

/// A whole Opus packet that keeps all of the RFC's rules, so that any decoder takes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpusPacket<'a> {
    bytes: &'a [u8],
    samples: u16,
}

/// Why bytes are no Opus packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PacketFault {
    /// There are none.
    #[error("the packet is empty")]
    Empty,
    /// A frame has more than 1275 bytes, which no frame has.
    #[error("a frame of the packet is too long")]
    FrameTooLong,
    /// The frames do not fill the packet exactly, or reach beyond it.
    #[error("the packet's frames do not fit into it")]
    Misfit,
    /// No frames, or more than 120 ms of them.
    #[error("the packet has no frames, or more than 120 ms of them")]
    Duration,
}

impl<'a> OpusPacket<'a> {
    /// Checks the rules R1 to R7 of RFC 6716 §3.4.
    ///
    /// # Errors
    /// Which rule is broken.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, PacketFault> {
        let (&toc, rest) = bytes.split_first().ok_or(PacketFault::Empty)?;
        let frames = match toc & CODE {
            0 => check_frames(rest.len(), 1)?,
            1 => check_frames(rest.len(), 2)?,
            2 => {
                let (first, rest) = frame_length(rest)?;
                let second = rest.len().checked_sub(first).ok_or(PacketFault::Misfit)?;
                check_frames(second, 1)?;
                2
            }
            _ => check_many(rest)?,
        };
        let samples = frames * frame_samples(toc);
        if frames == 0 || samples > MAX_PACKET_SAMPLES {
            return Err(PacketFault::Duration);
        }
        Ok(Self { bytes, samples })
    }

    /// How long it sounds, in samples at 48 kHz: 120 (2.5 ms) to 5760 (120 ms), a multiple of 120.
    pub fn samples(self) -> u64 {
        self.samples.into()
    }

    /// The packet as it is.
    pub fn bytes(self) -> &'a [u8] {
        self.bytes
    }
}

/// The shortest frame, 2.5 ms in samples at 48 kHz: whatever Opus encodes is a multiple of it.
pub(crate) const GRID_SAMPLES: u64 = 120;

/// A packet of frames without any bytes in place of lost ones, as RFC 7845 §4.1 wants it: the decoder conceals them.
/// `after` is the packet before, whose mode is kept. As many frames as fit into `samples` and into one packet; `None` if
/// there is no room for one.
pub(crate) fn lost(after: u8, samples: u64) -> Option<([u8; 2], u64)> {
    let frame = u64::from(frame_samples(after));
    let frames = samples.min(MAX_PACKET_SAMPLES.into()) / frame;
    (frames > 0).then(|| ([after | CODE, frames as u8], frames * frame))
}

/// A packet of digital silence, and how many samples it has: at most `samples`, which is no less than [`GRID_SAMPLES`], and
/// at most 120 ms.
///
/// Its frames are what the reference encoder makes of silence, so decoders fade to it as they do in any other stream.
pub(crate) fn silence(samples: u64) -> (Vec<u8>, u64) {
    // Configurations 28 to 31: full band, without SILK, 2.5 to 20 ms.
    let size = (0..4).rev().find(|size| GRID_SAMPLES << size <= samples).unwrap_or(0);
    let frame = GRID_SAMPLES << size;
    let frames = (samples.min(MAX_PACKET_SAMPLES.into()) / frame).max(1);
    let toc = (28 + size) << 3 | CODE;
    let mut packet = vec![toc, frames as u8];
    (0..frames).for_each(|_| packet.extend(SILENT_FRAME));
    (packet, frames * frame)
}

/// The two bits that say how many frames there are.
const CODE: u8 = 3;
const MAX_PACKET_SAMPLES: u16 = 5760;
const MAX_FRAME_BYTES: usize = 1275;
const SILENT_FRAME: [u8; 2] = [0xFF, 0xFE];

/// RFC 6716 §3.1, table 2.
fn frame_samples(toc: u8) -> u16 {
    let config = usize::from(toc >> 3);
    match config {
        0..12 => [480, 960, 1920, 2880][config % 4],
        12..16 => [480, 960][config % 2],
        _ => [120, 240, 480, 960][config % 4],
    }
}

/// So many bytes for frames of the same length.
fn check_frames(bytes: usize, frames: u16) -> Result<u16, PacketFault> {
    if frames == 0 {
        return Ok(0);
    }
    if !bytes.is_multiple_of(frames.into()) {
        return Err(PacketFault::Misfit);
    }
    if bytes / usize::from(frames) > MAX_FRAME_BYTES {
        return Err(PacketFault::FrameTooLong);
    }
    Ok(frames)
}

/// RFC 6716 §3.2.1: the length of a frame, and what follows it.
fn frame_length(bytes: &[u8]) -> Result<(usize, &[u8]), PacketFault> {
    match *bytes {
        [length @ 0..252, ref rest @ ..] => Ok((length.into(), rest)),
        [low, high, ref rest @ ..] => Ok((usize::from(low) + 4 * usize::from(high), rest)),
        _ => Err(PacketFault::Misfit),
    }
}

/// RFC 6716 §3.2.5: the count of frames, padding, and lengths if they differ.
fn check_many(bytes: &[u8]) -> Result<u16, PacketFault> {
    let (&head, mut rest) = bytes.split_first().ok_or(PacketFault::Misfit)?;
    let frames = u16::from(head & 0x3F);
    let (has_padding, has_lengths) = (head & 0x40 != 0, head & 0x80 != 0);
    if has_padding {
        rest = without_padding(rest)?;
    }
    if !has_lengths {
        return check_frames(rest.len(), frames);
    }
    let mut before_last = 0;
    for _ in 1..frames {
        let (length, after) = frame_length(rest)?;
        before_last += length;
        rest = after;
    }
    let last = rest.len().checked_sub(before_last).ok_or(PacketFault::Misfit)?;
    check_frames(last, frames.min(1))?;
    Ok(frames)
}

fn without_padding(mut bytes: &[u8]) -> Result<&[u8], PacketFault> {
    let mut padding = 0;
    loop {
        let (&length, rest) = bytes.split_first().ok_or(PacketFault::Misfit)?;
        bytes = rest;
        // 255 stands for 254 bytes and another count.
        padding += usize::from(length.min(254));
        if length < 255 {
            let kept = bytes.len().checked_sub(padding).ok_or(PacketFault::Misfit)?;
            return Ok(&bytes[..kept]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn samples(bytes: &[u8]) -> Result<u64, PacketFault> {
        OpusPacket::parse(bytes).map(OpusPacket::samples)
    }

    #[test]
    fn the_length_of_a_frame_follows_from_its_configuration() {
        let expected = [480, 960, 1920, 2880].repeat(3).into_iter();
        let expected = expected.chain([480, 960].repeat(2)).chain([120, 240, 480, 960].repeat(4));
        for (config, expected) in (0_u8..32).zip(expected) {
            assert_eq!(samples(&[config << 3, 1, 2]), Ok(expected), "configuration {config}");
        }
    }

    #[test]
    fn packets_of_several_frames_are_as_long_as_all_of_them() {
        let twenty = 31 << 3;
        assert_eq!(samples(&[twenty | 1, 1, 2]), Ok(1920));
        assert_eq!(samples(&[twenty | 2, 1, 2, 3, 4]), Ok(1920));
        assert_eq!(samples(&[twenty | 3, 3, 1, 2, 3]), Ok(2880));
        assert_eq!(samples(&[twenty | 3, 0x80 | 3, 1, 2, 1, 2, 2, 3]), Ok(2880));
        assert_eq!(samples(&[twenty | 3, 0x40 | 2, 1, 9, 9, 0]), Ok(1920));
        assert_eq!(samples(&[28 << 3 | 3, 48]), Ok(5760));
    }

    #[test]
    fn what_breaks_a_rule_is_no_packet() {
        let (twenty, sixty) = (31 << 3, 3 << 3);
        let long = [&[twenty][..], &[0; 1276]].concat();
        for (packet, fault) in [
            (&[][..], PacketFault::Empty),
            (&long, PacketFault::FrameTooLong),
            (&[twenty | 1, 1], PacketFault::Misfit),
            (&[twenty | 2], PacketFault::Misfit),
            (&[twenty | 2, 2, 1], PacketFault::Misfit),
            (&[twenty | 2, 252], PacketFault::Misfit),
            (&[twenty | 3], PacketFault::Misfit),
            (&[twenty | 3, 0], PacketFault::Duration),
            (&[twenty | 3, 0x80], PacketFault::Duration),
            (&[twenty | 3, 7], PacketFault::Duration),
            (&[sixty | 3, 3], PacketFault::Duration),
            (&[28 << 3 | 3, 49], PacketFault::Duration),
            (&[twenty | 3, 2, 1], PacketFault::Misfit),
            (&[twenty | 3, 0x80 | 2, 3, 1, 1], PacketFault::Misfit),
            (&[twenty | 3, 0x40 | 1], PacketFault::Misfit),
            (&[twenty | 3, 0x40 | 1, 2, 0], PacketFault::Misfit),
            (&[twenty | 3, 0x40 | 1, 255, 255], PacketFault::Misfit),
        ] {
            assert_eq!(samples(packet), Err(fault), "{packet:x?}");
        }
    }

    #[test]
    fn what_is_made_up_are_packets_of_the_asked_length() {
        for asked in (1..=48).map(|steps| steps * GRID_SAMPLES) {
            let (packet, made) = silence(asked);
            assert_eq!(samples(&packet), Ok(made));
            assert!(made <= asked && made + 960 > asked, "{asked}");
            for toc in (0..=255).filter(|toc| u64::from(frame_samples(*toc)) <= asked) {
                let (packet, made) = lost(toc, asked).unwrap();
                assert_eq!((samples(&packet), packet[0] >> 2), (Ok(made), toc >> 2));
                assert!(made <= asked && made + u64::from(frame_samples(toc)) > asked);
            }
        }
        assert_eq!(lost(3 << 3, 2879), None);
        assert_eq!(silence(1 << 40).1, 5760);
    }
}
