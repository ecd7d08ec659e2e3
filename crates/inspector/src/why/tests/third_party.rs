//! The same for users of another application: their clients' state, as seen by the server.

use super::super::SilenceCause;
use super::pair::Pair;
use super::table::Row;
use crate::ThirdPartyRow;

/// Alice uses another application: only the server can be asked about her.
pub(super) fn third_party_speakers() -> Vec<Row> {
    let server: &[&str] = &["s", "bs"];
    vec![
        (
            "a third-party user that has muted itself",
            Box::new(|pair| {
                alices(pair, |client| (client.self_mute, client.voice_ms_ago) = (true, Some(60_000)));
            }),
            server,
            SilenceCause::SelfMuted,
        ),
        (
            "a third-party user that does not press the key",
            Box::new(|pair| alices(pair, |client| client.voice_ms_ago = Some(60_000))),
            server,
            SilenceCause::NoInput,
        ),
        (
            "a third-party user in the root channel",
            Box::new(|pair| alices(pair, |client| client.room = None)),
            server,
            SilenceCause::NoChannel,
        ),
        (
            "a third-party user with an old codec",
            Box::new(|pair| {
                alices(pair, |client| (client.voice_ms_ago, client.other_codec_ms_ago) = (None, Some(9)));
            }),
            server,
            SilenceCause::VoiceRefused,
        ),
        (
            "a third-party user that floods",
            Box::new(|pair| alices(pair, |client| client.too_many_ms_ago = Some(9))),
            server,
            SilenceCause::VoiceRefused,
        ),
        (
            "a third-party user that the operator has muted",
            Box::new(|pair| {
                alices(pair, |_| {});
                pair.server.sessions[0].players[0].server_muted = Some(String::new());
            }),
            server,
            SilenceCause::MutedByServer,
        ),
    ]
}

/// Bob uses another application.
pub(super) fn third_party_listeners() -> Vec<Row> {
    let without_bob: &[&str] = &["s", "as"];
    vec![
        (
            "a third-party user that has deafened itself",
            Box::new(|pair| bobs(pair, |client| client.self_deaf = true)),
            without_bob,
            SilenceCause::Deafened,
        ),
        (
            "a third-party user in another channel",
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

fn alices(pair: &mut Pair, change: impl FnOnce(&mut ThirdPartyRow)) {
    pair.says_nothing();
    let alice = &mut pair.server.sessions[0].players[0];
    alice.is_followed = false;
    let talking =
        ThirdPartyRow { room: Some("lobby".into()), voice_ms_ago: Some(10), ..ThirdPartyRow::default() };
    change(alice.third_party.insert(talking));
}

fn bobs(pair: &mut Pair, change: impl FnOnce(&mut ThirdPartyRow)) {
    let listening = ThirdPartyRow { room: Some("lobby".into()), ..ThirdPartyRow::default() };
    change(pair.server.sessions[0].players[1].third_party.insert(listening));
}
