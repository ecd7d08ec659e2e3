//! Streams of packets that were encoded elsewhere: each sound is at its position, whatever is missing in between.

use std::io::{self, Write};

use consonance_recording::{Channels, OggPacketWriter, OpusPacket};
use consonance_testing::sound::{FRAME_SAMPLES, correlation, decode, decode_live, encode, peak, speech};
use opus_pure::OggOpusReader;

fn writer() -> OggPacketWriter<Vec<u8>> {
    OggPacketWriter::new(Vec::new(), 1, Channels::Mono, &[("TITLE", "Alice")]).unwrap()
}

fn write_all<W: Write>(writer: &mut OggPacketWriter<W>, from: u64, packets: &[Vec<u8>]) {
    let mut at = from;
    for packet in packets {
        let packet = OpusPacket::parse(packet).unwrap();
        assert_eq!(writer.write(at, packet).unwrap(), at);
        at += u64::from(packet.samples());
    }
}

/// Asserts that this sound lies exactly here.
fn assert_lies_at(heard: &[f32], at: usize, sound: &[f32]) {
    let likeness = correlation(&heard[at..], sound);
    assert!(likeness > 0.99, "{likeness}");
    for shift in [1, 2, 5] {
        assert!(correlation(&heard[at + shift..], sound) < likeness, "{shift} samples later");
        assert!(correlation(&heard[at..], &sound[shift..]) < likeness, "{shift} samples earlier");
    }
}

#[test]
fn sound_lies_where_it_was_put_to_the_sample() {
    let spoken = speech(0.0, 2.0);
    for (frame_samples, pause) in [(480, 120), (960, 5_760), (1_920, 5_880), (2_880, 48_000), (960, 600_120)]
    {
        let packets = encode(&spoken, frame_samples);
        let mut writer = writer();
        write_all(&mut writer, 0, &packets);
        let again = writer.end() + pause;
        write_all(&mut writer, again, &packets);
        let ends = writer.end() as usize;

        let heard = decode(&*writer.finish().unwrap());
        assert_eq!(heard.len(), ends);
        let live = decode_live(&packets);
        assert_lies_at(&heard, 0, &live);
        assert_lies_at(&heard, again as usize, &live);
        // The codec may shift the pitch periods of a voice by a sample or two relative to each other.
        let likeness = correlation(&heard[again as usize..], &spoken);
        assert!(likeness > 0.95, "{likeness}");
    }
}

#[test]
fn a_place_between_two_steps_of_the_codec_is_rounded_down() {
    let packets = encode(&speech(0.0, 0.1), FRAME_SAMPLES);
    let packet = OpusPacket::parse(&packets[0]).unwrap();
    let mut writer = writer();
    assert_eq!(writer.write(119, packet).unwrap(), 0);
    assert_eq!(writer.write(960 + 121, packet).unwrap(), 960 + 120);
    assert_eq!(writer.write(0, packet).unwrap(), 2 * 960 + 120);
    assert_eq!(writer.end(), 3 * 960 + 120);
}

#[test]
fn a_lost_packet_is_concealed_and_a_pause_is_silent() {
    let packets = encode(&speech(0.5, 1.5), FRAME_SAMPLES);
    let loud = 20 * FRAME_SAMPLES;
    let mut writer = writer();
    write_all(&mut writer, 0, &packets[..20]);
    write_all(&mut writer, (loud + FRAME_SAMPLES) as u64, &packets[21..22]);
    let speech_ends = loud + 2 * FRAME_SAMPLES;
    write_all(&mut writer, speech_ends as u64 + 9_600, &packets[22..]);
    let heard = decode(&*writer.finish().unwrap());
    let concealed = &heard[loud + 100..][..FRAME_SAMPLES - 200];
    assert!(peak(concealed) > 0.01, "{}", peak(concealed));
    let pause = &heard[speech_ends + 960..][..9_600 - 1_920];
    assert!(peak(pause) < 1e-4, "{}", peak(pause));
}

#[test]
fn an_hour_of_silence_costs_half_a_megabyte_and_moves_nothing() {
    const HOUR: u64 = 3_600 * 48_000;
    let packets = encode(&speech(0.0, 1.0), FRAME_SAMPLES);
    let mut writer = writer();
    write_all(&mut writer, HOUR, &packets);
    assert!(writer.bytes() < 600_000, "{}", writer.bytes());
    let mut reader = OggOpusReader::new(writer.finish().unwrap().leak() as &[u8]).unwrap();
    let mut samples = 0;
    while let Some(packet) = reader.read_packet().unwrap() {
        samples += u64::from(OpusPacket::parse(&packet.data).unwrap().samples());
    }
    assert_eq!(samples, HOUR + 48_000 + 960);
}

