//! Direct links between players: coming up, carrying packets, ending, and no effect on anything else.

use std::time::Instant;

use super::DirectNetwork;
use super::crowd::{TO_QUICK, TO_SLOW_FOR_EACH_TO_QUICK};
use super::direct_fixture::End;
use super::fixture::{Fixture, Saw};
use super::packets::{number_of, packet_of, with_delivery};
use crate::{ClientNetwork as _, Delivery, DisconnectReason, PacketLimits, Peer, ServerNetwork as _};

/// Both ends report each link once, under a name of its own, and the links to the server are not affected.
pub fn a_direct_link_comes_up_at_both_ends<N: DirectNetwork>(network: &mut N) {
    let (mut fixture, [alice, bob]) = Fixture::with_direct_link(network);
    let carol = fixture.connect_client(network).0;
    let [second, to_alice] = fixture.connect_directly(network, alice.client, carol);
    assert!(second.peer > alice.peer, "{:?} came after {:?}", second.peer, alice.peer);
    fixture.drive_idle();
    for end in [alice, bob, second, to_alice] {
        assert!(end.peer.0 < 1 << 48, "{:?} needs more than 48 bits", end.peer);
        assert_eq!(fixture.end_saw(end), [Saw::Connected]);
    }
    for client in [alice.client, bob.client, carol] {
        assert_eq!(fixture.client_saw(client), [Saw::Connected], "this is the link to the server");
    }
}

/// Each packet arrives with the delivery it was sent with, empty packets included, and is not mistaken for one of the
/// server.
pub fn direct_packets_of_both_deliveries_go_both_ways<N: DirectNetwork>(network: &mut N) {
    let (mut fixture, [alice, bob]) = Fixture::with_direct_link(network);
    let packets: &[&[u8]] = if N::CARRIES_EMPTY_PACKETS { &[b"words", b""] } else { &[b"words"] };
    for delivery in [Delivery::Reliable, Delivery::Unreliable] {
        for &packet in packets {
            for (from, to) in [(alice, bob), (bob, alice)] {
                fixture.send_directly(from, delivery, packet);
                fixture.drive_until("the other player receives", |fixture| {
                    fixture.received(to, delivery, packet)
                });
            }
        }
    }
    for end in [alice, bob] {
        let statistics = fixture.client(end.client).statistics();
        let expected = (packets.len() as u64, 5);
        assert_eq!((statistics.sent.reliable.packets, statistics.sent.reliable.bytes), expected);
        assert_eq!(statistics.received, statistics.sent);
        assert_eq!(fixture.client_saw(end.client), [Saw::Connected], "the server sent nothing");
    }
    assert_eq!(
        fixture.server().statistics().links.received.reliable.packets,
        0,
        "the server receives nothing"
    );
}

/// A thousand packets of many sizes, both ways at once.
pub fn reliable_direct_packets_arrive_complete_and_in_order<N: DirectNetwork>(network: &mut N) {
    let (mut fixture, ends) = Fixture::with_direct_link(network);
    let largest = fixture.client(ends[0].client).limits().reliable_bytes;
    let packets: Vec<Vec<u8>> = (0..1000).map(|number: usize| packet_of(number, largest)).collect();
    for (number, packet) in packets.iter().enumerate() {
        for end in ends {
            fixture.send_directly(end, Delivery::Reliable, packet);
        }
        if number % 50 == 49 {
            fixture.drive_until("fifty more arrive at both ends", |fixture| {
                ends.iter().all(|&end| fixture.packets_over(end).len() > number)
            });
        }
    }
    for end in ends {
        assert!(fixture.packets_over(end) == packets, "a player received something else");
    }
}

/// Each is whole, whatever happens to its neighbours and to reliable packets.
pub fn unreliable_direct_packets_are_independent_of_each_other<N: DirectNetwork>(network: &mut N) {
    const ENOUGH: usize = 200;
    let (mut fixture, [alice, bob]) = Fixture::with_direct_link(network);
    let largest = fixture.client(alice.client).limits().unreliable_bytes;
    let mut sent = 0;
    fixture.drive_sending("many arrive", |fixture| {
        for _ in 0..10 {
            fixture.send_directly(alice, Delivery::Unreliable, &packet_of(sent, largest));
            fixture.send_directly(alice, Delivery::Reliable, &packet_of(sent, 100));
            sent += 1;
        }
        with_delivery(fixture.end_saw(bob), Delivery::Unreliable).len() >= ENOUGH
    });
    let controls = with_delivery(fixture.end_saw(bob), Delivery::Reliable);
    assert!(controls.iter().map(|packet| number_of(packet)).eq(0..controls.len()), "control was disturbed");
    for voice in with_delivery(fixture.end_saw(bob), Delivery::Unreliable) {
        assert!(*voice == packet_of(number_of(voice), largest), "an unreliable packet was changed");
    }
}

