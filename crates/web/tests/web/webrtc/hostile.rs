//! Misbehaving peers, which do not affect the others.

use std::net::UdpSocket;
use std::time::Instant;

use consonance_link::DisconnectReason;
use consonance_testing::rtc::BrowserEvent;
use consonance_web::webrtc::PeerLimits;

use crate::webrtc::support::{PATIENCE, Stage, opus, patient};

#[test]
fn datagrams_of_unknown_addresses_are_counted_and_dropped() {
    let mut stage = Stage::new();
    let page = stage.page();
    let other = UdpSocket::bind("127.0.0.1:0").unwrap();
    for garbage in [&[0x80, 111, 0, 1][..], &[0x16, 0xfe, 0xfd, 0], &[0xff; 1400], &[], &[0; 20]] {
        other.send_to(garbage, stage.address).unwrap();
    }
    stage.until("all of it is counted", |stage| stage.shard.statistics().strays == 5);
    stage.settle(page);
}

#[test]
fn a_check_with_a_wrong_password_is_not_answered_and_proves_nothing() {
    let mut stage = Stage::new();
    let page = stage.page();
    let offer = stage.pages[page].browser.restart();
    let answer = stage.shard.renegotiate(Instant::now(), stage.pages[page].peer, &offer).unwrap();
    stage.pages[page].browser.handle_answer(Instant::now(), &answer);
    stage.settle(page);
    let name = answer.lines().find_map(|line| line.strip_prefix("a=ice-ufrag:")).unwrap();
    let before = stage.shard.statistics();
    let other = UdpSocket::bind("127.0.0.1:0").unwrap();
    other.send_to(&check(name, &[]), stage.address).unwrap();
    other.send_to(&check(name, &[7; 20]), stage.address).unwrap();
    other.send_to(&[0x80, 111, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3], stage.address).unwrap();
    stage.until("the packet behind them has no owner", |stage| {
        stage.shard.statistics().strays == before.strays + 1
    });
    stage.settle(page);
    other.set_nonblocking(true).unwrap();
    assert!(other.recv(&mut [0; 100]).is_err(), "it is not answered");
    assert_eq!(stage.shard.statistics().malformed, before.malformed + 1, "one has no proof at all");
}

#[test]
fn garbage_from_a_page_s_own_address_harms_not_even_the_page() {
    let mut stage = Stage::new();
    let (page, other) = (stage.page(), stage.page());
    let address = stage.address;
    let mut dice = 1_u32;
    for length in 0..300 {
        let garbage: Vec<u8> = (0..length)
            .map(|_| {
                dice = dice.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (dice >> 24) as u8
            })
            .collect();
        // Connectivity checks, DTLS records of every type, with and without a valid version, voice packets and
        // reports.
        let first = [0x00, 20, 21, 22, 23, 26, 63, 0x80, 0xb5][length % 9];
        let garbage = match length % 2 {
            0 => [&[first, 0xfe, 0xfd, 0, 1, 0, 0, 0, 0, 0, 9, 0, length as u8], &garbage[..]].concat(),
            _ => [&[first], &garbage[..]].concat(),
        };
        stage.pages[page].browser.socket().send_to(&garbage, address).unwrap();
        stage.run_once();
    }
    // Unencrypted alerts, as sent before there are keys: a close_notify and a fatal one.
    for alert in [[1, 0], [2, 40]] {
        let record = [&[21, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 99, 0, 2][..], &alert].concat();
        stage.pages[page].browser.socket().send_to(&record, address).unwrap();
        stage.run_once();
    }
    stage.settle(page);
    stage.settle(other);
    assert!(stage.voice_of(page).is_empty());
}

#[test]
fn a_page_that_floods_is_disconnected_unnoticed_by_others() {
    let limits = PeerLimits {
        voice_packets_per_second_max: 10,
        excess_max: 100,
        datagrams_per_second_max: 100_000,
        ..patient()
    };
    let mut stage = Stage::with(limits);
    let (flood, other) = (stage.page(), stage.page());
    for number in 0..2_000 {
        stage.pages[flood].browser.say(Instant::now(), &opus(number));
        stage.run_once();
        if stage.end_of(flood).is_some() {
            break;
        }
    }
    stage.until("it is disconnected", |stage| stage.end_of(flood).is_some());
    assert!(matches!(stage.end_of(flood), Some(DisconnectReason::ProtocolViolated { .. })));
    assert_eq!(stage.shard.statistics().too_many, 101);
    stage.until("it is told", |stage| stage.pages[flood].events.contains(&BrowserEvent::Closed));
    stage.settle(other);
    assert!(stage.end_of(other).is_none());
}

#[test]
fn what_comes_beyond_a_peer_s_share_is_dropped_at_the_door() {
    let limits = PeerLimits { datagrams_per_second_max: 50, ..patient() };
    let mut stage = Stage::with(limits);
    let page = stage.page();
    let patience = Instant::now() + PATIENCE;
    while stage.shard.statistics().datagrams_too_many < 200 {
        assert!(Instant::now() < patience);
        stage.pages[page].browser.socket().send_to(&[0x80; 40], stage.address).unwrap();
        stage.run_once();
    }
    stage.settle(page);
}

#[test]
fn a_flood_of_messages_ends_its_page() {
    let limits = PeerLimits { excess_max: 20, messages_per_second_max: 10, ..patient() };
    let mut stage = Stage::with(limits);
    let page = stage.page();
    for _ in 0..200 {
        stage.pages[page].browser.send_message(Instant::now(), "again");
    }
    stage.until("it is disconnected", |stage| stage.end_of(page).is_some());
    assert!(matches!(stage.end_of(page), Some(DisconnectReason::ProtocolViolated { .. })));
}

/// An ICE check for this name, with this proof of its password (RFC 8489, section 5).
fn check(name: &str, proof: &[u8]) -> Vec<u8> {
    let user = format!("{name}:them");
    let mut attributes = vec![0, 6, 0, user.len() as u8];
    attributes.extend(user.as_bytes());
    attributes.resize(attributes.len().next_multiple_of(4), 0);
    attributes.extend([0, 0x24, 0, 4, 0x6e, 0, 1, 0xff]);
    if !proof.is_empty() {
        attributes.extend([0, 8, 0, proof.len() as u8]);
        attributes.extend(proof);
    }
    let mut bytes = vec![0, 1, 0, attributes.len() as u8, 0x21, 0x12, 0xa4, 0x42];
    bytes.extend([9; 12]);
    bytes.extend(attributes);
    bytes
}
