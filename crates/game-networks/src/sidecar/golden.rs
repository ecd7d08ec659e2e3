//! The example bytes in the link's specification are the ones on the wire.

use consonance_link::Delivery;

use crate::sidecar::frame::{Frame, Hello, NONCE_BYTES, PlayerNumber, write_deliver};
use crate::sidecar::handshake::{Prover, Transcript};
use crate::sidecar::settings::LinkSecret;

const PAGE: &str = include_str!("../../../../docs/networks/sidecar.md");

fn hello() -> Hello<'static> {
    Hello { version: 1, nonce: nonce(0), session: "match-17", name: "eu-3" }
}

/// 00 01 02 …
fn nonce(first: u8) -> [u8; NONCE_BYTES] {
    std::array::from_fn(|index| first + index as u8)
}

fn written(frame: Frame<'_>) -> Vec<u8> {
    let mut bytes = Vec::new();
    frame.write(&mut bytes);
    bytes
}

fn golden() -> Vec<(&'static str, Vec<u8>)> {
    let transcript = Transcript::of(&hello(), nonce(16));
    let secret = LinkSecret::new("correct horse battery staple");
    let proof = |prover| transcript.proof(prover, &secret);
    let welcome = |pace_ms| {
        let proof = proof(Prover::Server);
        Frame::Welcome { proof, idle_s: 10, players_max: 1024, pace_ms }
    };
    // Bob's handshake, and one speaker's voice for two players.
    let (handshake, voice) = (b"\x8b\xc7\x04\x01\0\0\x07\x80\0\0\xbb\x80\0\x04\x42\x6f\x62", b"\x8b\xc7\x03");
    let mut deliver = Vec::new();
    write_deliver(&mut deliver, Delivery::Unreliable, [PlayerNumber(1), PlayerNumber(2)].into_iter(), voice);
    vec![
        ("hello", written(Frame::Hello(hello()))),
        ("challenge", written(Frame::Challenge { version: 1, nonce: nonce(16) })),
        ("proof", written(Frame::Proof(proof(Prover::Adapter)))),
        ("welcome", written(welcome(Some(250)))),
        ("welcome of before", written(welcome(None))),
        ("bye", written(Frame::Bye { reason: b"going" })),
        ("alive", written(Frame::Alive { pace_ms: Some(250) })),
        ("alive of before", written(Frame::Alive { pace_ms: None })),
        (
            "joined",
            written(Frame::Joined { player: PlayerNumber(1), was_there: false, address: b"192.0.2.9:4000" }),
        ),
        (
            "joined, was there",
            written(Frame::Joined { player: PlayerNumber(2), was_there: true, address: b"" }),
        ),
        (
            "packet",
            written(Frame::Packet {
                player: PlayerNumber(1),
                delivery: Delivery::Reliable,
                packet: handshake,
            }),
        ),
        ("admitted", written(Frame::Admitted { player: PlayerNumber(1) })),
        ("deliver", deliver),
        ("left", written(Frame::Left { player: PlayerNumber(1) })),
        ("kick", written(Frame::Kick { player: PlayerNumber(2), reason: b"you shout" })),
    ]
}

#[test]
fn every_example_on_the_page_is_what_is_written_and_read() {
    for (label, bytes) in golden() {
        let on_page = PAGE.lines().find_map(|line| line.strip_prefix(label)?.strip_prefix("  "));
        let on_page = on_page.unwrap_or_else(|| panic!("no line for {label}"));
        assert_eq!(of_hex(on_page), bytes, "{label}");
        let frame = Frame::parse(&bytes[2..]).unwrap();
        assert_eq!(written(frame), bytes, "{label}");
    }
}

fn of_hex(hex: &str) -> Vec<u8> {
    let digits: Vec<u8> = hex.chars().filter_map(|digit| Some(digit.to_digit(16)? as u8)).collect();
    digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect()
}

#[test]
fn a_frame_that_is_cut_short_or_has_more_bytes_is_none_or_another_one_and_breaks_nothing() {
    for (label, bytes) in golden() {
        for end in 2..bytes.len() {
            assert_ne!(Frame::parse(&bytes[2..end]), Frame::parse(&bytes[2..]), "{label} cut at {end}");
        }
        for bit in 16..bytes.len() * 8 {
            let mut flipped = bytes.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            let _ = Frame::parse(&flipped[2..]);
        }
    }
}

#[test]
fn a_proof_is_for_one_link_one_end_and_one_secret() {
    let transcript = Transcript::of(&hello(), nonce(16));
    let secret = LinkSecret::new("correct horse battery staple");
    let proof = transcript.proof(Prover::Adapter, &secret);
    assert!(transcript.is_proved(Prover::Adapter, &secret, &proof));
    assert!(!transcript.is_proved(Prover::Server, &secret, &proof), "sent back");
    assert!(!transcript.is_proved(Prover::Adapter, &LinkSecret::default(), &proof));
    let others = [
        Transcript::of(&hello(), nonce(17)),
        Transcript::of(&Hello { nonce: nonce(1), ..hello() }, nonce(16)),
        Transcript::of(&Hello { session: "match-18", ..hello() }, nonce(16)),
        Transcript::of(&Hello { session: "match-1", name: "7eu-3", ..hello() }, nonce(16)),
    ];
    assert!(others.iter().all(|other| !other.is_proved(Prover::Adapter, &secret, &proof)));
}

#[test]
fn the_fuzz_target_holds_for_every_example() {
    for (_, bytes) in golden() {
        crate::sidecar::fuzz::sidecar_frames(&bytes[2..]);
        crate::sidecar::fuzz::sidecar_frames(&[&[3], &bytes[..], &bytes[..]].concat());
    }
}
