//! A table of peers without a protocol: admission, reports, timers, turns and eviction.

use std::time::Duration;

use super::*;

/// Three slots, of which one address keeps two, and two unproved peers.
const LIMITS: PeerTableLimits = PeerTableLimits {
    connections_max: 3,
    address_shares: AddressShares { ipv6_prefix_bits: 48, share_percent: 60 },
    handshakes_max: 2,
};

const CHANNEL: MessageChannel = MessageChannel(3);

fn table() -> PeerTable<&'static str> {
    PeerTable::new(LIMITS)
}

fn address(host: u8, port: u16) -> SocketAddr {
    ([192, 0, 2, host], port).into()
}

/// Admits a peer from this host, and takes all events.
fn admit(peers: &mut PeerTable<&'static str>, host: u8) -> Peer {
    let remote = address(host, 1000 + peers.next_peer().0 as u16);
    let peer = peers.admit(remote, "", |_| {});
    let connected = ServerLinkEvent::Connected { peer, session: String::new(), remote: remote.into() };
    assert_eq!(events(peers).pop(), Some((connected, vec![])));
    peer
}

/// Admits a peer and proves its address; returns it, and the one that has to go for it.
fn admit_proved(peers: &mut PeerTable<&'static str>, now: Instant, host: u8) -> (Peer, Option<Peer>) {
    let peer = admit(peers, host);
    assert!(peers.prove(peer));
    (peer, peers.take_slot(now, peer))
}

fn events<C, K: Copy + Ord>(peers: &mut PeerTable<C, K>) -> Vec<(ServerLinkEvent<MessageChannel>, Vec<u8>)> {
    let next = || {
        let mut bytes = Vec::new();
        peers.poll_event(&mut bytes).map(|event| (event, bytes))
    };
    std::iter::from_fn(next).collect()
}

fn ended(peer: Peer) -> (ServerLinkEvent<MessageChannel>, Vec<u8>) {
    (ServerLinkEvent::Disconnected { peer, reason: DisconnectReason::TimedOut }, vec![])
}

#[test]
fn a_peer_is_found_by_its_address_and_reported_when_it_comes_and_goes() {
    let mut peers = table();
    let remote = address(1, 7);
    assert_eq!(peers.next_peer(), Peer(1));
    let peer = peers.admit(remote, "one", |greeting| greeting.extend_from_slice(b"hello"));
    assert_eq!(
        events(&mut peers),
        [(
            ServerLinkEvent::Connected { peer: Peer(1), session: String::new(), remote: remote.into() },
            b"hello".to_vec()
        )]
    );
    assert_eq!((peers.by_key(&remote), peers.by_key(&address(1, 8))), (Some(peer), None));
    assert_eq!((peers.get(peer), peers.len(), peers.counts().connected), (Some(&"one"), 1, 1));

    assert_eq!(peers.end(peer, DisconnectReason::TimedOut), Some("one"));
    assert_eq!(events(&mut peers), [ended(peer)]);
    assert_eq!((peers.by_key(&remote), peers.get(peer), peers.counts().connected), (None, None, 0));
    assert!(peers.is_empty() && peers.end(peer, DisconnectReason::TimedOut).is_none());
    assert_eq!(events(&mut peers), [], "once");
    assert_eq!(peers.next_peer(), Peer(2), "no number is used again");
}

#[test]
fn a_retired_peer_is_reported_at_once_and_keeps_its_address_and_timer_until_it_ends() {
    let start = Instant::now();
    let mut peers = table();
    let peer = admit(&mut peers, 1);
    peers.set_timer(peer, start);
    peers.retire(peer, DisconnectReason::TimedOut);
    assert_eq!(events(&mut peers), [ended(peer)]);
    assert_eq!((peers.by_key(&address(1, 1001)), peers.due(start)), (Some(peer), Some(peer)));
    assert_eq!((peers.len(), peers.counts().connected, peers.is_unproved(peer)), (1, 0, false));
    peers.retire(peer, DisconnectReason::TimedOut);
    assert_eq!(peers.end(peer, DisconnectReason::TimedOut), Some(""));
    assert_eq!((events(&mut peers), peers.counts().connected), (vec![], 0));
}

