//! One of a page's audio tracks: speakers come and go in it, and the browser sees one stream.
//!
//! A browser's jitter buffer goes by sequence numbers and time stamps. Where a speaker follows another one, or speaks
//! again after a pause, numbers go on without a gap, time goes on by what has passed, and the marker says that nothing
//! is missing (RFC 3551, section 4.1). Without that, only the first speaker would ever be heard.

mod ledger;

use std::time::Instant;

use str0m::media::{Mid, Pt};
use str0m::rtp::Ssrc;

pub(super) use ledger::Arrivals;
use ledger::Ledger;

/// A slot as negotiated, with its stream so far.
#[derive(Debug)]
pub(super) struct Slot {
    pub(super) mid: Mid,
    pub(super) payload_type: Pt,
    /// The number of its stream, from which the first numbers of its packets are taken.
    pub(super) source: Ssrc,
    stream: Option<OutgoingStream>,
}

/// The RTP header fields that label a packet of a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Label {
    pub(super) sequence: u64,
    /// In samples at 48 kHz, wrapped.
    pub(super) time: u32,
    /// It begins a talk spurt.
    pub(super) marker: bool,
}

impl Slot {
    pub(super) fn new(mid: Mid, payload_type: Pt, source: Ssrc) -> Self {
        Self { mid, payload_type, source, stream: None }
    }

    /// The same stream, of which the page has given the packets another number.
    pub(super) fn renumbered(self, payload_type: Pt) -> Self {
        Self { payload_type, ..self }
    }

    /// The label of a frame, or `None` if it is older than what was sent, or was sent already: a number that is used
    /// twice would reveal the content of both packets to an eavesdropper (RFC 7714, section 8.4).
    pub(super) fn label(
        &mut self,
        now: Instant,
        utterance: u64,
        sequence: u32,
        samples: u32,
    ) -> Option<Label> {
        let Some(stream) = &mut self.stream else {
            let stream = OutgoingStream::begin(now, utterance, sequence, samples, *self.source);
            let label = Label { sequence: stream.newest, time: stream.newest_time, marker: true };
            self.stream = Some(stream);
            return Some(label);
        };
        let ahead = i64::from(sequence.wrapping_sub(stream.newest_frame).cast_signed());
        if stream.utterance != utterance || ahead > AHEAD_MAX {
            return Some(stream.begin_utterance(now, utterance, sequence, samples));
        }
        if ahead > 0 { Some(stream.go_on(now, sequence, ahead, samples)) } else { stream.late(-ahead) }
    }

    /// Takes a report of the page, which knows numbers up to `highest` and has missed `lost` packets since the
    /// beginning. Returns the arrivals of packets that no report has covered before, if there are any.
    pub(super) fn take_report(&mut self, highest: u64, lost: u64) -> Option<Arrivals> {
        let stream = self.stream.as_mut()?;
        stream.ledger.take(highest.min(stream.newest), lost as u32)
    }

    /// The packets that count as lost because no report covers them.
    pub(super) fn take_unspoken(&mut self) -> Option<Arrivals> {
        let stream = self.stream.as_mut()?;
        stream.ledger.take_unspoken(stream.newest)
    }

    /// Packets sent from now on are to be judged apart.
    pub(super) fn judge_again(&mut self) {
        if let Some(stream) = &mut self.stream {
            stream.ledger.judge_again(stream.newest + 1);
        }
    }
}

#[derive(Debug)]
struct OutgoingStream {
    utterance: u64,
    /// Frames of this utterance that were sent or may still come: the number of the first packet of it.
    first: u64,
    newest: u64,
    newest_frame: u32,
    newest_time: u32,
    newest_at: Instant,
    /// How long the newest frame is.
    samples: u32,
    /// A bit set of the packets that were sent among the 64 up to the newest, which is the lowest bit.
    sent: u64,
    ledger: Ledger,
}

impl OutgoingStream {
    fn begin(now: Instant, utterance: u64, sequence: u32, samples: u32, random: u32) -> Self {
        // Both ends must agree on the rollover count without signalling it, so the number starts well below the first
        // wrap.
        let first = u64::from(random & 0x3fff);
        Self {
            utterance,
            first,
            newest: first,
            newest_frame: sequence,
            newest_time: random,
            newest_at: now,
            samples,
            sent: 1,
            ledger: Ledger::new(first),
        }
    }

