//! Every limit of a server: only the excess is refused; it is counted, and allowed again after some time.

use core::time::Duration;

use consonance_session::{CloseReason, Limits, Offence, Rate, RoomId};
use consonance_wire::{HandshakeRequest, Packet, TextRecipient, WireStr};

use crate::behaviour::support::lone_server::LoneServer;
use crate::behaviour::support::packets::{self, CODEC};

const SECOND: Duration = Duration::from_secs(1);

fn rate(per_second: u32, burst: u32) -> Rate {
    Rate { per_second, burst }
}

/// Alice and Bob, with ids 0 and 1 over links 1 and 2.
fn two(change: impl FnOnce(&mut Limits)) -> LoneServer {
    let mut server = LoneServer::with_limits(change);
    server.join(1, "Alice", &[]);
    server.join(2, "Bob", &[]);
    server
}

fn voice_to_bob() -> Vec<u8> {
    packets::relay_unreliable(&[1], &packets::voice(0, 0, "lobby", "a"))
}

fn text_to_bob() -> Vec<u8> {
    let text = packets::text(0, TextRecipient::Player(consonance_session::ClientId(1)), "hi");
    packets::relay_reliable(&[1], &text)
}

/// The number of these packets from Alice that have an effect.
fn taken(server: &mut LoneServer, packet: &[u8], times: usize) -> usize {
    (0..times).filter(|_| !server.receive(1, packet).is_empty()).count()
}

#[test]
fn voice_over_its_rate_is_dropped_and_taken_again_later() {
    let mut server = two(|limits| limits.voice_packets = rate(2, 5));
    assert_eq!(taken(&mut server, &voice_to_bob(), 10), 5);
    assert_eq!(server.statistics().voice_limited, 5);
    server.wait(SECOND);
    assert_eq!(taken(&mut server, &voice_to_bob(), 10), 2);
}

#[test]
fn voice_has_a_rate_of_bytes_too() {
    let mut server = two(|limits| limits.voice_bytes = rate(100, 3 * voice_to_bob().len() as u32));
    assert_eq!(taken(&mut server, &voice_to_bob(), 10), 3);
    assert_eq!(server.statistics().voice_limited, 7);
    server.wait(SECOND);
    assert_eq!(taken(&mut server, &voice_to_bob(), 10), 100 / voice_to_bob().len());
}

#[test]
fn everything_but_voice_has_rates_of_its_own() {
    let mut server = two(|limits| limits.control_packets = rate(1, 5));
    // Alice's handshake and state were two of the five.
    assert_eq!(taken(&mut server, &text_to_bob(), 10), 3);
    assert_eq!(server.statistics().control_limited, 7);
    assert_eq!(taken(&mut server, &voice_to_bob(), 10), 10);
    server.wait(SECOND);
    assert_eq!(taken(&mut server, &packets::enter(0, "lobby"), 10), 1);

    let mut server = two(|limits| limits.control_bytes = rate(1, 120));
    assert_eq!(taken(&mut server, &packets::enter(0, "lobby"), 10), 4);
    assert_eq!(server.statistics().control_limited, 6);
}

#[test]
fn a_client_over_a_rate_costs_the_others_nothing() {
    let mut server = two(|limits| {
        limits.voice_packets = rate(1, 1);
        limits.control_packets = rate(1, 3);
    });
    taken(&mut server, &voice_to_bob(), 10);
    taken(&mut server, &text_to_bob(), 10);
    let of_bob = packets::relay_unreliable(&[0], &packets::voice(1, 0, "lobby", "b"));
    assert_eq!(server.receive(2, &of_bob), ["1 unreliably: VoiceData 1 #0 session 0 [lobby] b"]);
    assert_eq!(server.receive(2, &packets::enter(1, "lobby")).len(), 1);
}

#[test]
fn so_many_destinations_as_there_are_clients_may_be_sent_to_so_often() {
    let mut server = two(|limits| limits.fan_out = rate(1, 3));
    // The burst is three per client, for two clients; each relay has three destinations, whether these ids are in use
    // or not.
    let packet = packets::relay_unreliable(&[1, 1, 9], &packets::voice(0, 0, "lobby", "a"));
    assert_eq!(taken(&mut server, &packet, 10), 2);
    assert_eq!(server.statistics().fan_out_limited, 8);
    assert_eq!(taken(&mut server, &text_to_bob(), 10), 0);
    server.wait(SECOND);
    assert_eq!(taken(&mut server, &text_to_bob(), 10), 2);
}

