//! The messages of protocol 1, byte for byte: while a cluster is updated, it has both nodes that speak it and nodes of
//! this version. This version reads messages of later ones, and ignores their additions.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use consonance_link::{DatagramPath, Delivery, LinkQuality, PageState, ThirdPartyClient};

use crate::bus::BusEvent;
use crate::link_number::{LinkNumber, LinkNumbers};
use crate::nodes::{BusWay, WAYS, join_nodes};
use crate::placement::{NodeId, Revision, StoreAnswer};
use crate::{
    About, ClusterNode, KeptClient, LinkEnd, LinkReport, NodeEvent, NodeInfo, PROTOCOL, Publication,
    SessionMessage, ToEdge, ToOwner,
};

/// For each kind of message, its name and its bytes in hexadecimal. Lines are added, and never changed.
const VECTORS: &str = include_str!("protocol_1/vectors.txt");

const LINK: LinkNumber = LinkNumber(0xAB12_3456);
const ABOUT: About<'static> =
    About { remote: "192.0.2.1:7", kind: "quic", identity: Some(1 << 50), is_resumed: true };

fn to_owner(tell: &mut impl FnMut(&str, ToOwner<'_>)) {
    tell("connected", ToOwner::Connected { link: LINK, session: "arena", about: ABOUT });
    tell("packet", ToOwner::Packet { link: LINK, number: Some(300), packet: b"voice" });
    for (name, why) in [
        ("by-edge", LinkEnd::ByEdge),
        ("by-client", LinkEnd::ByClient("(kicked) go")),
        ("timed-out", LinkEnd::TimedOut),
        ("overloaded", LinkEnd::Overloaded("1024 packets")),
        ("violation", LinkEnd::Violation("a frame of type 9")),
    ] {
        tell(&format!("disconnected-{name}"), ToOwner::Disconnected { link: LINK, why });
    }
    tell("heard", ToOwner::Heard { link: LINK, ago_us: 300 });
    tell("report-empty", ToOwner::Report { link: LINK, report: LinkReport::default() });
    for (name, datagram_path) in [
        ("connection", DatagramPath::Connection),
        ("trying", DatagramPath::Trying),
        ("fast", DatagramPath::FastPath),
        ("blocked", DatagramPath::Blocked { port: 7777 }),
    ] {
        let report = LinkReport::new(Some(quality(datagram_path)), Some(page()), None);
        tell(&format!("report-{name}"), ToOwner::Report { link: LINK, report });
    }
    let report = LinkReport::new(None, None, Some(third_party()));
    tell("report-mumble", ToOwner::Report { link: LINK, report });
    let links = LinkNumbers::new(&[0x56, 0x34, 0x12, 0xAB, 1, 0, 0, 0]);
    tell("reachability", ToOwner::Reachability { links, is_reachable: false });
    for (name, place) in [("kept", None), ("kept-in-place", Some([1.5, -2.0, 300.25]))] {
        let client = KeptClient { client: 300, version: 70_000, place };
        tell(name, ToOwner::Kept { link: LINK, session: "arena", about: ABOUT, client });
    }
    tell("account", ToOwner::Account { link: LINK, account: "mumble:a9993e36" });
}

fn quality(datagram_path: DatagramPath) -> LinkQuality {
    LinkQuality {
        round_trip: Duration::from_millis(40),
        datagrams_sent: 1,
        datagrams_lost: 2,
        datagrams_received: Some(3),
        datagram_path,
    }
}

fn third_party() -> ThirdPartyClient {
    ThirdPartyClient {
        client: "1.5".to_owned(),
        self_mute: true,
        room: Some("red".to_owned()),
        listening: vec!["blue".to_owned()],
        voice: Some(Duration::from_millis(20)),
        ..ThirdPartyClient::default()
    }
}

fn page() -> PageState {
    PageState {
        is_connected: true,
        channels: 2,
        voice: Some(Duration::from_millis(20)),
        slots: 8,
        without_slot: vec!["Ann".to_owned()],
        ignored: vec!["Ben".to_owned()],
        ..PageState::default()
    }
}

fn to_edge(tell: &mut impl FnMut(&str, ToEdge<'_>)) {
    let links = LinkNumbers::new(&[0x56, 0x34, 0x12, 0xAB, 1, 0, 0, 0]);
    tell("send", ToEdge::Send { is_reliable: true, links, packet: b"state" });
    tell("end", ToEdge::End { link: LINK, reason: "(kicked) go" });
    tell("joined", ToEdge::Joined { link: LINK, is_joined: true });
    tell("probe", ToEdge::Probe { link: LINK });
    tell("look", ToEdge::Look { link: LINK });
}

fn about_session(tell: &mut impl FnMut(&str, SessionMessage<'_>)) {
    let session = "arena";
    tell("copy-begins", SessionMessage::CopyBegins { session, number: 1_885_161_622 });
    tell("changed", SessionMessage::Changed { session, version: 70_000, change: b"change" });
    tell("copy-is-whole", SessionMessage::CopyIsWhole { session, version: 70_000 });
    tell("hears-all", SessionMessage::WantsAllVoice { session, is_all: true });
    tell("voice", SessionMessage::Voice { session, client: 300, packet: b"voice" });
    let place = [1.0, -2.5, 1e6];
    tell("placed-voice", SessionMessage::PlacedVoice { session, client: 300, place, packet: b"voice" });
}

/// The messages that nodes publish: a beat, an announcement, and a bundle with parcels of each way.
fn published(tell: &mut impl FnMut(&str, &[u8])) {
    let Node { mut cluster, mut workers, now } = Node::new(0x00F3_A2C0_9B7D_1E55);
    cluster.handle_bus(now, true);
    assert!(cluster.requests().place("arena", 1_885_161_622, 1));
    cluster.handle_timeout(now);
    let request = cluster.poll_request().unwrap();
    cluster.handle_answer(now, request.number, StoreAnswer::Done(Revision(70_000)));
    let other = cluster.workers().number(NodeId(9), 1).unwrap();
    for (index, (out, _)) in workers.iter_mut().enumerate() {
        for delivery in [Delivery::Reliable, Delivery::Unreliable] {
            assert!(out.send(other, delivery, format!("message {index}").as_bytes()));
        }
        out.flush();
    }
    cluster.handle_timeout(now);
    while let Some(publication) = cluster.poll_publish(now) {
        match publication {
            Publication::Beat(bytes) => tell("beat", bytes),
            Publication::Announcement(bytes) => tell("announcement", bytes),
            Publication::Bundle(NodeId(9), bytes) => tell("bundle", bytes),
            Publication::Bundle(..) | Publication::Query(..) => panic!("for node 9 only"),
        }
    }
    let hello = postcard::to_allocvec(&(PROTOCOL, PROTOCOL, 9_u64, 0_u64, "nine", "", "", "")).unwrap();
    cluster.handle_beat(now, &hello).unwrap();
    let _pending = cluster.queries().ask(NodeId(9), b"how are you?".to_vec());
    let question = postcard::to_allocvec(&(0_u32, 9_u64, 300_u64, &b"and you?"[..])).unwrap();
    cluster.handle_query_message(now, &question).unwrap();
    let asked = cluster.queries().next_question(Duration::ZERO).unwrap();
    cluster.queries().answer(&asked, b"well".to_vec());
    for turn in 0..2 {
        let now = now + Duration::from_millis(turn);
        cluster.handle_timeout(now);
        while let Some(publication) = cluster.poll_publish(now) {
            match publication {
                Publication::Query(NodeId(9), bytes) if bytes[0] == 0 => tell("query-question", bytes),
                Publication::Query(NodeId(9), bytes) => tell("query-answer", bytes),
                other => panic!("{other:?}"),
            }
        }
    }
}

struct Node {
    cluster: ClusterNode,
    /// The bus ends of its one worker, one for each way.
    workers: [BusWay; WAYS],
    now: Instant,
}

impl Node {
    fn new(own: u64) -> Self {
        let mut joined = std::array::from_fn::<_, WAYS, _>(|_| join_nodes(1));
        let workers = joined.each_mut().map(|joined| joined.workers.remove(0));
        let info = NodeInfo {
            name: "fra-1".into(),
            region: "eu-central".into(),
            version: "0.1.0".into(),
            address: "fra.example.org".into(),
        };
        let (now, buses) = (Instant::now(), joined.map(|joined| joined.gateway));
        Self { cluster: ClusterNode::new(now, NodeId(own), info, 1, buses), workers, now }
    }

    /// The messages that have arrived for its worker by a way.
    fn taken(&mut self, way: usize) -> Vec<Vec<u8>> {
        let (_, incoming) = &mut self.workers[way];
        let next = || {
            let event = incoming.poll()?;
            matches!(event, BusEvent::Message(_)).then(|| incoming.message().to_vec())
        };
        std::iter::from_fn(next).collect()
    }
}

fn vector(name: &str) -> Vec<u8> {
    let line = VECTORS.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    let digits = line.unwrap_or_else(|| panic!("no vector {name}")).as_bytes();
    let (pairs, _) = digits.as_chunks::<2>();
    pairs.iter().map(|pair| u8::from_str_radix(str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
}

#[test]
fn every_message_is_written_as_protocol_1_has_it() {
    let (mut written, mut buffer) = (String::new(), Vec::new());
    let mut line = |name: String, bytes: &[u8]| {
        let _ = write!(written, "{name} ");
        for byte in bytes {
            let _ = write!(written, "{byte:02x}");
        }
        written.push('\n');
    };
    published(&mut |name, bytes| line(name.to_owned(), bytes));
    to_owner(&mut |name, message| line(format!("to-owner-{name}"), message.write(&mut buffer)));
    to_edge(&mut |name, message| line(format!("to-edge-{name}"), message.write(&mut buffer)));
    about_session(&mut |name, message| line(format!("session-{name}"), message.write(&mut buffer)));
    for (line, expected) in written.lines().zip(VECTORS.lines()) {
        assert_eq!(line, expected);
    }
    assert_eq!(written, VECTORS);
}

#[test]
fn every_message_of_protocol_1_is_read_as_it_was_meant() {
    to_owner(&mut |name, message| {
        assert_eq!(ToOwner::read(&vector(&format!("to-owner-{name}"))), Ok(message));
    });
    to_edge(&mut |name, message| {
        assert_eq!(ToEdge::read(&vector(&format!("to-edge-{name}"))), Ok(message));
    });
    about_session(&mut |name, message| {
        assert_eq!(SessionMessage::read(&vector(&format!("session-{name}"))), Ok(message));
    });
    let mut node = Node::new(9);
    // The bundle is for this node's worker 1, which is its worker 0 here.
    let bundle: Vec<u8> = vector("bundle");
    node.cluster.handle_beat(node.now, &vector("beat")).unwrap();
    assert!(
        matches!(node.cluster.poll_event(), Some(NodeEvent::NodeFound { info, .. }) if &*info.name == "fra-1")
    );
    assert!(node.cluster.requests().place("arena", 1, 0));
    node.cluster.handle_timeout(node.now);
    node.cluster.handle_announcement(node.now, &vector("announcement")).unwrap();
    let owner = node.cluster.workers().number(NodeId(0x00F3_A2C0_9B7D_1E55), 1).unwrap();
    let told = NodeEvent::OwnedBy { name: "arena".into(), owner, session: 1_885_161_622 };
    assert_eq!(node.cluster.poll_event(), Some(told));
    let parcels = crate::Bundle::read(&bundle).unwrap().parcels();
    let parcels: Vec<_> = parcels.map(|parcel| parcel.unwrap().message.to_vec()).collect();
    assert_eq!(parcels.iter().filter(|message| **message == b"message 2").count(), 2, "{parcels:?}");
    assert_eq!(parcels.len(), 6);
    node.cluster.handle_query_message(node.now, &vector("query-question")).unwrap();
    let question = node.cluster.queries().next_question(Duration::ZERO).unwrap();
    assert_eq!((question.from.0, &*question.message), (0x00F3_A2C0_9B7D_1E55, &b"how are you?"[..]));
    node.cluster.handle_query_message(node.now, &vector("query-answer")).unwrap();
}

/// The sender, and the fields of `BundleHead` in their order.
type Head = (u64, u32, u32, u32, u64, bool, u64);

/// A bundle of a later version, which may have parcels for a bus that does not exist here.
fn later_bundle(parcels: &[(u32, bool, &[u8])]) -> Vec<u8> {
    // Sender 7 in its first epoch: nothing is over, taken or missing, and numbers start at 0.
    let mut bundle = postcard::to_allocvec::<Head>(&(7, 1, 0, 0, 0, false, 0)).unwrap();
    for (way, is_reliable, message) in parcels {
        let parcel = (*way, *is_reliable, 0_u16, 0_u16, *message);
        bundle.extend(postcard::to_allocvec(&parcel).unwrap());
    }
    bundle
}

#[test]
fn what_a_later_version_adds_is_passed_over_and_nothing_else_is_lost() {
    let mut node = Node::new(9);
    let mut beat = postcard::to_allocvec(&(PROTOCOL + 1, PROTOCOL, 7_u64, 0_u64)).unwrap();
    for text in ["later", "", "9.0", "", "a field of a later version"] {
        beat.extend(postcard::to_allocvec(text).unwrap());
    }
    node.cluster.handle_beat(node.now, &beat).unwrap();
    assert!(
        matches!(node.cluster.poll_event(), Some(NodeEvent::NodeFound { info, .. }) if &*info.name == "later")
    );
    let mut announcement = vector("announcement");
    announcement.extend_from_slice(b"more");
    node.cluster.handle_announcement(node.now, &announcement).unwrap();

    let bundle = later_bundle(&[
        (0, true, b"first"),
        (77, true, b"of a bus that does not exist here"),
        (77, false, b"the same, unreliable"),
        (0, true, b"second"),
        (2, false, b"third"),
    ]);
    node.cluster.handle_bundle(node.now, &bundle).unwrap();
    assert_eq!(node.taken(0), [b"first".to_vec(), b"second".to_vec()]);
    assert_eq!(node.taken(2), [b"third".to_vec()]);
    let statistics = node.cluster.statistics().streams;
    assert_eq!((statistics.unknown, statistics.malformed), (2, 0));

    // All of them count as taken, so that the sender does not resend them.
    node.workers.iter_mut().for_each(|(out, _)| out.flush());
    node.cluster.handle_timeout(node.now);
    let later = node.now + Duration::from_secs(1);
    let mut taken = None;
    while let Some(publication) = node.cluster.poll_publish(later) {
        if let Publication::Bundle(_, bytes) = publication {
            let (head, _) = postcard::take_from_bytes::<Head>(bytes).unwrap();
            taken = Some(head.4);
        }
    }
    assert_eq!(taken, Some(3));
}

#[test]
fn a_kind_that_a_later_version_adds_is_an_error_and_fields_behind_those_of_a_kind_are_passed_over() {
    let later = [[200, 1].as_slice(), b"content of a later kind"].concat();
    assert!(ToOwner::read(&later).is_err() && ToEdge::read(&later).is_err());
    assert!(SessionMessage::read(&later).is_err());
    let longer = |name| [vector(name), b"more".to_vec()].concat();
    assert_eq!(ToOwner::read(&longer("to-owner-heard")), Ok(ToOwner::Heard { link: LINK, ago_us: 300 }));
    assert_eq!(ToEdge::read(&longer("to-edge-probe")), Ok(ToEdge::Probe { link: LINK }));
}
