//! Rules for every generation, on simulated time: over a perfect network, and over one that loses one datagram in five.

use std::time::Duration;

use consonance_game_networks::kcp::{
    Generation, Greeting, KcpClient, KcpClientSettings, KcpServer, KcpServerSettings, LearnedGenerations,
    RELIABLE_CHANNEL, UNRELIABLE_CHANNEL,
};
use consonance_link::gateway::MessageChannel;
use consonance_link::gateway::udp::rig::{LinkConditions, Saw};
use consonance_link::{ClientNetwork as _, Delivery, DisconnectReason, Peer, ServerNetwork as _};

use crate::kcp::support::{KcpRig, client, messages, rig};

/// Checks a rule for each generation over a perfect network, and over a poor one with several seeds.
fn everywhere(mut rule: impl FnMut(KcpRig, Generation, LinkConditions)) {
    for generation in Generation::ALL {
        rule(rig(LinkConditions::PERFECT, 0), generation, LinkConditions::PERFECT);
        for seed in 1..=5 {
            rule(rig(LinkConditions::POOR, seed), generation, LinkConditions::POOR);
        }
    }
}

#[test]
fn a_client_connects_and_says_its_generation() {
    everywhere(|mut rig, generation, _| {
        let (number, peer) = rig.connect_client(client(generation), &[]);
        assert_eq!(rig.client_saw(number), [Saw::Connected(Vec::new())]);
        let mut said = Vec::new();
        match generation {
            Generation::G3 | Generation::G4 => Greeting::G3OrG4(peer).write(&mut said),
            known => Greeting::Of(known).write(&mut said),
        }
        assert_eq!(rig.saw_of(peer), [&Saw::Connected(said)]);
    });
}

#[test]
fn reliable_messages_of_all_sizes_arrive_complete_and_in_order_both_ways() {
    everywhere(|mut rig, generation, conditions| {
        let (number, peer) = rig.connect_client(client(generation), &[]);
        let largest = if conditions == LinkConditions::PERFECT {
            generation.message_bytes_max(Delivery::Reliable)
        } else {
            20_000
        };
        let sizes = [1, 1000, 1170, 1171, 1175, 1176, 5000, largest, 2];
        let sent: Vec<Vec<u8>> = sizes.iter().map(|&size| vec![size as u8; size]).collect();
        let now = rig.now();
        for message in &sent {
            rig.client(number).endpoint.send(now, RELIABLE_CHANNEL, message);
            rig.server.send(now, &[peer], RELIABLE_CHANNEL, message);
        }
        rig.run_until("all arrive", |rig| {
            messages(rig.client_saw(number), RELIABLE_CHANNEL).len() == sent.len()
                && messages(rig.saw_of(peer), RELIABLE_CHANNEL).len() == sent.len()
        });
        assert!(messages(rig.client_saw(number), RELIABLE_CHANNEL) == sent, "{generation:?}");
        assert!(messages(rig.saw_of(peer), RELIABLE_CHANNEL) == sent, "{generation:?}");
    });
}

#[test]
fn unreliable_messages_arrive_whole_and_at_once_or_not_at_all() {
    everywhere(|mut rig, generation, conditions| {
        let (number, peer) = rig.connect_client(client(generation), &[]);
        let largest = generation.message_bytes_max(Delivery::Unreliable);
        let voice: Vec<Vec<u8>> =
            (0..100).map(|number| vec![number; largest - usize::from(number)]).collect();
        for message in &voice {
            let now = rig.now();
            rig.client(number).endpoint.send(now, UNRELIABLE_CHANNEL, message);
            rig.server.send(now, &[peer], UNRELIABLE_CHANNEL, message);
            rig.run_for(Duration::from_millis(20));
        }
        rig.run_for(conditions.delay + conditions.jitter);
        for heard in [
            messages(rig.client_saw(number), UNRELIABLE_CHANNEL),
            messages(rig.saw_of(peer), UNRELIABLE_CHANNEL),
        ] {
            assert!(heard.iter().all(|message| voice.iter().any(|sent| sent == message)), "{generation:?}");
            // The server sends nothing unreliable until it knows whether the client speaks G3 or G4.
            let least = if conditions == LinkConditions::PERFECT { 95 } else { 60 };
            assert!(heard.len() >= least, "{} of 100 in {generation:?}", heard.len());
        }
    });
}

