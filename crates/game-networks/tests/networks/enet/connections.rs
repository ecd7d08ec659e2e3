//! The course and the end of connections, on simulated time.

use std::time::Duration;

use consonance_game_networks::enet::{
    ChannelMode, ConnectionSettings, EnetClient, EnetClientSettings, EnetServer, EnetServerSettings,
    RELIABLE_CHANNEL, UNRELIABLE_CHANNEL,
};
use consonance_link::gateway::MessageChannel;
use consonance_link::gateway::udp::rig::{LinkConditions, Rig, Saw};
use consonance_link::{ClientNetwork as _, DisconnectReason, ServerNetwork as _};

use crate::enet::support::{client, client_of, connect, messages, reliable, rig, server_of, unreliable};

/// Messages that share a datagram, that fill one, and that need several.
fn words() -> Vec<Vec<u8>> {
    let sizes = [0, 1, 100, 1252, 1253, 5000, 20_000];
    (0..60_u8).map(|number| vec![number; sizes[usize::from(number) % sizes.len()]]).collect()
}

#[test]
fn what_is_reliable_arrives_complete_and_in_order_over_a_network_that_loses_one_datagram_in_five() {
    for seed in 0..5 {
        let mut rig = rig(LinkConditions::POOR, seed);
        let (client, peer) = connect(&mut rig, client());
        let now = rig.now();
        for word in words() {
            rig.client(client).endpoint.send(now, RELIABLE_CHANNEL, &word);
            rig.server.send(now, &[peer], RELIABLE_CHANNEL, &word);
        }
        rig.run_until("both have everything", |rig| {
            reliable(rig.saw_of(peer)).len() == 60 && reliable(rig.client_saw(client)).len() == 60
        });
        assert!(reliable(rig.saw_of(peer)) == words(), "up, seed {seed}");
        assert!(reliable(rig.client_saw(client)) == words(), "down, seed {seed}");
    }
}

#[test]
fn what_is_unreliable_is_lost_as_often_as_datagrams_are_and_never_twice() {
    let mut rig = rig(LinkConditions::POOR, 3);
    let (client, peer) = connect(&mut rig, client());
    for number in 0..1000_u32 {
        let now = rig.now();
        rig.client(client).endpoint.send(now, UNRELIABLE_CHANNEL, &number.to_be_bytes());
        rig.server.send(now, &[peer], UNRELIABLE_CHANNEL, &number.to_be_bytes());
        rig.run_for(Duration::from_millis(20));
    }
    for mut heard in [unreliable(rig.saw_of(peer)), unreliable(rig.client_saw(client))] {
        assert!((750..=850).contains(&heard.len()), "{} of 1000", heard.len());
        heard.sort();
        heard.dedup();
        assert!((750..=850).contains(&heard.len()), "{} of 1000 without doubles", heard.len());
    }
}

#[test]
fn a_channel_in_sequence_forgets_what_was_overtaken() {
    let settings = ConnectionSettings::enet13(vec![ChannelMode::Reliable, ChannelMode::Sequenced]);
    let mut rig = Rig::new(server_of(&settings), LinkConditions::POOR, 1);
    let (client, peer) = rig.connect_client(client_of(&settings, 1), &[]);
    for number in 0..300_u32 {
        let now = rig.now();
        rig.client(client).endpoint.send(now, MessageChannel(1), &number.to_be_bytes());
        rig.run_for(Duration::from_millis(5));
    }
    let heard = messages(rig.saw_of(peer), MessageChannel(1));
    assert!(heard.is_sorted(), "{heard:?}");
    assert!((30..250).contains(&heard.len()), "{} of 300", heard.len());
}

#[test]
fn many_channels_have_their_own_order_and_keep_their_numbers() {
    let settings = ConnectionSettings::enet13(vec![ChannelMode::Reliable; 20]);
    let mut rig = Rig::new(server_of(&settings), LinkConditions::POOR, 2);
    let (client, peer) = rig.connect_client(client_of(&settings, 1), &[]);
    let now = rig.now();
    for number in 0..200_u8 {
        rig.client(client).endpoint.send(now, MessageChannel(u16::from(number % 20)), &[number]);
    }
    rig.run_until("all arrive", |rig| rig.saw_of(peer).len() == 201);
    for channel in 0..20_u8 {
        let expected: Vec<Vec<u8>> = (0..10).map(|round| vec![round * 20 + channel]).collect();
        assert_eq!(messages(rig.saw_of(peer), MessageChannel(channel.into())), expected);
    }
}