#[test]
fn the_rate_of_voice_grows_with_the_relays_that_a_frame_to_all_takes() {
    let mut server = LoneServer::with_limits(|limits| limits.voice_packets = rate(1, 2));
    server.join(1, "Alice", &[]);
    assert_eq!(taken(&mut server, &voice_without_destinations(), 10), 0);
    assert_eq!(server.statistics().voice_limited, 8);
    for link in 2..=510 {
        server.join(link, &format!("listener {link}"), &[]);
    }
    server.wait(Duration::from_mins(1));
    assert_eq!(taken(&mut server, &voice_to_bob(), 10), 6);
}

fn voice_without_destinations() -> Vec<u8> {
    packets::relay_unreliable(&[], &packets::voice(0, 0, "lobby", "a"))
}

#[test]
fn handshakes_over_one_link_are_rare() {
    let mut server = two(|limits| limits.handshakes = rate(1, 3));
    assert_eq!(taken(&mut server, &packets::handshake("Alice"), 10), 2);
    assert_eq!(server.statistics().handshakes_limited, 8);
    assert_eq!(server.server.clients(), 2);
    server.wait(2 * SECOND);
    assert_eq!(taken(&mut server, &packets::handshake("Alice"), 10), 2);
}

#[test]
fn a_client_with_too_many_strikes_is_disconnected_and_told_why() {
    let offences = [
        (b"nonsense".to_vec(), Offence::Malformed),
        (vec![0x55; 1025], Offence::Oversized),
        (packets::enter(1, "lobby"), Offence::Spoofed),
        (packets::relay_reliable(&[1], &packets::remove(1)), Offence::Refused),
    ];
    for (packet, last) in offences {
        let mut server = two(|limits| limits.strikes = rate(1, 5));
        for _ in 0..5 {
            assert_eq!(server.receive(1, &packet), [""; 0]);
        }
        assert_eq!(server.closed(), []);
        assert_eq!(server.receive(1, &packet), ["2: RemoveClient 0"]);
        assert_eq!(server.closed(), [(1, CloseReason::Abuse { last })]);
        assert_eq!(server.statistics().abusers_closed, 1);
        assert_eq!(server.events(), ["Alice left link 1"]);
    }
}

#[test]
fn a_flood_is_a_matter_of_strikes_too() {
    let mut server = two(|limits| {
        limits.voice_packets = rate(1, 5);
        limits.strikes = rate(1, 5);
    });
    assert_eq!(taken(&mut server, &voice_to_bob(), 10), 5);
    assert_eq!(server.closed(), []);
    assert_eq!(taken(&mut server, &voice_to_bob(), 1), 1, "Bob hears that Alice is gone");
    assert_eq!(server.closed(), [(1, CloseReason::Abuse { last: Offence::TooFast })]);
}

#[test]
fn strikes_are_forgiven_with_time() {
    let mut server = two(|limits| limits.strikes = rate(1, 5));
    for _ in 0..100 {
        assert_eq!(server.receive(1, b"nonsense"), [""; 0]);
        server.wait(SECOND);
    }
    assert_eq!(server.closed(), []);
    assert_eq!(server.statistics().malformed, 100);
}

#[test]
fn what_an_honest_client_may_do_by_bad_luck_is_no_strike() {
    let mut server = two(|limits| limits.strikes = rate(0, 0));
    let late = packets::in_other_session(voice_to_bob());
    server.receive(1, &late);
    server.receive(1, &packets::remove(1));
    server.connect(3);
    server.receive(3, &voice_to_bob());
    server.receive(9, &voice_to_bob());
    let counted = server.statistics();
    assert_eq!(
        (counted.wrong_session, counted.ignored, counted.not_joined, counted.unknown_link),
        (1, 1, 1, 1)
    );
    assert_eq!(server.closed(), []);
}

