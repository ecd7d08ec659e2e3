//! The table: a pair that hears each other, one thing made wrong, and what is said then, from every point of view.

use super::*;
use crate::{
    Activation, CaptureRow, ChannelRow, ClientSnapshot, DeviceRow, DeviceState, DistanceRow, PlayerRow,
    RefusedRoom, ServedPlayer, ServedRoom, ServedSession, ServerSnapshot, Status, Target, TokenRule, Unheard,
};

/// Alice speaks to the lobby, Bob listens to it, and hears her.
struct Pair {
    alice: ClientSnapshot,
    bob: ClientSnapshot,
    server: ServerSnapshot,
}

impl Pair {
    fn in_order() -> Self {
        let lobby = || Target::Room("lobby".into());
        let row = |name: &str, rooms: &[&str]| PlayerRow {
            name: name.into(),
            rooms: rooms.iter().map(ToString::to_string).collect(),
            ..PlayerRow::default()
        };
        let client = |name: &str| ClientSnapshot {
            name: name.into(),
            status: Status::Connected,
            knows_everybody: true,
            max_voices: 8,
            players: vec![row("Alice", &[]), row("Bob", &["lobby"])],
            ..ClientSnapshot::default()
        };
        let mut alice = client("Alice");
        alice.channels.push(ChannelRow { target: lobby(), ..ChannelRow::default() });
        alice.uplink.frames_sent = 500;
        alice.uplink.lost_percent = Some(0.0);
        alice.capture = Some(CaptureRow {
            activation: Activation::Voice,
            is_speaking: true,
            spoke_ms_ago: Some(0),
            utterance_ms: 4000,
            sound_ms_ago: Some(0),
            blocks: 400,
            ..CaptureRow::default()
        });
        let mut bob = client("Bob");
        bob.rooms = vec!["lobby".into()];
        let heard = &mut bob.players[0];
        (heard.is_speaking, heard.heard_ms_ago) = (true, Some(20));
        (heard.received, heard.played) = (500, 495);
        heard.channels = vec![lobby()];
        let served = |name: &str| ServedPlayer { name: name.into(), ..ServedPlayer::default() };
        let speaking = ServedPlayer {
            is_followed: true,
            voice_ms_ago: Some(10),
            voice_to: vec![lobby()],
            lost_percent: Some(0.0),
            ..served("Alice")
        };
        let listening = ServedPlayer { rooms: vec!["lobby".into()], ..served("Bob") };
        let room =
            ServedRoom { name: "lobby".into(), listeners: vec!["Bob".into()], ..ServedRoom::default() };
        let session = ServedSession {
            name: "main".into(),
            players: vec![speaking, listening],
            rooms: vec![room],
            ..ServedSession::default()
        };
        Self { alice, bob, server: ServerSnapshot { sessions: vec![session], ..ServerSnapshot::default() } }
    }

    fn but(change: impl FnOnce(&mut Self)) -> Self {
        let mut pair = Self::in_order();
        change(&mut pair);
        pair
    }

    /// Nothing of hers comes out of her client.
    fn says_nothing(&mut self) {
        let capture = self.alice.capture.as_mut().unwrap();
        (capture.spoke_ms_ago, capture.is_speaking) = (None, false);
        self.nothing_leaves();
    }

    /// Nothing of hers reaches anybody.
    fn nothing_leaves(&mut self) {
        self.alice.uplink.lost_percent = None;
        let served = &mut self.server.sessions[0].players[0];
        (served.voice_ms_ago, served.lost_percent) = (None, None);
        served.voice_to.clear();
        self.nothing_arrives();
    }

    fn nothing_arrives(&mut self) {
        let id = self.bob.players[0].id;
        self.bob.players[0] = PlayerRow { name: "Alice".into(), id, ..PlayerRow::default() };
    }

    /// Bob listens to nothing.
    fn is_expelled(&mut self) {
        self.bob.rooms.clear();
        self.alice.players[1].rooms.clear();
        self.bob.players[1].rooms.clear();
        self.server.sessions[0].players[1].rooms.clear();
        self.server.sessions[0].rooms[0].listeners = vec!["Carol".into()];
        self.nothing_arrives();
    }

