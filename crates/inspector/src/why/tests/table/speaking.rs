//! Reasons why the speaker's voice is not sent: the microphone, the key, the channels, the tokens.

use super::super::super::SilenceCause;
use super::super::pair::Pair;
use super::Row;
use crate::{
    ChannelRow, ChannelTarget, ConnectionState, DeviceSnapshot, DeviceStatus, EffectiveActivation, TokenRule,
};

pub(in super::super) fn microphones() -> Vec<Row> {
    let alone_and_together: &[&str] = &["a", "ab", "abs"];
    vec![
        (
            "is joining the session",
            Box::new(|pair| {
                pair.alice.status = ConnectionState::Connecting;
                pair.says_nothing();
            }),
            alone_and_together,
            SilenceCause::NotConnected,
        ),
        (
            "without an input",
            Box::new(|pair| {
                pair.alice.capture = None;
                pair.nothing_leaves();
            }),
            alone_and_together,
            SilenceCause::NoInput,
        ),
        (
            "without a microphone",
            Box::new(|pair| {
                pair.alice.capture.as_mut().unwrap().sound_ms_ago = None;
                pair.alice.microphone =
                    Some(DeviceSnapshot { state: DeviceStatus::Missing, ..DeviceSnapshot::default() });
            }),
            alone_and_together,
            SilenceCause::MicrophoneFailed,
        ),
        (
            "at the end of the file",
            Box::new(|pair| {
                pair.says_nothing();
                pair.alice.capture.as_mut().unwrap().has_ended = true;
            }),
            alone_and_together,
            SilenceCause::InputEnded,
        ),
        (
            "with a silent microphone",
            Box::new(|pair| {
                pair.says_nothing();
                pair.alice.capture.as_mut().unwrap().sound_ms_ago = None;
            }),
            alone_and_together,
            SilenceCause::MicrophoneSilent,
        ),
        (
            "muted",
            Box::new(|pair| {
                pair.says_nothing();
                pair.alice.muted = true;
            }),
            alone_and_together,
            SilenceCause::SelfMuted,
        ),
        (
            "muted by the server's operator",
            Box::new(|pair| {
                pair.says_nothing();
                pair.alice.server_muted = Some("too loud".into());
                pair.server.sessions[0].players[0].server_muted = Some(String::new());
            }),
            &["a", "s", "ab", "bs", "abs"],
            SilenceCause::MutedByServer,
        ),
    ]
}

pub(in super::super) fn gates() -> Vec<Row> {
    let alone_and_together: &[&str] = &["a", "ab", "abs"];
    vec![
        (
            "without the key",
            Box::new(|pair| {
                pair.says_nothing();
                pair.alice.capture.as_mut().unwrap().activation = EffectiveActivation::PushToTalk;
            }),
            alone_and_together,
            SilenceCause::KeyNotHeld,
        ),
        (
            "without a word, where each channel decides for itself",
            Box::new(|pair| {
                pair.says_nothing();
                pair.alice.capture.as_mut().unwrap().activation = EffectiveActivation::Other;
            }),
            alone_and_together,
            SilenceCause::NoSpeech,
        ),
        ("without a word", Box::new(Pair::says_nothing), alone_and_together, SilenceCause::NoSpeech),
        (
            "without a channel",
            Box::new(|pair| {
                pair.alice.channels.clear();
                pair.nothing_leaves();
            }),
            alone_and_together,
            SilenceCause::NoChannel,
        ),
        (
            "with a closed channel",
            Box::new(|pair| {
                pair.alice.channels[0].is_closed_by = Some("outside of its zone".into());
                pair.nothing_leaves();
            }),
            alone_and_together,
            SilenceCause::ChannelClosed,
        ),
        (
            "with a closed channel to the listener, and an open one to others",
            Box::new(|pair| {
                pair.alice.channels[0].is_closed_by = Some("its trigger has shut it".into());
                let attic = ChannelTarget::Room("attic".into());
                pair.alice.channels.push(ChannelRow { target: attic, ..ChannelRow::default() });
                pair.nothing_arrives();
            }),
            alone_and_together,
            SilenceCause::ChannelClosed,
        ),
    ]
}

pub(in super::super) fn tokens() -> Vec<Row> {
    let rule = |is_speaking| {
        let target = ChannelTarget::Room("lobby".into());
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
            SilenceCause::TokenMissing,
        ),
        (
            "without a token for the channel to the listener",
            Box::new(move |pair| {
                pair.alice.channels[0].target = ChannelTarget::Room("attic".into());
                pair.alice.token_rules.push(rule(true));
                pair.nothing_leaves();
            }),
            &["a", "ab", "abs"],
            SilenceCause::TokenMissing,
        ),
        (
            "without a token for what the listener would hear",
            Box::new(move |pair| {
                pair.is_expelled();
                pair.bob.token_rules.push(rule(false));
            }),
            &["b", "ab", "bs", "abs"],
            SilenceCause::TokenMissing,
        ),
    ]
}