#[test]
fn a_session_has_no_more_rooms_than_it_may_and_those_in_use_stay_open_to_all() {
    let mut server = two(|limits| limits.rooms = 2);
    assert_eq!(server.receive(1, &packets::enter(0, "lobby")).len(), 1);
    assert_eq!(server.receive(1, &packets::client_state(0, "Alice", &["lobby", "red"])).len(), 1);
    let refused = ["enters", "exits"].map(|verb| format!("2: DeltaChannelState 1 {verb} blue"));
    assert_eq!(server.receive(2, &packets::enter(1, "blue")), refused);
    assert_eq!(
        server.receive(2, &packets::client_state(1, "Bob", &["blue", "lobby"])),
        [
            "1: ClientState 1 Bob [lobby]",
            "2: ClientState 1 Bob [blue lobby]",
            "2: DeltaChannelState 1 exits blue"
        ]
    );
    assert_eq!(server.statistics().rooms_exhausted, 2);
    assert_eq!(server.receive(2, &packets::client_state(1, "Bob", &["lobby", "red"])).len(), 1);
    server.disconnect(1);
    server.receive(2, &packets::exit(1, "red"));
    assert_eq!(server.receive(2, &packets::enter(1, "blue")).len(), 1, "an empty room does not count");
    assert_eq!(server.closed(), []);
}

#[test]
fn a_newcomer_with_one_room_too_many_is_in_the_others_and_announced() {
    let mut server = LoneServer::with_limits(|limits| limits.rooms = 1);
    server.join(1, "Alice", &[]);
    server.connect(2);
    server.receive(2, &packets::handshake("Bob"));
    assert_eq!(
        server.receive(2, &packets::client_state(1, "Bob", &["blue", "lobby"])),
        [
            "1: ClientState 1 Bob [blue]",
            "2: ClientState 1 Bob [blue lobby]",
            "2: DeltaChannelState 1 exits lobby"
        ]
    );
    server.receive(2, &packets::client_state(1, "Bob", &["lobby"]));
    assert_eq!(
        server.server.tables().clients().nth(1).unwrap().rooms,
        ["lobby"],
        "it has given up the other one"
    );
}

#[test]
fn a_client_that_names_too_many_rooms_or_too_long_a_one_is_in_the_others() {
    let mut server = two(|limits| {
        limits.rooms_per_client = 2;
        limits.room_name_bytes = 5;
    });
    let sent = server.receive(2, &packets::client_state(1, "Bob", &["a", "a room", "b", "c"]));
    assert_eq!(
        sent,
        [
            "1: ClientState 1 Bob [a b]",
            "2: ClientState 1 Bob [a a room b c]",
            "2: DeltaChannelState 1 exits a room",
            "2: DeltaChannelState 1 exits c"
        ]
    );
    for room in ["a room", "c"] {
        let refused = ["enters", "exits"].map(|verb| format!("2: DeltaChannelState 1 {verb} {room}"));
        assert_eq!(server.receive(2, &packets::enter(1, room)), refused);
    }
    assert_eq!((server.statistics().rooms_refused, server.events().len()), (4, 2), "they are not announced");
}

#[test]
fn a_room_whose_name_no_packet_can_tell_is_refused_and_not_told() {
    let mut server = two(|limits| limits.room_name_bytes = 2000);
    let name = [0xff; 900];
    let room = Some(WireStr::from_bytes(&name));
    let (session, id) = (packets::SESSION, consonance_session::ClientId(1));
    let enters = consonance_wire::DeltaChannelState { session, joined: true, id, room };
    assert_eq!(server.receive(2, &packets::written(enters)).len(), 1);
    assert_eq!(server.server.tables().rooms().count(), 0);
}

#[test]
fn two_names_of_one_room_id_are_counted_once_while_both_are_in_use() {
    let (first, second) = packets::names_of_one_id();
    let mut server = two(|_| {});
    server.receive(1, &packets::enter(0, &first));
    server.receive(2, &packets::enter(1, &first));
    assert_eq!(server.statistics().room_collisions, 0);
    server.receive(1, &packets::enter(0, &second));
    server.receive(2, &packets::enter(1, &second));
    assert_eq!(server.statistics().room_collisions, 1);
    server.receive(1, &packets::exit(0, &second));
    server.receive(2, &packets::exit(1, &second));
    server.receive(2, &packets::enter(1, &second));
    assert_eq!(server.statistics().room_collisions, 2);
}

