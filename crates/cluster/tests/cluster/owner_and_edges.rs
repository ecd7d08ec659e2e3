//! Messages between owners and edges, and the links that they are about.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

use std::time::{Duration, Instant};

use consonance_cluster::{
    About, BusReceiver, BusSender, EdgeLinks, EdgeNetworks, LinkNumber, LinkReport, Member, RemoteLinks,
    RemoteNetwork, ToEdge, ToOwner, Wanted, mailboxes,
};
use consonance_link::{
    Delivery, DisconnectReason, EndCode, LinkQuality, PacketLimits, Peer, PeerAccount, PeerIdentity,
    Reachability, ReachabilityFeed, Resumed, ServerLinkEvent, ServerNetwork as _, ServerNetworkExt as _,
};

const ABOUT: About<'static> =
    About { remote: "192.0.2.1:7", kind: "quic", identity: Some(5), is_resumed: true };
const NETWORKS: EdgeNetworks = EdgeNetworks {
    limits: PacketLimits { reliable_bytes: 1024, unreliable_bytes: 1024 },
    carry_end_reasons: true,
};

type Way = (Box<dyn BusSender>, Box<dyn BusReceiver>);

/// Two owners, which are members 0 and 1, and an edge, which is member 2.
struct Fixture {
    owners: [RemoteLinks; 2],
    edge: EdgeLinks<char>,
}

/// The ways to owners and to edges of three members.
fn ways() -> Vec<(Way, Way)> {
    mailboxes(3).into_iter().zip(mailboxes(3)).collect()
}

impl Fixture {
    fn new() -> Self {
        let mut ways = ways().into_iter();
        let mut owner = || {
            let ((_, from_edges), (to_edges, _)) = ways.next().unwrap();
            RemoteLinks::new(to_edges, from_edges, NETWORKS)
        };
        let owners = [owner(), owner()];
        let ((to_owners, _), (_, from_owners)) = ways.next().unwrap();
        Self { owners, edge: EdgeLinks::new(to_owners, from_owners) }
    }

    /// Connects a link of the edge to a session of an owner, which reports it.
    fn connect(&mut self, owner: u16, link: char) -> Peer {
        let name = format!("session of {owner}");
        assert!(self.edge.connected(Some(Member(owner)), link, &name, ABOUT));
        self.edge.flush();
        match self.owners[usize::from(owner)].poll_event(Instant::now(), &mut Vec::new()) {
            Some(ServerLinkEvent::Connected { peer, session, remote }) => {
                assert_eq!((session, remote.to_string()), (name, "192.0.2.1:7".to_owned()));
                peer
            }
            other => panic!("{other:?}"),
        }
    }

    /// Connects a link in the slot of a former one, whose end the owner reports first.
    fn connect_in_its_place(&mut self) -> Peer {
        assert!(self.edge.connected(Some(Member(0)), 'b', "session of 0", ABOUT));
        self.edge.flush();
        let owner = &mut self.owners[0];
        assert!(matches!(
            owner.poll_event(Instant::now(), &mut Vec::new()),
            Some(ServerLinkEvent::Disconnected { .. })
        ));
        match owner.poll_event(Instant::now(), &mut Vec::new()) {
            Some(ServerLinkEvent::Connected { peer, .. }) => peer,
            other => panic!("{other:?}"),
        }
    }

    fn flush(&mut self) {
        self.edge.flush();
        for owner in &mut self.owners {
            owner.flush(Instant::now());
        }
    }
}

#[test]
fn an_owner_knows_of_a_link_what_its_network_knows() {
    let mut fixture = Fixture::new();
    let peer = fixture.connect(0, 'a');
    let (owner, now) = (&fixture.owners[0], Instant::now());
    assert_eq!(owner.peer_capability(now, peer), Some(PeerIdentity(5)));
    assert_eq!(owner.peer_capability(now, peer), Some(Resumed));
    assert_eq!(owner.peer_capability(now, peer), Some(RemoteNetwork("quic".into())));
    assert_eq!(owner.peer_capability::<PeerIdentity>(now, Peer(peer.0 + 1)), None);
}

