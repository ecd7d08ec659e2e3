//! The packets that each client is sent, and their counters, without a server.

use consonance_wire::{
    ChannelBits, ChannelKind, CodecId, CodecParameters, List, RoomId, VoiceChannel, VoiceData, VoiceOptions,
    WireStr,
};

use super::*;

const NOW: Instant = Instant::START;
const SESSION: SessionId = SessionId(7);

/// Clients 0, 1 and 2 on links 10, 11 and 12.
fn outbound() -> Outbound {
    let mut outbound = Outbound::new();
    (0..3).for_each(|id| outbound.insert(ClientId(id), LinkId(u64::from(id) + 10)));
    outbound
}

fn voice_to(room: RoomId) -> Vec<u8> {
    let channels = [VoiceChannel { bits: ChannelBits::new(ChannelKind::Room), recipient: room.0 }];
    let (options, channels) = (VoiceOptions::new(0), List::from(&channels));
    let (session, sender) = (SESSION, ClientId(0));
    let voice = VoiceData { session, sender, options, sequence: 1, channels, frame: &[0; 9] };
    let mut buffer = [0; 64];
    let length = Packet::from(voice).write(&mut buffer).unwrap();
    buffer[..length].to_vec()
}

fn links_of(transmit: Option<Transmit<'_>>) -> Vec<u64> {
    transmit.map_or(Vec::new(), |transmit| transmit.to.iter().map(|link| link.0).collect())
}

#[test]
fn a_frame_goes_once_to_each_client_that_is_reached_and_not_left_out() {
    let mut outbound = outbound();
    let frame = voice_to(RoomId(5));
    outbound.begin_frame(&[ClientId(2)]);
    outbound.leave_out(ClientId(0));
    outbound.add([0, 1, 1, 2, 9].map(ClientId).into_iter(), frame.len(), false);
    outbound.end_frame(NOW, &frame);
    assert_eq!(links_of(outbound.frame(&frame)), [11]);
    let once = Total { packets: 1, bytes: frame.len() as u64 };
    assert_eq!((outbound.sent_to(ClientId(1)), outbound.sent().total(NOW).packets), (once, 1));
    assert!(!outbound.take_did_relay(), "the caller has the frame");
}

#[test]
fn a_frame_without_listeners_was_relayed_only_if_it_is_always_sent() {
    let mut outbound = outbound();
    for (room, was_relayed) in [(RoomId(5), false), (RoomId::ALWAYS_SEND, true)] {
        outbound.begin_frame(&[]);
        assert_eq!(outbound.frame(&voice_to(room)), None);
        assert_eq!((outbound.take_did_relay(), outbound.take_did_relay()), (was_relayed, false));
    }
}

#[test]
fn a_queued_frame_stands_behind_what_waits_already() {
    let mut outbound = outbound();
    outbound.send(NOW, LinkId(11), Delivery::Reliable, b"first");
    outbound.begin_frame(&[]);
    outbound.add([ClientId(1)].into_iter(), 6, false);
    outbound.queue_frame(b"second");
    let next = |outbound: &mut Outbound| outbound.pop().map(|transmit| transmit.payload.to_vec());
    assert_eq!(next(&mut outbound).as_deref(), Some(&b"first"[..]));
    assert_eq!(next(&mut outbound).as_deref(), Some(&b"second"[..]));
    assert!(next(&mut outbound).is_none() && outbound.take_did_relay());
}

#[test]
fn a_packet_to_all_skips_clients_that_are_not_reached() {
    let mut outbound = outbound();
    let before = outbound.remove(ClientId(1));
    assert_eq!((before, outbound.link_of(ClientId(1))), (Total::default(), None));
    outbound.send_to_all(NOW, [2, 1, 0].map(ClientId).into_iter(), b"packet");
    assert_eq!(links_of(outbound.pop()), [12, 10]);
    let sent = outbound.sent().total(NOW);
    assert_eq!((sent.packets, sent.bytes), (2, 12));
    assert_eq!(outbound.remove(ClientId(0)), Total { packets: 1, bytes: 6 });
}

#[test]
fn a_state_that_fits_no_packet_is_sent_in_several_and_all_are_counted() {
    let mut outbound = outbound();
    let codec = CodecParameters { kind: CodecId::OPUS, frame_size_samples: 960, sample_rate_hz: 48_000 };
    let client = RosterEntry { name: Some(WireStr::from("Ann")), id: ClientId(1), codec };
    let mut rooms = RoomList::default();
    for number in 0..9 {
        rooms.insert(&alloc::format!("{number}{}", "x".repeat(90)));
    }
    let total = outbound.send_state(LinkId(10), SESSION, &client, &rooms, 256);
    outbound.count_states(NOW, ClientId(0), total);
    let mut sent = Total::default();
    while let Some(transmit) = outbound.pop() {
        assert!(transmit.payload.len() <= 256 && transmit.to == [LinkId(10)]);
        sent.add(1, transmit.payload.len() as u64);
    }
    assert!(total == sent && total.packets > 1, "{total:?} and {sent:?}");
    assert_eq!(outbound.sent_to(ClientId(0)), total);
}
