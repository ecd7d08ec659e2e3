//! Ogg Opus streams: as long as the input, aligned, and small during silence.

use consonance_audio::{Channels, OggOpusError, OggOpusSettings, OggOpusWriter};
use consonance_testing::sound::{correlation, decode, peak, speech};
use opus_pure::OggOpusReader;

fn writer(channels: Channels) -> OggOpusWriter<Vec<u8>> {
    OggOpusWriter::new(Vec::new(), OggOpusSettings::new(channels), "Alice").unwrap()
}

#[test]
fn a_stream_plays_exactly_as_long_as_what_was_written() {
    for channels in [Channels::Mono, Channels::Stereo] {
        for samples in [0, 1, 480, 647, 648, 649, 960, 961, 48_123] {
            let mut writer = writer(channels);
            for piece in vec![0.1; samples * channels.count()].chunks(480 * channels.count()) {
                writer.write(piece).unwrap();
            }
            let sound = decode(&*writer.finish().unwrap());
            assert_eq!(sound.len(), samples * channels.count(), "{samples} samples, {channels:?}");
        }
    }
}

#[test]
fn speech_lies_where_it_was_written() {
    let spoken = speech(0.0, 4.0);
    let mut writer = writer(Channels::Mono);
    writer.write(&spoken).unwrap();
    let heard = decode(&*writer.finish().unwrap());
    let likeness = correlation(&heard, &spoken);
    assert!(likeness > 0.98, "{likeness}");
    for shift in [1, 2, 5] {
        assert!(correlation(&heard[shift..], &spoken) < likeness, "{shift} samples later");
        assert!(correlation(&heard, &spoken[shift..]) < likeness, "{shift} samples earlier");
    }
}

#[test]
fn each_ear_keeps_its_own_sound() {
    let (left, right) = (speech(0.0, 2.0), speech(3.0, 5.0));
    let mut writer = writer(Channels::Stereo);
    for (left, right) in left.iter().zip(&right) {
        writer.write(&[*left, *right]).unwrap();
    }
    let heard = decode(&*writer.finish().unwrap());
    let side = |side: usize| heard.iter().copied().skip(side).step_by(2).collect::<Vec<_>>();
    assert!(correlation(&side(0), &left) > 0.97, "{}", correlation(&side(0), &left));
    assert!(correlation(&side(1), &right) > 0.97, "{}", correlation(&side(1), &right));
}

#[test]
fn the_headers_say_what_it_is_and_whose() {
    let stream = writer(Channels::Stereo).finish().unwrap();
    let reader = OggOpusReader::new(&*stream).unwrap();
    assert_eq!((reader.head().channel_count, reader.head().input_sample_rate), (2, 48_000));
    assert_eq!(reader.head().pre_skip, 312);
    assert_eq!(reader.tags().get("title"), Some("Alice"));
    let long = OggOpusWriter::new(Vec::new(), OggOpusSettings::new(Channels::Mono), &"ö".repeat(100_000));
    assert!(long.unwrap().finish().unwrap().len() < 2_000);
}

#[test]
fn long_silence_costs_little_and_speech_after_it_lies_in_its_place() {
    const FIVE_MINUTES: u64 = 300 * 48_000;
    let spoken = speech(0.5, 2.5);
    for before in [0, 96_000] {
        let mut writer = writer(Channels::Mono);
        writer.write(&spoken[..before]).unwrap();
        writer.silence(FIVE_MINUTES + 7).unwrap();
        writer.write(&spoken).unwrap();
        let stream = writer.finish().unwrap();
        assert!(stream.len() < 70_000, "{} bytes", stream.len());

        let heard = decode(&*stream);
        let begins = before + FIVE_MINUTES as usize + 7;
        assert_eq!(heard.len(), begins + spoken.len());
        let silence = &heard[(before + 9_600).min(begins)..begins - 960];
        assert!(peak(silence) < 0.001, "{}", peak(silence));
        let likeness = correlation(&heard[begins..], &spoken);
        assert!(likeness > 0.95, "{likeness}");
    }
}

#[test]
fn no_page_is_longer_than_a_second_so_that_no_more_is_lost_than_that() {
    let mut writer = writer(Channels::Mono);
    writer.write(&speech(0.0, 3.0)).unwrap();
    writer.silence(480_000).unwrap();
    let stream = writer.finish().unwrap();
    // The head of a page: "OggS", version, flags, and its end position in samples.
    let ends = stream.windows(14).filter(|head| head.starts_with(b"OggS\0"));
    let ends: Vec<i64> = ends.map(|head| i64::from_le_bytes(head[6..].try_into().unwrap())).collect();
    assert!(ends.len() > 12);
    assert!(ends.windows(2).all(|ends| (0..=48_960).contains(&(ends[1] - ends[0]))), "{ends:?}");
    assert_eq!(ends.last(), Some(&(3 * 48_000 + 480_000 + 312)));
}

#[test]
fn a_stream_that_breaks_off_can_be_heard_as_far_as_it_goes() {
    let mut writer = writer(Channels::Mono);
    writer.write(&speech(0.0, 4.0)).unwrap();
    let stream = writer.finish().unwrap();
    let last_page = stream.len() - stream.windows(4).rev().position(|head| head == b"OggS").unwrap() - 4;
    let sound = decode(&stream[..last_page]);
    assert!((3 * 48_000..4 * 48_000).contains(&sound.len()), "{}", sound.len());
}

#[test]
fn what_is_no_number_is_silence_and_what_is_too_loud_is_clipped() {
    let mut writer = writer(Channels::Mono);
    writer.write(&[f32::NAN, f32::INFINITY, f32::NEG_INFINITY].repeat(16_000)).unwrap();
    writer.write(&[1e30, -1e30].repeat(24_000)).unwrap();
    let sound = decode(&*writer.finish().unwrap());
    assert!(sound.iter().all(|sample| sample.is_finite() && sample.abs() < 4.0));
    assert!(peak(&sound[9_600..40_000]) < 0.001);
}

#[test]
fn a_sink_that_is_full_is_an_error() {
    let settings = OggOpusSettings::new(Channels::Mono);
    let mut room = [0; 10];
    let refused = OggOpusWriter::new(&mut room[..], settings, "");
    assert!(matches!(refused, Err(OggOpusError::Write(_))), "{refused:?}");
    let mut room = [0; 5_000];
    let mut writer = OggOpusWriter::new(&mut room[..], settings, "").unwrap();
    assert!(matches!(writer.write(&speech(0.0, 4.0)), Err(OggOpusError::Write(_))));
}