/// The limits hold for direct links too.
pub fn the_largest_direct_packets_pass_and_larger_ones_are_dropped<N: DirectNetwork>(network: &mut N) {
    let (mut fixture, [alice, bob]) = Fixture::with_direct_link(network);
    let PacketLimits { reliable_bytes, unreliable_bytes } = fixture.client(alice.client).limits();
    for (delivery, bytes) in [(Delivery::Reliable, reliable_bytes), (Delivery::Unreliable, unreliable_bytes)]
    {
        let largest = vec![0x5a; bytes];
        fixture.send_directly(alice, delivery, &vec![0x5a; bytes + 1]);
        fixture.drive_sending("the other player receives", |fixture| {
            if delivery == Delivery::Unreliable || fixture.packets_over(bob).is_empty() {
                fixture.send_directly(alice, delivery, &largest);
            }
            fixture.received(bob, delivery, &largest)
        });
    }
    assert!(
        fixture.packets_over(bob).iter().all(|packet| packet.len() <= reliable_bytes.max(unreliable_bytes))
    );
    assert_eq!(fixture.client(alice.client).statistics().dropped.too_large, 2);
}

/// Over links that are gone, that we ended, or that never existed.
pub fn direct_packets_without_a_link_are_dropped_and_counted<N: DirectNetwork>(network: &mut N) {
    let (mut fixture, [alice, bob]) = Fixture::with_direct_link(network);
    let dropped = |fixture: &mut Fixture<N>| fixture.client(alice.client).statistics().dropped.not_connected;
    fixture.send_to_many(alice.client, &[Peer(alice.peer.0 + 1000)], Delivery::Reliable, b"ping");
    assert_eq!(dropped(&mut fixture), 1);
    fixture.disconnect_directly(alice);
    fixture.send_directly(alice, Delivery::Unreliable, b"late");
    assert_eq!(dropped(&mut fixture), 2);
    fixture.drive_until("both players report it", |fixture| fixture.both_ended([alice, bob]));
    fixture.send_directly(alice, Delivery::Reliable, b"too late");
    assert_eq!(dropped(&mut fixture), 3);
    fixture.drive_idle();
    assert!(fixture.packets_over(bob).is_empty());
}

/// Players may share a process, and even a thread: neither receives anything before its next poll.
pub fn a_direct_packet_waits_for_the_next_poll_of_its_receiver<N: DirectNetwork>(network: &mut N) {
    let (mut fixture, [alice, bob]) = Fixture::with_direct_link(network);
    fixture.set_polled(bob.client, false);
    fixture.send_directly(alice, Delivery::Reliable, b"question");
    fixture.drive_idle();
    assert_eq!(
        fixture.client(bob.client).statistics().received.reliable.packets,
        0,
        "the player did not ask"
    );
    fixture.set_polled(bob.client, true);
    fixture.drive_until("it hears it", |fixture| fixture.received(bob, Delivery::Reliable, b"question"));
}

/// One call sends to all given players and no others, and each packet is identified by the link that it came over.
pub fn one_direct_packet_reaches_the_given_players_only<N: DirectNetwork>(network: &mut N) {
    let mut fixture = Fixture::new(network);
    let speaker = fixture.connect_client(network).0;
    let links: Vec<[End; 2]> = (0..20)
        .map(|_| {
            let listener = fixture.connect_client(network).0;
            fixture.connect_directly(network, speaker, listener)
        })
        .collect();
    let ([_, outsider], listeners) = links.split_first().expect("there are twenty");
    let peers: Vec<Peer> = listeners.iter().map(|[here, _]| here.peer).collect();
    fixture.send_to_many(speaker, &peers, Delivery::Reliable, b"to many");
    fixture.drive_sending("all of them receive", |fixture| {
        fixture.send_to_many(speaker, &peers, Delivery::Unreliable, b"voice");
        listeners.iter().all(|&[_, there]| {
            fixture.received(there, Delivery::Reliable, b"to many")
                && fixture.received(there, Delivery::Unreliable, b"voice")
        })
    });
    for &[here, there] in &links {
        fixture.send_directly(there, Delivery::Reliable, &packet_of(here.peer.0 as usize, 100));
    }
    fixture.drive_until("every player is heard", |fixture| {
        links.iter().all(|&[here, _]| !fixture.packets_over(here).is_empty())
    });
    for &[here, _] in &links {
        assert_eq!(fixture.packets_over(here), [packet_of(here.peer.0 as usize, 100)]);
    }
    assert_eq!(fixture.end_saw(*outsider), [Saw::Connected], "nothing was sent to it");
}