#[test]
fn each_owner_of_a_session_is_told_of_the_accounts_of_its_links() {
    let mut fixture = Fixture::new();
    let peer = fixture.connect(0, 'a');
    let account_of = |owner: &RemoteLinks, peer| owner.peer_capability::<PeerAccount>(Instant::now(), peer);
    assert_eq!(account_of(&fixture.owners[0], peer), None);
    fixture.edge.set_account('a', "mumble:7");
    fixture.edge.set_account('z', "of no link");
    fixture.edge.flush();
    assert_eq!(fixture.owners[0].poll_event(Instant::now(), &mut Vec::new()), None);
    assert_eq!(account_of(&fixture.owners[0], peer), Some(PeerAccount("mumble:7".into())));
    fixture.edge.set_account('a', &"x".repeat(PeerAccount::ACCOUNT_BYTES_MAX + 1));
    fixture.edge.flush();
    assert_eq!(fixture.owners[0].poll_event(Instant::now(), &mut Vec::new()), None);
    assert_eq!(
        account_of(&fixture.owners[0], peer),
        Some(PeerAccount("mumble:7".into())),
        "the other is too long"
    );

    fixture.edge.set_account('a', "mumble:8");
    assert_eq!(fixture.edge.set_owner("session of 0", Some(Member(1)), |_| None), [' '; 0]);
    fixture.edge.flush();
    let Some(ServerLinkEvent::Connected { peer, .. }) =
        fixture.owners[1].poll_event(Instant::now(), &mut Vec::new())
    else {
        panic!("the next owner is told of the link");
    };
    assert_eq!(fixture.owners[1].poll_event(Instant::now(), &mut Vec::new()), None);
    assert_eq!(account_of(&fixture.owners[1], peer), Some(PeerAccount("mumble:8".into())));
}

#[test]
fn one_message_brings_a_packet_to_all_links_of_an_edge() {
    let mut fixture = Fixture::new();
    let peers = ['a', 'b', 'c'].map(|link| fixture.connect(0, link));
    let before = fixture.owners[0].bus_statistics().sent;
    fixture.owners[0].send(Instant::now(), &[peers[0], peers[2]], Delivery::Unreliable, b"voice");
    fixture.flush();
    assert_eq!(fixture.owners[0].bus_statistics().sent, before + 1);
    let wanted = fixture.edge.poll();
    let (links, delivery) = (&['a', 'c'][..], Delivery::Unreliable);
    assert_eq!(wanted, Some(Wanted::Send { links, delivery, packet: b"voice" }));
}

#[test]
fn what_is_meant_for_a_link_that_is_gone_reaches_no_other_one() {
    let mut fixture = Fixture::new();
    let peer = fixture.connect(0, 'a');
    fixture.owners[0].send(Instant::now(), &[peer], Delivery::Reliable, b"for a");
    assert!(fixture.edge.disconnected('a', &DisconnectReason::TimedOut));
    let again = fixture.connect_in_its_place();
    assert_ne!(again, peer);
    fixture.flush();
    assert_eq!(fixture.edge.poll(), None);
    assert!(!fixture.edge.disconnected('a', &DisconnectReason::TimedOut), "it was gone before");
}

#[test]
fn an_owner_has_no_say_about_links_into_sessions_of_another() {
    let mut fixture = Fixture::new();
    let peer = fixture.connect(0, 'a');
    // The peer has the same number at both owners, but the second one was never told of its link.
    fixture.connect(1, 'b');
    fixture.owners[1].reject(Instant::now(), peer, &EndCode::Kicked.into());
    fixture.owners[1].send(Instant::now(), &[peer], Delivery::Reliable, b"not yours");
    fixture.flush();
    assert_eq!(fixture.edge.poll(), None);
}

