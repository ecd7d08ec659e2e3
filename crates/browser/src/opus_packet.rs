//! What is in an Opus packet, and packets put together anew from the frames of others: nothing is decoded.

/// An Opus packet that keeps the rules R1 to R7 of RFC 6716, section 3.4.
#[derive(Clone, Copy)]
pub(crate) struct OpusPacket<'a> {
    toc: u8,
    frames: [&'a [u8]; MAX_FRAMES],
    count: usize,
}

/// So many frames of 2.5 ms are 120 ms, the most that a packet may hold.
const MAX_FRAMES: usize = 48;
/// Samples of the longest packet, 120 ms at 48 kHz.
const MAX_SAMPLES: u32 = 5760;
const MAX_FRAME_BYTES: usize = 1275;
/// The two bits that say how many frames there are.
const CODE: u8 = 3;
/// In the byte of counts: lengths stand before each frame but the last.
const HAS_LENGTHS: u8 = 0x80;
const HAS_PADDING: u8 = 0x40;

impl<'a> OpusPacket<'a> {
    /// Reads a packet; none if it breaks a rule.
    pub(crate) fn parse(bytes: &'a [u8]) -> Option<Self> {
        let (&toc, rest) = bytes.split_first()?;
        let mut packet = Self { toc, frames: [&[]; MAX_FRAMES], count: 0 };
        match toc & CODE {
            0 => packet.push(rest)?,
            1 => packet.push_equal(rest, 2)?,
            2 => {
                let (length, rest) = frame_length(rest)?;
                let (first, second) = rest.split_at_checked(length)?;
                packet.push(first)?;
                packet.push(second)?;
            }
            _ => packet.push_counted(rest)?,
        }
        Some(packet)
    }

    /// Its first byte: mode, bandwidth, length of a frame, and stereo or not.
    pub(crate) fn toc(&self) -> u8 {
        self.toc
    }

    /// The frames, 1 … 48.
    pub(crate) fn frames(&self) -> &[&'a [u8]] {
        &self.frames[..self.count]
    }

    /// Samples of one of its frames at 48 kHz, 120 … 2880.
    pub(crate) fn frame_samples(&self) -> u32 {
        frame_samples(self.toc)
    }

    /// Samples of all of it at 48 kHz, 120 … 5760.
    pub(crate) fn samples(&self) -> u32 {
        self.frame_samples() * self.count as u32
    }

    /// Whether nothing was said: what an encoder sends in silence has no longer frames (RFC 6716, section 2.1.9).
    pub(crate) fn is_silence(&self) -> bool {
        self.frames().iter().all(|frame| frame.len() < 2)
    }

    fn push(&mut self, frame: &'a [u8]) -> Option<()> {
        let is_full = (self.count as u32 + 1) * self.frame_samples() > MAX_SAMPLES;
        if is_full || frame.len() > MAX_FRAME_BYTES {
            return None;
        }
        *self.frames.get_mut(self.count)? = frame;
        self.count += 1;
        Some(())
    }

    fn push_equal(&mut self, bytes: &'a [u8], count: usize) -> Option<()> {
        if !bytes.len().is_multiple_of(count) {
            return None;
        }
        let each = bytes.len() / count;
        (0..count).try_for_each(|nth| self.push(&bytes[nth * each..(nth + 1) * each]))
    }

    /// The frames of a packet of code 3 (section 3.2.5).
    fn push_counted(&mut self, bytes: &'a [u8]) -> Option<()> {
        let (&counts, mut rest) = bytes.split_first()?;
        let count = usize::from(counts & 63);
        if count == 0 || count > MAX_FRAMES {
            return None;
        }
        if counts & HAS_PADDING != 0 {
            rest = without_padding(rest)?;
        }
        if counts & HAS_LENGTHS == 0 {
            return self.push_equal(rest, count);
        }
        let mut lengths = [0; MAX_FRAMES];
        for length in &mut lengths[..count - 1] {
            (*length, rest) = frame_length(rest)?;
        }
        for length in &lengths[..count - 1] {
            let (frame, behind) = rest.split_at_checked(*length)?;
            self.push(frame)?;
            rest = behind;
        }
        self.push(rest)
    }
}

/// How many samples at 48 kHz a packet has, going by what its first two bytes say; none if that cannot be.
pub(crate) fn samples(packet: &[u8]) -> Option<u32> {
    let &toc = packet.first()?;
    let frames = match toc & CODE {
        0 => 1,
        1 | 2 => 2,
        _ => u32::from(packet.get(1)? & 63),
    };
    let samples = frames * frame_samples(toc);
    (1..=MAX_SAMPLES).contains(&samples).then_some(samples)
}

/// Puts a packet together from frames that have this first byte, all but the count in common; `lengths` are theirs, and
/// `bytes` the frames one after the other.
pub(crate) fn write(toc: u8, lengths: &[u16], bytes: &[u8], out: &mut Vec<u8>) {
    out.clear();
    if lengths.len() == 1 {
        out.push(toc & !CODE);
    } else {
        out.extend([toc | CODE, HAS_LENGTHS | lengths.len() as u8]);
        for length in &lengths[..lengths.len() - 1] {
            // Section 3.2.1.
            let first = if *length < 252 { *length } else { 252 + length % 4 };
            out.push(first as u8);
            if *length >= 252 {
                out.push(((length - first) / 4) as u8);
            }
        }
    }
    out.extend_from_slice(bytes);
}

