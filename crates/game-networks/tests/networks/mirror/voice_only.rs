//! A server without a game does what clients expect of a Mirror server, and no more.

use std::time::{Duration, Instant};

use consonance_game_networks::mirror::{
    Credentials, Dialect, MessageKind, MirrorPing, MirrorVoiceOnly, MirrorVoiceOnlyConnection, TimesBody,
    VOICE_BYTES_MAX, Version, VoiceOnlySettings, VoiceType,
};
use consonance_link::gateway::{Envelope as _, EnvelopeEnd as _, EnvelopeKind as _, MessagePart};
use consonance_link::{Delivery, PacketLimits};

use crate::mirror::fixture::{
    ALL_VERSIONS, Made, RELIABLE, UNRELIABLE, after, batch, dialect, ping, read, string, voice, voice_body,
};

#[test]
fn voice_comes_out_of_batches_of_every_version_and_goes_back_in_the_same_one() {
    for version in ALL_VERSIONS {
        let (start, mut connection) = connection(VoiceOnlySettings::default());
        let made = Made::from_client(&mut connection, start, UNRELIABLE, &voice(version, b"hello"));
        assert_eq!(made.voices(), [(Delivery::Unreliable, b"hello".as_slice())], "{version}");
        let made = Made::from_client(&mut connection, start, RELIABLE, &voice(version, b"words"));
        assert_eq!(made.voices(), [(Delivery::Reliable, b"words".as_slice())], "{version}");
        for (delivery, channel) in [(Delivery::Reliable, RELIABLE), (Delivery::Unreliable, UNRELIABLE)] {
            let mut message = Vec::new();
            assert_eq!(connection.wrap(start, delivery, b"answer", &mut message), Some(channel), "{version}");
            assert_eq!(read(version, &message).1, [(MessageKind::Voice, voice_body(b"answer"))], "{version}");
        }
    }
}

#[test]
fn no_voice_is_sent_to_a_client_before_it_has_sent_some() {
    let (start, mut connection) = connection(VoiceOnlySettings::default());
    let mut message = Vec::new();
    Made::from_client(&mut connection, start, UNRELIABLE, &ping(Version::NEWEST));
    assert_eq!(connection.wrap(start, Delivery::Reliable, b"early", &mut message), None);
    Made::from_client(&mut connection, start, RELIABLE, &voice(Version::NEWEST, b"handshake"));
    assert_eq!(connection.wrap(start, Delivery::Reliable, &[0; VOICE_BYTES_MAX + 1], &mut message), None);
    assert!(message.is_empty());
    assert_eq!(
        connection.wrap(start, Delivery::Reliable, &[0; VOICE_BYTES_MAX], &mut message),
        Some(RELIABLE)
    );
}

#[test]
fn pings_are_answered_in_the_form_of_their_version() {
    for (version, expected) in [
        (Version::V42, vec![1.0, 3.0]),
        (Version::V78_2_1, vec![1.0]),
        (Version::V81, vec![1.0]),
        (Version::V82_4, vec![1.0, 2.0, 1.5]),
        (Version::V82_6, vec![1.0, 2.0, 1.5]),
    ] {
        // The first two send the same pings, so the server must be told which one to expect.
        let told = (version < Version::V81).then(|| dialect(version));
        let settings = VoiceOnlySettings { dialect: told, ..VoiceOnlySettings::default() };
        let (start, mut connection) = connection(settings);
        let made = Made::from_client(&mut connection, after(start, 3000), UNRELIABLE, &ping(version));
        let [(MessagePart::ToClient(channel), pong)] = made.parts.as_slice() else {
            panic!("{version}: one pong, not {made:?}");
        };
        assert_eq!(*channel, UNRELIABLE);
        let (seconds, messages) = read(version, pong);
        let times: Vec<u8> = expected.iter().flat_map(|time: &f64| time.to_le_bytes()).collect();
        assert_eq!((seconds, messages), (3.0, vec![(MessageKind::Pong, times)]), "{version}");
    }
    let (start, mut connection) = connection(VoiceOnlySettings::default());
    let odd = batch(Version::NEWEST, 1.0, &[(MessageKind::Ping, &[0; 18])]);
    assert!(
        Made::from_client(&mut connection, start, UNRELIABLE, &odd).is_nothing(),
        "an odd ping is let be"
    );
}