    /// The lobby carries 20 m, and Bob is so far away from Alice.
    fn is_apart(&mut self, metres: f32) {
        let session = &mut self.server.sessions[0];
        session.rooms[0].range_m = Some(20.0);
        for (player, other) in [(0, "Bob"), (1, "Alice")] {
            session.players[player].has_place = true;
            session.players[player].distances = vec![DistanceRow::new(other, metres)];
        }
        self.nothing_arrives();
    }

    fn is_unheard(&mut self, unheard: Unheard) {
        self.bob.players[0].unheard = Some(unheard);
    }

    /// What is said with the snapshots of these: `a`lice, `b`ob, the `s`erver.
    fn asked(&self, whom: &str) -> Diagnosis {
        let all = [
            ('a', Snapshot::from(self.alice.clone())),
            ('b', Snapshot::from(self.bob.clone())),
            ('s', Snapshot::from(self.server.clone())),
        ];
        let asked = all.into_iter().filter(|(letter, _)| whom.contains(*letter));
        let snapshots: Vec<Snapshot> = asked.map(|(_, snapshot)| snapshot).collect();
        why(&snapshots, "Alice", "Bob")
    }
}

/// What is wrong, whose snapshots show it, and what is said.
type Row = (&'static str, Box<dyn FnOnce(&mut Pair)>, &'static [&'static str], Cause);

fn microphones() -> Vec<Row> {
    let alone_and_together: &[&str] = &["a", "ab", "abs"];
    vec![
        (
            "on the way into the session",
            Box::new(|pair| {
                pair.alice.status = Status::Connecting;
                pair.says_nothing();
            }),
            alone_and_together,
            Cause::NotConnected,
        ),
        (
            "without an input",
            Box::new(|pair| {
                pair.alice.capture = None;
                pair.nothing_leaves();
            }),
            alone_and_together,
            Cause::NoInput,
        ),
        (
            "without a microphone",
            Box::new(|pair| {
                pair.alice.capture.as_mut().unwrap().sound_ms_ago = None;
                pair.alice.microphone =
                    Some(DeviceRow { state: DeviceState::Missing, ..DeviceRow::default() });
            }),
            alone_and_together,
            Cause::MicrophoneFailed,
        ),
        (
            "at the end of the file",
            Box::new(|pair| {
                pair.says_nothing();
                pair.alice.capture.as_mut().unwrap().has_ended = true;
            }),
            alone_and_together,
            Cause::InputEnded,
        ),
        (
            "with a silent microphone",
            Box::new(|pair| {
                pair.says_nothing();
                pair.alice.capture.as_mut().unwrap().sound_ms_ago = None;
            }),
            alone_and_together,
            Cause::MicrophoneSilent,
        ),
        (
            "muted",
            Box::new(|pair| {
                pair.says_nothing();
                pair.alice.muted = true;
            }),
            alone_and_together,
            Cause::SelfMuted,
        ),
    ]
}

fn gates() -> Vec<Row> {
    let alone_and_together: &[&str] = &["a", "ab", "abs"];
    vec![
        (
            "without the key",
            Box::new(|pair| {
                pair.says_nothing();
                pair.alice.capture.as_mut().unwrap().activation = Activation::PushToTalk;
            }),
            alone_and_together,
            Cause::KeyNotHeld,
        ),
        ("without a word", Box::new(Pair::says_nothing), alone_and_together, Cause::NobodySpeaks),
        (
            "without a channel",
            Box::new(|pair| {
                pair.alice.channels.clear();
                pair.nothing_leaves();
            }),
            alone_and_together,
            Cause::NoChannel,
        ),
        (
            "with a closed channel",
            Box::new(|pair| {
                pair.alice.channels[0].is_closed_by = Some("outside of its zone".into());
                pair.nothing_leaves();
            }),
            alone_and_together,
            Cause::ChannelClosed,
        ),
        (
            "without a token",
            Box::new(|pair| {
                let mut rule = TokenRule { target: Target::Room("lobby".into()), ..TokenRule::default() };
                (rule.is_speaking, rule.needs) = (true, vec!["red".into()]);
                pair.alice.token_rules.push(rule);
                pair.nothing_leaves();
            }),
            alone_and_together,
            Cause::TokenMissing,
        ),
    ]
}

fn rooms() -> Vec<Row> {
    vec![
        (
            "nobody listens",
            Box::new(|pair| {
                pair.alice.channels[0].target = Target::Room("attic".into());
                pair.nothing_leaves();
            }),
            &["a", "ab", "abs", "as"],
            Cause::NobodyListens,
        ),
        (
            "others listen",
            Box::new(|pair| {
                pair.alice.channels[0].target = Target::Room("attic".into());
                let mut carol = PlayerRow { name: "Carol".into(), ..PlayerRow::default() };
                carol.rooms.push("attic".into());
                pair.alice.players.push(carol.clone());
                pair.bob.players.push(carol);
                pair.nothing_arrives();
            }),
            &["a", "ab", "abs"],
            Cause::NotListening,
        ),
        (
            "the listener left the room",
            Box::new(|pair| {
                pair.bob.rooms.clear();
                pair.alice.players[1].rooms.clear();
                pair.server.sessions[0].players[1].rooms.clear();
                pair.server.sessions[0].rooms.clear();
                pair.nothing_arrives();
            }),
            &["a", "ab", "abs", "bs", "s"],
            Cause::NobodyListens,
        ),
        (
            "the server refuses the room",
            Box::new(|pair| {
                pair.server.sessions[0].players[0].refused_rooms.push(RefusedRoom::new("lobby", true));
                pair.nothing_arrives();
            }),
            &["s", "as", "bs", "abs"],
            Cause::RoomRefused,
        ),
        (
            "the server has taken the listener out of the room",
            Box::new(|pair| {
                pair.is_expelled();
                pair.bob.refused_rooms.push("lobby".into());
                pair.server.sessions[0].players[1].refused_rooms.push(RefusedRoom::new("lobby", false));
            }),
            &["s", "ab", "as", "bs", "abs"],
            Cause::RoomRefused,
        ),
    ]
}

fn places() -> Vec<Row> {
    vec![
        (
            "too far away for the server",
            Box::new(|pair| pair.is_apart(80.0)),
            &["s", "as", "bs", "abs"],
            Cause::OutOfRange,
        ),
        (
            "farther away than all who are listed",
            Box::new(|pair| {
                pair.is_apart(80.0);
                let row = |number: usize| DistanceRow::new(number.to_string(), number as f32);
                for player in &mut pair.server.sessions[0].players {
                    player.distances = (0..ServedPlayer::MAX_DISTANCES).map(row).collect();
                }
            }),
            &["s", "abs"],
            Cause::OutOfRange,
        ),
        (
            "one of the two says not where it is",
            Box::new(|pair| {
                pair.is_apart(1.0);
                pair.server.sessions[0].players[0].has_place = false;
            }),
            &["s", "as", "bs", "abs"],
            Cause::NoPosition,
        ),
    ]
}

fn ways() -> Vec<Row> {
    vec![
        (
            "nothing gets up",
            Box::new(|pair| {
                pair.nothing_leaves();
                pair.alice.uplink.lost_percent = Some(100.0);
            }),
            &["a", "as", "ab", "abs"],
            Cause::UplinkDead,
        ),
        ("nothing gets down", Box::new(Pair::nothing_arrives), &["ab", "bs", "abs"], Cause::NothingArrives),
        (
            "most is lost",
            Box::new(|pair| pair.bob.players[0].loss_percent = 81.0),
            &["b", "abs"],
            Cause::Loss,
        ),
        (
            "nobody of that name",
            Box::new(|pair| {
                pair.bob.players.remove(0);
                pair.server.sessions[0].players.remove(0);
            }),
            &["b", "s", "bs"],
            Cause::NotJoined,
        ),
        (
            "a name like it",
            Box::new(|pair| {
                pair.bob.players[0].name = "alice".into();
                pair.server.sessions[0].players[0].name = "alice".into();
            }),
            &["b", "s", "bs"],
            Cause::OtherName { similar: "alice".into() },
        ),
        (
            "other sessions",
            Box::new(|pair| {
                pair.bob.players.remove(0);
                pair.alice.players.remove(1);
                let bob = pair.server.sessions[0].players.remove(1);
                let other =
                    ServedSession { name: "other".into(), players: vec![bob], ..ServedSession::default() };
                pair.server.sessions.push(other);
            }),
            &["ab", "s", "abs"],
            Cause::OtherSession,
        ),
    ]
}

fn ears() -> Vec<Row> {
    let alone_and_together: &[&str] = &["b", "ab", "bs", "abs"];
    vec![
        (
            "undecodable codec",
            Box::new(|pair| {
                pair.bob.players[0].undecodable_because = Some("the codec 7 is unknown".into());
            }),
            alone_and_together,
            Cause::Undecodable,
        ),
        (
            "damaged packets",
            Box::new(|pair| {
                (pair.bob.players[0].undecodable, pair.bob.players[0].played) = (400, 100);
            }),
            alone_and_together,
            Cause::Undecodable,
        ),
        (
            "deafened",
            Box::new(|pair| {
                pair.bob.deafened = true;
                pair.is_unheard(Unheard::Deafened);
            }),
            alone_and_together,
            Cause::Deafened,
        ),
        (
            "everybody turned down",
            Box::new(|pair| pair.bob.master_volume = 0.0),
            alone_and_together,
            Cause::MasterVolumeZero,
        ),
        (
            "muted by the listener",
            Box::new(|pair| pair.bob.players[0].muted = true),
            alone_and_together,
            Cause::MutedByListener,
        ),
        (
            "turned down",
            Box::new(|pair| pair.bob.players[0].volume = 0.0),
            alone_and_together,
            Cause::VolumeZero,
        ),
    ]
}

fn others_and_devices() -> Vec<Row> {
    let alone_and_together: &[&str] = &["b", "ab", "bs", "abs"];
    vec![
        (
            "a channel without loudness",
            Box::new(|pair| pair.is_unheard(Unheard::TurnedDown)),
            alone_and_together,
            Cause::VolumeZero,
        ),
        (
            "outranked",
            Box::new(|pair| pair.is_unheard(Unheard::Outranked)),
            alone_and_together,
            Cause::Outranked,
        ),
        (
            "far away",
            Box::new(|pair| pair.is_unheard(Unheard::OutOfRange)),
            alone_and_together,
            Cause::OutOfRange,
        ),
        ("a crowd", Box::new(|pair| pair.is_unheard(Unheard::Crowded)), alone_and_together, Cause::Crowded),
        (
            "no loudspeaker",
            Box::new(|pair| {
                pair.bob.loudspeaker =
                    Some(DeviceRow { state: DeviceState::Missing, ..DeviceRow::default() });
            }),
            alone_and_together,
            Cause::LoudspeakerFailed,
        ),
        (
            "silence arrives",
            Box::new(|pair| pair.bob.players[0].silent_for_ms = Some(6000)),
            &["b", "bs"],
            Cause::MicrophoneSilent,
        ),
    ]
}

#[test]
fn the_first_broken_link_is_named_from_every_point_of_view_that_shows_it() {
    for (what, change, points_of_view, expected) in
        [microphones(), gates(), rooms(), places(), ways(), ears(), others_and_devices()]
            .into_iter()
            .flatten()
    {
        let pair = Pair::but(change);
        for whom in points_of_view {
            let diagnosis = pair.asked(whom);
            assert_eq!(diagnosis.cause(), Some(&expected), "{what}, asked: {whom}\n{diagnosis}");
            assert!(diagnosis.first_broken().unwrap().remedy.is_some(), "{what}");
        }
    }
}

#[test]
fn where_nothing_is_broken_nothing_is_called_so() {
    let pair = Pair::in_order();
    for whom in ["", "a", "b", "s", "ab", "as", "bs", "abs"] {
        let diagnosis = pair.asked(whom);
        assert_eq!(diagnosis.cause(), None, "asked: {whom}\n{diagnosis}");
        assert_eq!(diagnosis.steps.len(), WAY.len());
    }
    let all = pair.asked("abs");
    assert!(all.steps.iter().all(|step| step.outcome == Outcome::Passed), "{all}");
    assert_eq!(all.verdict(), "Bob can hear Alice: no link is broken.");
}

#[test]
fn what_cannot_be_seen_is_unknown_and_who_knows_is_named() {
    let mut pair = Pair::in_order();
    pair.says_nothing();
    let diagnosis = pair.asked("b");
    let microphone = diagnosis.steps.iter().find(|step| step.link == Link::Microphone).unwrap();
    assert_eq!(microphone.outcome, Outcome::Unknown);
    assert!(diagnosis.verdict().contains("ask the inspector of Alice"), "{diagnosis}");
    let of_server = pair.asked("s");
    assert!(of_server.verdict().contains("ask the inspector of Alice"), "{of_server}");
    assert!(!of_server.verdict().contains("inspector of the server"), "it was asked: {of_server}");
    let of_speaker = Pair::in_order().asked("a");
    let loudspeaker = of_speaker.steps.iter().find(|step| step.link == Link::Loudspeaker).unwrap();
    assert_eq!(loudspeaker.outcome, Outcome::Unknown);
    assert!(of_speaker.verdict().contains("ask the inspector of Bob"), "{of_speaker}");
}

#[test]
fn a_word_that_is_still_on_its_way_is_no_broken_link() {
    let pair = Pair::but(|pair| {
        pair.nothing_arrives();
        pair.alice.capture.as_mut().unwrap().utterance_ms = 300;
    });
    assert_eq!(pair.asked("ab").cause(), None);
}

#[test]
fn some_loss_is_told_and_is_no_broken_link() {
    let diagnosis = Pair::but(|pair| pair.bob.players[0].loss_percent = 23.0).asked("ab");
    assert_eq!(diagnosis.cause(), None);
    let step = diagnosis.steps.iter().find(|step| step.link == Link::Loss).unwrap();
    assert!(
        step.words.contains("23 %") && step.words.contains("up to the server it is fine"),
        "{}",
        step.words
    );
}

#[test]
fn a_room_that_neither_needs_is_no_reason() {
    let mut pair = Pair::in_order();
    pair.nothing_arrives();
    for player in &mut pair.server.sessions[0].players {
        player.refused_rooms = vec![RefusedRoom::new("vip", true), RefusedRoom::new("vip", false)];
    }
    pair.bob.refused_rooms = vec!["vip".into()];
    for whom in ["b", "s", "ab", "abs"] {
        let diagnosis = pair.asked(whom);
        assert_ne!(diagnosis.cause(), Some(&Cause::RoomRefused), "asked: {whom}\n{diagnosis}");
    }
}

#[test]
fn who_is_near_enough_for_the_server_or_needs_no_place_is_not_too_far_away() {
    let near = Pair::but(|pair| pair.is_apart(19.0));
    let placeless = Pair::but(|pair| {
        pair.is_apart(80.0);
        pair.server.sessions[0].players.iter_mut().for_each(|player| player.has_place = false);
    });
    let through_another_room = Pair::but(|pair| {
        pair.is_apart(80.0);
        let radio = Target::Room("radio".into());
        pair.alice.channels.push(ChannelRow { target: radio.clone(), ..ChannelRow::default() });
        pair.bob.rooms.push("radio".into());
        let players = &mut pair.server.sessions[0].players;
        players[0].voice_to.push(radio);
        players[1].rooms.push("radio".into());
    });
    let heard_all_the_same = Pair::but(|pair| {
        let heard = pair.bob.players[0].clone();
        pair.is_apart(21.0);
        pair.bob.players[0] = heard;
    });
    for (what, pair) in [near, placeless, through_another_room].iter().enumerate() {
        let diagnosis = pair.asked("s");
        assert_eq!(diagnosis.cause(), None, "{what}\n{diagnosis}");
        let step = diagnosis.steps.iter().find(|step| step.link == Link::Proximity).unwrap();
        assert_eq!(step.outcome, Outcome::Passed, "{what}: {diagnosis}");
    }
    assert_eq!(heard_all_the_same.asked("abs").cause(), None);
}

#[test]
fn nobody_hears_themselves() {
    assert_eq!(why(&[], "Alice", "Alice").cause(), Some(&Cause::SamePlayer));
}
