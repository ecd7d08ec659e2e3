//! The loudness of an Opus frame, from its first bits: nothing is decoded.
//!
//! The part of a frame that SILK makes begins with the kind of sound and the gain of its excitation, five symbols after
//! the flags (RFC 6716, section 4.2.7). That gain follows the voice's level closely enough to find the loudest speaker,
//! costs a few multiplications, and a speaker cannot fake it: it is what listeners play. Frames without such a part
//! (CELT alone, as for music) and stereo have none that is as cheap. A frame that is encrypted from end to end says
//! what its sender found so: a server cannot check that.

use core::time::Duration;

use consonance_wire::SealedVoice;
use consonance_wire::opus_packet::first_frame;

use crate::time::Instant;

/// A voice's recent loudness, in steps of 1.37 dB, 0 … 63: that of a frame, minus one step for each 40 ms since, so
/// that a pause between two words does not count as quiet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RecentLoudness {
    /// The last peak and its time; none while no frame had a known loudness.
    peak: Option<(u8, Instant)>,
}

impl RecentLoudness {
    /// Steps by which one voice is clearly louder than another: 8 dB, more than a voice varies from word to word.
    pub const CLEARLY: u8 = 6;

    /// The loudness that is assumed for voices whose frames do not carry one: that of plain speech, in the middle of
    /// the range.
    pub const TYPICAL: u8 = 24;

    /// Notes the loudness of a frame; none if it is unknown.
    pub fn note(&mut self, now: Instant, loudness: Option<u8>) {
        if let Some(steps) = loudness.filter(|steps| self.at(now).is_none_or(|former| *steps >= former)) {
            self.peak = Some((steps, now));
        }
    }

    /// The loudness at this time; none if no frame had a known loudness.
    pub fn at(self, now: Instant) -> Option<u8> {
        let (steps, at) = self.peak?;
        let faded = now.since(at).as_micros() / FADING.as_micros();
        Some(steps.saturating_sub(u8::try_from(faded).unwrap_or(u8::MAX)))
    }
}

/// One step less after each such time.
const FADING: Duration = Duration::from_millis(40);

/// The gain of the first stretch of a frame's first 20 ms in steps of 1.37 dB, from 0 to 63; none if the frame does not
/// show it. Where the frame repeats the one before for listeners that lost it, it is that one's, and up to 10 dB too
/// much.
pub fn loudness(frame: &[u8]) -> Option<u8> {
    if let Some(sealed) = SealedVoice::of(frame) {
        return sealed.loudness();
    }
    let &toc = frame.first()?;
    let (config, is_stereo) = (toc >> 3, toc & 4 != 0);
    if config >= FIRST_OF_CELT || is_stereo {
        return None;
    }
    let of_20_ms = match config {
        FIRST_OF_HYBRID.. => 1,
        _ => (config & 3).max(1),
    };
    let mut range = RangeDecoder::new(first_frame(frame)?)?;
    let mut is_active = false;
    for nth in 0..of_20_ms {
        let flag = range.symbol(&EVEN, 1) == 1;
        is_active |= nth == 0 && flag;
    }
    if range.symbol(&EVEN, 1) == 1 {
        // This frame repeats the previous one, which must have been active.
        is_active = true;
        match of_20_ms {
            2 => drop(range.symbol(&REPEATS_OF_40_MS, 8)),
            3 => drop(range.symbol(&REPEATS_OF_60_MS, 8)),
            _ => {}
        }
    }
    let kind = if is_active { 2 + range.symbol(&ACTIVE_KINDS, 8) } else { range.symbol(&INACTIVE_KINDS, 8) };
    let coarse = range.symbol(&COARSE_GAINS[usize::from(kind / 2)], 8);
    Some(coarse << 3 | range.symbol(&FINE_GAINS, 3))
}

/// Configurations below are SILK's alone, from here on SILK's and CELT's together …
const FIRST_OF_HYBRID: u8 = 12;
/// … and from here on CELT's alone (RFC 6716, table 2).
const FIRST_OF_CELT: u8 = 16;

const EVEN: [u8; 2] = [1, 1];
/// LBRR flags: the 20 ms frames that are repeated, at least one (RFC 6716, table 4).
const REPEATS_OF_40_MS: [u8; 4] = [0, 53, 53, 150];
const REPEATS_OF_60_MS: [u8; 8] = [0, 41, 20, 29, 41, 15, 28, 82];
/// Kinds of frames: 0 and 1 are inactive, 2 and 3 unvoiced, 4 and 5 voiced (tables 9 and 10).
const INACTIVE_KINDS: [u8; 2] = [26, 230];
const ACTIVE_KINDS: [u8; 4] = [24, 74, 148, 10];
/// The upper bits of the gain, by kind (table 11).
const COARSE_GAINS: [[u8; 8]; 3] =
    [[32, 112, 68, 29, 12, 1, 1, 1], [2, 17, 45, 60, 62, 47, 19, 4], [1, 3, 26, 71, 94, 50, 9, 2]];
/// The lower ones (table 12).
const FINE_GAINS: [u8; 8] = [1; 8];

/// The entropy decoder (RFC 6716, section 4.1), for a few symbols; behind the end there are zeros.
struct RangeDecoder<'a> {
    rest: &'a [u8],
    /// The byte of which one bit is left.
    last: u8,
    range: u32,
    value: u32,
}

