//! Originals from 9.0.0 to 9.0.4 with more than 255 listeners: the count byte of their relays is wrapped.

use core::time::Duration;

use consonance_session::{Delivery, Instant, LinkId};

use crate::behaviour::support::lone_server::LoneServer;
use crate::behaviour::support::packets;

const FRAME_TIME: Duration = Duration::from_millis(20);

/// A speaker with id 0 over link 1, and this number of listeners with the next ids and links.
fn session_with_listeners(count: u16) -> (LoneServer, Vec<u16>) {
    let mut server = LoneServer::new();
    server.join(1, "speaker", &[]);
    for id in 1..=count {
        server.join(u64::from(id) + 1, &format!("listener {id}"), &["lobby"]);
    }
    (server, (1..=count).collect())
}

#[test]
fn a_minute_of_voice_to_290_listeners_reaches_all_of_them_once_and_is_no_abuse() {
    let (mut server, listeners) = session_with_listeners(290);
    let before = server.statistics();
    let everyone: Vec<_> = (2..=291).map(LinkId).collect();
    for sequence in 0..3000_u16 {
        let now = Instant::START + FRAME_TIME * u32::from(sequence);
        let voice = packets::voice(0, sequence, "lobby", &"x".repeat(80));
        let packet = packets::relay_with_wrapped_count(&listeners, &voice);
        let transmit = server.server.handle_packet(now, LinkId(1), Delivery::Unreliable, &packet);
        let transmit = transmit.expect("each frame is relayed");
        assert_eq!((transmit.to, transmit.payload), (&*everyone, &*voice));
    }
    let after = server.statistics();
    assert_eq!(after.frames_relayed - before.frames_relayed, 3000);
    assert_eq!(after.frames_out - before.frames_out, 3000 * 290);
    let counted = |statistics: &consonance_session::ServerStatistics| {
        [
            statistics.malformed,
            statistics.oversized,
            statistics.spoofed,
            statistics.inner_refused,
            statistics.voice_limited,
            statistics.fan_out_limited,
            statistics.abusers_closed,
        ]
    };
    assert_eq!(counted(&after), [0; 7]);
    let speaker = server.server.tables().links().find(|row| row.link == LinkId(1));
    assert_eq!(speaker.map(|row| row.faults), Some(0));
}

#[test]
fn as_many_destinations_as_fit_a_packet_of_an_original_are_all_reached() {
    let (mut server, listeners) = session_with_listeners(497);
    let voice = packets::voice(0, 0, "lobby", "");
    let packet = packets::relay_with_wrapped_count(&listeners, &voice);
    assert_eq!(packet.len(), 1024);
    assert!(server.relays(1, &packet));
    assert_eq!(server.statistics().frames_out, 497);
}

#[test]
fn destinations_beyond_the_count_byte_are_charged_to_the_fan_out_budget() {
    let mut server = LoneServer::with_limits(|limits| {
        limits.fan_out = consonance_session::Rate { per_second: 1, burst: 10 };
    });
    server.join(1, "speaker", &[]);
    server.join(2, "listener", &[]);
    let voice = packets::voice(0, 0, "lobby", "a");
    // The burst allows 20 destinations, ten for each of two clients; the count byte is 1.
    let packet = packets::relay_with_wrapped_count(&[1; 257], &voice);
    assert!(!server.relays(1, &packet));
    assert_eq!((server.statistics().fan_out_limited, server.statistics().frames_out), (1, 0));
}

#[test]
fn a_wrapped_relay_that_fits_no_count_is_malformed_and_closes_the_link_after_its_strikes() {
    let (mut server, mut listeners) = session_with_listeners(290);
    // Where the list ends by the count byte, the length field does not match the packet.
    listeners[34] = 60_000;
    let voice = packets::voice(0, 0, "lobby", "a");
    let mut packet = packets::relay_with_wrapped_count(&listeners, &voice);
    packet.pop();
    for _ in 0..300 {
        assert!(!server.relays(1, &packet));
    }
    assert_eq!((server.statistics().malformed, server.statistics().abusers_closed), (300, 0));
    server.relays(1, &packet);
    assert_eq!((server.statistics().malformed, server.statistics().abusers_closed), (301, 1));
}

#[test]
fn a_wrapped_relay_in_the_name_of_another_player_is_refused() {
    let (mut server, listeners) = session_with_listeners(290);
    let voice = packets::voice(7, 0, "lobby", "a");
    assert!(!server.relays(1, &packets::relay_with_wrapped_count(&listeners, &voice)));
    assert_eq!((server.statistics().spoofed, server.statistics().frames_out), (1, 0));
}
