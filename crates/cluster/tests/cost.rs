//! What one message of another node costs an owner of sessions and an edge, at worst, with a thousand links between
//! them. Nodes trust each other, but a fault of one must not stop the others.
//!
//! Kinds are taken from matches without a wildcard: a new one does not compile until it has its worst case here.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

use std::time::Instant;

use consonance_cluster::{
    About, BusReceiver, BusSender, EdgeLinks, EdgeNetworks, KeptClient, LinkEnd, LinkNumber, LinkNumbers,
    LinkReport, Member, RemoteLinks, ToEdge, ToOwner, mailboxes,
};
use consonance_link::{Delivery, PacketLimits, ServerNetwork as _, ThirdPartyClient};
use consonance_testing::cost::{Cost, CountingAllocator, alone, measured};

#[global_allocator]
static ALLOCATOR: CountingAllocator = consonance_testing::cost::ALLOCATOR;

const LINKS: u32 = 1000;
const OWNER: Member = Member(0);
const EDGE: Member = Member(1);
const LONG_BYTES: usize = 60_000;
const NETWORKS: EdgeNetworks = EdgeNetworks {
    limits: PacketLimits { reliable_bytes: 1024, unreliable_bytes: 1024 },
    carry_end_reasons: true,
};
const ABOUT: About<'static> =
    About { remote: "192.0.2.1:7", kind: "quic", identity: Some(5), is_resumed: false };

/// An owner and an edge, and the ways on which a test speaks for either.
struct Scene {
    owner: RemoteLinks,
    edge: EdgeLinks<u32>,
    to_owner: Box<dyn BusSender>,
    to_edge: Box<dyn BusSender>,
    /// What the two say, which nobody reads.
    _unread: [Box<dyn BusReceiver>; 2],
}

impl Scene {
    fn new() -> Self {
        let mut ways = mailboxes(2).into_iter();
        let (to_edge, from_edge) = ways.next().unwrap();
        let (to_owner, from_owner) = ways.next().unwrap();
        let mut unread = mailboxes(2).into_iter();
        let ((of_owner, unread_by_owner), (of_edge, unread_by_edge)) =
            (unread.next().unwrap(), unread.next().unwrap());
        let mut owner = RemoteLinks::new(of_owner, from_edge, NETWORKS);
        let mut edge = EdgeLinks::new(of_edge, from_owner);
        let (mut to_owner, mut buffer) = (to_owner, Vec::new());
        for link in 0..LINKS {
            assert!(edge.connected(Some(OWNER), link, "main", ABOUT));
            let connected = ToOwner::Connected { link: LinkNumber(link), session: "main", about: ABOUT };
            assert!(to_owner.send(OWNER, Delivery::Reliable, connected.write(&mut buffer)));
            to_owner.flush();
            assert!(owner.poll_event(Instant::now(), &mut Vec::new()).is_some(), "a link is reported");
        }
        Self { owner, edge, to_owner, to_edge, _unread: [unread_by_owner, unread_by_edge] }
    }

    fn at_owner(&mut self, message: &[u8]) -> Cost {
        assert!(self.to_owner.send(OWNER, Delivery::Reliable, message));
        self.to_owner.flush();
        let now = Instant::now();
        measured(|| {
            let events = std::iter::from_fn(|| self.owner.poll_event(now, &mut Vec::new()).map(drop)).count();
            self.owner.flush(now);
            1 + events
        })
    }

    fn at_edge(&mut self, message: &[u8]) -> Cost {
        assert!(self.to_edge.send(EDGE, Delivery::Reliable, message));
        self.to_edge.flush();
        measured(|| {
            let wanted = std::iter::from_fn(|| self.edge.poll().map(drop)).count();
            self.edge.flush();
            1 + wanted
        })
    }
}

/// The list of all links, as it is written.
fn all_links() -> Vec<u8> {
    let numbers: Vec<u8> = (0..LINKS).flat_map(u32::to_le_bytes).collect();
    postcard::to_allocvec(numbers.as_slice()).unwrap()
}

