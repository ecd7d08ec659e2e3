//! Losses between two players: rooms, distance, networks, sessions.

use super::super::super::SilenceCause;
use super::super::pair::Pair;
use super::Row;
use crate::{ChannelTarget, DistanceRow, PlayerRow, RefusedRoom, ServedPlayer, ServedSession};

pub(in super::super) fn rooms() -> Vec<Row> {
    vec![
        (
            "no listener",
            Box::new(|pair| {
                pair.alice.channels[0].target = ChannelTarget::Room("attic".into());
                pair.nothing_leaves();
            }),
            &["a", "ab", "abs", "as"],
            SilenceCause::NoListener,
        ),
        (
            "others listen",
            Box::new(|pair| {
                pair.alice.channels[0].target = ChannelTarget::Room("attic".into());
                let mut carol = PlayerRow { name: "Carol".into(), ..PlayerRow::default() };
                carol.rooms.push("attic".into());
                pair.alice.players.push(carol.clone());
                pair.bob.players.push(carol);
                pair.nothing_arrives();
            }),
            &["a", "ab", "abs"],
            SilenceCause::NotListening,
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
            SilenceCause::NoListener,
        ),
        (
            "the server refuses the room",
            Box::new(|pair| {
                pair.server.sessions[0].players[0].refused_rooms.push(RefusedRoom::new("lobby", true));
                pair.nothing_arrives();
            }),
            &["s", "as", "bs", "abs"],
            SilenceCause::RoomRefused,
        ),
        (
            "the server has taken the listener out of the room",
            Box::new(|pair| {
                pair.is_expelled();
                pair.bob.refused_rooms.push("lobby".into());
                pair.server.sessions[0].players[1].refused_rooms.push(RefusedRoom::new("lobby", false));
            }),
            &["s", "ab", "as", "bs", "abs"],
            SilenceCause::RoomRefused,
        ),
    ]
}

pub(in super::super) fn places() -> Vec<Row> {
    vec![
        (
            "too far away for the server",
            Box::new(|pair| pair.is_apart(80.0)),
            &["s", "as", "bs", "abs"],
            SilenceCause::OutOfRange,
        ),
        (
            "farther away than all listed players",
            Box::new(|pair| {
                pair.is_apart(80.0);
                let row = |number: usize| DistanceRow::new(number.to_string(), number as f32);
                for player in &mut pair.server.sessions[0].players {
                    player.distances = (0..ServedPlayer::DISTANCES_MAX).map(row).collect();
                }
            }),
            &["s", "abs"],
            SilenceCause::OutOfRange,
        ),
        (
            "one of the two says not where it is",
            Box::new(|pair| {
                pair.is_apart(1.0);
                pair.server.sessions[0].players[0].has_place = false;
            }),
            &["s", "as", "bs", "abs"],
            SilenceCause::NoPosition,
        ),
    ]
}

pub(in super::super) fn ways() -> Vec<Row> {
    vec![
        (
            "nothing gets up",
            Box::new(|pair| {
                pair.nothing_leaves();
                pair.alice.uplink.lost_percent = Some(100.0);
            }),
            &["a", "as", "ab", "abs"],
            SilenceCause::UplinkDead,
        ),
        (
            "nothing gets down",
            Box::new(Pair::nothing_arrives),
            &["ab", "bs", "abs"],
            SilenceCause::NothingArrives,
        ),
        (
            "most is lost",
            Box::new(|pair| pair.bob.players[0].loss_percent = 81.0),
            &["b", "abs"],
            SilenceCause::Loss,
        ),
        (
            "no player of that name",
            Box::new(|pair| {
                pair.bob.players.remove(0);
                pair.server.sessions[0].players.remove(0);
            }),
            &["b", "s", "bs"],
            SilenceCause::NotJoined,
        ),
        (
            "a name like it",
            Box::new(|pair| {
                pair.bob.players[0].name = "Alcie".into();
                pair.server.sessions[0].players[0].name = "Alcie".into();
            }),
            &["b", "s", "bs"],
            SilenceCause::OtherName { similar: "Alcie".into() },
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
            SilenceCause::OtherSession,
        ),
    ]
}
