//! The body of the fuzz target `opus_repack`: packets of a page's microphone, of any length and in any order.

use std::collections::VecDeque;

use consonance_wire::SealedVoice;
use consonance_wire::fuzz_tape::Tape;
use consonance_wire::opus_packet::{self as opus_packet, OpusPacket};

use crate::uplink::{FRAME_SAMPLES, Spoken, Uplink};

/// The bytes are packets in sequence: their distances in number and in time, and their content.
///
/// # Panics
/// If the output is not a frame of 20 ms, or of parts that did not go in or not in this order, is placed before the
/// beginning of what is said or far behind it, or is not counted.
pub fn opus_repack(bytes: &[u8]) {
    let mut tape = Tape::new(bytes);
    let mut fixture = Fixture::default();
    while !tape.is_empty() {
        match tape.byte() % 8 {
            0 => fixture.jump(u64::from(tape.number()) << (tape.byte() % 48)),
            1 => fixture.reset(),
            2 => fixture.check_loss(),
            3 => fixture.receive(&mut tape, |tape| tape.counted().to_vec()),
            4 => fixture.receive(&mut tape, |tape| packet_of(tape, FRAMES_MAX)),
            _ => fixture.receive(&mut tape, |tape| packet_of(tape, 4)),
        }
    }
    fixture.check_counts();
}

/// As many frames as a packet has room for.
const FRAMES_MAX: u8 = 48;

#[derive(Default)]
struct Fixture {
    uplink: Uplink,
    sequence: u64,
    time: u64,
    /// The length of the voice so far, in frames, including missing ones.
    frames: u64,
    /// First byte but for the count, and bytes of each frame that went in and has not come out.
    parts: VecDeque<(u8, Vec<u8>)>,
    packets: u64,
    late: u64,
}

impl Fixture {
    fn jump(&mut self, ahead: u64) {
        self.sequence = self.sequence.wrapping_add(ahead);
        self.time = self.time.wrapping_add(ahead.wrapping_mul(FRAME_SAMPLES.into()));
    }

    fn reset(&mut self) {
        self.uplink.reset();
        self.frames = 0;
        self.parts.clear();
    }

    /// Feeds a packet right after the previous one, or some packets apart; the same in time, in steps of 2.5 ms.
    fn receive(&mut self, tape: &mut Tape<'_>, payload: impl FnOnce(&mut Tape<'_>) -> Vec<u8>) {
        let (packets, steps) = (i64::from(tape.byte() as i8 / 8), i64::from(tape.byte() as i8));
        let sequence = self.sequence.saturating_add_signed(packets);
        let time = self.time.saturating_add_signed(steps * 120);
        let payload = payload(tape);
        let samples = self.note_parts(&payload);
        (self.sequence, self.time) = (sequence.saturating_add(1), time.saturating_add(samples));
        let Self { uplink, frames, parts, late, .. } = self;
        let mut came = 0;
        uplink.receive(sequence, time, &payload, |spoken| match spoken {
            Spoken::Next { missing, frame } => {
                assert!(missing <= 50, "{missing} frames are more than a second");
                match SealedVoice::of(frame) {
                    Some(_) => assert_eq!(frame, payload, "what is sealed is as it came"),
                    None => take_parts(parts, frame),
                }
                *frames += u64::from(missing) + 1;
                came += 1;
            }
            Spoken::Late { frames_ago, frame } => {
                assert!((2..=*frames).contains(&frames_ago.into()), "{frames_ago} of {frames} frames ago");
                assert_eq!(frame, payload, "what is late is as it came");
                if SealedVoice::of(frame).is_none() {
                    assert_eq!(opus_packet::samples(frame), Some(FRAME_SAMPLES));
                }
                *late += 1;
            }
            Spoken::Pause { frame } => {
                assert!(frame.is_none_or(|frame| frame == payload), "silence is as it came");
                *frames = 0;
            }
        });
        assert!(came <= 6, "{came} frames of 20 ms out of one packet");
    }

    /// Notes the frames that may come out from now on; returns their length in samples.
    fn note_parts(&mut self, payload: &[u8]) -> u64 {
        self.packets += 1;
        if SealedVoice::of(payload).is_some() {
            return FRAME_SAMPLES.into();
        }
        let Ok(packet) = OpusPacket::parse(payload) else { return 0 };
        self.parts.extend(packet.frames().map(|frame| (packet.toc() >> 2, frame.to_vec())));
        packet.samples().into()
    }

    fn check_loss(&mut self) {
        let lost = self.uplink.take_lost_percent();
        assert!(lost.is_none_or(|lost| (0.0..=100.0).contains(&lost)), "{lost:?} per cent are lost");
    }

    fn check_counts(&self) {
        let counts = self.uplink.statistics();
        assert_eq!((counts.packets, counts.late), (self.packets, self.late), "each is counted");
        let unused = counts.malformed + counts.duplicates + counts.too_late + counts.silent + counts.too_long;
        assert!(unused + counts.late <= counts.packets, "each is counted once: {counts:?}");
    }
}

/// Checks that the output is 20 ms of the input frames, in order, though earlier ones may be missing.
fn take_parts(parts: &mut VecDeque<(u8, Vec<u8>)>, frame: &[u8]) {
    let packet = OpusPacket::parse(frame).expect("what comes out is Opus");
    assert_eq!(packet.samples(), FRAME_SAMPLES, "of 20 ms");
    for wanted in packet.frames() {
        let is_it = |(toc, part): &(u8, Vec<u8>)| *toc == packet.toc() >> 2 && part == wanted;
        let at = parts.iter().position(is_it).expect("each part has come in, and in this order");
        parts.drain(..=at);
    }
}

/// A packet with a number of frames from the tape; checks that it is parsed as it was written.
fn packet_of(tape: &mut Tape<'_>, frames_max: u8) -> Vec<u8> {
    let toc = tape.byte();
    let (mut lengths, mut bytes, mut packet) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..=tape.byte() % frames_max {
        let frame = tape.counted();
        lengths.push(frame.len() as u16);
        bytes.extend_from_slice(frame);
    }
    opus_packet::write(toc, &lengths, &bytes, &mut packet);
    if let Ok(read) = OpusPacket::parse(&packet) {
        assert!(read.frames().map(|frame| frame.len() as u16).eq(lengths), "each has its length");
        assert_eq!(read.frames().collect::<Vec<_>>().concat(), bytes, "and its bytes");
        assert_eq!(read.toc() >> 2, toc >> 2);
    }
    packet
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Without this property the target would test nothing.
    #[test]
    fn the_stage_sees_frames_of_10_ms_become_one_of_20() {
        let ms_10 = 8 << 3;
        let mut fixture = Fixture::default();
        for part in [3, 4] {
            fixture.receive(&mut Tape::new(&[0, 0]), |_| vec![ms_10, part, part]);
        }
        assert_eq!((fixture.frames, fixture.parts.len()), (1, 0));
        fixture.check_counts();
    }

    #[test]
    #[should_panic(expected = "each part has come in")]
    fn an_invented_frame_is_noticed() {
        take_parts(&mut VecDeque::from([(9 << 1, vec![1, 2])]), &[9 << 3, 1, 3]);
    }
}
