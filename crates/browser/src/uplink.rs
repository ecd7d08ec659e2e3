//! The page's voice: RTP packets become frames of 20 ms in their places, with gaps for lost packets.

mod arrivals;

use consonance_wire::SealedVoice;
use consonance_wire::opus_packet::{Misfit, OpusPacket, Packer};

use arrivals::{Arrival, Arrivals};

/// Samples of 20 ms at 48 kHz, the length that a page's player has announced.
pub(crate) const FRAME_SAMPLES: u32 = 960;

/// The position in the page's voice, and counters of its packets.
#[derive(Debug)]
pub(crate) struct Uplink {
    arrivals: Arrivals,
    packer: Packer,
    /// Set during speech.
    utterance: Option<Utterance>,
    /// Packets that are missing since the frame before.
    missing: u64,
    /// Counts since the last query.
    window: Loss,
    statistics: UplinkStatistics,
}

/// Counters of a page's packets of voice, from the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UplinkStatistics {
    /// Packets received.
    pub packets: u64,
    /// Packets that did not arrive, or have not yet.
    pub missing: u64,
    /// Packets that arrived after later ones, but could be used.
    pub late: u64,
    /// Packets that arrived twice.
    pub duplicates: u64,
    /// Packets that arrived too late to be used.
    pub too_late: u64,
    /// Packets that are not Opus.
    pub malformed: u64,
    /// Packets of frames that are longer than 20 ms and cannot be split.
    pub too_long: u64,
    /// Packets that were merged from shorter frames, or split.
    pub repacked: u64,
    /// Packets of shorter frames whose neighbours did not arrive.
    pub incomplete: u64,
    /// Packets of silence.
    pub silent: u64,
}

