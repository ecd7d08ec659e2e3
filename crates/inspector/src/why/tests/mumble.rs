//! The same for users of Mumble: their clients' state, as seen by the server.

use super::super::SilenceCause;
use super::pair::Pair;
use super::table::Row;
use crate::MumbleRow;

/// Alice uses Mumble: only the server can be asked about her.
pub(super) fn mumble_speakers() -> Vec<Row> {
    let server: &[&str] = &["s", "bs"];
    vec![
        (
            "a Mumble user that has muted itself",
            Box::new(|pair| {
                alices(pair, |client| (client.self_mute, client.voice_ms_ago) = (true, Some(60_000)));
            }),
            server,
            SilenceCause::SelfMuted,
        ),
        (
            "a Mumble user that does not press the key",
            Box::new(|pair| alices(pair, |client| client.voice_ms_ago = Some(60_000))),
            server,
            SilenceCause::NoInput,
        ),
        (
            "a Mumble user in the root channel",
            Box::new(|pair| alices(pair, |client| client.room = None)),
            server,
            SilenceCause::NoChannel,
        ),
        (
            "a Mumble user with an old codec",
            Box::new(|pair| {
                alices(pair, |client| (client.voice_ms_ago, client.other_codec_ms_ago) = (None, Some(9)));
            }),
            server,
            SilenceCause::VoiceRefused,
        ),
        (
            "a Mumble user that floods",
            Box::new(|pair| alices(pair, |client| client.too_many_ms_ago = Some(9))),
            server,
            SilenceCause::VoiceRefused,
        ),
        (
            "a Mumble user that the operator has muted",
            Box::new(|pair| {
                alices(pair, |_| {});
                pair.server.sessions[0].players[0].server_muted = Some(String::new());
            }),
            server,
            SilenceCause::MutedByServer,
        ),
    ]
}

/// Bob uses Mumble.
pub(super) fn mumble_listeners() -> Vec<Row> {
    let without_bob: &[&str] = &["s", "as"];
    vec![
        (
            "a Mumble user that has deafened itself",
            Box::new(|pair| bobs(pair, |client| client.self_deaf = true)),
            without_bob,
            SilenceCause::Deafened,
        ),
        (
            "a Mumble user in another channel",
            Box::new(|pair| {
                bobs(pair, |client| client.room = Some("attic".into()));
                let session = &mut pair.server.sessions[0];
                session.players[1].rooms = vec!["attic".into()];
                session.rooms[0].listeners = vec!["Carol".into()];
                pair.alice.players[1].rooms = vec!["attic".into()];
            }),
            without_bob,
            SilenceCause::NotListening,
        ),
    ]
}

fn alices(pair: &mut Pair, change: impl FnOnce(&mut MumbleRow)) {
    pair.says_nothing();
    let alice = &mut pair.server.sessions[0].players[0];
    alice.is_followed = false;
    let talking = MumbleRow { room: Some("lobby".into()), voice_ms_ago: Some(10), ..MumbleRow::default() };
    change(alice.mumble.insert(talking));
}

fn bobs(pair: &mut Pair, change: impl FnOnce(&mut MumbleRow)) {
    let listening = MumbleRow { room: Some("lobby".into()), ..MumbleRow::default() };
    change(pair.server.sessions[0].players[1].mumble.insert(listening));
}