#[test]
fn only_as_many_stay_unproved_as_may_and_the_oldest_is_crowded_out_first() {
    let mut peers = table();
    let first = admit(&mut peers, 1);
    assert_eq!(peers.crowded_out(), None);
    let second = admit(&mut peers, 2);
    assert_eq!(peers.crowded_out(), Some(first));
    assert!(peers.prove(first) && !peers.prove(first));
    assert_eq!(peers.crowded_out(), None, "a proved one needs no room among the others");
    assert_eq!(peers.oldest_unproved(), Some(second));
    let third = admit(&mut peers, 3);
    assert_eq!(peers.crowded_out(), Some(second));
    peers.end(second, DisconnectReason::TimedOut);
    assert_eq!(peers.crowded_out(), None);
    let fourth = admit(&mut peers, 4);
    assert_eq!(peers.crowded_out(), Some(third));
    peers.spare(third);
    admit(&mut peers, 5);
    assert_eq!(peers.crowded_out(), Some(fourth), "one that leaves by itself is not waited for");
    assert!(peers.is_unproved(fourth) && !peers.is_unproved(first) && !peers.is_unproved(third));
}

#[test]
fn one_peer_may_be_unproved_although_the_limit_is_none() {
    let mut peers: PeerTable<&'static str> = PeerTable::new(PeerTableLimits { handshakes_max: 0, ..LIMITS });
    assert_eq!(peers.crowded_out(), None);
    let first = admit(&mut peers, 1);
    assert_eq!(peers.crowded_out(), Some(first));
}

#[test]
fn a_proved_peer_evicts_one_of_the_crowd_or_is_refused_itself() {
    let now = Instant::now();
    let mut peers = table();
    // Has no effect: it is not here yet.
    peers.set_joined(now, peers.next_peer(), true);
    let crowd = [1, 1, 1].map(|host| admit_proved(&mut peers, now, host));
    assert!(crowd.iter().all(|(_, leaver)| leaver.is_none()), "there is room for three");
    let first = crowd[0].0;
    assert!(peers.has_room_for(now, address(2, 1).ip()) && !peers.has_room_for(now, address(1, 1).ip()));

    let (one_more, leaver) = admit_proved(&mut peers, now, 1);
    assert_eq!(leaver, Some(one_more));
    assert_eq!((peers.counts().rejected_full, peers.counts().made_room), (1, 0));
    peers.end(one_more, DisconnectReason::TimedOut);

    let (other, leaver) = admit_proved(&mut peers, now, 2);
    assert_eq!(leaver, Some(first), "the oldest that has not joined");
    assert_eq!((peers.counts().rejected_full, peers.counts().made_room), (1, 1));
    assert_eq!(peers.take_slot(now, other), None, "it has one");
    assert_eq!(peers.take_slot(now, Peer(99)), None);
}

#[test]
fn a_peer_that_has_joined_before_it_was_proved_is_not_the_first_to_make_room() {
    let now = Instant::now();
    let mut peers = table();
    let early = admit(&mut peers, 1);
    peers.set_joined(now, early, true);
    peers.prove(early);
    assert_eq!(peers.take_slot(now, early), None);
    let (second, _) = admit_proved(&mut peers, now, 1);
    admit_proved(&mut peers, now, 1);
    assert_eq!(admit_proved(&mut peers, now, 2).1, Some(second));
}

#[test]
fn a_slot_is_free_again_when_its_peer_ends() {
    let now = Instant::now();
    let mut peers = table();
    let (first, _) = admit_proved(&mut peers, now, 1);
    admit_proved(&mut peers, now, 1);
    admit_proved(&mut peers, now, 1);
    peers.retire(first, DisconnectReason::TimedOut);
    assert!(!peers.has_room_for(now, address(1, 1).ip()));
    peers.end(first, DisconnectReason::TimedOut);
    assert!(peers.has_room_for(now, address(1, 1).ip()));
}

