//! When channels begin and end, without a server.

use consonance_wire::{ChannelBits, List, SessionId, VoiceChannel, VoiceOptions};

use super::*;

const NOW: Instant = Instant::START;
const ANN: ClientId = ClientId(3);

fn room(recipient: u16) -> VoiceChannel {
    VoiceChannel { bits: ChannelBits::new(ChannelKind::Room), recipient }
}

/// The channels that a frame begins (`true`) and ends, and the number of channels over the limit.
fn hear(monitor: &mut Monitor, now: Instant, channels: &[VoiceChannel]) -> (Vec<(u16, bool)>, u64) {
    let (session, options) = (SessionId(1), VoiceOptions::new(0));
    let channels = List::from(channels);
    let voice = VoiceData { session, sender: ANN, options, sequence: 1, channels, frame: &[0; 9] };
    let mut changes = Vec::new();
    let crowded = monitor.hear(now, &voice, |(_, recipient), begun| changes.push((recipient, begun)));
    (changes, crowded)
}

#[test]
fn a_channel_begins_with_its_first_frame_and_ends_with_the_first_without_it() {
    let mut monitor = Monitor::default();
    assert_eq!(hear(&mut monitor, NOW, &[room(1), room(1), room(2)]).0, [(1, true), (2, true)]);
    assert_eq!(hear(&mut monitor, NOW, &[room(2), room(3)]).0, [(1, false), (3, true)]);
    let closing = VoiceChannel { bits: ChannelBits::new(ChannelKind::Room).with_closing(true), recipient: 2 };
    assert_eq!(hear(&mut monitor, NOW, &[closing, room(3)]).0, [(2, false)]);
    assert_eq!(monitor.any(), Some(ANN));
    assert_eq!(monitor.end(ANN).len(), 1);
    assert_eq!((monitor.any(), monitor.next_due(), monitor.end(ANN).len()), (None, None, 0));
}

#[test]
fn a_client_that_sends_nothing_for_as_long_as_listeners_wait_is_silent() {
    let mut monitor = Monitor::default();
    hear(&mut monitor, NOW, &[room(1)]);
    let later = Instant::from_millis(20);
    hear(&mut monitor, later, &[room(1)]);
    assert_eq!(monitor.next_due(), Some(later + SPEAKING_TIMEOUT));
    assert_eq!(monitor.silent(NOW + SPEAKING_TIMEOUT), None);
    assert_eq!(monitor.silent(later + SPEAKING_TIMEOUT), Some(ANN));
}

#[test]
fn channels_of_one_frame_above_the_limit_are_counted_only() {
    let mut monitor = Monitor::default();
    let channels: Vec<_> = (0..20).map(room).collect();
    let (begun, crowded) = hear(&mut monitor, NOW, &channels);
    assert_eq!((begun.len(), crowded), (CHANNELS_MAX, 4));
}
