//! Misbehaving peers, which do not affect the others.

use std::net::UdpSocket;
use std::time::Instant;

use consonance_link::DisconnectReason;
use consonance_testing::rtc::BrowserEvent;
use consonance_web::webrtc::PeerLimits;

use crate::webrtc::support::{Fixture, PATIENCE, opus, patient};

#[test]
fn datagrams_of_unknown_addresses_are_counted_and_dropped() {
    let mut fixture = Fixture::new();
    let page = fixture.page();
    let other = UdpSocket::bind("127.0.0.1:0").unwrap();
    for garbage in [&[0x80, 111, 0, 1][..], &[0x16, 0xfe, 0xfd, 0], &[0xff; 1400], &[], &[0; 20]] {
        other.send_to(garbage, fixture.address).unwrap();
    }
    fixture.until("all of it is counted", |fixture| fixture.shard.statistics().strays == 5);
    fixture.settle(page);
}

#[test]
fn a_check_with_a_wrong_password_is_not_answered_and_proves_nothing() {
    let mut fixture = Fixture::new();
    let page = fixture.page();
    let offer = fixture.pages[page].browser.restart();
    let answer = fixture.shard.renegotiate(Instant::now(), fixture.pages[page].peer, &offer).unwrap();
    fixture.pages[page].browser.handle_answer(Instant::now(), &answer);
    fixture.settle(page);
    let name = answer.lines().find_map(|line| line.strip_prefix("a=ice-ufrag:")).unwrap();
    let before = fixture.shard.statistics();
    let other = UdpSocket::bind("127.0.0.1:0").unwrap();
    other.send_to(&check(name, &[]), fixture.address).unwrap();
    other.send_to(&check(name, &[7; 20]), fixture.address).unwrap();
    other.send_to(&[0x80, 111, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3], fixture.address).unwrap();
    fixture.until("the packet behind them has no owner", |fixture| {
        fixture.shard.statistics().strays == before.strays + 1
    });
    fixture.settle(page);
    other.set_nonblocking(true).unwrap();
    assert!(other.recv(&mut [0; 100]).is_err(), "it is not answered");
    assert_eq!(fixture.shard.statistics().malformed, before.malformed + 1, "one has no proof at all");
}

#[test]
fn garbage_from_a_page_s_own_address_harms_not_even_the_page() {
    let mut fixture = Fixture::new();
    let (page, other) = (fixture.page(), fixture.page());
    let address = fixture.address;
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
        fixture.pages[page].browser.socket().send_to(&garbage, address).unwrap();
        fixture.run_once();
    }
    // Unencrypted alerts, as sent before there are keys: a close_notify and a fatal one.
    for alert in [[1, 0], [2, 40]] {
        let record = [&[21, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 99, 0, 2][..], &alert].concat();
        fixture.pages[page].browser.socket().send_to(&record, address).unwrap();
        fixture.run_once();
    }
    fixture.settle(page);
    fixture.settle(other);
    assert!(fixture.voice_of(page).is_empty());
}

#[test]
fn a_page_that_floods_is_disconnected_unnoticed_by_others() {
    let limits = PeerLimits {
        voice_packets_per_second_max: 10,
        excess_max: 100,
        datagrams_per_second_max: 100_000,
        ..patient()
    };
    let mut fixture = Fixture::with(limits);
    let (flood, other) = (fixture.page(), fixture.page());
    for number in 0..2_000 {
        fixture.pages[flood].browser.say(Instant::now(), &opus(number));
        fixture.run_once();
        if fixture.end_of(flood).is_some() {
            break;
        }
    }
    fixture.until("it is disconnected", |fixture| fixture.end_of(flood).is_some());
    assert!(matches!(fixture.end_of(flood), Some(DisconnectReason::ProtocolViolated { .. })));
    assert_eq!(fixture.shard.statistics().too_many, 101);
    fixture.until("it is told", |fixture| fixture.pages[flood].events.contains(&BrowserEvent::Closed));
    fixture.settle(other);
    assert!(fixture.end_of(other).is_none());
}

#[test]
fn what_comes_beyond_a_peer_s_share_is_dropped_at_the_door() {
    let limits = PeerLimits { datagrams_per_second_max: 50, ..patient() };
    let mut fixture = Fixture::with(limits);
    let page = fixture.page();
    let patience = Instant::now() + PATIENCE;
    while fixture.shard.statistics().datagrams_too_many < 200 {
        assert!(Instant::now() < patience);
        fixture.pages[page].browser.socket().send_to(&[0x80; 40], fixture.address).unwrap();
        fixture.run_once();
    }
    fixture.settle(page);
}

#[test]
fn a_flood_of_messages_ends_its_page() {
    let limits = PeerLimits { excess_max: 20, messages_per_second_max: 10, ..patient() };
    let mut fixture = Fixture::with(limits);
    let page = fixture.page();
    for _ in 0..200 {
        fixture.pages[page].browser.send_message(Instant::now(), "again");
    }
    fixture.until("it is disconnected", |fixture| fixture.end_of(page).is_some());
    assert!(matches!(fixture.end_of(page), Some(DisconnectReason::ProtocolViolated { .. })));
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