/// Ending a link in order: reliable packets sent before arrive, both ends report one end, and packets that still arrive
/// over the ended link are not reported. Everything else stays.
pub fn a_player_that_ends_a_direct_link_delivers_its_last_words<N: DirectNetwork>(network: &mut N) {
    let (mut fixture, [alice, bob]) = Fixture::with_direct_link(network);
    let carol = fixture.connect_client(network).0;
    let [to_carol, from_alice] = fixture.connect_directly(network, alice.client, carol);
    let words: Vec<Vec<u8>> = (0..50).map(|number| packet_of(number, 1000)).collect();
    for word in &words {
        fixture.send_directly(alice, Delivery::Reliable, word);
    }
    fixture.disconnect_directly(alice);
    fixture.send_directly(bob, Delivery::Reliable, b"unheard");
    fixture.drive_until("both players report it", |fixture| fixture.both_ended([alice, bob]));
    fixture.drive_idle();
    assert!(fixture.packets_over(bob) == words, "the last words did not all arrive");
    assert_eq!(fixture.end_of_direct(bob), Some(DisconnectReason::closed_by_peer(b"")));
    let only_its_end = [Saw::Connected, Saw::Disconnected(DisconnectReason::ClosedByUs)];
    assert_eq!(fixture.end_saw(alice), only_its_end, "one end, said once");
    fixture.send_directly(to_carol, Delivery::Reliable, b"still here");
    fixture.drive_until("others are still reached", |fixture| {
        fixture.received(from_alice, Delivery::Reliable, b"still here")
    });
    assert_eq!(fixture.client_end(alice.client), None, "the link to the server stays");
}

/// Whichever end is faster, each side reports one end.
pub fn when_both_players_end_a_direct_link_each_hears_of_it_once<N: DirectNetwork>(network: &mut N) {
    let (mut fixture, [alice, bob]) = Fixture::with_direct_link(network);
    fixture.disconnect_directly(alice);
    fixture.disconnect_directly(bob);
    fixture.drive_until("both players report it", |fixture| fixture.both_ended([alice, bob]));
    // The fixture itself asserts that nothing is reported after an end.
    fixture.drive_idle();
}

/// A link that is refused at once, as one too many, ends like any other.
pub fn a_direct_link_may_be_ended_as_soon_as_it_is_up<N: DirectNetwork>(network: &mut N) {
    let mut fixture = Fixture::new(network);
    let [one, other] = [(); 2].map(|()| fixture.connect_client(network).0);
    for _ in 0..3 {
        let [here, there] = fixture.connect_directly(network, one, other);
        fixture.disconnect_directly(here);
        fixture.drive_until("both players report it", |fixture| fixture.both_ended([here, there]));
    }
}

/// Dropping a client ends its direct links in order too.
pub fn a_dropped_player_is_seen_to_leave_directly<N: DirectNetwork>(network: &mut N) {
    let (mut fixture, [alice, bob]) = Fixture::with_direct_link(network);
    fixture.drop_client(alice.client);
    fixture.drive_until("the other player sees it leave", |fixture| fixture.end_of_direct(bob).is_some());
    assert_eq!(fixture.end_of_direct(bob), Some(DisconnectReason::closed_by_peer(b"")));
    assert_eq!(fixture.client_end(bob.client), None, "the link to the server stays");
}