/// Actions on the page's voice, in order.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Spoken<'a> {
    /// The next frame, after this many missing ones.
    Next { missing: u16, frame: &'a [u8] },
    /// A missing frame, this many frames before the next one.
    Late { frames_ago: u16, frame: &'a [u8] },
    /// The speaker pauses; `frame` is a silent one, if there is one.
    Pause { frame: Option<&'a [u8]> },
}

#[derive(Debug)]
struct Utterance {
    /// The sample after the last frame.
    next: u64,
    /// Its length in frames, including missing ones.
    frames: u64,
}

/// Counts of packets over an interval.
#[derive(Clone, Copy, Debug, Default)]
struct Loss {
    expected: u64,
    missing: u64,
}

/// A gap in time without missing packets is a pause of the speaker from this length on, in samples: 200 ms. Encoders
/// that send nothing in silence wait longer, and a hiccup of a sound card is shorter.
const PAUSE: u64 = 9600;
/// A gap longer than this ends the utterance, in samples: a second.
const GAP_MAX: u64 = 48_000;
/// The largest number of 20 ms frames in a packet.
const FRAMES_OF_PACKET_MAX: u64 = 6;

impl Default for Uplink {
    fn default() -> Self {
        Self {
            arrivals: Arrivals::default(),
            packer: Packer::new(FRAME_SAMPLES),
            utterance: None,
            missing: 0,
            window: Loss::default(),
            statistics: UplinkStatistics::default(),
        }
    }
}

impl Uplink {
    /// Handles a packet, with its extended sequence number and its extended time stamp at 48 kHz; passes the results to
    /// `each`.
    pub(crate) fn receive(
        &mut self,
        sequence: u64,
        time: u64,
        payload: &[u8],
        mut each: impl FnMut(Spoken<'_>),
    ) {
        self.statistics.packets += 1;
        let packet = match SealedVoice::of(payload) {
            Some(_) => None,
            None => match OpusPacket::parse(payload) {
                Ok(packet) => Some(packet),
                Err(_) => return self.statistics.malformed += 1,
            },
        };
        match self.arrivals.note(sequence) {
            Arrival::Newest { missing } => {
                self.note_missing(missing);
                self.take(time, payload, packet.as_ref(), each);
            }
            Arrival::Late => {
                self.window.missing = self.window.missing.saturating_sub(1);
                self.statistics.missing = self.statistics.missing.saturating_sub(1);
                match self.frames_ago(time, packet.as_ref()) {
                    Some(frames_ago) => {
                        self.statistics.late += 1;
                        each(Spoken::Late { frames_ago, frame: payload });
                    }
                    None => self.statistics.too_late += 1,
                }
            }
            Arrival::Duplicate => self.statistics.duplicates += 1,
            Arrival::TooLate => self.statistics.too_late += 1,
        }
    }

    /// Resets the state while the voice is not sent: no packet counts as missing, and the next one begins an
    /// utterance.
    pub(crate) fn reset(&mut self) {
        self.arrivals = Arrivals::default();
        self.packer.clear();
        self.utterance = None;
        self.missing = 0;
    }

    /// The share of packets lost since the last call, in percent; `None` if there were no packets.
    pub(crate) fn take_lost_percent(&mut self) -> Option<f32> {
        let Loss { expected, missing } = std::mem::take(&mut self.window);
        (expected > 0).then(|| 100.0 * missing as f32 / expected as f32)
    }

    /// Counters of all packets so far.
    pub(crate) fn statistics(&self) -> UplinkStatistics {
        self.statistics
    }

    fn note_missing(&mut self, missing: u64) {
        // A jump does not count as loss: such a sender has restarted its numbering.
        let missing = if missing > GAP_MAX / u64::from(FRAME_SAMPLES) { 0 } else { missing };
        self.missing += missing;
        self.statistics.missing += missing;
        self.window.missing += missing;
        self.window.expected += missing + 1;
    }

    /// The newest packet, in frames of 20 ms. A sealed packet, whose structure is not visible, counts as such a frame:
    /// pages are told to send no others.
    fn take(
        &mut self,
        time: u64,
        payload: &[u8],
        packet: Option<&OpusPacket<'_>>,
        mut each: impl FnMut(Spoken<'_>),
    ) {
        let Some(packet) = packet else {
            self.packer.clear();
            let missing = std::mem::take(&mut self.missing);
            return place(&mut self.utterance, missing, time, payload, &mut each);
        };
        if packet.is_silence() {
            self.statistics.silent += 1;
            self.packer.clear();
            if self.utterance.take().is_some() {
                let frame = (packet.samples() == FRAME_SAMPLES).then_some(payload);
                each(Spoken::Pause { frame });
            }
            self.missing = 0;
            return;
        }
        self.statistics.repacked += u64::from(packet.samples() != FRAME_SAMPLES);
        let Self { packer, utterance, missing, .. } = self;
        let outcome = packer.pack(time, packet, |time, frame| {
            place(utterance, std::mem::take(missing), time, frame, &mut each);
        });
        match outcome {
            Ok(false) => {}
            Ok(true) => self.statistics.incomplete += 1,
            Err(Misfit { .. }) => {
                self.statistics.too_long += 1;
                self.missing += 1;
            }
        }
    }

    /// The position of a late packet, in frames before the next one, if it is one frame of the current utterance.
    fn frames_ago(&self, time: u64, packet: Option<&OpusPacket<'_>>) -> Option<u16> {
        let Utterance { next, frames } = self.utterance.as_ref()?;
        if packet.is_some_and(|packet| packet.samples() != FRAME_SAMPLES || packet.is_silence()) {
            return None;
        }
        let behind = next.checked_sub(time)?.div_ceil(FRAME_SAMPLES.into());
        // The last frame has already arrived.
        u16::try_from(behind).ok().filter(|behind| *behind > 1 && u64::from(*behind) <= *frames)
    }
}

/// Passes on a frame of 20 ms at its position in the utterance.
fn place(
    utterance: &mut Option<Utterance>,
    missing: u64,
    time: u64,
    frame: &[u8],
    each: &mut impl FnMut(Spoken<'_>),
) {
    let frame_samples = u64::from(FRAME_SAMPLES);
    let gap = utterance.as_ref().map(|utterance| time.checked_sub(utterance.next));
    let skipped = match gap {
        None => None,
        Some(Some(gap)) if missing == 0 && gap < PAUSE => Some(0),
        Some(Some(gap)) if missing > 0 && gap < GAP_MAX => {
            Some((gap / frame_samples).min(missing * FRAMES_OF_PACKET_MAX))
        }
        // The speaker paused, or its clock has jumped.
        Some(_) => {
            each(Spoken::Pause { frame: None });
            None
        }
    };
    let next = time.saturating_add(frame_samples);
    let frames = match (skipped, utterance.as_ref()) {
        (Some(skipped), Some(utterance)) => utterance.frames + skipped + 1,
        _ => 1,
    };
    *utterance = Some(Utterance { next, frames });
    each(Spoken::Next { missing: skipped.unwrap_or(0) as u16, frame });
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A wideband SILK packet with one frame of 20 ms.
    const MS_20: u8 = 9 << 3;

    /// The results of these packets of 20 ms, given by number and time in frames: `+2 7` is packet 7 after 2 missing
    /// ones, `-2 7` the same but late, `|` a pause.
    fn spoken(uplink: &mut Uplink, packets: &[(u64, u64)]) -> String {
        let mut words = Vec::new();
        for &(sequence, frames) in packets {
            uplink.receive(sequence, 960 * frames, &[MS_20, 1, 2, sequence as u8], |spoken| {
                words.push(match spoken {
                    Spoken::Next { missing: 0, frame } => frame[3].to_string(),
                    Spoken::Next { missing, frame } => format!("+{missing} {}", frame[3]),
                    Spoken::Late { frames_ago, frame } => format!("-{frames_ago} {}", frame[3]),
                    Spoken::Pause { .. } => "|".to_owned(),
                });
            });
        }
        words.join(" ")
    }

    #[test]
    fn what_is_missing_is_a_gap_and_what_is_late_takes_its_place() {
        let mut uplink = Uplink::default();
        let packets = [(1, 1), (2, 2), (5, 5), (3, 3), (3, 3), (5, 5), (6, 6)];
        assert_eq!(spoken(&mut uplink, &packets), "1 2 +2 5 -3 3 6");
        let UplinkStatistics { packets, missing, late, duplicates, .. } = uplink.statistics();
        assert_eq!((packets, missing, late, duplicates), (7, 1, 1, 2));
    }

    #[test]
    fn a_pause_without_packets_missing_is_no_gap() {
        assert_eq!(spoken(&mut Uplink::default(), &[(1, 1), (2, 12), (3, 13)]), "1 | 2 3");
        assert_eq!(spoken(&mut Uplink::default(), &[(1, 1), (2, 11), (3, 12)]), "1 2 3", "a hiccup");
        assert_eq!(spoken(&mut Uplink::default(), &[(1, 100), (2, 50), (3, 51)]), "1 | 2 3", "back in time");
    }

    #[test]
    fn sealed_frames_pass_as_they_are_each_20_ms_long() {
        let (mut uplink, mut frames) = (Uplink::default(), Vec::new());
        for (sequence, at) in [(1, 1), (2, 2), (4, 4), (3, 3)] {
            let sealed = [&SealedVoice::head_of(Some(20))[..], &[7, 7, sequence as u8]].concat();
            uplink.receive(sequence, 960 * at, &sealed, |spoken| match spoken {
                Spoken::Next { missing, frame } => {
                    frames.push((u64::from(missing), frame.to_vec(), sealed.clone()));
                }
                Spoken::Late { frames_ago, frame } => {
                    assert_eq!((frames_ago, frame), (2, &*sealed));
                }
                Spoken::Pause { .. } => panic!("nothing shows a pause"),
            });
        }
        assert_eq!(frames.iter().map(|(missing, ..)| *missing).collect::<Vec<_>>(), [0, 0, 1]);
        assert!(frames.iter().all(|(_, frame, sealed)| frame == sealed));
        assert_eq!(uplink.statistics().malformed, 0);
    }

    #[test]
    fn half_a_frame_without_its_other_half_and_one_that_is_too_long_are_counted() {
        let (ms_10, ms_40) = (8 << 3, 10 << 3);
        let (mut uplink, mut frames) = (Uplink::default(), Vec::new());
        let packets = [
            (1, 0, [ms_10, 1, 1]),
            (2, 960, [ms_10, 2, 2]),
            (3, 1440, [ms_10, 3, 3]),
            (4, 1920, [ms_40, 4, 4]),
        ];
        for (sequence, time, payload) in packets {
            uplink.receive(sequence, time, &payload, |spoken| match spoken {
                Spoken::Next { missing: 0, frame } => frames.push(frame.to_vec()),
                other => panic!("{other:?}"),
            });
        }
        assert_eq!(frames, [[ms_10 | 3, 0x82, 2, 2, 2, 3, 3]]);
        let UplinkStatistics { repacked, incomplete, too_long, .. } = uplink.statistics();
        assert_eq!((repacked, incomplete, too_long), (4, 1, 1));
    }

    #[test]
    fn what_is_missing_for_long_is_another_utterance() {
        assert_eq!(spoken(&mut Uplink::default(), &[(1, 1), (50, 50), (51, 51)]), "1 +48 50 51");
        assert_eq!(spoken(&mut Uplink::default(), &[(1, 1), (60, 60), (61, 61)]), "1 | 60 61");
        assert_eq!(spoken(&mut Uplink::default(), &[(1, 1), (3, 40)]), "1 +6 3", "no packet has more frames");
    }

    #[test]
    fn what_came_before_what_is_said_now_is_too_late() {
        let mut uplink = Uplink::default();
        assert_eq!(spoken(&mut uplink, &[(1, 1), (3, 100), (2, 2)]), "1 | 3");
        assert_eq!(uplink.statistics().too_late, 1);
    }

    #[test]
    fn silence_ends_what_is_said_and_begins_nothing() {
        let (mut uplink, mut pauses) = (Uplink::default(), 0);
        assert_eq!(spoken(&mut uplink, &[(1, 1)]), "1");
        for (sequence, frames) in [(2, 2), (3, 22), (4, 42)] {
            uplink.receive(sequence, 960 * frames, &[MS_20], |spoken| {
                assert_eq!(spoken, Spoken::Pause { frame: Some(&[MS_20]) });
                pauses += 1;
            });
        }
        assert_eq!((pauses, uplink.statistics().silent), (1, 3));
        assert_eq!(spoken(&mut uplink, &[(5, 50)]), "5");
    }

    #[test]
    fn what_was_lost_of_late_is_told_once() {
        let mut uplink = Uplink::default();
        assert_eq!(uplink.take_lost_percent(), None);
        spoken(&mut uplink, &[(1, 1), (2, 2), (5, 5), (4, 4)]);
        assert_eq!(uplink.take_lost_percent().map(f32::round), Some(20.0));
        spoken(&mut uplink, &[(6, 6)]);
        assert_eq!(uplink.take_lost_percent().map(f32::round), Some(0.0));
        uplink.reset();
        spoken(&mut uplink, &[(1000, 5000)]);
        assert_eq!(uplink.take_lost_percent().map(f32::round), Some(0.0), "a new beginning");
    }

    proptest! {
        #[test]
        fn whatever_comes_nothing_is_placed_before_the_beginning(
            packets in prop::collection::vec((0_u64..80, 0_u64..80_000, prop::collection::vec(any::<u8>(), 0..40)), 0..80),
        ) {
            let (mut uplink, mut frames) = (Uplink::default(), 0_u64);
            for (sequence, time, payload) in packets {
                uplink.receive(sequence, time, &payload, |spoken| match spoken {
                    Spoken::Next { missing, frame } => {
                        assert!(missing <= 50, "no more than a second");
                        let is_sealed = SealedVoice::of(frame).is_some();
                        assert!(is_sealed || consonance_wire::opus_packet::samples(frame) == Some(FRAME_SAMPLES));
                        frames += 1 + u64::from(missing);
                    }
                    Spoken::Late { frames_ago, .. } => assert!((2..=frames).contains(&frames_ago.into())),
                    Spoken::Pause { .. } => frames = 0,
                });
            }
        }
    }
}
