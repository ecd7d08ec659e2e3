//! The in-memory Steam behaves as Steam's documentation says.

use std::time::Duration;

use consonance_game_networks::steam::hub::HubSettings;
use consonance_game_networks::steam::{SendKind, SessionState, SteamId, SteamP2p as _};

use crate::steam::support::{SECOND, World};

const CHANNEL: i32 = 5;

#[test]
fn an_account_that_is_not_accepted_waits_and_is_reported_once() {
    let mut world = World::new(HubSettings::default());
    let (mut alice, mut bob) = (world.original(1), world.original(2));
    for word in [&b"first"[..], b"second"] {
        alice.send(2, CHANNEL, word);
        world.pass(SECOND, &mut [&mut alice, &mut bob]);
    }
    assert_eq!((bob.read(CHANNEL).len(), bob.requests.as_slice()), (0, &[SteamId(1)][..]));
    assert_eq!(alice.steam.session_state(SteamId(2)), SessionState::Connecting);
    bob.accept_all();
    world.pass(SECOND, &mut [&mut alice, &mut bob]);
    assert_eq!(bob.read(CHANNEL), [&b"first"[..], b"second"]);
    assert_eq!(alice.steam.session_state(SteamId(2)), SessionState::Active);
}

#[test]
fn sending_accepts_the_other() {
    let mut world = World::new(HubSettings::default());
    let (mut alice, mut bob) = (world.original(1), world.original(2));
    alice.send(2, CHANNEL, b"hello");
    bob.send(1, CHANNEL, b"hello to you");
    world.pass(SECOND, &mut [&mut alice, &mut bob]);
    assert_eq!(
        (bob.read(CHANNEL), alice.read(CHANNEL)),
        (vec![b"hello".to_vec()], vec![b"hello to you".to_vec()])
    );
    assert!(alice.requests.is_empty() && bob.requests.is_empty());
}

#[test]
fn what_may_not_wait_is_thrown_away_until_the_session_is_up() {
    let mut world = World::new(HubSettings::default());
    let (mut alice, mut bob) = (world.original(1), world.original(2));
    let send = |alice: &mut crate::steam::support::Original, kind, word: &[u8]| {
        assert!(alice.steam.send(SteamId(2), kind, CHANNEL, word));
    };
    send(&mut alice, SendKind::UnreliableNoDelay, b"early voice");
    send(&mut alice, SendKind::Unreliable, b"early");
    world.pass(SECOND, &mut [&mut alice, &mut bob]);
    bob.accept_all();
    world.pass(SECOND, &mut [&mut alice, &mut bob]);
    send(&mut alice, SendKind::UnreliableNoDelay, b"voice");
    world.pass(SECOND, &mut [&mut alice, &mut bob]);
    assert_eq!(bob.read(CHANNEL), [&b"early"[..], b"voice"]);
}

#[test]
fn packets_have_the_limits_of_their_kinds_and_a_queue_is_bounded() {
    let world = World::new(HubSettings::default());
    let mut alice = world.original(1);
    let rows = [
        (SendKind::Unreliable, 1200),
        (SendKind::UnreliableNoDelay, 1200),
        (SendKind::Reliable, 1024 * 1024),
        (SendKind::ReliableWithBuffering, 1024 * 1024),
    ];
    for (to, (kind, bytes_max)) in (2..).zip(rows) {
        let mut send = |bytes: usize| alice.steam.send(SteamId(to), kind, CHANNEL, &vec![0; bytes]);
        assert!(!send(bytes_max + 1) && send(bytes_max), "{kind:?}");
    }
    assert!(!alice.steam.send(SteamId(4), SendKind::Reliable, CHANNEL, b"x"), "a mebibyte waits already");
    assert!(!alice.steam.send(SteamId(0), SendKind::Reliable, CHANNEL, b"x"), "that is not an account");
}

#[test]
fn channels_are_read_one_by_one() {
    let mut world = World::new(HubSettings::default());
    let (mut alice, mut bob) = (world.original(1), world.original(2));
    bob.steam.accept(SteamId(1));
    for channel in [1, 2, 1] {
        alice.send(2, channel, &[channel as u8]);
    }
    world.pass(SECOND, &mut [&mut alice, &mut bob]);
    assert_eq!((bob.read(2), bob.read(1), bob.read(3).len()), (vec![vec![2]], vec![vec![1], vec![1]], 0));
}