#[test]
fn last_words_arrive_before_the_goodbye_from_both_sides_over_a_bad_network() {
    let settings =
        ConnectionSettings { goodbye_timeout: Duration::from_secs(20), ..ConnectionSettings::default() };
    for seed in 0..5 {
        let mut rig = Rig::new(server_of(&settings), LinkConditions::POOR, seed);
        let (leaver, left) = connect(&mut rig, client_of(&settings, 1));
        let (sent_away, unwanted) = connect(&mut rig, client_of(&settings, 2));
        let now = rig.now();
        for word in 0..20_u8 {
            rig.client(leaver).endpoint.send(now, RELIABLE_CHANNEL, &[word; 100]);
            rig.server.send(now, &[unwanted], RELIABLE_CHANNEL, &[word; 100]);
        }
        rig.client(leaver).endpoint.disconnect(now);
        rig.server.disconnect(now, unwanted, "");
        rig.run_until("all are gone", |rig| rig.server.statistics().connections.connected == 0);
        rig.run_for(Duration::from_secs(20));
        assert_eq!(reliable(rig.saw_of(left)).len(), 20, "seed {seed}");
        assert_eq!(reliable(rig.client_saw(sent_away)).len(), 20, "seed {seed}");
        let ends = [
            (rig.saw_of(left).last().copied().cloned(), DisconnectReason::closed_by_peer(b"")),
            (rig.saw_of(unwanted).last().copied().cloned(), DisconnectReason::ClosedByUs),
            (rig.client_saw(leaver).last().cloned(), DisconnectReason::ClosedByUs),
            (rig.client_saw(sent_away).last().cloned(), DisconnectReason::closed_by_peer(b"")),
        ];
        for (end, reason) in ends {
            assert_eq!(end, Some(Saw::Disconnected(reason)), "seed {seed}");
        }
    }
}

#[test]
fn a_silent_peer_times_out_after_the_negotiated_time() {
    let mut rig = rig(LinkConditions::PERFECT, 1);
    let (client, peer) = connect(&mut rig, client());
    rig.run_for(Duration::from_mins(1));
    assert_eq!((rig.saw_of(peer).len(), rig.client_saw(client).len()), (1, 1), "idle is not silent");
    rig.client(client).is_cut = true;
    let cut = rig.now();
    rig.run_until("both notice", |rig| rig.saw_of(peer).len() == 2 && rig.client_saw(client).len() == 2);
    assert_eq!(rig.saw_of(peer)[1], &Saw::Disconnected(DisconnectReason::TimedOut));
    assert_eq!(rig.client_saw(client)[1], Saw::Disconnected(DisconnectReason::TimedOut));
    let passed = rig.now() - cut;
    assert!(passed >= Duration::from_secs(5) && passed <= Duration::from_secs(31), "{passed:?}");
}

#[test]
fn a_client_without_an_answer_gives_up() {
    let mut rig = rig(LinkConditions::PERFECT, 1);
    let client = rig.add_client(client(), &[]);
    rig.client(client).is_cut = true;
    let began = rig.now();
    rig.run_until("it gives up", |rig| !rig.client_saw(client).is_empty());
    assert_eq!(rig.client_saw(client), [Saw::Disconnected(DisconnectReason::TimedOut)]);
    assert_eq!(rig.now() - began, EnetClientSettings::default().connect_timeout);
}

#[test]
fn last_messages_that_are_not_acknowledged_are_given_up_in_time() {
    let mut rig = rig(LinkConditions::PERFECT, 1);
    let (client, peer) = connect(&mut rig, client());
    rig.client(client).is_cut = true;
    let cut = rig.now();
    rig.server.send(cut, &[peer], RELIABLE_CHANNEL, b"unheard");
    rig.server.disconnect(cut, peer, "");
    rig.client(client).endpoint.send(cut, RELIABLE_CHANNEL, b"unheard");
    rig.client(client).endpoint.disconnect(cut);
    rig.run_until("both give up", |rig| rig.saw_of(peer).len() == 2 && rig.client_saw(client).len() == 2);
    assert!(rig.now() - cut <= ConnectionSettings::default().goodbye_timeout + Duration::from_millis(20));
    assert_eq!(rig.saw_of(peer)[1], &Saw::Disconnected(DisconnectReason::ClosedByUs));
    assert_eq!(rig.client_saw(client)[1], Saw::Disconnected(DisconnectReason::ClosedByUs));
}