impl<'a> RangeDecoder<'a> {
    fn new(frame: &'a [u8]) -> Option<Self> {
        let (&first, rest) = frame.split_first()?;
        let mut decoder = Self { rest, last: first, range: 128, value: 127 - u32::from(first >> 1) };
        decoder.refill();
        Some(decoder)
    }

    /// The next symbol; the frequencies add up to 2 to the power of `bits`.
    fn symbol(&mut self, frequencies: &[u8], bits: u32) -> u8 {
        let unit = self.range >> bits;
        let (mut above, mut left, mut symbol) = (self.range, 1_u32 << bits, 0);
        let below = loop {
            left -= u32::from(frequencies[usize::from(symbol)]);
            let below = unit * left;
            // `left` is 0 at the last symbol, so the loop ends.
            if self.value >= below {
                break below;
            }
            (above, symbol) = (below, symbol + 1);
        };
        self.value -= below;
        self.range = above - below;
        self.refill();
        symbol
    }

    fn refill(&mut self) {
        while self.range <= 1 << 23 {
            let next = self.rest.split_first().map_or(0, |(next, rest)| {
                self.rest = rest;
                *next
            });
            let eight_bits = self.last << 7 | next >> 1;
            self.last = next;
            self.range <<= 8;
            self.value = (self.value << 8 | u32::from(!eight_bits)) & 0x7FFF_FFFF;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The first bytes of Opus frames of a vowel in `assets/speech/austen-1.wav`, at 24 kbit/s, from 40 dB below the
    /// recording's level up to that level in steps of 10 dB: first without copies of the previous frame, then with
    /// them.
    const PLAIN: [(&[u8], u8); 5] = [
        (&[0x48, 0x80, 0x36, 0xe0, 0x35, 0x30, 0xda, 0xe2, 0x56, 0xcd], 11),
        (&[0x78, 0x80, 0xa0, 0x2f, 0x96, 0xb2, 0x97, 0x79, 0xf5, 0x6a], 17),
        (&[0x78, 0x9b, 0x97, 0x3b, 0xeb, 0xad, 0x06, 0xbb, 0x61, 0x8c], 21),
        (&[0x78, 0xa2, 0x66, 0x56, 0x84, 0xa6, 0x51, 0x5c, 0x23, 0xe1], 28),
        (&[0x78, 0xac, 0xe9, 0x20, 0xc9, 0xb9, 0x74, 0x84, 0xd6, 0x25], 35),
    ];
    const WITH_COPIES: [(&[u8], u8); 4] = [
        (&[0x68, 0xc1, 0xb4, 0x02, 0x93, 0x67, 0x35, 0xc6, 0xd3, 0x12], 25),
        (&[0x68, 0xe3, 0xb2, 0x92, 0x18, 0xab, 0x34, 0x9d, 0x14, 0xe5], 29),
        (&[0x68, 0xee, 0x7b, 0xd9, 0xbc, 0x6f, 0x7f, 0xb6, 0x43, 0x08], 36),
        (&[0x68, 0xf8, 0x8c, 0x09, 0xca, 0xec, 0x44, 0xc0, 0x23, 0x9e], 44),
    ];

    #[test]
    fn ten_decibels_more_are_about_seven_steps_more() {
        for row in [&PLAIN[..], &WITH_COPIES] {
            for (frame, steps) in row {
                assert_eq!(loudness(frame), Some(*steps), "{frame:02x?}");
            }
            assert!(row.windows(2).all(|pair| (4..=8).contains(&(pair[1].1 - pair[0].1))));
        }
    }

    #[test]
    fn the_first_frame_is_found_however_a_packet_is_put_together() {
        let (frame, steps) = (&PLAIN[4].0[1..], PLAIN[4].1);
        let packets: [&[u8]; 6] = [
            &[0x79],
            &[0x7a, 9],
            &[0x7a, 252, 0],
            &[0x7b, 2],
            &[0x7b, 0xc2, 255, 3, 9],
            &[0x7b, 0x83, 9, 252, 1],
        ];
        for head in packets {
            let mut packet = [0; 16];
            packet[..head.len()].copy_from_slice(head);
            packet[head.len()..head.len() + frame.len()].copy_from_slice(frame);
            assert_eq!(loudness(&packet[..head.len() + frame.len()]), Some(steps), "{head:02x?}");
        }
    }

    #[test]
    fn music_and_stereo_do_not_say_how_loud_they_are() {
        let frame = PLAIN[4].0;
        for toc in [0x80, 0xf8, 0x78 | 4] {
            assert_eq!(loudness(&[&[toc], &frame[1..]].concat()), None);
        }
        assert_eq!((loudness(&[]), loudness(&[0x78]), loudness(&[0x7b, 0x40])), (None, None, None));
    }

    #[test]
    fn a_pause_between_words_does_not_count_as_quiet() {
        let at = |millis| Instant::from_millis(millis);
        let mut recent = RecentLoudness::default();
        assert_eq!(recent.at(at(0)), None);
        recent.note(at(0), Some(30));
        recent.note(at(20), Some(10));
        recent.note(at(40), None);
        assert_eq!(
            (recent.at(at(40)), recent.at(at(80)), recent.at(at(10_000))),
            (Some(29), Some(28), Some(0))
        );
        recent.note(at(400), Some(20));
        assert_eq!(recent.at(at(400)), Some(20));
    }

    proptest! {
        #[test]
        fn whatever_comes_has_a_loudness_within_the_range_or_none(
            frame in proptest::collection::vec(any::<u8>(), 0..80),
        ) {
            prop_assert!(loudness(&frame).is_none_or(|steps| steps < 64));
        }
    }
}