#[test]
fn an_account_that_is_not_accepted_for_twenty_seconds_fails_and_may_ask_again() {
    let mut world = World::new(HubSettings::default());
    let (mut alice, mut bob) = (world.original(1), world.original(2));
    alice.send(2, CHANNEL, b"hello???");
    world.pass(Duration::from_millis(19_990), &mut [&mut alice, &mut bob]);
    assert!(alice.lost.is_empty());
    world.pass(SECOND, &mut [&mut alice, &mut bob]);
    assert_eq!(alice.lost, [SteamId(2)]);
    assert_eq!(alice.steam.session_state(SteamId(2)), SessionState::None);
    alice.send(2, CHANNEL, b"and now?");
    world.pass(SECOND, &mut [&mut alice, &mut bob]);
    assert_eq!(bob.requests, [SteamId(1), SteamId(1)]);
    bob.accept_all();
    world.pass(SECOND, &mut [&mut alice, &mut bob]);
    assert_eq!(bob.read(CHANNEL), [b"and now?"]);
}

#[test]
fn a_closed_session_is_asked_for_again_without_an_event() {
    let mut world = World::new(HubSettings::default());
    let (mut alice, mut bob) = (world.original(1), world.original(2));
    alice.send(2, CHANNEL, b"hello");
    bob.send(1, CHANNEL, b"hello");
    world.pass(SECOND, &mut [&mut alice, &mut bob]);
    bob.steam.close_channel(SteamId(1), CHANNEL);
    world.pass(SECOND, &mut [&mut alice, &mut bob]);
    assert!(alice.lost.is_empty() && bob.read(CHANNEL).is_empty(), "what was unread is gone");
    alice.send(2, CHANNEL, b"still there?");
    world.pass(SECOND, &mut [&mut alice, &mut bob]);
    assert_eq!(bob.requests, [SteamId(1)]);
}

#[test]
fn unreliable_packets_are_lost_and_overtaken_by_a_seed_and_reliable_ones_are_not() {
    let run = |seed| {
        let settings = HubSettings {
            seed,
            loss: 0.2,
            reordering: 0.1,
            latency: Duration::from_millis(20),
            ..HubSettings::default()
        };
        let mut world = World::new(settings);
        let (mut alice, mut bob) = (world.original(1), world.original(2));
        alice.steam.accept(SteamId(2));
        bob.steam.accept(SteamId(1));
        for number in 0..500_u16 {
            for (channel, kind) in [(1, SendKind::UnreliableNoDelay), (2, SendKind::Reliable)] {
                assert!(alice.steam.send(SteamId(2), kind, channel, &number.to_be_bytes()));
            }
            world.pass(Duration::from_millis(5), &mut [&mut alice, &mut bob]);
        }
        world.pass(SECOND, &mut [&mut alice, &mut bob]);
        (bob.read(1), bob.read(2))
    };
    let (voice, words) = run(1);
    assert!(
        words.iter().eq((0..500_u16).map(|number| number.to_be_bytes().to_vec()).collect::<Vec<_>>().iter())
    );
    assert!((350..450).contains(&voice.len()), "{} of 500 came", voice.len());
    assert!(!voice.is_sorted(), "none was overtaken");
    assert_eq!(run(1).0, voice, "chance has a seed");
    assert_ne!(run(2).0, voice);
}

#[test]
fn an_account_may_have_several_ends_and_sends_to_itself_through_steam() {
    let mut world = World::new(HubSettings::default());
    let (mut server, mut player) = (world.original(1), world.original(1));
    player.send(1, CHANNEL, b"to myself");
    assert!(server.read(CHANNEL).is_empty(), "nothing is delivered inside the call");
    world.pass(SECOND, &mut [&mut server, &mut player]);
    assert_eq!(server.read(CHANNEL), [b"to myself"]);
    let mut other = world.original(2);
    other.send(1, 9, b"is it there?");
    drop(player);
    world.pass(SECOND, &mut [&mut other, &mut server]);
    assert_eq!(server.requests, [SteamId(2)], "the account is there as long as one end is");
}