#[test]
fn what_comes_over_a_link_that_the_owner_has_ended_is_not_reported() {
    let mut fixture = Fixture::new();
    let (peer, now) = (fixture.connect(0, 'a'), Instant::now());
    assert_eq!(fixture.edge.packet('a', Delivery::Reliable, b"too late"), Some(true));
    fixture.owners[0].reject(now, peer, &EndCode::Kicked.into());
    fixture.flush();
    let ended = ServerLinkEvent::Disconnected { peer, reason: DisconnectReason::ClosedByUs };
    assert_eq!(fixture.owners[0].poll_event(now, &mut Vec::new()), Some(ended));
    assert_eq!(fixture.owners[0].poll_event(now, &mut Vec::new()), None);
    assert_eq!(fixture.edge.poll(), Some(Wanted::End { link: 'a', reason: EndCode::Kicked.into() }));
}

#[test]
fn each_owner_hears_which_of_its_links_fell_silent() {
    let mut fixture = Fixture::new();
    let peers = [fixture.connect(0, 'a'), fixture.connect(1, 'b'), fixture.connect(0, 'c')];
    let feeds: Vec<ReachabilityFeed> =
        fixture.owners.iter().map(|owner| owner.capability(Instant::now()).unwrap()).collect();
    fixture.edge.reachability(['a', 'b', 'c', 'x'], false);
    fixture.flush();
    fixture
        .owners
        .iter_mut()
        .for_each(|owner| assert_eq!(owner.poll_event(Instant::now(), &mut Vec::new()), None));
    let silent = |peers: &[Peer]| Some(Reachability { peers: peers.to_vec(), is_reachable: false });
    assert_eq!(feeds[0].pop(), silent(&[peers[0], peers[2]]));
    assert_eq!(feeds[1].pop(), silent(&[peers[1]]));
    assert_eq!(feeds[0].pop(), None);
}

#[test]
fn how_a_link_does_is_told_after_it_was_asked_for() {
    let mut fixture = Fixture::new();
    let (peer, now) = (fixture.connect(0, 'a'), Instant::now());
    assert_eq!(fixture.owners[0].peer_capability::<LinkQuality>(now, peer), None);
    fixture.flush();
    assert_eq!(fixture.edge.poll(), Some(Wanted::Look { link: 'a' }));
    let quality = LinkQuality { round_trip: Duration::from_millis(30), ..LinkQuality::default() };
    fixture.edge.report('a', LinkReport::new(Some(quality), None, None));
    fixture.flush();
    assert_eq!(fixture.owners[0].poll_event(now, &mut Vec::new()), None);
    assert_eq!(fixture.owners[0].peer_capability(now, peer), Some(quality));
}

#[test]
fn a_link_that_an_edge_tells_of_again_is_new_and_there_once() {
    let mut ways = ways().into_iter();
    let ((_, from_edges), (to_edges, _)) = ways.next().unwrap();
    let mut owner = RemoteLinks::new(to_edges, from_edges, NETWORKS);
    let ((mut to_owners, _), _) = ways.next().unwrap();
    let (mut buffer, connected) =
        (Vec::new(), ToOwner::Connected { link: LinkNumber(9), session: "main", about: ABOUT });
    for _ in 0..2 {
        to_owners.send(Member(0), Delivery::Reliable, connected.write(&mut buffer));
    }
    to_owners.flush();
    for _ in 0..2 {
        assert!(matches!(
            owner.poll_event(Instant::now(), &mut Vec::new()),
            Some(ServerLinkEvent::Connected { .. })
        ));
    }
    assert_eq!(owner.poll_event(Instant::now(), &mut Vec::new()), None);
    assert_eq!(owner.statistics().connections.connected, 1);
}

