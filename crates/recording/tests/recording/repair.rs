//! Files that end where a server was killed.

use std::fs;
use std::path::{Path, PathBuf};

use consonance_recording::{Channels, OggPacketWriter, OpusPacket, repair_ogg_opus};
use consonance_testing::sound::{FRAME_SAMPLES, correlation, decode, encode, speech};

fn path(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("repair");
    fs::create_dir_all(&folder).unwrap();
    folder.join(name)
}

/// Three seconds, with a page for each.
fn stream() -> Vec<u8> {
    let mut writer = OggPacketWriter::new(Vec::new(), 9, Channels::Mono, &[]).unwrap();
    for packet in encode(&speech(0.0, 3.0), FRAME_SAMPLES) {
        writer.write(0, OpusPacket::parse(&packet).unwrap()).unwrap();
    }
    writer.finish().unwrap()
}

fn starts_of_pages(stream: &[u8]) -> Vec<usize> {
    (0..stream.len()).filter(|at| stream[*at..].starts_with(b"OggS\0")).collect()
}

#[test]
fn a_file_that_is_cut_anywhere_plays_as_far_as_whole_pages_go() {
    let stream = stream();
    let whole = decode(&*stream);
    let starts = starts_of_pages(&stream);
    let path = path("cut.opus");
    for end in (starts[2]..stream.len()).step_by(997).chain(starts[2..].iter().copied()) {
        fs::write(&path, &stream[..end]).unwrap();
        let samples = repair_ogg_opus(&path).unwrap();
        let repaired = fs::read(&path).unwrap();
        let heard = decode(&*repaired);
        assert_eq!(heard.len() as u64, samples, "cut at {end}");
        let pages = starts.iter().filter(|start| **start <= end).count() - 1;
        let lost = whole.len() - heard.len();
        assert!(lost <= (starts.len() - pages) * 48_000, "cut at {end}: {lost} samples lost");
        let close_to_the_end = heard.len().saturating_sub(960);
        assert!(heard.len() < 960 || correlation(&heard[..close_to_the_end], &whole) > 0.999);
        assert_eq!(repair_ogg_opus(&path).unwrap(), samples, "once more");
        assert_eq!(fs::read(&path).unwrap(), repaired, "a whole file stays as it is");
    }
}

#[test]
fn behind_a_damaged_page_nothing_is_kept() {
    let mut stream = stream();
    let third = starts_of_pages(&stream)[3];
    stream[third + 100] ^= 1;
    let path = path("damaged.opus");
    fs::write(&path, &stream).unwrap();
    let samples = repair_ogg_opus(&path).unwrap();
    assert!((40_000..=48_000).contains(&samples), "{samples}");
    assert_eq!(decode(&*fs::read(&path).unwrap()).len() as u64, samples);
}

#[test]
fn what_is_no_such_file_is_an_error_and_stays_as_it_is() {
    let stream = stream();
    let starts = starts_of_pages(&stream);
    for bytes in [&[][..], b"OggS", b"a diary", &stream[..starts[1]], &stream[..starts[2] - 1]] {
        let path = path("none.opus");
        fs::write(&path, bytes).unwrap();
        assert!(repair_ogg_opus(&path).is_err());
        assert_eq!(fs::read(&path).unwrap(), bytes);
    }
}