#[test]
fn the_headers_say_what_it_is_and_whose() {
    let stream = writer().finish().unwrap();
    let reader = OggOpusReader::new(&*stream).unwrap();
    assert_eq!((reader.head().channel_count, reader.head().input_sample_rate), (1, 48_000));
    assert_eq!((reader.head().pre_skip, reader.serial()), (312, 1));
    assert_eq!(reader.tags().get("title"), Some("Alice"));
    assert_eq!(decode(&*stream).len(), 0);
    let long =
        OggPacketWriter::new(Vec::new(), 1, Channels::Mono, &[("TITLE", &"ö".repeat(100_000))]).unwrap();
    assert!(long.finish().unwrap().len() < 2_000);
}

#[test]
fn no_page_is_longer_than_a_second_and_each_ends_where_its_packets_do() {
    let mut writer = writer();
    write_all(&mut writer, 4_800, &encode(&speech(0.0, 3.0), 2_880));
    writer.fill(480_000).unwrap();
    let stream = writer.finish().unwrap();
    // The head of a page: "OggS", version, flags, and its end position in samples.
    let ends = stream.windows(14).filter(|head| head.starts_with(b"OggS\0"));
    let ends: Vec<i64> = ends.map(|head| i64::from_le_bytes(head[6..].try_into().unwrap())).collect();
    assert!(ends.len() > 12);
    assert!(ends.windows(2).all(|ends| (0..=48_000).contains(&(ends[1] - ends[0]))), "{ends:?}");
    assert_eq!(ends.last(), Some(&(480_000 + 312)));
}

#[test]
fn a_stream_plays_as_long_as_it_was_told_to_whatever_its_packets_hold() {
    let packets = encode(&speech(0.0, 0.1), FRAME_SAMPLES);
    for samples in [0, 1, 4_487, 4_488, 4_489, 4_800, 10_001] {
        let mut writer = writer();
        write_all(&mut writer, 0, &packets);
        let heard = decode(&*writer.finish_at(samples as u64).unwrap());
        assert_eq!(heard.len(), samples);
    }
    let mut flushed = writer();
    write_all(&mut flushed, 0, &packets);
    flushed.flush().unwrap();
    assert_eq!(decode(&*flushed.finish_at(0).unwrap()).len(), 4_800 - 312);
}

#[test]
fn a_stream_for_two_ears_says_so() {
    let stream = OggPacketWriter::new(Vec::new(), 1, Channels::Stereo, &[]).unwrap().finish().unwrap();
    assert_eq!(OggOpusReader::new(&*stream).unwrap().head().channel_count, 2);
}

#[test]
fn full_pages_are_drained_and_what_is_left_is_not() {
    let mut writer = writer();
    let headers = writer.bytes();
    write_all(&mut writer, 0, &encode(&speech(0.0, 0.5), FRAME_SAMPLES));
    writer.drain().unwrap();
    assert_eq!(writer.bytes(), headers);
    write_all(&mut writer, 24_000, &encode(&speech(0.5, 1.0), FRAME_SAMPLES));
    writer.drain().unwrap();
    assert!(writer.bytes() > headers);
}

#[test]
fn what_was_flushed_can_be_heard_though_the_stream_breaks_off() {
    #[derive(Clone, Default)]
    struct Shared(std::rc::Rc<std::cell::RefCell<Vec<u8>>>);
    impl Write for Shared {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.borrow_mut().write(bytes)
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let file = Shared::default();
    let mut writer = OggPacketWriter::new(file.clone(), 1, Channels::Mono, &[]).unwrap();
    write_all(&mut writer, 0, &encode(&speech(0.0, 0.5), FRAME_SAMPLES));
    writer.flush().unwrap();
    let so_far = file.0.borrow().clone();
    assert_eq!(decode(&*so_far).len(), 24_000 - 312);
}

#[test]
fn a_sink_that_is_full_is_an_error() {
    assert!(OggPacketWriter::new(&mut [0; 10][..], 1, Channels::Mono, &[]).is_err());
    let mut room = [0; 1_000];
    let mut writer = OggPacketWriter::new(&mut room[..], 1, Channels::Mono, &[]).unwrap();
    write_all(&mut writer, 0, &encode(&speech(0.0, 1.0), FRAME_SAMPLES));
    assert_eq!(writer.flush().unwrap_err().kind(), io::ErrorKind::WriteZero);
}
