//! One thing made wrong, whose snapshots show it, and what is said then.

use super::super::Cause;
use super::pair::Pair;
use crate::{
    Activation, ChannelRow, DeviceRow, DeviceState, DistanceRow, PlayerRow, RefusedRoom, ServedPlayer,
    ServedSession, Status, Target, TokenRule, Unheard,
};

/// What is wrong, whose snapshots show it, and what is said.
pub(super) type Row = (&'static str, Box<dyn FnOnce(&mut Pair)>, &'static [&'static str], Cause);

pub(super) fn microphones() -> Vec<Row> {
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
        (
            "muted by the server's operator",
            Box::new(|pair| {
                pair.says_nothing();
                pair.alice.server_muted = Some("too loud".into());
                pair.server.sessions[0].players[0].server_muted = Some(String::new());
            }),
            &["a", "s", "ab", "bs", "abs"],
            Cause::MutedByServer,
        ),
    ]
}

pub(super) fn gates() -> Vec<Row> {
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
        (
            "without a word, where each channel decides for itself",
            Box::new(|pair| {
                pair.says_nothing();
                pair.alice.capture.as_mut().unwrap().activation = Activation::Other;
            }),
            alone_and_together,
            Cause::NobodySpeaks,
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
            "with a closed channel to the listener, and an open one to others",
            Box::new(|pair| {
                pair.alice.channels[0].is_closed_by = Some("its trigger has shut it".into());
                let attic = Target::Room("attic".into());
                pair.alice.channels.push(ChannelRow { target: attic, ..ChannelRow::default() });
                pair.nothing_arrives();
            }),
            alone_and_together,
            Cause::ChannelClosed,
        ),
    ]
}

pub(super) fn tokens() -> Vec<Row> {
    let rule = |is_speaking| {
        let target = Target::Room("lobby".into());
        TokenRule { target, is_speaking, needs: vec!["red".into()] }
    };
    vec![
        (
            "without a token for the only channel",
            Box::new(move |pair| {
                pair.alice.channels.clear();
                pair.alice.token_rules.push(rule(true));
                pair.nothing_leaves();
            }),
            &["a", "ab", "abs"],
            Cause::TokenMissing,
        ),
        (
            "without a token for the channel to the listener",
            Box::new(move |pair| {
                pair.alice.channels[0].target = Target::Room("attic".into());
                pair.alice.token_rules.push(rule(true));
                pair.nothing_leaves();
            }),
            &["a", "ab", "abs"],
            Cause::TokenMissing,
        ),
        (
            "without a token for what the listener would hear",
            Box::new(move |pair| {
                pair.is_expelled();
                pair.bob.token_rules.push(rule(false));
            }),
            &["b", "ab", "bs", "abs"],
            Cause::TokenMissing,
        ),
    ]
}

pub(super) fn rooms() -> Vec<Row> {
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

pub(super) fn places() -> Vec<Row> {
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
                    player.distances = (0..ServedPlayer::DISTANCES_MAX).map(row).collect();
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

pub(super) fn ways() -> Vec<Row> {
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

pub(super) fn ears() -> Vec<Row> {
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
            "deafened by the server's operator",
            Box::new(|pair| {
                pair.nothing_arrives();
                pair.bob.server_deafened = Some(String::new());
                pair.server.sessions[0].players[1].server_deafened = Some("pause".into());
            }),
            &["s", "as", "abs"],
            Cause::DeafenedByServer,
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

pub(super) fn others_and_devices() -> Vec<Row> {
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
