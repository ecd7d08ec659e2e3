//! Chats that never start, or are ended by others: the reason, in words.

use std::error::Error as _;
use std::net::UdpSocket;
use std::time::Duration;

use consonance::transport::{DisconnectReason, EndCode, EndReason};
use consonance::{End, EventKind, StartError, VoiceChat};
use consonance_quic::{Fingerprint, QuicAddress, QuicClient, QuicClientSettings, QuicRuntime};
use consonance_server::{Admission, JoiningSettings};
use consonance_session::NameTaken;

use crate::fixture::Fixture;
use crate::player::{PATIENCE, Player};

/// How the first attempt to join this address ends.
fn end_at(address: QuicAddress, connect_timeout: Duration) -> DisconnectReason {
    let settings = QuicClientSettings { connect_timeout, ..QuicClientSettings::default() };
    let transport = QuicClient::new(&QuicRuntime::new(1).unwrap(), address, settings);
    let mut player = Player::start("Alice", VoiceChat::over(Box::new(transport)));
    match player.until_ended() {
        End::NoConnection(reason) => reason,
        other => panic!("{other:?} is another end"),
    }
}

#[test]
fn without_a_listener_the_end_names_the_address() {
    // The port is in use, but does not answer.
    let silent = UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = silent.local_addr().unwrap();
    let unused = QuicAddress::new("127.0.0.1", address.port(), "main", None).unwrap();
    let reason = end_at(unused, Duration::from_millis(300));
    let DisconnectReason::Unreachable { address: tried, .. } = reason else { panic!("{reason}") };
    assert_eq!(tried, address.to_string());
}

#[test]
fn an_unknown_session_is_refused_with_the_sessions_that_are_there() {
    let reason = end_at(Fixture::open().address("mian"), PATIENCE);
    let reason_told = EndReason::with_words(EndCode::SessionUnknown, "main");
    assert_eq!(reason, DisconnectReason::Refused { reason: reason_told });
}

#[test]
fn another_certificate_than_the_addresss_is_refused_and_both_are_named() {
    let fixture = Fixture::open();
    let here = fixture.address("main");
    let other = Fingerprint::of_certificate(b"another certificate");
    let pinned = QuicAddress::new(here.host(), here.port(), here.session(), Some(other)).unwrap();
    let reason = end_at(pinned, PATIENCE);
    let DisconnectReason::CertificateNotTrusted { expected, got } = reason else { panic!("{reason}") };
    assert!(expected.contains(&other.to_string()), "{expected}");
    assert!(got.contains(&here.fingerprint().unwrap().to_string()), "{got}");
}

#[test]
fn where_the_newest_wins_a_second_login_takes_the_name_over() {
    let mut joining = JoiningSettings::default();
    joining.name_taken = NameTaken::Newest;
    let fixture = Fixture::admitting(Admission::new(joining));
    let mut first = Player::join("Alice", fixture.chat());
    let second = Player::join("Alice", fixture.chat());
    assert_eq!(first.until_ended(), End::ReplacedByNewerLogin);
    assert_eq!(first.voice.leave().unwrap_err(), End::ReplacedByNewerLogin);
    assert_eq!(End::ReplacedByNewerLogin.code(), "replaced-by-newer-login", "a code does not change");
    assert_eq!(second.voice.leave().map(|_| ()), Ok(()));
}

#[test]
fn a_chat_whose_name_is_in_use_ends_with_the_reason_and_does_not_keep_trying() {
    let fixture = Fixture::open();
    let mut first = Player::join("Alice", fixture.chat());
    let mut second = Player::start("alice", fixture.chat().retry_first_connect());
    let end = second.until_ended();
    let reason = EndCode::NameInUse.into();
    assert_eq!(end, End::NoConnection(DisconnectReason::ClosedByPeer { reason }));
    let tries_again = |kind: &EventKind| matches!(kind, EventKind::ConnectionLost { .. });
    assert!(!second.has_seen_some(tries_again));
    assert!(!first.has_seen_some(tries_again), "the holder keeps its connection");
    assert_eq!(first.voice.leave().map(|_| ()), Ok(()));
}

#[test]
fn what_cannot_be_used_is_refused_before_anything_starts() {
    let fixture = Fixture::open();
    for name in [String::new(), "x".repeat(129)] {
        let refused = fixture.chat().name(name).start();
        assert!(matches!(refused, Err(StartError::Name { .. })), "{refused:?}");
    }
    let refused = fixture.chat().name("Alice").listen_to_room("x".repeat(129)).start();
    assert!(matches!(refused, Err(StartError::Room { .. })), "{refused:?}");
    let refused = VoiceChat::to("quic://127.0.0.1/main").err();
    assert!(matches!(refused, Some(StartError::Address(_))), "{refused:?}");
}

#[test]
fn a_refusal_has_a_code_and_says_each_cause_once() {
    let fixture = Fixture::open();
    let long = "x".repeat(129);
    for (refused, code) in [
        (VoiceChat::to("quic://127.0.0.1/main").err(), "address"),
        (fixture.chat().name("Alice").listen_to_room(long).start().err(), "room"),
        (fixture.chat().name("").start().err(), "name"),
        (VoiceChat::builder().name("Alice").start().err(), "no-network"),
    ] {
        let refused = refused.unwrap();
        assert_eq!(refused.code(), code);
        let mut texts = vec![refused.to_string()];
        let mut cause = refused.source();
        while let Some(error) = cause {
            let text = error.to_string();
            assert!(texts.iter().all(|said| !said.contains(&text)), "{text:?} again: {texts:?}");
            texts.push(text);
            cause = error.source();
        }
    }
}

#[test]
fn a_chat_that_was_never_answered_can_be_left_without_a_fault() {
    let silent = UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = format!("quic://{}/main", silent.local_addr().unwrap());
    let player = Player::start("Alice", VoiceChat::to(&address).unwrap());
    player.voice.leave().unwrap();
    assert!(player.ear.is_finished());
}