#[test]
fn what_is_too_large_or_empty_is_dropped_and_counted() {
    for generation in Generation::ALL {
        let mut rig = rig(LinkConditions::PERFECT, 1);
        let (number, peer) = rig.connect_client(client(generation), &[]);
        let (now, seat) = (rig.now(), rig.client(number));
        for delivery in [Delivery::Reliable, Delivery::Unreliable] {
            let channel = seat.endpoint.voice_channels().channel_for(delivery);
            let too_large = vec![0; seat.endpoint.message_bytes_max(channel) + 1];
            seat.endpoint.send(now, channel, &too_large);
            seat.endpoint.send(now, channel, b"");
        }
        assert_eq!(seat.endpoint.statistics().dropped.too_large, 4);
        rig.run_for(Duration::from_secs(1));
        assert_eq!(rig.saw_of(peer).len(), 1, "only that it connected");
    }
}

#[test]
fn either_side_ends_a_connection_after_its_last_words() {
    everywhere(|mut rig, generation, conditions| {
        let (leaving, left) = rig.connect_client(client(generation), &[]);
        let (kicked, kicked_peer) = rig.connect_client(client(generation), &[]);
        let words = vec![7; 5000];
        // Waits until the addresses are proved: a lost acknowledgement delays that until a later ping.
        rig.run_for(Duration::from_secs(4));
        let now = rig.now();
        rig.client(leaving).endpoint.send(now, RELIABLE_CHANNEL, &words);
        rig.client(leaving).endpoint.disconnect(now);
        rig.server.send(now, &[kicked_peer], RELIABLE_CHANNEL, &words);
        rig.server.disconnect(now, kicked_peer, "");
        let is_end = |saw: &Saw| matches!(saw, Saw::Disconnected(_));
        rig.run_until("all four ends are told", |rig| {
            [leaving, kicked].iter().all(|&number| rig.client_saw(number).iter().any(is_end))
                && [left, kicked_peer].iter().all(|&peer| rig.saw_of(peer).into_iter().any(is_end))
        });
        assert_eq!(messages(rig.saw_of(left), RELIABLE_CHANNEL), [words.as_slice()]);
        assert_eq!(messages(rig.client_saw(kicked), RELIABLE_CHANNEL), [words.as_slice()]);
        let ours = Saw::Disconnected(DisconnectReason::ClosedByUs);
        assert_eq!(rig.client_saw(leaving).last(), Some(&ours));
        assert_eq!(rig.saw_of(kicked_peer).last(), Some(&&ours));
        if conditions == LinkConditions::PERFECT {
            let theirs = Saw::Disconnected(DisconnectReason::closed_by_peer(b""));
            assert_eq!(rig.client_saw(kicked).last(), Some(&theirs));
            assert_eq!(rig.saw_of(left).last(), Some(&&theirs));
        }
    });
}

#[test]
fn a_refused_client_never_connects() {
    everywhere(|mut rig, generation, _| {
        rig.refuses = true;
        let number = rig.add_client(client(generation), &[]);
        rig.run_until("it is told", |rig| !rig.client_saw(number).is_empty());
        assert_eq!(rig.client_saw(number), [Saw::Disconnected(DisconnectReason::refused(b""))]);
        assert_eq!(rig.server.statistics().connections.connected, 0);
    });
}