#[test]
fn a_link_whose_packets_come_in_another_order_is_ended() {
    let mut ways = ways().into_iter();
    let ((_, from_edges), (to_edges, _)) = ways.next().unwrap();
    let mut owner = RemoteLinks::new(to_edges, from_edges, NETWORKS);
    let ((mut to_owners, _), _) = ways.next().unwrap();
    let (link, mut buffer, now) = (LinkNumber(9), Vec::new(), Instant::now());
    let connected = ToOwner::Connected { link, session: "main", about: ABOUT };
    to_owners.send(Member(0), Delivery::Reliable, connected.write(&mut buffer));
    for number in [Some(3), None, Some(5), Some(4), Some(6)] {
        let packet = ToOwner::Packet { link, number, packet: b"room" };
        to_owners.send(Member(0), Delivery::Reliable, packet.write(&mut buffer));
    }
    to_owners.flush();
    assert!(matches!(owner.poll_event(now, &mut Vec::new()), Some(ServerLinkEvent::Connected { .. })));
    for _ in 0..3 {
        assert!(matches!(owner.poll_event(now, &mut Vec::new()), Some(ServerLinkEvent::Packet { .. })));
    }
    assert!(matches!(owner.poll_event(now, &mut Vec::new()), Some(ServerLinkEvent::Disconnected { .. })));
    assert_eq!(owner.poll_event(now, &mut Vec::new()), None);
}

#[test]
fn what_a_lost_owner_gives_back_comes_before_what_was_sent_since() {
    let mut ways = ways().into_iter();
    let (_, (mut former, _)) = ways.next().unwrap();
    let ((_, mut at_next), _) = ways.next().unwrap();
    let ((edge_out, _), (_, from_owners)) = ways.next().unwrap();
    let mut edge = EdgeLinks::new(edge_out, from_owners);
    assert!(edge.connected(Some(Member(0)), 'a', "main", ABOUT));
    assert_eq!(edge.packet('a', Delivery::Reliable, &[0]), Some(true));
    assert_eq!(edge.packet('a', Delivery::Reliable, &[1]), Some(true));
    assert!(edge.set_owner("main", None, |_| None).is_empty());
    assert_eq!(edge.packet('a', Delivery::Reliable, &[2]), Some(true));
    let mut buffer = Vec::new();
    for number in 0..2 {
        let back = ToEdge::Returned { link: LinkNumber(0), number, packet: &[number as u8] };
        former.send(Member(2), Delivery::Reliable, back.write(&mut buffer));
    }
    former.flush();
    assert_eq!(edge.poll(), None);
    assert!(edge.set_owner("main", Some(Member(1)), |_| None).is_empty());
    edge.flush();
    let mut numbers = Vec::new();
    while at_next.poll().is_some() {
        if let Ok(ToOwner::Packet { number, packet, .. }) = ToOwner::read(at_next.message()) {
            numbers.push((number, packet.to_vec()));
        }
    }
    assert_eq!(numbers, [(Some(0), vec![0]), (Some(1), vec![1]), (Some(2), vec![2])]);
}

/// Describes the events that an owner reports until now.
fn heard_by(owner: &mut RemoteLinks) -> Vec<String> {
    let mut heard = Vec::new();
    while let Some(event) = owner.poll_event(Instant::now(), &mut Vec::new()) {
        heard.push(match event {
            ServerLinkEvent::Connected { peer, .. } => format!("{} is up", peer.0 as u32),
            ServerLinkEvent::Disconnected { peer, reason } => {
                format!("{} is gone: {reason:?}", peer.0 as u32)
            }
            ServerLinkEvent::Packet { .. } => "a packet".to_owned(),
        });
    }
    heard
}

/// Otherwise it would still have them if it owned the session again.
#[test]
fn an_owner_that_another_one_follows_hears_that_the_links_are_gone() {
    let mut fixture = Fixture::new();
    assert!(fixture.edge.connected(Some(Member(0)), 'a', "main", ABOUT));
    assert!(fixture.edge.set_owner("main", None, |_| None).is_empty());
    fixture.flush();
    assert_eq!(heard_by(&mut fixture.owners[0]), ["0 is up"], "it may be the owner still");
    assert!(fixture.edge.set_owner("main", Some(Member(1)), |_| None).is_empty());
    fixture.flush();
    assert_eq!(heard_by(&mut fixture.owners[0]), ["0 is gone: ClosedByUs"]);
    assert_eq!(heard_by(&mut fixture.owners[1]), ["0 is up"]);
    assert_eq!(fixture.edge.release("main").len(), 1);
    fixture.flush();
    assert_eq!(heard_by(&mut fixture.owners[1]), ["0 is gone: ClosedByUs"], "this worker owns it");
    assert!(heard_by(&mut fixture.owners[0]).is_empty(), "once");
}

