//! Captures as a program makes them, read again block by block.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

mod blocks;

use std::fs;
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use consonance_inspector::pcap::{
    CaptureError, CaptureLink, CaptureReport, CapturedPacket, PacketCapture, PacketCaptureSettings,
    PacketDirection, PacketSink,
};
use consonance_wire::ClientId;
use serde_json::Value;

use blocks::{Block, read};

/// A player has left.
const REMOVE_CLIENT: [u8; 9] = [0x8b, 0xc7, 10, 0, 0, 0, 1, 0, 3];

#[test]
fn every_packet_stands_in_the_file_with_its_link_direction_and_words() {
    let path = path("every-packet");
    let capture = PacketCapture::start(&*path, PacketCaptureSettings::default()).unwrap();
    let sink = capture.sink();
    sink.introduce(ClientId(3), "Alice", &[]);
    let left = packet(Instant::now(), CaptureLink::Server);
    sink.record(&left);
    sink.record(&CapturedPacket {
        at: left.at + Duration::from_millis(20),
        link: CaptureLink::Direct(7),
        direction: PacketDirection::Sent,
        is_reliable: false,
        packet: b"noise",
    });
    let report = capture.stop().unwrap();
    assert_eq!((report.packets, report.dropped, report.beyond_limits), (2, 0, 0));
    assert_eq!(report.bytes, fs::metadata(&*path).unwrap().len());

    let blocks = read(&fs::read(&*path).unwrap());
    let kinds: Vec<_> = blocks.iter().map(|block| block.kind).collect();
    assert_eq!(kinds, [0x0a0d_0d0a, 1, 6, 1, 6, 5, 5]);
    assert_eq!((blocks[1].text(2), blocks[3].text(2)), ("server".into(), "direct-7".into()));
    let (left, noise) = (&blocks[2], &blocks[4]);
    assert_eq!(left.text(1), r#"RemoveClient: "Alice" #3 has left"#);
    assert!(noise.text(1).starts_with("malformed, 5 bytes: "), "{}", noise.text(1));
    assert_eq!((left.number(2), noise.number(2)), (1, 2), "received, and sent");
    assert_eq!((left.interface(), noise.interface()), (0, 1));
    assert_eq!(noise.nanoseconds() - left.nanoseconds(), 20_000_000);
    assert!(left.frame().ends_with(&REMOVE_CLIENT) && noise.frame().ends_with(b"noise"));
    // Reliable packets have their own port.
    assert_eq!((&left.frame()[20..22], &noise.frame()[20..22]), (&[0xc0, 0x5b][..], &[0xc0, 0x5a][..]));
    assert_eq!((blocks[5].number(4), blocks[6].number(4)), (1, 1), "packets of each link");
}

#[test]
fn a_file_grows_no_further_than_allowed_and_says_what_is_missing() {
    let path = path("limited");
    let settings = PacketCaptureSettings { max_bytes: 4_000, ..PacketCaptureSettings::default() };
    let report = capture_of(&path, settings, |sink| {
        (0..1_000).for_each(|_| sink.record(&packet(Instant::now(), CaptureLink::Server)));
    });
    assert!(report.packets > 10 && report.packets + report.beyond_limits + report.dropped == 1_000);
    let blocks = read(&fs::read(&*path).unwrap());
    assert!(fs::metadata(&*path).unwrap().len() < 4_500);
    let end = blocks.last().unwrap();
    assert_eq!((end.number(4), end.number(5)), (report.packets, report.beyond_limits + report.dropped));
    assert!(end.text(1).contains("limit of size or time"), "{}", end.text(1));
}

#[test]
fn what_comes_after_the_time_is_up_is_left_out() {
    let settings =
        PacketCaptureSettings { max_duration: Duration::from_mins(1), ..PacketCaptureSettings::default() };
    let report = capture_of(&path("time"), settings, |sink| {
        let now = Instant::now();
        sink.record(&packet(now + Duration::from_secs(1), CaptureLink::Server));
        sink.record(&packet(now + Duration::from_secs(61), CaptureLink::Server));
    });
    assert_eq!((report.packets, report.beyond_limits), (1, 1));
}

#[test]
fn links_beyond_the_limit_share_the_last_interface() {
    let path = path("links");
    let settings = PacketCaptureSettings { max_links: 3, ..PacketCaptureSettings::default() };
    capture_of(&path, settings, |sink| {
        (0..50).for_each(|link| sink.record(&packet(Instant::now(), CaptureLink::Client(link))));
    });
    let blocks = read(&fs::read(&*path).unwrap());
    assert_eq!(blocks.iter().filter(|block| block.kind == 1).count(), 3);
    let interfaces = blocks.iter().filter(|block| block.kind == 6).map(Block::interface);
    assert_eq!(interfaces.filter(|interface| *interface == 2).count(), 48);
}

#[test]
fn nothing_is_overwritten() {
    let path = path("taken");
    fs::write(&*path, "another file").unwrap();
    let error = PacketCapture::start(&*path, PacketCaptureSettings::default()).unwrap_err();
    assert!(matches!(error, CaptureError::Create { .. }), "{error}");
    assert_eq!(fs::read(&*path).unwrap(), b"another file");
}

#[test]
fn a_capture_that_is_dropped_completes_its_file_and_its_sink_notices() {
    let path = path("dropped");
    let capture = PacketCapture::start(&*path, PacketCaptureSettings::default()).unwrap();
    let sink = capture.sink();
    sink.record(&packet(Instant::now(), CaptureLink::Server));
    drop(capture);
    assert!(sink.is_closed());
    sink.record(&packet(Instant::now(), CaptureLink::Server));
    let blocks = read(&fs::read(&*path).unwrap());
    assert_eq!(blocks.iter().filter(|block| block.kind == 6).count(), 1);
}

#[test]
fn no_bytes_break_a_capture() {
    let mut packets = Vec::new();
    for file in ["packets.json", "malformed.json"] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../vectors").join(file);
        let vectors: Vec<Value> = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
        packets.extend(vectors.iter().map(|vector| bytes(vector["hex"].as_str().unwrap())));
    }
    for packet in packets.clone().iter().step_by(11) {
        packets.extend((0..packet.len()).map(|length| packet[..length].to_vec()));
        packets.extend((0..packet.len() * 8).map(|bit| {
            let mut flipped = packet.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            flipped
        }));
    }
    let path = path("hostile");
    let report = capture_of(&path, PacketCaptureSettings::default(), |sink| {
        for packet in &packets {
            let (at, link) = (Instant::now(), CaptureLink::Server);
            sink.record(&CapturedPacket {
                at,
                link,
                direction: PacketDirection::Sent,
                is_reliable: false,
                packet,
            });
        }
    });
    assert_eq!(report.packets + report.dropped, packets.len() as u64);
    let blocks = read(&fs::read(&*path).unwrap());
    let comments: Vec<_> = blocks.iter().filter(|block| block.kind == 6).map(|block| block.text(1)).collect();
    assert_eq!(comments.len() as u64, report.packets);
    assert!(comments.iter().all(|words| !words.is_empty() && !words.contains(char::is_control)));
}

fn bytes(hex: &str) -> Vec<u8> {
    let pairs = hex.as_bytes().chunks_exact(2);
    pairs.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
}

fn packet(at: Instant, link: CaptureLink) -> CapturedPacket<&'static [u8]> {
    CapturedPacket {
        at,
        link,
        direction: PacketDirection::Received,
        is_reliable: true,
        packet: &REMOVE_CLIENT,
    }
}

fn capture_of(
    path: &Path,
    settings: PacketCaptureSettings,
    record: impl FnOnce(&PacketSink),
) -> CaptureReport {
    let capture = PacketCapture::start(path, settings).unwrap();
    record(&capture.sink());
    capture.stop().unwrap()
}

/// A path for a file of this test and run, which does not exist yet; the file is deleted at the end.
struct TestFile(PathBuf);

fn path(name: &str) -> TestFile {
    let name = format!("capture-{}-{name}.pcapng", std::process::id());
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _was_not_there = fs::remove_file(&path);
    TestFile(path)
}

impl Deref for TestFile {
    type Target = Path;

    fn deref(&self) -> &Path {
        &self.0
    }
}

impl Drop for TestFile {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}
