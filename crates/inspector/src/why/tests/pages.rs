//! The same for players in browsers: their pages' faults, as seen by the server.

use super::super::SilenceCause;
use super::pair::Pair;
use super::table::Row;
use crate::PageRow;

/// Alice is in a browser: only the server can be asked about her.
pub(super) fn pages_of_speakers() -> Vec<Row> {
    let server: &[&str] = &["s"];
    vec![
        (
            "a page that is lost",
            Box::new(|pair| alices_page(pair, |page| page.is_connected = false)),
            server,
            SilenceCause::PageAway,
        ),
        (
            "a page without a microphone",
            Box::new(|pair| alices_page(pair, |page| page.voice_ms_ago = None)),
            server,
            SilenceCause::NoInput,
        ),
        (
            "a page whose microphone was switched off a while ago",
            Box::new(|pair| alices_page(pair, |page| page.voice_ms_ago = Some(60_000))),
            server,
            SilenceCause::NoInput,
        ),
        (
            "a page that sends silence",
            Box::new(|pair| alices_page(pair, |page| page.silent_ms_ago = Some(20))),
            server,
            SilenceCause::MicrophoneSilent,
        ),
        (
            "a page that is muted",
            Box::new(|pair| {
                alices_page(pair, |page| (page.channels, page.without_channel_ms_ago) = (0, Some(10)));
            }),
            server,
            SilenceCause::NoChannel,
        ),
        (
            "a page that floods",
            Box::new(|pair| alices_page(pair, |page| page.too_many_ms_ago = Some(1))),
            server,
            SilenceCause::VoiceRefused,
        ),
        (
            "a page whose packets have a wrong length",
            Box::new(|pair| alices_page(pair, |page| page.unusable_ms_ago = Some(10))),
            server,
            SilenceCause::VoiceRefused,
        ),
    ]
}

/// Bob is in a browser.
pub(super) fn pages_of_listeners() -> Vec<Row> {
    let without_bob: &[&str] = &["s", "as"];
    vec![
        (
            "a listener's page that is lost",
            Box::new(|pair| bobs_page(pair, |page| page.is_connected = false)),
            without_bob,
            SilenceCause::PageAway,
        ),
        (
            "a listener's page that has muted the speaker",
            Box::new(|pair| bobs_page(pair, |page| page.ignored = vec!["Alice".into()])),
            without_bob,
            SilenceCause::MutedByListener,
        ),
        (
            "a listener's page without a slot",
            Box::new(|pair| bobs_page(pair, |page| page.without_slot = vec!["Alice".into()])),
            without_bob,
            SilenceCause::Crowded,
        ),
    ]
}

fn alices_page(pair: &mut Pair, change: impl FnOnce(&mut PageRow)) {
    pair.says_nothing();
    let alice = &mut pair.server.sessions[0].players[0];
    alice.is_followed = false;
    let talking = PageRow { is_connected: true, channels: 1, voice_ms_ago: Some(10), ..PageRow::default() };
    change(alice.page.insert(talking));
}

fn bobs_page(pair: &mut Pair, change: impl FnOnce(&mut PageRow)) {
    let listening = PageRow { is_connected: true, slots: 16, ..PageRow::default() };
    change(pair.server.sessions[0].players[1].page.insert(listening));
}