/// A link lost without a goodbye: both ends notice, the links to the server stay, and another direct link can be made.
pub fn a_cut_direct_link_ends_at_both_ends_and_can_be_made_again<N: DirectNetwork>(network: &mut N) {
    let (mut fixture, [alice, bob]) = Fixture::with_direct_link(network);
    network.cut_directly(fixture.client(alice.client));
    fixture.drive_until("both players notice", |fixture| fixture.both_ended([alice, bob]));
    for reason in [alice, bob].into_iter().filter_map(|end| fixture.end_of_direct(end)) {
        assert!(reason.is_worth_retrying(), "no end was requested, so another attempt helps: {reason:?}");
    }
    let [again, there] = fixture.connect_directly(network, alice.client, bob.client);
    assert!(again.peer > alice.peer, "{:?} came after {:?}", again.peer, alice.peer);
    fixture.send_directly(again, Delivery::Reliable, b"back");
    fixture.drive_until("it is heard", |fixture| fixture.received(there, Delivery::Reliable, b"back"));
    for end in [alice, bob] {
        assert_eq!(fixture.client_end(end.client), None, "the link to the server stays");
    }
}

/// The link to the server ends: direct links stay, or end, as the network says.
pub fn a_direct_link_outlives_the_servers_as_the_network_says<N: DirectNetwork>(network: &mut N) {
    let (mut fixture, [alice, bob]) = Fixture::with_direct_link(network);
    fixture.client(alice.client).disconnect(Instant::now());
    fixture.drive_until("the link to the server ends", |fixture| fixture.client_end(alice.client).is_some());
    if !N::DIRECT_LINKS_OUTLIVE_THE_SERVERS {
        return fixture.drive_until("the direct link ends", |fixture| fixture.both_ended([alice, bob]));
    }
    fixture.drive_idle();
    assert_eq!((fixture.end_of_direct(alice), fixture.end_of_direct(bob)), (None, None));
    for (from, to) in [(alice, bob), (bob, alice)] {
        fixture.send_directly(from, Delivery::Reliable, b"still here");
        fixture.drive_until("they still reach each other", |fixture| {
            fixture.received(to, Delivery::Reliable, b"still here")
        });
    }
    fixture.client(alice.client).connect(Instant::now());
    fixture.next_peer();
    fixture.drive_until("it is connected again", |fixture| {
        fixture.client_saw(alice.client).last() == Some(&Saw::Connected)
    });
    assert_eq!((fixture.end_of_direct(alice), fixture.end_of_direct(bob)), (None, None));
}

/// A player that hangs loses old voice, then, when even reliable packets cannot be kept, its direct link; the other
/// links of its peers are not affected.
pub fn a_player_that_does_not_read_loses_only_its_direct_link<N: DirectNetwork>(network: &mut N) {
    const PACKETS_MAX: usize = 1_000_000;
    let (mut fixture, [to_slow, slow]) = Fixture::with_direct_link(network);
    let quick = fixture.connect_client(network).0;
    let [to_quick, quick] = fixture.connect_directly(network, to_slow.client, quick);
    fixture.set_polled(slow.client, false);
    for number in 0..N::FLOOD {
        fixture.send_directly(to_slow, Delivery::Unreliable, &packet_of(number, 100));
        if number % 100 == 0 {
            fixture.drive_once();
        }
    }
    let peers = [to_slow.peer, to_quick.peer];
    let mut rounds = 0;
    while fixture.end_of_direct(to_slow).is_none() {
        for _ in 0..TO_QUICK {
            fixture.send_to_many(to_slow.client, &peers, Delivery::Reliable, &[0x5a; 500]);
            for _ in 1..TO_SLOW_FOR_EACH_TO_QUICK {
                fixture.send_directly(to_slow, Delivery::Reliable, &[0x5a; 500]);
            }
        }
        rounds += 1;
        fixture.drive_until("the quick one keeps up", |fixture| {
            fixture.packets_over(quick).len() == rounds * TO_QUICK
        });
        let waiting = rounds * TO_QUICK * TO_SLOW_FOR_EACH_TO_QUICK;
        assert!(waiting < PACKETS_MAX, "{waiting} packets wait for a player that does not read");
    }
    assert!(matches!(fixture.end_of_direct(to_slow), Some(DisconnectReason::Overloaded { .. })));
    fixture.set_polled(slow.client, true);
    fixture.drive_until("the slow one learns it", |fixture| fixture.end_of_direct(slow).is_some());
    let kept = with_delivery(fixture.end_saw(slow), Delivery::Unreliable).len();
    assert!(kept < N::FLOOD / 2, "{kept} of {} packets of old voice were kept", N::FLOOD);
    assert_eq!((fixture.end_of_direct(to_quick), fixture.client_end(to_slow.client)), (None, None));
}