/// Players of a node that shuts down reconnect to other nodes before these know of the shutdown.
#[test]
fn a_link_that_comes_while_its_owner_shuts_down_waits_for_the_next_one() {
    let mut fixture = Fixture::new();
    let [ending, next] = fixture.owners.map(|owner| owner.of_node(1));
    fixture.owners = [ending, next];
    let now = Instant::now();
    fixture.owners[0].shutdown(now);
    assert!(fixture.edge.connected(Some(Member(0)), 'a', "session of 0", ABOUT));
    assert_eq!(fixture.edge.packet('a', Delivery::Reliable, b"let me in"), Some(true));
    // The edge retries, as the owner may learn of the link after the packet; then it holds the packet.
    for _ in 0..200 {
        fixture.flush();
        assert_eq!(fixture.owners[0].poll_event(now, &mut Vec::new()), None);
        assert_eq!(fixture.edge.poll(), None, "it is not ended");
    }
    assert!(fixture.edge.set_owner("session of 0", Some(Member(1)), |_| None).is_empty());
    fixture.flush();
    assert_eq!(heard_by(&mut fixture.owners[1]), ["0 is up", "a packet"]);
}

/// A worker may learn where a session is before it is told that the owner has changed.
#[test]
fn links_that_wait_are_told_to_the_next_owner_though_another_one_comes_first() {
    let mut fixture = Fixture::new();
    assert!(fixture.edge.connected(None, 'a', "main", ABOUT));
    assert!(fixture.edge.connected(Some(Member(0)), 'b', "main", ABOUT));
    assert!(fixture.edge.set_owner("main", Some(Member(0)), |_| None).is_empty());
    assert!(fixture.edge.connected(Some(Member(0)), 'c', "main", ABOUT));
    fixture.flush();
    assert_eq!(heard_by(&mut fixture.owners[0]), ["0 is up", "1 is up", "2 is up"]);
}

#[test]
fn an_owner_hears_of_the_end_of_a_link_also_while_none_is_known() {
    let mut fixture = Fixture::new();
    assert!(fixture.edge.connected(Some(Member(0)), 'a', "main", ABOUT));
    assert!(fixture.edge.connected(Some(Member(0)), 'b', "main", ABOUT));
    assert!(fixture.edge.set_owner("main", None, |_| None).is_empty());
    assert!(fixture.edge.disconnected('a', &DisconnectReason::TimedOut));
    fixture.flush();
    assert_eq!(heard_by(&mut fixture.owners[0]), ["0 is up", "1 is up", "0 is gone: TimedOut"]);
}

#[test]
fn malformed_messages_are_counted_and_passed_over() {
    let mut ways = ways().into_iter();
    let ((_, from_edges), (to_edges, _)) = ways.next().unwrap();
    let mut owner = RemoteLinks::new(to_edges, from_edges, NETWORKS);
    let ((mut to_owners, _), (mut hostile, _)) = ways.next().unwrap();
    let ((edge_out, _), (_, from_owners)) = ways.next().unwrap();
    let mut edge: EdgeLinks<char> = EdgeLinks::new(edge_out, from_owners);
    for message in [&b""[..], b"\xff", b"\x00\x01"] {
        to_owners.send(Member(0), Delivery::Reliable, message);
        hostile.send(Member(2), Delivery::Reliable, message);
    }
    to_owners.flush();
    hostile.flush();
    assert_eq!((owner.poll_event(Instant::now(), &mut Vec::new()), edge.poll()), (None, None));
    assert_eq!((owner.statistics().links.dropped.malformed, edge.malformed()), (3, 3));
}
