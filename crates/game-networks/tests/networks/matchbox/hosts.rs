//! The choice of the host, and the handover of sessions to the next host, in a simulated room.

use consonance_game_networks::matchbox::{
    DirectLinkChoice, HostChoice, MatchboxSettings, PeerSocket as _, PlayerId,
};
use consonance_link::Delivery;
use consonance_link::random::Random;

use crate::matchbox::simulated::fixture::{FRAME, Fixture};
use crate::matchbox::simulated::hub::HubSocket;

#[test]
fn a_player_alone_is_host_of_its_own_session() {
    let mut fixture = Fixture::new(1);
    fixture.join(7, &MatchboxSettings::default());
    assert_eq!(fixture.settle(), 7);
}

#[test]
fn a_newcomer_changes_no_host_whatever_its_number() {
    let mut fixture = Fixture::new(1);
    for player in [5, 9, 1, 7] {
        fixture.join(player, &MatchboxSettings::default());
        fixture.settle();
    }
    assert_eq!(fixture.settle(), 5);
}

#[test]
fn of_players_that_join_at_once_the_lowest_number_is_host() {
    let mut fixture = Fixture::new(1);
    for player in [5, 9, 1, 7] {
        fixture.join(player, &MatchboxSettings::default());
    }
    assert_eq!(fixture.settle(), 1);
}

#[test]
fn when_the_host_leaves_the_lowest_number_follows_and_direct_links_stay() {
    let mut fixture = Fixture::new(1);
    for player in [5, 9, 1, 7] {
        fixture.join(player, &MatchboxSettings::default());
        fixture.settle();
    }
    fixture.frames(3);
    let direct = fixture.player(9).direct.clone();
    assert_eq!(direct.len(), 3);
    let times_in = fixture.player(9).times_in;
    fixture.leave(5);
    assert_eq!(fixture.settle(), 1);
    let kept = &fixture.player(9).direct;
    assert!(kept.len() == 2 && kept.is_subset(&direct), "{kept:?} of {direct:?}");
    assert_eq!(fixture.player(9).times_in, times_in + 1);
}

#[test]
fn a_host_that_others_name_is_waited_for_and_not_for_ever() {
    let mut fixture = Fixture::new(1);
    let settings = MatchboxSettings::default();
    fixture.join(5, &settings);
    fixture.join(9, &settings);
    assert_eq!(fixture.settle(), 5);
    fixture.enter(1, &settings);
    fixture.meet(1, [9]);
    let frames = settings.host_patience.as_millis() / FRAME.as_millis();
    fixture.frames(frames as usize - 10);
    assert_eq!(fixture.player(1).voice.host(), Some(PlayerId(5)));
    assert!(!fixture.player(1).is_in);
    fixture.frames(20);
    assert_eq!(fixture.player(1).voice.host(), Some(PlayerId(1)));
    fixture.meet(1, [5]);
    assert_eq!(fixture.settle(), 1);
}

#[test]
fn a_room_that_falls_apart_and_comes_together_has_one_host_again() {
    let mut fixture = Fixture::new(1);
    for player in 1..=6 {
        fixture.join(player, &MatchboxSettings::default());
    }
    assert_eq!(fixture.settle(), 1);
    for one in 1..=3 {
        for other in 4..=6 {
            fixture.hub.disconnect(PlayerId(one), PlayerId(other));
        }
    }
    fixture.frames(20);
    let hosts = [2, 3, 5, 6].map(|player| fixture.player(player).voice.host());
    assert_eq!(hosts, [1, 1, 4, 4].map(|host| Some(PlayerId(host))));
    for one in 1..=3 {
        fixture.meet(one, 4..=6);
    }
    assert_eq!(fixture.settle(), 4, "the later term counts");
}

#[test]
fn as_players_come_and_go_the_rest_agrees_on_a_host_and_joins_its_session() {
    for seed in 0..60 {
        let (mut fixture, mut dice) = (Fixture::new(seed), Random::new(seed, "players"));
        fixture.hub.lost_at_first_max = seed % 4;
        let mut next = 0;
        for _ in 0..40 {
            let present: Vec<u128> = fixture.players.keys().map(|player| player.0).collect();
            if present.len() < 2 || (present.len() < 12 && dice.chance(0.6)) {
                next += 1;
                // The ids must not follow the order of arrival.
                fixture.enter(next * 7919 % 1009, &MatchboxSettings::default());
                for other in present {
                    fixture.meet(next * 7919 % 1009, [other]);
                    fixture.frames(usize::from(dice.chance(0.3)));
                }
            } else {
                fixture.leave(present[dice.next_u64() as usize % present.len()]);
            }
            fixture.frames(dice.next_u64() as usize % 5);
        }
        let host = fixture.settle();
        fixture.frames(50);
        assert_eq!(fixture.only_host(), Some(host), "seed {seed}: what was agreed stays");
        let others = fixture.players.len() - 1;
        assert!(fixture.players.values().all(|player| player.direct.len() == others), "seed {seed}");
    }
}