/// One of each kind, about a link that is there.
fn to_owner<'a>(long: &'a str, links: LinkNumbers<'a>, link: LinkNumber) -> Vec<ToOwner<'a>> {
    let about = About { remote: long, kind: long, identity: None, is_resumed: true };
    let client = KeptClient { client: 7, version: 7, place: None };
    let rooms = ThirdPartyClient { listening: vec![String::new(); 5000], ..ThirdPartyClient::default() };
    let mut kind = Some(ToOwner::Connected { link, session: long, about });
    let mut all = Vec::new();
    while let Some(message) = kind.take() {
        kind = match &message {
            ToOwner::Connected { .. } => {
                Some(ToOwner::Packet { link, number: Some(0), packet: long.as_bytes() })
            }
            ToOwner::Packet { .. } => Some(ToOwner::Disconnected { link, why: LinkEnd::ByClient(long) }),
            ToOwner::Disconnected { .. } => Some(ToOwner::Heard { link, ago_us: u64::MAX }),
            ToOwner::Heard { .. } => {
                Some(ToOwner::Report { link, report: LinkReport::new(None, None, Some(rooms.clone())) })
            }
            ToOwner::Report { .. } => Some(ToOwner::Reachability { links, is_reachable: false }),
            ToOwner::Reachability { .. } => Some(ToOwner::Kept { link, session: long, about, client }),
            ToOwner::Kept { .. } => Some(ToOwner::Account { link, account: long }),
            ToOwner::Account { .. } => None,
        };
        all.push(message);
    }
    all
}

fn to_edge<'a>(long: &'a str, links: LinkNumbers<'a>, link: LinkNumber) -> Vec<ToEdge<'a>> {
    let mut kind = Some(ToEdge::Send { is_reliable: true, links, packet: long.as_bytes() });
    let mut all = Vec::new();
    while let Some(message) = kind.take() {
        kind = match &message {
            ToEdge::Send { .. } => Some(ToEdge::End { link, reason: long }),
            ToEdge::End { .. } => Some(ToEdge::Joined { link, is_joined: true }),
            ToEdge::Joined { .. } => Some(ToEdge::Probe { link }),
            ToEdge::Probe { .. } => Some(ToEdge::Look { link }),
            ToEdge::Look { .. } => Some(ToEdge::Returned { link, number: 0, packet: long.as_bytes() }),
            ToEdge::Returned { .. } => None,
        };
        all.push(message);
    }
    all
}

#[test]
fn no_message_to_an_owner_costs_more_than_a_millisecond_or_a_megabyte() {
    alone(|| {
        let (long, list, mut buffer) = ("x".repeat(LONG_BYTES), all_links(), Vec::new());
        let links: LinkNumbers<'_> = postcard::from_bytes(&list).unwrap();
        // The last slot that a number can name, too.
        for link in [500, LINKS + 1, u32::MAX] {
            for message in to_owner(&long, links, LinkNumber(link)) {
                let cost = Scene::new().at_owner(message.write(&mut buffer));
                let what = format!("{message:?}").chars().take(30).collect::<String>();
                cost.assert_is_bounded(&format!("link {link}, {what}"));
            }
        }
        Scene::new().at_owner(&vec![0xff; LONG_BYTES]).assert_is_bounded("nonsense");
    });
}

#[test]
fn no_message_to_an_edge_costs_more() {
    alone(|| {
        let (long, list, mut buffer) = ("x".repeat(LONG_BYTES), all_links(), Vec::new());
        let links: LinkNumbers<'_> = postcard::from_bytes(&list).unwrap();
        for link in [500, LINKS + 1] {
            for message in to_edge(&long, links, LinkNumber(link)) {
                let cost = Scene::new().at_edge(message.write(&mut buffer));
                let what = format!("{message:?}").chars().take(30).collect::<String>();
                cost.assert_is_bounded(&format!("link {link}, {what}"));
            }
        }
        Scene::new().at_edge(&vec![0xff; LONG_BYTES]).assert_is_bounded("nonsense");
    });
}