/// Stock clients of both versions disconnect after a batch with an unknown message.
#[test]
fn clients_without_lengths_read_every_pong_of_a_server_that_was_told_nothing() {
    for version in [Version::V42, Version::V78_2_1] {
        let (start, mut connection) = connection(VoiceOnlySettings::default());
        for seconds in 0..40_u32 {
            let now = after(start, u64::from(seconds) * 2_000);
            let made = Made::from_client(&mut connection, now, UNRELIABLE, &ping(version));
            let [(MessagePart::ToClient(_), pong)] = made.parts.as_slice() else { panic!("{made:?}") };
            let (_, messages) = read(version, pong);
            let (kind, body) = &messages[0];
            assert_eq!(
                (*kind, &body[..8]),
                (MessageKind::Pong, 1.0_f64.to_le_bytes().as_slice()),
                "{version}"
            );
        }
    }
}

/// A client that is not authenticated yet disconnects on any message but a plain pong, and the server cannot know
/// which pong is plain.
#[test]
fn a_client_without_lengths_gets_its_first_pong_when_it_is_authenticated() {
    let credentials = Credentials::new("ada", "lovelace").expect("both are short");
    let request = [string("ada"), string("lovelace")].concat();
    let settings = VoiceOnlySettings { credentials: Some(credentials), ..VoiceOnlySettings::default() };
    let (start, mut connection) = connection(settings);
    let mut kinds = |message: &[u8]| -> Vec<MessageKind> {
        let made = Made::from_client(&mut connection, start, UNRELIABLE, message);
        let batches = made.parts.iter().flat_map(|(_, batch)| read(Version::V78_2_1, batch).1);
        batches.map(|(kind, _)| kind).collect()
    };
    assert_eq!(kinds(&ping(Version::V78_2_1)), []);
    let ready_too_early = batch(Version::V78_2_1, 1.0, &[(MessageKind::Ready, &[])]);
    assert_eq!(kinds(&ready_too_early), []);
    assert_eq!(kinds(&ping(Version::V78_2_1)), []);
    assert_eq!(
        kinds(&batch(Version::V78_2_1, 1.0, &[(MessageKind::AuthRequest, &request)])),
        [MessageKind::AuthResponse]
    );
    assert_eq!(kinds(&ping(Version::V78_2_1)), [], "the answer may still be on its way");
    assert_eq!(kinds(&batch(Version::V78_2_1, 1.0, &[(MessageKind::Ready, &[])])), []);
    assert_eq!(
        kinds(&ping(Version::V78_2_1)),
        [MessageKind::Pong, MessageKind::TimeSnapshot, MessageKind::ObjectHide]
    );
}

#[test]
fn time_stamps_are_seconds_since_the_server_started_and_never_run_backwards() {
    let mut server = MirrorVoiceOnly::new(VoiceOnlySettings::default());
    let start = Instant::now();
    server.open(start);
    let mut connection = server.open(after(start, 4000));
    let stamp = |connection: &mut MirrorVoiceOnlyConnection, milliseconds| {
        let made =
            Made::from_client(connection, after(start, milliseconds), UNRELIABLE, &ping(Version::NEWEST));
        read(Version::NEWEST, &made.parts[0].1).0
    };
    assert_eq!(stamp(&mut connection, 5000).to_bits(), 5.0_f64.to_bits());
    assert_eq!(stamp(&mut connection, 4500).to_bits(), 5.0_f64.to_bits());
    assert_eq!(stamp(&mut connection, 6000).to_bits(), 6.0_f64.to_bits());
}