#[test]
fn a_codec_that_no_listener_could_play_is_refused() {
    for (frame_size_samples, sample_rate_hz) in [(0, 48_000), (48_001, 48_000), (960, 0), (960, 192_001)] {
        let mut server = LoneServer::new();
        server.connect(1);
        let mut request = HandshakeRequest { codec: CODEC, name: Some(WireStr::from("Alice")) };
        request.codec.frame_size_samples = frame_size_samples;
        request.codec.sample_rate_hz = sample_rate_hz;
        assert_eq!(server.receive(1, &packets::written(Packet::from(request))), [""; 0]);
        assert_eq!(server.closed(), [(1, CloseReason::CodecRefused)]);
        assert_eq!(server.statistics().codecs_refused, 1);
    }
}

#[test]
fn a_driver_that_sends_nothing_does_not_fill_the_memory() {
    let mut server = two(|limits| limits.outbox_bytes = 1000);
    let mut give = |link, packet: &[u8], delivery| {
        let link = consonance_session::LinkId(link);
        server.server.handle_packet(consonance_session::Instant::START, link, delivery, packet).is_some()
    };
    for _ in 0..100 {
        give(2, &packets::enter(1, "lobby"), consonance_session::Delivery::Reliable);
    }
    assert!(!give(1, &voice_to_bob(), consonance_session::Delivery::Unreliable), "lost like any other frame");
    let waiting = server.sent();
    assert!(waiting.len() < 1000 / 20, "{} packets", waiting.len());
    assert_eq!(waiting.last().unwrap(), "1: RemoveClient 1");
    assert_eq!(server.closed(), [(2, CloseReason::Overloaded)]);
    assert_eq!(server.statistics().undrained, 2);
    assert_eq!(taken(&mut server, &packets::enter(0, "lobby"), 1), 1, "what waited is gone");
}

#[test]
fn a_driver_that_asks_for_nothing_loses_the_oldest_events_and_commands() {
    let mut server = LoneServer::with_limits(|limits| {
        limits.links = 1;
        limits.events = 3;
    });
    for link in 1..=6 {
        server.connect(link);
    }
    let closed: Vec<_> = [4, 5, 6].map(|link| (link, CloseReason::SessionFull)).into();
    assert_eq!(server.closed(), closed);
    assert_eq!(server.statistics().commands_dropped, 2);
    server.receive(1, &packets::handshake("Alice"));
    server.receive(1, &packets::client_state(0, "Alice", &["a", "b", "c", "d"]));
    assert_eq!(server.events(), ["Alice entered b", "Alice entered c", "Alice entered d"]);
    assert_eq!(server.statistics().events_dropped, 2);
}

#[test]
fn of_the_events_of_a_leave_those_of_rooms_leave_space_for_the_end_of_every_client() {
    let mut server = LoneServer::with_limits(|limits| limits.events = 5);
    server.join(1, "Alice", &["a", "b", "c", "d"]);
    server.join(2, "Bob", &[]);
    server.join(3, "Carol", &[]);
    for link in 1..=3 {
        server.disconnect(link);
    }
    assert_eq!(
        server.events(),
        ["Alice exited d", "Alice exited c", "Alice left link 1", "Bob left link 2", "Carol left link 3"]
    );
    assert_eq!(server.statistics().events_dropped, 2);
}

#[test]
fn a_room_that_the_wire_cannot_tell_from_one_of_the_configuration_is_refused() {
    let (ours, theirs) = packets::names_of_one_id();
    assert_eq!(RoomId::of(&ours), RoomId::of(&theirs));
    let mut server =
        LoneServer::with_settings(|settings| settings.reserved_rooms = vec![ours.as_str().into()]);
    server.join(1, "Alice", &[]);
    let refused = ["enters", "exits"].map(|verb| format!("1: DeltaChannelState 0 {verb} {theirs}"));
    assert_eq!(server.receive(1, &packets::enter(0, &theirs)), refused);
    server.receive(1, &packets::client_state(0, "Alice", &["lobby", &theirs]));
    assert_eq!(server.statistics().rooms_reserved, 2);
    assert_eq!(server.receive(1, &packets::enter(0, &ours)).len(), 1);
    assert_eq!(server.server.tables().clients().next().unwrap().rooms, ["lobby", &ours]);
}