    fn begin_utterance(&mut self, now: Instant, utterance: u64, sequence: u32, samples: u32) -> Label {
        let passed =
            now.saturating_duration_since(self.newest_at).as_micros() * SAMPLES_PER_SECOND / 1_000_000;
        let frames = (passed + FRAME_SAMPLES / 2) / FRAME_SAMPLES;
        let passed = ((frames * FRAME_SAMPLES) as u32).max(self.samples);
        self.utterance = utterance;
        self.first = self.newest + 1;
        self.newest += 1;
        self.newest_frame = sequence;
        self.newest_time = self.newest_time.wrapping_add(passed);
        self.newest_at = now;
        self.samples = samples;
        self.sent = 1;
        Label { sequence: self.newest, time: self.newest_time, marker: true }
    }

    fn go_on(&mut self, now: Instant, sequence: u32, ahead: i64, samples: u32) -> Label {
        // Missing frames in between count as long as the frame before them.
        self.newest_time = self.newest_time.wrapping_add(ahead as u32 * self.samples);
        self.newest += ahead as u64;
        self.newest_frame = sequence;
        self.newest_at = now;
        self.samples = samples;
        self.sent = self.sent.checked_shl(ahead as u32).unwrap_or(0) | 1;
        self.ledger.skip(self.newest, ahead as u64 - 1);
        Label { sequence: self.newest, time: self.newest_time, marker: false }
    }

    fn late(&mut self, behind: i64) -> Option<Label> {
        let bit = 1_u64.checked_shl(behind as u32)?;
        let sequence = self.newest.checked_sub(behind as u64).filter(|sequence| *sequence >= self.first)?;
        if self.sent & bit != 0 {
            return None;
        }
        self.sent |= bit;
        self.ledger.fill(sequence);
        let time = self.newest_time.wrapping_sub(behind as u32 * self.samples);
        Some(Label { sequence, time, marker: false })
    }
}

/// A jump of more frames than this is not a gap in the numbers, which a speaker chooses as it likes: a page that misses
/// more than 2¹⁵ of them in a row never again agrees how often they have wrapped (RFC 3711, section 3.3.1). With so
/// few, that takes 2048 lost packets. No jitter buffer hides a gap of a third of a second in any case.
const AHEAD_MAX: i64 = 16;

const SAMPLES_PER_SECOND: u128 = 48_000;