#[test]
fn a_client_that_returns_from_the_same_address_is_a_new_peer() {
    let mut rig = rig(LinkConditions::PERFECT, 1);
    let (client, first) = connect(&mut rig, client());
    // It crashes without a goodbye, and restarts with the same port.
    rig.client(client).endpoint = client_of(&ConnectionSettings::default(), 99);
    let began = rig.now();
    rig.client(client).endpoint.connect(began);
    rig.run_until("it is back", |rig| rig.client_saw(client).len() == 2);
    assert!(rig.now() - began < Duration::from_secs(1), "it does not wait for the end of its first life");
    let second = rig.server_saw.last().unwrap().0;
    assert!(second > first);
    let now = rig.now();
    rig.client(client).endpoint.send(now, RELIABLE_CHANNEL, b"it is me");
    rig.run_until("its first life ends", |rig| {
        rig.saw_of(first).last() == Some(&&Saw::Disconnected(DisconnectReason::TimedOut))
    });
    assert_eq!(reliable(rig.saw_of(second)), [b"it is me".to_vec()]);
    rig.run_for(Duration::from_mins(1));
    assert_eq!(rig.client_saw(client).len(), 2, "its second life goes on");
}

#[test]
fn a_refused_client_learns_it_at_once_and_never_connects() {
    let mut rig = rig(LinkConditions::PERFECT, 1);
    rig.refuses = true;
    let client = rig.add_client(client(), &[]);
    let began = rig.now();
    rig.run_until("it hears of it", |rig| !rig.client_saw(client).is_empty());
    assert_eq!(rig.client_saw(client), [Saw::Disconnected(DisconnectReason::refused(b""))]);
    assert!(rig.now() - began < Duration::from_millis(100));
    assert_eq!(rig.server.statistics().connections.connected, 0);
}

#[test]
fn a_full_server_refuses_and_has_room_again_after_a_client_leaves() {
    let mut settings = EnetServerSettings::default();
    settings.peers.connections_max = 1;
    let mut rig = Rig::new(EnetServer::new(settings, [1; 32]), LinkConditions::PERFECT, 1);
    let (first, _) = connect(&mut rig, client());
    let second = rig.add_client(client(), &[]);
    rig.run_until("it hears of it", |rig| !rig.client_saw(second).is_empty());
    assert_eq!(rig.client_saw(second), [Saw::Disconnected(DisconnectReason::refused(b""))]);
    assert_eq!(rig.server.statistics().connections.rejected_full, 1);
    let now = rig.now();
    rig.client(first).endpoint.disconnect(now);
    rig.run_for(Duration::from_secs(1));
    connect(&mut rig, client());
}

#[test]
fn what_a_server_says_before_the_client_has_shown_itself_waits_for_it() {
    let mut rig = rig(LinkConditions::PERFECT, 1);
    let client = rig.add_client(client(), &[]);
    rig.run_until("it is admitted", |rig| !rig.server_saw.is_empty());
    let (peer, now) = (rig.server_saw[0].0, rig.now());
    rig.server.send(now, &[peer], RELIABLE_CHANNEL, b"welcome");
    rig.server.send(now, &[peer], UNRELIABLE_CHANNEL, b"voice that is old by then");
    rig.server.disconnect(now, peer, "");
    rig.run_until("it hears of all", |rig| rig.client_saw(client).len() == 3);
    assert_eq!(
        rig.client_saw(client),
        [
            Saw::Connected(Vec::new()),
            Saw::Message(RELIABLE_CHANNEL, b"welcome".to_vec()),
            Saw::Disconnected(DisconnectReason::closed_by_peer(b"")),
        ]
    );
}

#[test]
fn the_number_that_a_game_says_with_its_request_is_its_greeting() {
    let settings = EnetClientSettings { connect_data: 0xdead_beef, ..EnetClientSettings::default() };
    let mut rig = rig(LinkConditions::PERFECT, 1);
    rig.connect_client(EnetClient::new(settings.clone(), 1), &[]);
    rig.connect_client(EnetClient::new(settings, 2), &[1, 2, 3, 4]);
    rig.connect_client(client(), &[]);
    let greetings: Vec<&Saw> = rig.server_saw.iter().map(|(_, saw)| saw).collect();
    let expected = [vec![0xde, 0xad, 0xbe, 0xef], vec![1, 2, 3, 4], vec![]].map(Saw::Connected);
    assert_eq!(greetings, expected.iter().collect::<Vec<_>>());
}

#[test]
fn a_client_that_does_not_take_its_reliable_messages_is_too_slow() {
    let mut rig = rig(LinkConditions::PERFECT, 1);
    let (client, peer) = connect(&mut rig, client());
    rig.client(client).is_cut = true;
    let now = rig.now();
    let message = vec![0; 100_000];
    for _ in 0..60 {
        rig.server.send(now, &[peer], RELIABLE_CHANNEL, &message);
    }
    rig.run_until("it is gone", |rig| rig.saw_of(peer).len() == 2);
    assert!(matches!(rig.saw_of(peer)[1], Saw::Disconnected(DisconnectReason::Overloaded { .. })));
    assert_eq!(rig.server.statistics().connections.too_slow, 1);
    assert_eq!(
        rig.server.statistics().links.sent.reliable.packets,
        42,
        "4 MiB and the one that was too much"
    );
}
