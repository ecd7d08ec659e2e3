//! The bytes of stock Mirror, above the network that carries them.

use consonance_game_networks::mirror::{
    Dialect, Framing, IdHash, MessageId, MessageKind, MirrorBatch, MirrorMessage, MirrorPing, PongForm,
    Version, VoiceType, looks_like_batch, text, varint,
};

/// The time stamp of all batches here, in seconds.
const SECONDS: f64 = 12.5;
const VOICE: &str = "8bc70401020304";

#[test]
fn lengths_are_written_and_read_as_mirror_does() {
    for (number, expected) in [
        (0, "00"),
        (240, "f0"),
        (241, "f101"),
        (287, "f12f"),
        (288, "f130"),
        (304, "f140"),
        (495, "f1ff"),
        (496, "f200"),
        (1024, "f410"),
        (2287, "f8ff"),
        (2288, "f90000"),
        (67823, "f9ffff"),
        (67824, "faf00801"),
        (0xff_ffff, "faffffff"),
        (0x0100_0000, "fb00000001"),
        (u64::MAX, "ffffffffffffffffff"),
    ] {
        let mut bytes = Vec::new();
        varint::write(number, &mut bytes);
        assert_eq!(bytes, hex(expected), "{number}");
        assert_eq!(varint::read(&bytes), Some((number, bytes.len())), "{number}");
        for cut in 0..bytes.len() {
            assert_eq!(varint::read(&bytes[..cut]), None, "{number}, cut after {cut} bytes");
        }
    }
}

#[test]
fn message_ids_are_those_of_stock_builds() {
    let rows: [(MessageKind, u16, u16); 19] = [
        (MessageKind::Voice, 0x2062, 0xd355),
        (MessageKind::Ready, 0x9d3c, 0xaabc),
        (MessageKind::NotReady, 0x9fff, 0xa972),
        (MessageKind::AddPlayer, 0x331d, 0xc106),
        (MessageKind::Scene, 0x7633, 0x0de0),
        (MessageKind::Ping, 0x817f, 0x444f),
        (MessageKind::Pong, 0x2839, 0x69d7),
        (MessageKind::TimeSnapshot, 0xcfbe, 0xdf09),
        (MessageKind::Command, 0xb494, 0x98d4),
        (MessageKind::Rpc, 0x84ba, 0x9d2e),
        (MessageKind::Spawn, 0x4064, 0x8864),
        (MessageKind::ObjectSpawnStarted, 0xe98a, 0x30d8),
        (MessageKind::ObjectSpawnFinished, 0x8671, 0xa9b4),
        (MessageKind::ObjectDestroy, 0xd424, 0xad61),
        (MessageKind::ObjectHide, 0x0e4e, 0x7ff1),
        (MessageKind::EntityState, 0x0411, 0x3033),
        (MessageKind::ChangeOwner, 0xeffc, 0x10ab),
        (MessageKind::AuthRequest, 0x33f0, 0x10c8),
        (MessageKind::AuthResponse, 0x5a0e, 0x6630),
    ];
    for (kind, times_31, fnv_1a) in rows {
        for (version, id) in [(Version::V81, times_31), (Version::NEWEST, fnv_1a)] {
            let dialect = dialect(version);
            assert_eq!(dialect.id(kind), MessageId(id), "{kind:?} in {version}");
            assert_eq!(dialect.kind(MessageId(id)), Some(kind), "{id:#06x} in {version}");
        }
    }
}

#[test]
fn a_fork_of_the_integration_has_other_ids() {
    let name = "Dissonance.Integrations.MirrorWTransport.DissonanceNetworkMessage";
    let fork = VoiceType::new(name);
    assert_eq!(Dialect::new(Version::V42, fork).id(MessageKind::Voice), MessageId(0x039e));
    assert_eq!(Dialect::new(Version::NEWEST, fork).id(MessageKind::Voice), MessageId(0x22e3));
    assert_eq!(MessageId::of(name, IdHash::Fnv1a), MessageId::of_ascii(name, IdHash::Fnv1a));
}

