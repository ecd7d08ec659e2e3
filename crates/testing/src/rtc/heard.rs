//! A slot's packets as a jitter buffer sees them.

use std::collections::BTreeSet;

/// Counts of the packets that arrived in one slot.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Heard {
    /// Packets.
    pub packets: u64,
    /// Talk spurts: packets with the marker.
    pub spurts: u64,
    /// Packets with an unexpected number, since others are missing or arrive later.
    pub gaps: u64,
    /// Numbers that are missing, up to now.
    pub lost: u64,
    /// Packets without a marker whose time does not follow from the previous packet: a browser would conceal the gap.
    pub concealed: u64,
    newest: Option<Newest>,
    missing: BTreeSet<u64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Newest {
    sequence: u64,
    time: u64,
    samples: u64,
}

impl Heard {
    /// Counts a packet by its number and time without wrapping, whether it begins a talk spurt, and its length in
    /// samples at 48 kHz.
    pub fn take(&mut self, sequence: u64, time: u64, marker: bool, samples: u64) {
        self.packets += 1;
        self.spurts += u64::from(marker);
        let this = Newest { sequence, time, samples };
        let Some(newest) = self.newest else {
            self.newest = Some(this);
            return;
        };
        if sequence <= newest.sequence {
            self.missing.remove(&sequence);
            self.lost = self.missing.len() as u64;
            return;
        }
        let skipped = sequence - newest.sequence - 1;
        self.gaps += u64::from(skipped > 0);
        self.missing.extend(newest.sequence + 1..sequence);
        self.lost = self.missing.len() as u64;
        let expected = newest.time + newest.samples * (skipped + 1);
        let follows = if marker { time >= expected } else { time == expected };
        self.concealed += u64::from(!follows);
        self.newest = Some(this);
    }
}

/// The length of an Opus packet, in samples at 48 kHz, by its first bytes (RFC 6716, section 3.1); 0 if it is invalid.
pub fn opus_samples(packet: &[u8]) -> u64 {
    consonance_wire::opus_packet::samples(packet).unwrap_or(0).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_lost_until_it_comes() {
        let mut heard = Heard::default();
        heard.take(10, 0, true, 960);
        heard.take(13, 2880, false, 960);
        assert_eq!((heard.packets, heard.gaps, heard.lost, heard.concealed), (2, 1, 2, 0));
        heard.take(11, 960, false, 960);
        assert_eq!((heard.packets, heard.gaps, heard.lost, heard.concealed), (3, 1, 1, 0));
    }

    #[test]
    fn time_that_does_not_follow_is_concealed_unless_a_talk_spurt_begins() {
        let mut heard = Heard::default();
        heard.take(1, 0, true, 960);
        heard.take(2, 48_000, true, 960);
        assert_eq!((heard.spurts, heard.concealed), (2, 0));
        heard.take(3, 48_961, false, 960);
        heard.take(4, 48_961, true, 960);
        assert_eq!((heard.spurts, heard.concealed), (3, 2));
    }

    #[test]
    fn the_length_of_a_packet_is_in_its_first_bytes() {
        for (packet, samples) in [
            (&[0x08_u8][..], 960),
            (&[0x18], 2880),
            (&[0x78], 960),
            (&[0xfc], 960),
            (&[0xfd, 1], 1920),
            (&[0xe3, 0x83], 360),
            (&[0xe3], 0),
            (&[], 0),
        ] {
            assert_eq!(opus_samples(packet), samples, "{packet:x?}");
        }
    }
}