#[test]
fn the_game_may_name_the_host_to_each_player_at_a_different_time() {
    let settings = MatchboxSettings { host: HostChoice::AsTold, ..MatchboxSettings::default() };
    let mut fixture = Fixture::new(1);
    for player in [5, 9, 1] {
        fixture.join(player, &settings);
    }
    fixture.frames(5);
    assert_eq!(fixture.player(1).voice.host(), None);
    for host in [9, 1] {
        for player in [1, 5, 9] {
            fixture.player(player).voice.set_host(Some(PlayerId(host)));
            fixture.frames(5);
        }
        assert_eq!(fixture.settle(), host);
    }
    fixture.player(5).voice.set_host(None);
    fixture.frames(5);
    assert!(!fixture.player(5).is_in);
}

#[test]
fn a_player_that_returns_to_the_room_has_a_new_number_and_joins_again() {
    let mut fixture = Fixture::new(1);
    for player in [1, 5, 9] {
        fixture.join(player, &MatchboxSettings::default());
    }
    assert_eq!(fixture.settle(), 1);
    let player = fixture.players.remove(&PlayerId(9)).unwrap();
    fixture.hub.disconnect(PlayerId(9), PlayerId(1));
    fixture.hub.disconnect(PlayerId(9), PlayerId(5));
    fixture.players.insert(PlayerId(3), player);
    fixture.meet(3, [1, 5]);
    assert_eq!(fixture.settle(), 1);
    assert_eq!(fixture.player(3).direct.len(), 2);
}

#[test]
fn two_hundred_players_are_in_one_session_while_a_fifth_of_all_voice_is_lost() {
    const FRAMES: usize = 100;
    let settings = MatchboxSettings {
        host: HostChoice::AsTold,
        direct_links: DirectLinkChoice::AsIntroduced,
        ..MatchboxSettings::default()
    };
    let mut fixture = Fixture::new(1);
    fixture.hub.loss = 0.2;
    for player in 0..=200 {
        fixture.enter(player, &settings);
        fixture.meet(0, (player > 0).then_some(player));
        fixture.player(player).voice.set_host(Some(PlayerId(0)));
    }
    assert_eq!(fixture.settle(), 0);
    for _ in 0..FRAMES {
        let now = fixture.now;
        fixture.player(0).broadcast(now, Delivery::Unreliable, b"voice");
        fixture.player(0).broadcast(now, Delivery::Reliable, b"state");
        fixture.frame();
    }
    fixture.frames(2);
    assert_eq!(fixture.player(0).heard, 2 * FRAMES, "the host hears itself in its own process");
    for player in 1..=200 {
        let heard = (fixture.player(player).heard - FRAMES) as f64 / FRAMES as f64;
        assert!((0.6..0.95).contains(&heard), "player {player} heard {heard} of all voice");
    }
}

#[test]
fn voice_over_direct_links_reaches_all_players_but_for_lost_packets() {
    const FRAMES: usize = 200;
    let mut fixture = Fixture::new(1);
    fixture.hub.loss = 0.2;
    for player in 0..8 {
        fixture.join(player, &MatchboxSettings::default());
    }
    fixture.settle();
    fixture.frames(3);
    for _ in 0..FRAMES {
        let now = fixture.now;
        fixture.player(3).speak_directly(now);
        fixture.frame();
    }
    fixture.frames(2);
    for (id, player) in &fixture.players {
        let heard = player.heard_directly as f64 / FRAMES as f64;
        let expected = if id.0 == 3 { 0.0..0.01 } else { 0.7..0.9 };
        assert!(expected.contains(&heard), "{id} heard {heard}");
    }
}

#[test]
fn arbitrary_messages_of_a_player_affect_only_the_choice_of_the_host() {
    for seed in 0..40 {
        let (mut fixture, mut dice) = (Fixture::new(seed), Random::new(seed, "messages"));
        for player in [1, 5, 9] {
            fixture.join(player, &MatchboxSettings { players_max: 4, ..MatchboxSettings::default() });
        }
        fixture.settle();
        // A foreign player that behaves correctly at first.
        fixture.meet(666, [1, 5, 9]);
        for player in [1, 5, 9] {
            fixture.frame();
            let mut socket = HubSocket { hub: &mut fixture.hub, id: Some(PlayerId(666)) };
            socket.send(Delivery::Reliable, PlayerId(player), &[GREETING_RETURNED]);
        }
        for _ in 0..200 {
            let to = [1, 5, 9][dice.next_u64() as usize % 3];
            let mut message = vec![dice.next_u64() as u8 % 10];
            message.extend((0..dice.next_u64() % 24).map(|_| dice.next_u64() as u8 % 9));
            let delivery = if dice.chance(0.8) { Delivery::Reliable } else { Delivery::Unreliable };
            let mut socket = HubSocket { hub: &mut fixture.hub, id: Some(PlayerId(666)) };
            socket.send(delivery, PlayerId(to), &message);
            fixture.frames(usize::from(dice.chance(0.3)));
        }
        let malformed: u64 = fixture.players.values().map(|player| player.voice.malformed()).sum();
        assert!(malformed > 10, "seed {seed}: {malformed}");
        for player in [1, 5, 9] {
            fixture.hub.disconnect(PlayerId(666), PlayerId(player));
        }
        fixture.frames(20);
        let direct = [1, 5, 9].map(|player| fixture.player(player).direct.len());
        assert_eq!(direct, [2, 2, 2], "seed {seed}");
    }
}

/// The first byte of an answer to a greeting.
const GREETING_RETURNED: u8 = 8;