#[test]
fn the_scene_is_told_once_as_soon_as_it_is_known_how() {
    let settings =
        || VoiceOnlySettings { online_scene: Some("Online".into()), ..VoiceOnlySettings::default() };
    let (start, mut found_out) = connection(settings());
    assert!(Made::by(|parts| found_out.handle_connected(start, parts)).is_nothing());
    let made = Made::from_client(&mut found_out, start, UNRELIABLE, &ping(Version::NEWEST));
    assert_eq!(made.parts[1], scene());
    let made = Made::from_client(&mut found_out, start, UNRELIABLE, &ping(Version::NEWEST));
    assert_eq!(made.parts.len(), 1, "only a pong");

    let dialect = Some(Dialect::new(Version::NEWEST, VoiceType::STOCK));
    let (start, mut known) = connection(VoiceOnlySettings { dialect, ..settings() });
    let made = Made::by(|parts| known.handle_connected(start, parts));
    assert_eq!(made.parts, [scene()]);
}

fn scene() -> (MessagePart, Vec<u8>) {
    let body = [string("Online"), vec![0, 0]].concat();
    (MessagePart::ToClient(RELIABLE), batch(Version::NEWEST, 0.0, &[(MessageKind::Scene, &body)]))
}

#[test]
fn only_the_right_user_and_password_open_the_door() {
    let settings = || VoiceOnlySettings {
        credentials: Some(Credentials::new("ada", "lovelace").expect("short")),
        online_scene: Some("Online".into()),
        ..VoiceOnlySettings::default()
    };
    let request = |user: &str, password: &str| {
        let body = [string(user), string(password)].concat();
        batch(Version::NEWEST, 1.0, &[(MessageKind::AuthRequest, &body)])
    };
    let response = |code: u8, words: &str| {
        let body = [vec![code], string(words)].concat();
        (MessagePart::ToClient(RELIABLE), batch(Version::NEWEST, 0.0, &[(MessageKind::AuthResponse, &body)]))
    };

    let (start, mut right) = connection(settings());
    let early = Made::from_client(&mut right, start, RELIABLE, &voice(Version::NEWEST, b"early"));
    assert!(early.is_nothing(), "voice of unauthenticated clients is not taken");
    let made = Made::from_client(&mut right, start, RELIABLE, &request("ada", "lovelace"));
    assert_eq!(made.parts, [response(100, "Success"), scene()]);
    assert_eq!(made.violation, None);
    let made = Made::from_client(&mut right, start, RELIABLE, &voice(Version::NEWEST, b"hello"));
    assert_eq!(made.voices(), [(Delivery::Reliable, b"hello".as_slice())]);

    for (user, password) in [("ada", "byron"), ("eve", "lovelace"), ("ada", "lovelace "), ("", "")] {
        let (start, mut wrong) = connection(settings());
        let made = Made::from_client(&mut wrong, start, RELIABLE, &request(user, password));
        assert_eq!(made.parts, [response(200, "Invalid Credentials")]);
        assert!(made.violation.is_some(), "{user:?} with {password:?} has to go");
    }
}

#[test]
fn what_is_the_games_is_ignored_quietly() {
    let (start, mut connection) = connection(VoiceOnlySettings::default());
    let mut games = batch(
        Version::NEWEST,
        1.0,
        &[
            (MessageKind::Ready, &[]),
            (MessageKind::AddPlayer, &[]),
            (MessageKind::TimeSnapshot, &[0; 8]),
            (MessageKind::Command, &[1; 20]),
        ],
    );
    games.extend([4, 0x34, 0x12, 7, 7]); // A message of an unknown type.
    games.extend(&voice(Version::NEWEST, b"behind")[8..]);
    let made = Made::from_client(&mut connection, start, RELIABLE, &games);
    assert_eq!(made.parts, [(MessagePart::Voice(Delivery::Reliable), b"behind".to_vec())]);
    assert_eq!(made.violation, None);
}

#[test]
fn without_lengths_what_stands_behind_an_unknown_message_is_lost_and_no_client_is_disconnected() {
    let (start, mut connection) = connection(VoiceOnlySettings::default());
    Made::from_client(&mut connection, start, UNRELIABLE, &ping(Version::V42));
    let mixed = batch(
        Version::V42,
        1.0,
        &[(MessageKind::Voice, &voice_body(b"in front")), (MessageKind::Command, &[1; 20])],
    );
    let mixed = [mixed, voice(Version::V42, b"behind")[8..].to_vec()].concat();
    let made = Made::from_client(&mut connection, start, UNRELIABLE, &mixed);
    assert_eq!(made.parts, [(MessagePart::Voice(Delivery::Unreliable), b"in front".to_vec())]);
    assert_eq!(made.violation, None);
}

