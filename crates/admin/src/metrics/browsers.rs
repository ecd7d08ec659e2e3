//! What goes between pages in browsers and their players.

use consonance_transport::{PageDrops, PageStatistics};

use super::exposition::Exposition;
use super::families::{BROWSER_DROPPED, BROWSER_MESSAGES, BROWSER_OFFERS, BROWSER_REPACKED, BROWSER_VOICE};
use super::observation::Observation;

pub(super) fn write(out: &mut Exposition, observation: &Observation) {
    let counted = observation.networks.iter().filter_map(|numbers| numbers.pages);
    let pages = counted.fold(PageStatistics::default(), |sum, pages| sum.with(&pages));
    let PageStatistics { dropped, .. } = pages;
    let mut offers = out.family(&BROWSER_OFFERS);
    offers.sample(&["taken"], pages.offers_taken);
    offers.sample(&["refused"], pages.offers_refused);
    let mut voice = out.family(&BROWSER_VOICE);
    voice.sample(&["received"], pages.voice_received);
    voice.sample(&["missing"], pages.voice_missing);
    voice.sample(&["sent"], pages.voice_sent);
    out.single(&BROWSER_REPACKED, pages.voice_repacked);
    let mut messages = out.family(&BROWSER_MESSAGES);
    messages.sample(&["received"], pages.messages_received);
    messages.sample(&["sent"], pages.messages_sent);
    let mut drops = out.family(&BROWSER_DROPPED);
    for (what, reason, number) in voice_drops(&dropped).into_iter().chain(other_drops(&dropped)) {
        drops.sample(&[what, reason], number);
    }
}

/// What, why, and how many.
type Drop = (&'static str, &'static str, u64);

fn voice_drops(dropped: &PageDrops) -> [Drop; 12] {
    [
        ("voice", "without_channel", dropped.voice_without_channel),
        ("voice", "too_many", dropped.voice_too_many),
        ("voice", "too_long", dropped.voice_too_long),
        ("voice", "incomplete", dropped.voice_incomplete),
        ("voice", "malformed", dropped.voice_malformed),
        ("voice", "too_late", dropped.voice_too_late),
        ("voice", "unsent", dropped.voice_unsent),
        ("frame", "without_slot", dropped.frames_without_slot),
        ("frame", "beyond_capacity", dropped.frames_beyond_capacity),
        ("frame", "ignored", dropped.frames_ignored),
        ("frame", "foreign", dropped.frames_foreign),
        ("frame", "too_late", dropped.frames_too_late),
    ]
}

fn other_drops(dropped: &PageDrops) -> [Drop; 13] {
    [
        ("message", "malformed", dropped.messages_malformed),
        ("message", "unknown", dropped.messages_unknown),
        ("message", "too_many", dropped.messages_too_many),
        ("message", "refused", dropped.messages_refused),
        ("datagram", "stray", dropped.datagrams_stray),
        ("datagram", "too_many", dropped.datagrams_too_many),
        ("datagram", "waiting", dropped.datagrams_waiting),
        ("datagram", "unsent", dropped.datagrams_unsent),
        ("datagram", "unsent_over_tcp", dropped.tcp_unsent),
        ("connection", "stray", dropped.connections_stray),
        ("connection", "too_many", dropped.connections_too_many),
        ("content", "too_many", dropped.flooded),
        ("content", "malformed", dropped.malformed),
    ]
}