/// Samples of one frame at 48 kHz (section 3.1, table 2).
fn frame_samples(toc: u8) -> u32 {
    let config = usize::from(toc >> 3);
    match config {
        0..12 => [480, 960, 1920, 2880][config % 4],
        12..16 => [480, 960][config % 2],
        _ => [120, 240, 480, 960][config % 4],
    }
}

/// The length of a frame, and what is behind it (section 3.2.1).
fn frame_length(bytes: &[u8]) -> Option<(usize, &[u8])> {
    match bytes {
        [first @ 252..=255, second, rest @ ..] => {
            Some((usize::from(*first) + 4 * usize::from(*second), rest))
        }
        [first @ 0..=251, rest @ ..] => Some((usize::from(*first), rest)),
        _ => None,
    }
}

/// What is left without the bytes that say how long the padding is, and without the padding, which is at the end.
fn without_padding(mut rest: &[u8]) -> Option<&[u8]> {
    let mut padding = 0;
    loop {
        let (&bytes, behind) = rest.split_first()?;
        rest = behind;
        if bytes != u8::MAX {
            let frames = rest.len().checked_sub(padding + usize::from(bytes))?;
            return Some(&rest[..frames]);
        }
        padding += 254;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Hybrid frames of 20 ms, without how many there are.
    const HYBRID_20_MS: u8 = 15 << 3;

    fn frames_of(packet: &[u8]) -> Option<Vec<Vec<u8>>> {
        Some(OpusPacket::parse(packet)?.frames().iter().map(|frame| frame.to_vec()).collect())
    }

    #[test]
    fn frames_are_found_however_a_packet_is_put_together() {
        let long = [7; 300];
        let with_long = [&[HYBRID_20_MS | 2, 252, 12][..], &long, b"x"].concat();
        for (packet, frames) in [
            (&[HYBRID_20_MS, 1, 2][..], vec![vec![1, 2]]),
            (&[HYBRID_20_MS], vec![vec![]]),
            (&[HYBRID_20_MS | 1, 1, 2], vec![vec![1], vec![2]]),
            (&[HYBRID_20_MS | 2, 1, 1, 2, 3], vec![vec![1], vec![2, 3]]),
            (&with_long, vec![long.to_vec(), b"x".to_vec()]),
            (&[HYBRID_20_MS | 3, 3, 1, 2, 3], vec![vec![1], vec![2], vec![3]]),
            (&[HYBRID_20_MS | 3, 0x83, 2, 0, 1, 2, 3], vec![vec![1, 2], vec![], vec![3]]),
            (&[HYBRID_20_MS | 3, 0x41, 2, 1, 0, 0], vec![vec![1]]),
        ] {
            assert_eq!(frames_of(packet), Some(frames), "{packet:02x?}");
            assert_eq!(samples(packet), OpusPacket::parse(packet).map(|packet| packet.samples()));
        }
    }

    #[test]
    fn what_breaks_a_rule_is_no_packet() {
        let too_long = [&[HYBRID_20_MS][..], &[0; 1276]].concat();
        for packet in [
            &[][..],
            &too_long,
            &[HYBRID_20_MS | 1, 1, 2, 3],
            &[HYBRID_20_MS | 2],
            &[HYBRID_20_MS | 2, 252],
            &[HYBRID_20_MS | 2, 5, 1, 2],
            &[HYBRID_20_MS | 3],
            &[HYBRID_20_MS | 3, 0],
            &[HYBRID_20_MS | 3, 7, 1, 2, 3, 4, 5, 6, 7],
            &[HYBRID_20_MS | 3, 2, 1, 2, 3],
            &[HYBRID_20_MS | 3, 0x42],
            &[HYBRID_20_MS | 3, 0x41, 9, 1, 0],
            &[HYBRID_20_MS | 3, 0x83, 2, 9, 1],
        ] {
            assert!(OpusPacket::parse(packet).is_none(), "{packet:02x?}");
        }
    }

    proptest! {
        #[test]
        fn what_is_put_together_is_read_again(
            toc in any::<u8>(),
            frames in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..600), 1..8),
        ) {
            prop_assume!(frames.len() as u32 * frame_samples(toc) <= MAX_SAMPLES);
            let lengths: Vec<u16> = frames.iter().map(|frame| frame.len() as u16).collect();
            let mut packet = Vec::new();
            write(toc, &lengths, &frames.concat(), &mut packet);
            prop_assert_eq!(frames_of(&packet), Some(frames));
        }

        #[test]
        fn whatever_comes_is_a_packet_of_at_most_120_ms_or_none(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            if let Some(packet) = OpusPacket::parse(&bytes) {
                prop_assert!((120..=MAX_SAMPLES).contains(&packet.samples()));
                prop_assert_eq!(samples(&bytes), Some(packet.samples()));
            }
        }
    }
}
