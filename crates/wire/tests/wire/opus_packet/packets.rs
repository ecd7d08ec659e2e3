//! Packets in every form that the RFC defines, and bytes that are not packets.

use consonance_wire::opus_packet::{
    FRAME_BYTES_MAX, OpusPacket, PacketFault, SAMPLES_MAX, first_frame, frame_samples, samples, write,
};
use proptest::prelude::*;

/// The configuration of 20 ms hybrid frames, without their count.
const HYBRID_20_MS: u8 = 15 << 3;

fn frames_of(packet: &[u8]) -> Result<Vec<Vec<u8>>, PacketFault> {
    Ok(OpusPacket::parse(packet)?.frames().map(<[u8]>::to_vec).collect())
}

fn length_of(packet: &[u8]) -> Result<u32, PacketFault> {
    OpusPacket::parse(packet).map(|packet| packet.samples())
}

#[test]
fn the_length_of_a_frame_follows_from_its_configuration() {
    let expected = [480, 960, 1920, 2880].repeat(3).into_iter();
    let expected = expected.chain([480, 960].repeat(2)).chain([120, 240, 480, 960].repeat(4));
    for (config, expected) in (0_u8..32).zip(expected) {
        assert_eq!(length_of(&[config << 3, 1, 2]), Ok(expected), "configuration {config}");
        assert_eq!(frame_samples(config << 3 | 7), expected);
    }
}

#[test]
fn packets_of_several_frames_are_as_long_as_all_of_them() {
    let twenty = 31 << 3;
    for (packet, expected) in [
        (&[twenty | 1, 1, 2][..], 1920),
        (&[twenty | 2, 1, 2, 3, 4], 1920),
        (&[twenty | 3, 3, 1, 2, 3], 2880),
        (&[twenty | 3, 0x80 | 3, 1, 2, 1, 2, 2, 3], 2880),
        (&[twenty | 3, 0x40 | 2, 1, 9, 9, 0], 1920),
        (&[28 << 3 | 3, 48], 5760),
    ] {
        assert_eq!(length_of(packet), Ok(expected), "{packet:02x?}");
        assert_eq!(samples(packet), Some(expected), "{packet:02x?}");
    }
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
        assert_eq!(frames_of(packet), Ok(frames), "{packet:02x?}");
    }
}

#[test]
fn what_breaks_a_rule_is_no_packet() {
    let (twenty, sixty) = (31 << 3, 3 << 3);
    let long = [&[twenty][..], &[0; FRAME_BYTES_MAX + 1]].concat();
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
        assert_eq!(length_of(packet), Err(fault), "{packet:02x?}");
    }
}

#[test]
fn a_first_frame_that_is_empty_or_cut_off_is_none() {
    for packet in [
        &[][..],
        &[HYBRID_20_MS | 2],
        &[HYBRID_20_MS | 2, 0, 9],
        &[HYBRID_20_MS | 3],
        &[HYBRID_20_MS | 3, 0, 9],
        &[HYBRID_20_MS | 3, 0x41],
        &[HYBRID_20_MS | 3, 0x41, 255],
        &[HYBRID_20_MS | 3, 0x82, 0, 9],
        &[HYBRID_20_MS | 3, 0x83, 1],
    ] {
        assert_eq!(first_frame(packet), None, "{packet:02x?}");
    }
}

proptest! {
    #[test]
    fn what_is_put_together_is_read_again(
        toc in any::<u8>(),
        frames in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..600), 1..8),
    ) {
        prop_assume!(frames.len() as u32 * frame_samples(toc) <= SAMPLES_MAX);
        let lengths: Vec<u16> = frames.iter().map(|frame| frame.len() as u16).collect();
        let mut packet = Vec::new();
        write(toc, &lengths, &frames.concat(), &mut packet);
        prop_assert_eq!(frames_of(&packet), Ok(frames));
    }

    #[test]
    fn whatever_comes_is_a_packet_of_at_most_120_ms_or_none(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        if let Ok(packet) = OpusPacket::parse(&bytes) {
            prop_assert!((120..=SAMPLES_MAX).contains(&packet.samples()));
            prop_assert_eq!(samples(&bytes), Some(packet.samples()));
            prop_assert_eq!(packet.frames().len(), packet.frames().count());
            prop_assert!(packet.frames().all(|frame| frame.len() <= FRAME_BYTES_MAX));
            if let (Some(from_first), Some(first)) = (first_frame(&bytes), packet.frames().next()) {
                prop_assert!(from_first.starts_with(first));
            }
        }
    }
}