/// Time goes on in steps of 20 ms, as it does within a talk spurt.
const FRAME_SAMPLES: u128 = 960;

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    struct Fixture {
        slot: Slot,
        start: Instant,
    }

    impl Fixture {
        fn new() -> Self {
            Self { slot: Slot::new("1".into(), 111.into(), RANDOM.into()), start: Instant::now() }
        }

        /// The label relative to the first one: number, time in samples, marker.
        fn label(
            &mut self,
            ms: u64,
            utterance: u64,
            sequence: u32,
            samples: u32,
        ) -> Option<(i64, i32, bool)> {
            let now = self.start + Duration::from_millis(ms);
            let label = self.slot.label(now, utterance, sequence, samples)?;
            assert!(label.sequence < 1 << 16, "it begins below the first wrap");
            let sequence = label.sequence.cast_signed() - i64::from(RANDOM & 0x3fff);
            Some((sequence, label.time.wrapping_sub(RANDOM).cast_signed(), label.marker))
        }
    }

    const RANDOM: u32 = 0xffff_ff00;

    #[test]
    fn a_talk_spurt_goes_on_frame_by_frame() {
        let mut fixture = Fixture::new();
        assert_eq!(fixture.label(0, 1, 70, 960), Some((0, 0, true)));
        assert_eq!(fixture.label(23, 1, 71, 960), Some((1, 960, false)));
        assert_eq!(fixture.label(40, 1, 72, 960), Some((2, 1920, false)));
    }

    #[test]
    fn what_was_lost_on_the_way_here_is_a_gap_in_numbers_and_in_time() {
        let mut fixture = Fixture::new();
        fixture.label(0, 1, 0, 960);
        assert_eq!(fixture.label(60, 1, 3, 960), Some((3, 2880, false)));
    }

    #[test]
    fn after_a_pause_numbers_go_on_without_a_gap_and_time_by_what_has_passed() {
        let mut fixture = Fixture::new();
        fixture.label(0, 1, 5, 960);
        assert_eq!(fixture.label(1_007, 2, 0, 960), Some((1, 48_000, true)));
        assert_eq!(fixture.label(1_020, 2, 1, 960), Some((2, 48_960, false)));
    }

    #[test]
    fn another_speaker_at_once_begins_after_what_was_said() {
        let mut fixture = Fixture::new();
        fixture.label(0, 1, 5, 2880);
        assert_eq!(fixture.label(1, 9, 1000, 960), Some((1, 2880, true)));
    }

    #[test]
    fn frames_of_any_length_have_their_own_time() {
        let mut fixture = Fixture::new();
        fixture.label(0, 1, 0, 480);
        assert_eq!(fixture.label(10, 1, 1, 2880), Some((1, 480, false)));
        assert_eq!(fixture.label(70, 1, 2, 1920), Some((2, 3360, false)));
        assert_eq!(fixture.label(110, 1, 3, 480), Some((3, 5280, false)));
    }

    #[test]
    fn a_frame_that_was_overtaken_has_its_place_once() {
        let mut fixture = Fixture::new();
        fixture.label(0, 1, 0, 960);
        fixture.label(40, 1, 2, 960);
        assert_eq!(fixture.label(41, 1, 1, 960), Some((1, 960, false)));
        for again in 0..3 {
            assert_eq!(fixture.label(42, 1, again, 960), None, "frame {again}");
        }
        assert_eq!(fixture.label(60, 1, 3, 960), Some((3, 2880, false)));
    }

    #[test]
    fn what_came_before_the_utterance_s_first_frame_or_long_ago_is_dropped() {
        let mut fixture = Fixture::new();
        fixture.label(0, 1, 0, 960);
        fixture.label(20, 2, 10, 960);
        assert_eq!(fixture.label(21, 2, 9, 960), None, "its number is taken");
        fixture.label(40, 2, 110, 960);
        assert_eq!(fixture.label(41, 2, 40, 960), None);
    }

    #[test]
    fn a_jump_is_a_new_beginning() {
        let mut fixture = Fixture::new();
        fixture.label(0, 1, 0, 960);
        assert_eq!(fixture.label(20, 1, 1_000_000, 960), Some((1, 960, true)));
        assert_eq!(fixture.label(40, 1, 1_000_001, 960), Some((2, 1920, false)));
    }

    #[test]
    fn numbers_go_ahead_by_few_with_each_packet_whatever_frames_come() {
        let jumps = [512, AHEAD_MAX as u32 + 1, AHEAD_MAX as u32, 1, u32::MAX / 2, u32::MAX, 1500, 63];
        for jump in jumps {
            let (mut fixture, mut sequence, mut newest) = (Fixture::new(), 0_u32, None);
            let mut dice = jump;
            for step in 0..3000 {
                dice = dice.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                sequence = sequence.wrapping_add(if dice >> 30 == 0 { dice >> 8 & 0x3ff } else { jump });
                let now = fixture.start + Duration::from_millis(step);
                let Some(label) = fixture.slot.label(now, u64::from(dice >> 28), sequence, 960) else {
                    continue;
                };
                let ahead = newest.map_or(1, |newest| label.sequence.saturating_sub(newest));
                assert!(ahead <= 16, "{ahead} numbers at once at step {step} of jumps by {jump}");
                newest = newest.max(Some(label.sequence));
            }
        }
    }

    #[test]
    fn no_number_is_ever_used_twice() {
        let mut fixture = Fixture::new();
        let mut used = std::collections::BTreeSet::new();
        let mut dice = 12345_u32;
        for step in 0..20_000 {
            dice = dice.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let (utterance, sequence) = (u64::from(dice >> 30), (dice >> 8) & 0xff);
            if let Some((number, ..)) = fixture.label(step, utterance, sequence, 960) {
                assert!(used.insert(number), "step {step}");
            }
            if used.last().is_some_and(|last| *last > 40_000) {
                break;
            }
        }
    }
}