#[test]
fn batches_are_those_of_stock_builds() {
    let long_packet = format!("8bc7{}", "5a".repeat(298));
    let rows: [(&str, Version, Written<'_>, String); 10] = [
        ("voice, v82.6 and later", Version::V82_6, Written::Voice(VOICE), format!("0b 55d3 0700 {VOICE}")),
        ("voice, v42", Version::V42, Written::Voice(VOICE), format!("6220 0700 {VOICE}")),
        (
            "300-byte packet",
            Version::V82_6,
            Written::Voice(&long_packet),
            format!("f140 55d3 2c01 {long_packet}"),
        ),
        (
            "ready and player",
            Version::V82_6,
            Written::Empty(&[MessageKind::Ready, MessageKind::AddPlayer]),
            "02 bcaa 02 06c1".into(),
        ),
        ("ready alone", Version::V82_6, Written::Empty(&[MessageKind::Ready]), "02 bcaa".into()),
        ("scene", Version::V82_6, Written::Scene("Online"), "0c e00d 0700 4f6e6c696e65 00 00".into()),
        ("ping", Version::V82_6, Written::Ping, "12 4f44 0000000000002440 0000000000002840".into()),
        (
            "pong",
            Version::V82_6,
            Written::Pong,
            "1a d769 0000000000002440 0000000000000440 000000000000e03f".into(),
        ),
        ("pong, v42", Version::V42, Written::Pong, "3928 0000000000002440 0000000000002940".into()),
        ("pong, v78.2.1", Version::V78_2_1, Written::Pong, "3928 0000000000002440".into()),
    ];
    for (label, version, written, expected) in rows {
        let dialect = dialect(version);
        let batch = write(dialect, written);
        assert_eq!(batch, hex(&format!("0000000000002940 {expected}")), "{label}");
        let read = MirrorBatch::parse(dialect.framing(), &batch).expect(label);
        assert_eq!(read.seconds(), Some(SECONDS), "{label}");
        let messages: Vec<MirrorMessage<'_>> =
            read.messages(dialect).map(|message| message.expect(label)).collect();
        let framed: Vec<u8> = messages.iter().flat_map(|message| message.framed).copied().collect();
        assert_eq!(framed, batch[8..], "{label}: the messages are all there is");
        assert!(messages.iter().all(|message| dialect.kind(message.id).is_some()), "{label}");
        let detected = Dialect::detect(&batch, VoiceType::STOCK).expect(label);
        assert_eq!((detected.framing(), detected.hash()), (dialect.framing(), dialect.hash()), "{label}");
        assert_eq!(detected.id(MessageKind::Voice), dialect.id(MessageKind::Voice), "{label}");
        assert_eq!(looks_like_batch(&batch), version == Version::V82_6, "{label}");
    }
}

/// The ping is sent at 10 s on the client's clock, which predicts 12 s on the server's; the pong at 12.5 s on the
/// latter.
#[test]
fn every_generation_gets_the_pong_that_it_reads() {
    let (one_time, two_times) = ("0000000000002440", "0000000000002440 0000000000002840");
    let rows: [(Version, &str, &str, &str); 5] = [
        (Version::V42, "v42.2 to v78.2.0", one_time, "3928 0000000000002440 0000000000002940"),
        (Version::V78_2_1, "v78.2.1 to v80", one_time, "3928 0000000000002440"),
        (Version::V81, "v81.0 to v82.3", one_time, "0a 3928 0000000000002440"),
        (
            Version::V82_4,
            "v82.4 or v82.5",
            two_times,
            "1a 3928 0000000000002440 0000000000000440 000000000000e03f",
        ),
        (
            Version::V82_6,
            "v82.6 or later",
            two_times,
            "1a d769 0000000000002440 0000000000000440 000000000000e03f",
        ),
    ];
    for (version, range, ping, expected) in rows {
        assert_eq!(version.to_string(), format!("Mirror {range}"));
        let dialect = dialect(version);
        let ping = MirrorPing::read(&hex(ping)).expect("one time or two");
        assert_eq!(pong(dialect, ping), hex(expected), "{range}");
    }
}

/// A pong of 16 bytes for older clients; a pong of 8 bytes, a time snapshot and an object to hide for newer ones.
#[test]
fn a_pong_for_an_unknown_generation_without_lengths_is_read_to_its_end_by_both() {
    let first_ping = hex("0000000000002940 7f81 0000000000002440");
    let detected = Dialect::detect(&first_ping, VoiceType::STOCK).expect("a ping");
    assert_eq!(detected.pong_form(), PongForm::Either);
    let bytes = pong(detected, MirrorPing::Time(10.0));
    assert_eq!(bytes, hex("3928 0000000000002440 becf 4e0e 00002940"));
    let batch = [SECONDS.to_le_bytes().as_slice(), &bytes].concat();
    let kinds = |version| {
        let dialect = dialect(version);
        let batch = MirrorBatch::parse(dialect.framing(), &batch).expect("there is a time stamp");
        let messages = batch.messages(dialect).map(|message| message.expect("known to its end"));
        messages
            .map(|message| dialect.kind(message.id).expect("a known message"))
            .collect::<Vec<MessageKind>>()
    };
    assert_eq!(kinds(Version::V42), [MessageKind::Pong]);
    assert_eq!(
        kinds(Version::V78_2_1),
        [MessageKind::Pong, MessageKind::TimeSnapshot, MessageKind::ObjectHide]
    );
}

#[test]
fn the_time_in_a_pong_for_an_unknown_generation_is_early_by_one_part_in_a_million_at_most() {
    let mut last = 0.0;
    for seconds in [0.001, 0.5, 1.0, 1.999_999, 12.5, 3_600.25, 86_400.75, 31_536_000.1] {
        let body = MirrorPing::Time(10.0).pong(PongForm::Either, seconds);
        let [_, time] = body.as_ref().as_chunks::<8>().0 else { panic!("two times") };
        let time = f64::from_le_bytes(*time);
        assert!((seconds * (1.0 - 1e-6)..=seconds * (1.0 + 1e-7)).contains(&time), "{time} for {seconds}");
        assert!(time > last, "it never runs backwards");
        last = time;
    }
}

/// A pong message as encoded in a batch.
fn pong(dialect: Dialect, ping: MirrorPing) -> Vec<u8> {
    let mut message = Vec::new();
    let body = ping.pong(dialect.pong_form(), SECONDS);
    dialect.write_message(MessageKind::Pong, &[body.as_ref()], &mut message);
    message
}

#[test]
fn strings_have_their_length_and_one_in_front() {
    assert_eq!(text::length_prefix("Online"), Some([7, 0]));
    assert_eq!(text::read(&hex("0700 4f6e6c696e65 00")), Some(("Online", [0].as_slice())));
    assert_eq!(text::read(&hex("0000")), Some(("", [].as_slice())), "no string reads as an empty one");
    assert_eq!(text::read(&hex("0400 4f6e")), None, "cut off");
    assert_eq!(text::read(&hex("0200 ff")), None, "no UTF-8");
    assert_eq!(text::length_prefix(&"x".repeat(65_535)), None);
}

#[test]
fn the_byte_before_a_batch_tells_two_networks_apart() {
    let voice = hex(&format!("04 0000000000002940 0b 55d3 0700 {VOICE}"));
    assert!(looks_like_batch(&voice[1..]), "with the byte of kcp2k since 1.40 taken off");
    assert!(!looks_like_batch(&voice), "and with it left on");
}

#[derive(Clone, Copy)]
enum Written<'a> {
    /// A packet in hex.
    Voice(&'a str),
    Empty(&'a [MessageKind]),
    Scene(&'a str),
    Ping,
    Pong,
}

fn write(dialect: Dialect, written: Written<'_>) -> Vec<u8> {
    let mut batch = Vec::new();
    dialect.begin_batch(SECONDS, &mut batch);
    let ping = if dialect.framing() == Framing::Unprefixed {
        MirrorPing::Time(10.0)
    } else {
        MirrorPing::Times { local: 10.0, predicted: 12.0 }
    };
    match written {
        Written::Voice(packet) => dialect.write_voice(&hex(packet), &mut batch).expect("it is short enough"),
        Written::Empty(kinds) => kinds.iter().for_each(|kind| dialect.write_message(*kind, &[], &mut batch)),
        Written::Scene(name) => {
            let length = text::length_prefix(name).expect("it is short");
            dialect.write_message(MessageKind::Scene, &[&length, name.as_bytes(), &[0, 0]], &mut batch);
        }
        Written::Ping => dialect.write_message(MessageKind::Ping, &[ping.body().as_ref()], &mut batch),
        Written::Pong => {
            let body = ping.pong(dialect.pong_form(), SECONDS);
            dialect.write_message(MessageKind::Pong, &[body.as_ref()], &mut batch);
        }
    }
    batch
}

fn dialect(version: Version) -> Dialect {
    Dialect::new(version, VoiceType::STOCK)
}

fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text.chars().filter_map(|c| c.to_digit(16)).map(|digit| digit as u8).collect();
    digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect()
}