#[test]
fn a_client_that_sends_nothing_readable_is_disconnected() {
    let (start, mut connection) = connection(VoiceOnlySettings::default());
    let made: Vec<Made> =
        (0..100).map(|_| Made::from_client(&mut connection, start, RELIABLE, &[0xff; 20])).collect();
    assert!(made.iter().take(50).all(Made::is_nothing));
    assert!(made.iter().any(|made| made.violation.is_some()));
}

#[test]
fn a_pong_is_repeated_where_silence_would_end_the_connection() {
    let interval = Duration::from_secs(10);
    let settings = VoiceOnlySettings { pong_interval_max: Some(interval), ..VoiceOnlySettings::default() };
    let (start, mut connection) = connection(settings);
    assert_eq!(connection.poll_timeout(), None, "nothing was asked yet");
    let first = Made::from_client(&mut connection, start, UNRELIABLE, &ping(Version::V81));
    assert_eq!(connection.poll_timeout(), Some(start + interval));
    assert!(Made::by(|parts| connection.handle_timeout(after(start, 9999), parts)).is_nothing());
    let again = Made::by(|parts| connection.handle_timeout(start + interval, parts));
    assert_eq!(read(Version::V81, &again.parts[0].1).1, read(Version::V81, &first.parts[0].1).1);
    assert_eq!(connection.poll_timeout(), Some(start + 2 * interval));
}

#[test]
fn any_number_of_pings_in_one_message_gets_one_answer_to_the_newest() {
    for version in [Version::V42, Version::V81, Version::NEWEST] {
        let (start, mut connection) = connection(VoiceOnlySettings::default());
        Made::from_client(&mut connection, start, UNRELIABLE, &ping(version));
        let newest = ping_at(version, 109.0);
        let bodies: Vec<TimesBody> =
            (0..109).map(|time| ping_at(version, f64::from(time)).body()).chain([newest.body()]).collect();
        let pings: Vec<(MessageKind, &[u8])> =
            bodies.iter().map(|body| (MessageKind::Ping, body.as_ref())).collect();
        let made = Made::from_client(&mut connection, start, UNRELIABLE, &batch(version, 1.0, &pings));
        let form = connection.dialect().expect("it has pinged").pong_form();
        let pong = newest.pong(form, 0.0);
        let answer = batch(version, 0.0, &[(MessageKind::Pong, pong.as_ref())]);
        assert_eq!(made.parts, [(MessagePart::ToClient(UNRELIABLE), answer)], "{version:?}");
    }
}

fn ping_at(version: Version, time: f64) -> MirrorPing {
    if version.has_two_times() {
        MirrorPing::Times { local: time, predicted: time }
    } else {
        MirrorPing::Time(time)
    }
}

#[test]
fn limits_leave_room_for_what_is_around_voice() {
    let server = MirrorVoiceOnly::new(VoiceOnlySettings::default());
    let limits = |bytes| {
        let limits = server.limits(PacketLimits { reliable_bytes: bytes, unreliable_bytes: bytes });
        limits.unreliable_bytes
    };
    assert_eq!((limits(1194), limits(600), limits(10)), (VOICE_BYTES_MAX, 586, 0));
    assert_eq!(voice(Version::NEWEST, &[0; 586]).len(), 600);
}

#[test]
fn a_password_does_not_show_in_logs() {
    let credentials = Credentials::new("ada", "lovelace").expect("short");
    assert!(!format!("{credentials:?}").contains("lovelace"));
    assert!(Credentials::new("ada", "x".repeat(513)).is_err());
}

fn connection(settings: VoiceOnlySettings) -> (Instant, MirrorVoiceOnlyConnection) {
    let start = Instant::now();
    (start, MirrorVoiceOnly::new(settings).open(start))
}
