//! A client with the right credentials gets in, and one that guesses them learns little.

use std::time::{Duration, Instant};

use consonance_game_networks::mirror::{
    Credentials, MessageKind, MirrorVoiceOnly, MirrorVoiceOnlyConnection, Version, VoiceOnlySettings,
};
use consonance_link::gateway::{EnvelopeEnd as _, EnvelopeKind as _, MessagePart};

use crate::mirror::fixture::{Made, RELIABLE, batch, string, voice};

const WAIT_MAX: Duration = Duration::from_secs(30);

#[test]
fn after_one_wrong_attempt_a_connection_is_ignored() {
    let wrong = body("ada", "byron");
    let right = body("ada", "lovelace");
    let both = batch(
        Version::NEWEST,
        1.0,
        &[(MessageKind::AuthRequest, &wrong), (MessageKind::AuthRequest, &right)],
    );
    let (now, mut connection) = (Instant::now(), server().open(Instant::now()));
    let made = Made::from_client(&mut connection, now, RELIABLE, &both);
    assert_eq!(made.parts, [response(200, "Invalid Credentials")]);
    assert!(made.violation.is_some());
    for message in [both, request("lovelace"), voice(Version::NEWEST, b"hello")] {
        assert!(Made::from_client(&mut connection, now, RELIABLE, &message).is_nothing());
    }
}

#[test]
fn the_right_password_waits_half_a_minute_at_most_while_others_guess_and_each_guess_as_long() {
    let mut server = server();
    let mut now = Instant::now();
    let guess = |server: &mut MirrorVoiceOnly, now| {
        let mut connection = server.open(now);
        let made = Made::from_client(&mut connection, now, RELIABLE, &request("byron"));
        (connection, made)
    };
    for number in 0..5 {
        let (_, made) = guess(&mut server, now);
        assert!(made.violation.is_some(), "number {number} is told at once");
    }
    for seconds in [1, 2, 4, 8, 16, 30, 30, 30] {
        let (mut connection, made) = guess(&mut server, now);
        assert!(made.is_nothing());
        assert_eq!(connection.poll_timeout(), Some(now + Duration::from_secs(seconds)));
        assert!(Made::from_client(&mut connection, now, RELIABLE, &request("lovelace")).is_nothing());
        let made = answer(&mut connection, now, seconds);
        assert_eq!(made.parts, [response(200, "Invalid Credentials")]);
        assert!(made.violation.is_some() && connection.poll_timeout().is_none());
    }
    for _ in 0..100 {
        guess(&mut server, now);
        now += Duration::from_millis(100);
    }
    let mut honest = server.open(now);
    assert!(Made::from_client(&mut honest, now, RELIABLE, &request("lovelace")).is_nothing());
    assert_eq!(honest.poll_timeout(), Some(now + WAIT_MAX));
    let made = answer(&mut honest, now, 30);
    assert_eq!((made.parts, made.violation), (vec![response(100, "Success")], None));
    let made = Made::from_client(&mut honest, now + WAIT_MAX, RELIABLE, &voice(Version::NEWEST, b"hello"));
    assert_eq!(made.voices().len(), 1);

    now += Duration::from_secs(70);
    let made = Made::from_client(&mut server.open(now), now, RELIABLE, &request("lovelace"));
    assert_eq!(
        timeless(made).parts,
        [response(100, "Success")],
        "at once, when there are no guesses any more"
    );
}

/// The answer that is sent exactly this many seconds later, and not earlier.
fn answer(connection: &mut MirrorVoiceOnlyConnection, now: Instant, seconds: u64) -> Made {
    let due = now + Duration::from_secs(seconds);
    let too_early = now + Duration::from_millis(1000 * seconds - 1);
    let early = Made::by(|parts| connection.handle_timeout(too_early, parts));
    assert!(early.is_nothing());
    timeless(Made::by(|parts| connection.handle_timeout(due, parts)))
}

/// The same with the time stamp of each batch set to 0.
fn timeless(mut made: Made) -> Made {
    for (_, batch) in &mut made.parts {
        batch[..8].fill(0);
    }
    made
}

fn server() -> MirrorVoiceOnly {
    MirrorVoiceOnly::new(VoiceOnlySettings {
        credentials: Some(Credentials::new("ada", "lovelace").expect("short")),
        ..VoiceOnlySettings::default()
    })
}

fn body(user: &str, password: &str) -> Vec<u8> {
    [string(user), string(password)].concat()
}

fn request(password: &str) -> Vec<u8> {
    batch(Version::NEWEST, 1.0, &[(MessageKind::AuthRequest, &body("ada", password))])
}

fn response(code: u8, words: &str) -> (MessagePart, Vec<u8>) {
    let body = [vec![code], string(words)].concat();
    (MessagePart::ToClient(RELIABLE), batch(Version::NEWEST, 0.0, &[(MessageKind::AuthResponse, &body)]))
}
