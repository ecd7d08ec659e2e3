//! Packets of any length, repacked into packets of one length.

use consonance_wire::opus_packet::{Misfit, OpusPacket, Packer, samples};
use proptest::prelude::*;

/// First bytes of wideband SILK packets with one frame, of 10, 20, 40 and 60 ms.
const MS_10: u8 = 8 << 3;
const MS_20: u8 = 9 << 3;
const MS_40: u8 = 10 << 3;
const MS_60: u8 = 11 << 3;
/// First byte of CELT packets with one frame of 2.5 ms.
const MS_2_5: u8 = 28 << 3;

type Packed = (Vec<(u64, Vec<u8>)>, Vec<Result<bool, Misfit>>);

/// Packs the packets; returns the packed ones, each with its start, and the outcome for each input.
fn packed(samples: u32, packets: &[(u64, &[u8])]) -> Packed {
    let (mut packing, mut out) = (Packer::new(samples), Vec::new());
    let each = |(time, payload): &(u64, &[u8])| {
        let packet = OpusPacket::parse(payload).expect("it is Opus");
        packing.pack(*time, &packet, |time, packet| out.push((time, packet.to_vec())))
    };
    let outcomes = packets.iter().map(each).collect();
    (out, outcomes)
}

#[test]
fn a_packet_of_this_length_goes_on_as_it_is() {
    let of_eight = [MS_2_5 | 3, 8, 1, 2, 3, 4, 5, 6, 7, 8];
    let (out, outcomes) = packed(960, &[(7, &[MS_20, 1, 2]), (967, &of_eight)]);
    assert_eq!(out, [(7, vec![MS_20, 1, 2]), (967, of_eight.to_vec())]);
    assert_eq!(outcomes, [Ok(false); 2]);
}

#[test]
fn several_frames_of_20_ms_go_one_by_one() {
    let (out, _) = packed(960, &[(0, &[MS_20 | 3, 3, 1, 2, 3])]);
    assert_eq!(out, [(0, vec![MS_20, 1]), (960, vec![MS_20, 2]), (1920, vec![MS_20, 3])]);
}

#[test]
fn two_frames_of_10_ms_become_one_packet_wherever_they_come() {
    let (out, _) = packed(960, &[(0, &[MS_10, 1]), (480, &[MS_10, 2, 2])]);
    assert_eq!(out, [(0, vec![MS_10 | 3, 0x82, 1, 1, 2, 2])]);
    let (out, _) = packed(960, &[(0, &[MS_10 | 3, 3, 1, 2, 3]), (1440, &[MS_10, 4])]);
    assert_eq!(out, [(0, vec![MS_10 | 3, 0x82, 1, 1, 2]), (960, vec![MS_10 | 3, 0x82, 1, 3, 4])]);
}

#[test]
fn packets_of_20_ms_become_packets_of_40_and_60() {
    let packets = [(0, &[MS_20, 1][..]), (960, &[MS_20, 2]), (1920, &[MS_20, 3])];
    let (out, _) = packed(1920, &packets);
    assert_eq!(out, [(0, vec![MS_20 | 3, 0x82, 1, 1, 2])]);
    let (out, _) = packed(2880, &packets);
    assert_eq!(out, [(0, vec![MS_20 | 3, 0x83, 1, 1, 1, 2, 3])]);
}

#[test]
fn frames_that_do_not_fill_a_packet_are_refused() {
    for (samples, toc, frame_samples) in [(960, MS_40, 1920), (960, MS_60, 2880), (2880, MS_40, 1920)] {
        let (out, outcomes) = packed(samples, &[(0, &[toc, 1]), (frame_samples, &[MS_20, 2])]);
        let frame_samples = frame_samples as u32;
        assert_eq!(outcomes, [Err(Misfit { frame_samples }), Ok(false)]);
        assert_eq!(out.len(), usize::from(samples == 960));
    }
}

#[test]
fn no_frames_fill_packets_of_a_length_that_no_packet_has() {
    for samples in [0, 7, 960 * 7] {
        let (out, outcomes) = packed(samples, &[(0, &[MS_20 | 3, 6, 1, 2, 3, 4, 5, 6]), (5760, &[MS_20, 7])]);
        assert_eq!((out.len(), &*outcomes), (0, &[Err(Misfit { frame_samples: 960 }); 2][..]));
    }
}

#[test]
fn half_a_packet_whose_other_half_does_not_come_is_gone() {
    let (out, outcomes) = packed(960, &[(0, &[MS_10, 1]), (960, &[MS_10, 2]), (1440, &[MS_10, 3])]);
    assert_eq!(out, [(960, vec![MS_10 | 3, 0x82, 1, 2, 3])]);
    assert_eq!(outcomes, [Ok(false), Ok(true), Ok(false)]);
    let (out, outcomes) = packed(960, &[(0, &[MS_10, 1]), (480, &[MS_20, 2])]);
    assert_eq!(out, [(480, vec![MS_20, 2])]);
    assert_eq!(outcomes, [Ok(false), Ok(true)]);
}

#[test]
fn half_a_packet_at_the_end_is_filled_with_silence() {
    let mut packer = Packer::new(960);
    packer.pack(0, &OpusPacket::parse(&[MS_10, 1]).unwrap(), |_, _| panic!("it is half")).unwrap();
    let mut out = Vec::new();
    packer.finish(|time, packet| out.push((time, packet.to_vec())));
    assert_eq!(out, [(0, vec![MS_10 | 3, 0x82, 1, 1])]);
    packer.finish(|_, _| panic!("once"));
}

#[test]
fn time_may_end_while_half_a_packet_waits() {
    let (out, _) = packed(960, &[(u64::MAX, &[MS_10, 1]), (u64::MAX, &[MS_10, 2])]);
    assert_eq!(out, [(u64::MAX, vec![MS_10 | 3, 0x82, 1, 1, 2])]);
}

proptest! {
    #[test]
    fn whatever_comes_out_is_a_packet_of_that_length(
        length in prop_oneof![prop::sample::select(vec![480_u32, 960, 1920, 2880]), 0_u32..7000],
        first in prop_oneof![Just(0), Just(u64::MAX - 2400)],
        packets in prop::collection::vec((0_u64..40, prop::collection::vec(any::<u8>(), 1..60)), 0..40),
    ) {
        let mut packer = Packer::new(length);
        let check = |packet: &[u8]| assert_eq!(samples(packet), Some(length));
        for (time, payload) in packets {
            let Ok(packet) = OpusPacket::parse(&payload) else { continue };
            let _ = packer.pack(first.saturating_add(time * 120), &packet, |_, packet| check(packet));
        }
        packer.finish(|_, packet| check(packet));
    }
}