#[test]
fn silence_ends_a_connection_at_both_ends_after_its_time_and_pings_prevent_it() {
    everywhere(|mut rig, generation, conditions| {
        let (number, peer) = rig.connect_client(client(generation), &[]);
        rig.run_for(Duration::from_mins(1));
        assert_eq!((rig.client_saw(number).len(), rig.saw_of(peer).len()), (1, 1), "both are there");
        rig.client(number).is_cut = true;
        rig.run_for(Duration::from_millis(8500));
        assert_eq!((rig.client_saw(number).len(), rig.saw_of(peer).len()), (1, 1), "both still wait");
        rig.run_for(Duration::from_millis(1500) + conditions.delay + conditions.jitter);
        let timed_out = Saw::Disconnected(DisconnectReason::TimedOut);
        assert_eq!(rig.client_saw(number).last(), Some(&timed_out));
        assert_eq!(rig.saw_of(peer).last(), Some(&&timed_out));
    });
}

/// Stock peers take packets in flight from the old connection for part of the new one, so this holds only if there are
/// none. Without cookies, packets of the new client also count as packets of the old one, which then is not silent.
#[test]
fn a_client_that_restarts_at_its_address_is_taken_in_once_the_old_one_is_silent() {
    for generation in [Generation::G2, Generation::G3, Generation::G4] {
        let mut rig = rig(LinkConditions::PERFECT, 1);
        let (number, first) = rig.connect_client(client(generation), &[]);
        rig.run_for(Duration::from_millis(100));
        rig.client(number).is_cut = true;
        rig.run_for(Duration::from_millis(1500));
        let now = rig.now();
        let seat = rig.client(number);
        seat.is_cut = false;
        seat.endpoint = client(generation);
        seat.endpoint.connect(now);
        rig.run_until("it is connected again", |rig| {
            matches!(rig.client_saw(number), [Saw::Connected(_), Saw::Connected(_)])
        });
        let took = rig.now() - now;
        assert!(took >= Duration::from_millis(400), "the old one was not silent yet: {took:?}");
        assert_eq!(rig.saw_of(first).last(), Some(&&Saw::Disconnected(DisconnectReason::TimedOut)));
        let again = rig.server_saw.last().unwrap().0;
        let now = rig.now();
        rig.client(number).endpoint.send(now, RELIABLE_CHANNEL, b"back");
        rig.run_until("it is heard", |rig| messages(rig.saw_of(again), RELIABLE_CHANNEL) == [b"back"]);
    }
}

#[test]
fn a_client_that_does_not_take_reliable_messages_is_disconnected_as_too_slow() {
    for generation in Generation::ALL {
        let mut rig = rig(LinkConditions::PERFECT, 1);
        let (number, peer) = rig.connect_client(client(generation), &[]);
        rig.client(number).is_cut = true;
        let now = rig.now();
        for _ in 0..=10_000 {
            rig.server.send(now, &[peer], RELIABLE_CHANNEL, b"words");
        }
        rig.run_for(Duration::from_millis(1));
        let last = rig.saw_of(peer).last().copied();
        assert!(matches!(last, Some(Saw::Disconnected(DisconnectReason::Overloaded { .. }))), "{last:?}");
        assert_eq!(rig.server.statistics().connections.too_slow, 1);
    }
}

#[test]
fn a_server_that_closes_tells_all_clients_and_refuses_newcomers() {
    for generation in Generation::ALL {
        let mut rig = rig(LinkConditions::PERFECT, 1);
        let (number, _) = rig.connect_client(client(generation), &[]);
        let now = rig.now();
        rig.server.shutdown(now);
        let late = rig.add_client(client(generation), &[]);
        rig.run_for(Duration::from_secs(1));
        let closed = Saw::Disconnected(DisconnectReason::closed_by_peer(b""));
        assert_eq!(rig.client_saw(number).last(), Some(&closed));
        assert_eq!(rig.client_saw(late), [Saw::Disconnected(DisconnectReason::refused(b""))]);
        assert_eq!(rig.server.statistics().connections.connected, 0);
    }
}