#[test]
fn a_peer_is_due_once_at_its_time_and_never_after_its_end() {
    let start = Instant::now();
    let second = Duration::from_secs(1);
    let mut peers = table();
    let [a, b, c, d] = [1, 2, 3, 4].map(|host| admit(&mut peers, host));
    peers.set_timer(a, start + 3 * second);
    peers.set_timer(b, start + second);
    peers.set_timer_no_later(b, start + 2 * second);
    peers.set_timer(c, start + second);
    peers.set_timer(d, start + second);
    peers.set_timer(a, start + 2 * second);
    peers.clear_timer(c);
    peers.end(d, DisconnectReason::TimedOut);
    peers.set_timer(d, start);
    peers.set_timer_no_later(d, start);
    assert_eq!((peers.next_due(), peers.due(start)), (Some(start + second), None));
    assert_eq!((peers.due(start + second), peers.due(start + second)), (Some(b), None));
    assert_eq!((peers.due(start + 2 * second), peers.next_due()), (Some(a), None));
}

#[test]
fn each_peer_has_one_turn_at_a_time_in_the_order_of_the_queue() {
    let mut peers = table();
    let [a, b, c] = [1, 2, 3].map(|host| admit(&mut peers, host));
    for peer in [b, a, b, c, a, Peer(99)] {
        peers.give_turn(peer);
    }
    peers.end(c, DisconnectReason::TimedOut);
    assert_eq!(peers.turn(), Some(b));
    peers.give_turn(b);
    assert_eq!(peers.end_turn(), Some(b));
    peers.give_turn(b);
    let order: Vec<Peer> = std::iter::from_fn(|| peers.end_turn()).collect();
    assert_eq!(order, [a, c, b], "one that is gone is passed over by who takes the turns");
    assert_eq!(peers.turn(), None);
}

#[test]
fn messages_stay_in_order_among_all_events_and_those_of_one_peer_can_be_dropped() {
    let mut peers = table();
    let [a, b] = [1, 2].map(|host| admit(&mut peers, host));
    peers.push_message(a, CHANNEL, |bytes| bytes.push(1));
    let (connection, mut messages) = peers.get_with_messages(b).unwrap();
    *connection = "heard";
    messages.push(CHANNEL, |bytes| bytes.extend_from_slice(&[2, 2]));
    peers.push_message(a, CHANNEL, |bytes| bytes.push(3));
    peers.end(a, DisconnectReason::TimedOut);
    assert!(peers.has_events());
    peers.drop_messages_of(b);
    let from = |peer| ServerLinkEvent::Packet { peer, channel: CHANNEL };
    assert_eq!(events(&mut peers), [(from(a), vec![1]), (from(a), vec![3]), ended(a)]);
    assert!(!peers.has_events() && peers.get(b) == Some(&"heard"));
    assert!(peers.get_with_messages(a).is_none());
}

#[test]
fn keys_other_than_addresses_are_found_alone_and_in_ranges() {
    let mut peers: PeerTable<(), (u8, u32)> = PeerTable::new(LIMITS);
    let remote = address(1, 7);
    let [a, b, c] = [(1, 9), (1, 2), (2, 0)].map(|key| peers.admit_as(key, remote, (), |_| {}));
    assert_eq!(peers.by_key(&(1, 2)), Some(b));
    let with = |peers: &PeerTable<(), _>| peers.with_keys((1, 0)..=(1, u32::MAX)).collect::<Vec<Peer>>();
    assert_eq!(with(&peers), [b, a]);
    let again = peers.admit_as((1, 9), remote, (), |_| {});
    peers.end(a, DisconnectReason::TimedOut);
    assert_eq!(with(&peers), [b, again], "the key is that of another one by now");
    assert_eq!(peers.iter().map(|(peer, ())| peer).collect::<Vec<_>>(), [b, c, again]);
}

#[test]
fn who_is_to_be_disconnected_is_known_when_it_shuts_down() {
    let mut peers = table();
    let [a, b] = [1, 2].map(|host| admit(&mut peers, host));
    assert!(!peers.is_shut_down());
    assert_eq!(peers.shut_down(), [a, b]);
    assert!(peers.is_shut_down() && peers.len() == 2);
}
