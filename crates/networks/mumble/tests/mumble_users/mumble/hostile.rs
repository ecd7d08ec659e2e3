//! Bytes that no client sends.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpStream, UdpSocket};
use std::time::{Duration, Instant};

use consonance_mumble::client::{ClientSettings, MumbleClientEvent, VoiceWay};
use consonance_mumble::control::messages::{ChannelRemove, UserText};
use consonance_mumble::{Control, MumbleServerEvent, MumbleSettings};

use crate::mumble::fixture::Fixture;

#[test]
fn what_is_not_tls_is_cut_off_and_others_go_on() {
    let mut fixture = Fixture::new(MumbleSettings::default());
    let (_, mut client) = fixture.client(ClientSettings::new("Ada"));
    let mut stranger = TcpStream::connect(fixture.address()).unwrap();
    stranger.write_all(b"GET / HTTP/1.1\r\n\r\n").unwrap();
    stranger.set_read_timeout(Some(Duration::from_millis(5))).unwrap();
    let began = Instant::now();
    loop {
        fixture.turn();
        match stranger.read(&mut [0; 64]) {
            Ok(0) => break,
            Ok(_) => {}
            Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset => break,
            Err(_) => assert!(began.elapsed() < Duration::from_mins(1), "it is still connected"),
        }
    }
    assert_eq!(fixture.server.statistics().connections.failed_handshakes, 1);
    client.ping(VoiceWay::Tunnel).unwrap();
    fixture.until(&mut client, |event| *event == MumbleClientEvent::Pong(VoiceWay::Tunnel));
}

#[test]
fn datagrams_of_strangers_are_counted_and_do_nothing() {
    let mut fixture = Fixture::new(MumbleSettings::default());
    let (user, mut client) = fixture.client(ClientSettings::new("Ada"));
    let stranger = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    for bytes in [0_usize, 1, 4, 20, 1024, 1025, 9000] {
        stranger.send_to(&vec![0xA5; bytes], fixture.address()).unwrap();
    }
    client.ping(VoiceWay::Datagram).unwrap();
    fixture.until(&mut client, |event| *event == MumbleClientEvent::Pong(VoiceWay::Datagram));
    assert!(fixture.server.statistics().links.dropped.malformed >= 6);
    assert!(!fixture.events.iter().any(|event| !matches!(event, MumbleServerEvent::Connected { .. })));
    assert_eq!(fixture.logins[0].0, user);
}

#[test]
fn the_server_list_is_answered_to_anyone_but_not_often_and_as_the_page_of_security_says() {
    let mut fixture = Fixture::new(MumbleSettings::default());
    fixture.client(ClientSettings::new("Ada"));
    let stranger = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    stranger.set_nonblocking(true).unwrap();
    for mark in 0..100 {
        stranger.send_to(&[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, mark], fixture.address()).unwrap();
    }
    let mut answers = Vec::new();
    for _ in 0..20 {
        fixture.turn();
        let mut answer = [0; 64];
        while let Ok(bytes) = stranger.recv(&mut answer) {
            answers.push(answer[..bytes].to_vec());
        }
    }
    // Ten answers per second, and the loop may span two or three seconds.
    assert!((1..=30).contains(&answers.len()), "{} answers", answers.len());
    assert!(answers.iter().all(|answer| answer.len() == 24));
    let page = include_str!("../../../../../../docs/security.md");
    let row = page.lines().find(|line| line.starts_with("| Mumble | "));
    assert!(row.is_some_and(|row| row.starts_with("| Mumble | 2.00 |")), "24 bytes for 12: {row:?}");
    assert_eq!(answers[0][12..16], [0, 0, 0, 1], "one user is there");
}

#[test]
fn a_client_may_send_so_many_bytes_of_control_messages_and_no_more() {
    let mut settings = MumbleSettings::default();
    settings.control_bytes_per_second = 10_000;
    let mut fixture = Fixture::new(settings);
    let (_, mut client) = fixture.client(ClientSettings::new("Ada"));
    let (bob, mut other) = fixture.client(ClientSettings::new("Bob"));
    let text = Control::from(UserText { message: "x".repeat(30_000), ..UserText::default() });
    for _ in 0..20 {
        client.send(&text).unwrap();
        fixture.turn();
    }
    // A message behind them that is short enough for the rest.
    client.send(&Control::from(ChannelRemove { channel_id: 7 })).unwrap();
    let is_end = |event: &MumbleServerEvent| {
        matches!(event, MumbleServerEvent::Control { control: Control::ChannelRemove(_), .. })
    };
    let began = Instant::now();
    fixture.until_event(is_end);
    let texts = fixture
        .events
        .iter()
        .filter(|event| matches!(event, MumbleServerEvent::Control { control: Control::TextMessage(_), .. }))
        .count();
    // 80 000 bytes at once, and 10 000 in each second that this has taken.
    let allowed = 2 + began.elapsed().as_secs() as usize / 3 + 1;
    assert!((2..=allowed).contains(&texts), "{texts} texts of 30 000 bytes");
    assert_eq!(fixture.server.mumble_statistics(Instant::now()).dropped.control_too_many, 20 - texts as u64);
    other.send(&text).unwrap();
    fixture.until_event(|event| matches!(event, MumbleServerEvent::Control { user, .. } if *user == bob));
}

#[test]
fn tunnelled_voice_is_no_longer_than_in_a_datagram() {
    let mut fixture = Fixture::new(MumbleSettings::default());
    let (_, mut client) = fixture.client(ClientSettings::new("Ada"));
    client.send_packet(&vec![0x20; 60_000], VoiceWay::Tunnel).unwrap();
    client.ping(VoiceWay::Tunnel).unwrap();
    fixture.until(&mut client, |event| *event == MumbleClientEvent::Pong(VoiceWay::Tunnel));
    assert_eq!(fixture.server.mumble_statistics(Instant::now()).dropped.voice_malformed, 1);
}