#[test]
fn a_server_set_to_one_generation_serves_no_other() {
    for only in Generation::ALL {
        for generation in Generation::ALL {
            let settings = KcpServerSettings { generation: Some(only), ..KcpServerSettings::default() };
            let mut rig = KcpRig::new(KcpServer::new(settings, [1; 32]), LinkConditions::PERFECT, 1);
            let number = rig.add_client(client(generation), &[]);
            rig.run_for(Duration::from_secs(1));
            // G3 and G4 send the same hello, so only the operator can tell them apart.
            let is_served = only == generation || (only >= Generation::G3 && generation >= Generation::G3);
            assert_eq!(!rig.client_saw(number).is_empty(), is_served, "{generation:?} at {only:?}");
        }
    }
}

/// The messages that a server gets from a stand-in for a client of this generation, sent before and after that client
/// has sent something unreliable.
fn heard_of_stand_in(generation: Generation, channel: MessageChannel) -> Vec<Vec<u8>> {
    let learned = LearnedGenerations::default();
    let settings = KcpServerSettings { learned: learned.clone(), ..KcpServerSettings::default() };
    let mut before = KcpRig::new(KcpServer::new(settings, [1; 32]), LinkConditions::PERFECT, 1);
    let (number, peer) = before.connect_client(client(generation), &[]);
    let [Saw::Connected(greeting)] = before.saw_of(peer)[..] else { panic!("it is connected") };

    let mut behind = rig(LinkConditions::PERFECT, 2);
    let stand_in = KcpClient::new(KcpClientSettings { learned, ..KcpClientSettings::default() });
    let (stand_in, its_peer) = behind.connect_client(stand_in, greeting);
    let now = behind.now();
    behind.client(stand_in).endpoint.send(now, channel, b"too early");

    let now = before.now();
    before.client(number).endpoint.send(now, UNRELIABLE_CHANNEL, b"voice");
    before.run_until("it is heard", |rig| !messages(rig.saw_of(peer), UNRELIABLE_CHANNEL).is_empty());
    assert_eq!(before.server.generation_of(peer), Some(generation));
    let now = behind.now();
    behind.client(stand_in).endpoint.send(now, channel, b"voice");
    behind.run_for(Duration::from_millis(100));
    assert_eq!(
        behind.server.generation_of(its_peer),
        (channel == UNRELIABLE_CHANNEL || generation < Generation::G3).then_some(generation)
    );
    messages(behind.saw_of(its_peer), channel).into_iter().map(<[u8]>::to_vec).collect()
}

#[test]
fn a_client_that_stands_in_for_another_speaks_as_that_one_does_once_that_is_known() {
    for generation in [Generation::G3, Generation::G4] {
        assert_eq!(heard_of_stand_in(generation, UNRELIABLE_CHANNEL), [b"voice"]);
        assert_eq!(heard_of_stand_in(generation, RELIABLE_CHANNEL), [b"too early".as_slice(), b"voice"]);
    }
    for generation in [Generation::G1, Generation::G2] {
        assert_eq!(heard_of_stand_in(generation, UNRELIABLE_CHANNEL), [b"too early".as_slice(), b"voice"]);
    }
}

#[test]
fn a_client_that_says_nothing_unreliable_is_taken_for_g4_after_a_while() {
    let mut rig = rig(LinkConditions::PERFECT, 1);
    let (number, peer) = rig.connect_client(client(Generation::G4), &[]);
    let say = |rig: &mut KcpRig, peer: Peer| {
        let now = rig.now();
        rig.server.send(now, &[peer], UNRELIABLE_CHANNEL, b"voice");
        rig.run_for(Duration::from_millis(100));
        messages(rig.client_saw(number), UNRELIABLE_CHANNEL).len()
    };
    assert_eq!(say(&mut rig, peer), 0);
    rig.run_for(Duration::from_secs(2));
    assert_eq!(say(&mut rig, peer), 1);
    assert_eq!(rig.server.generation_of(peer), None, "it may still turn out to be G3");
}
