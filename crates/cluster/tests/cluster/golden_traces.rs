//! Originals see no difference: replays each recorded session with its links at one edge and at three.
//!
//! Reads the folder named by `CONSONANCE_VECTORS`, else the project's own copy.

#![allow(dead_code, reason = "what replays traces is another test's, which needs more of it")]
#![expect(
    clippy::unwrap_used,
    reason = "a trace that is not as expected fails the test, which says what it ran"
)]

#[path = "../../../session/tests/session/golden_vectors/driver.rs"]
mod driver;
#[path = "../../../session/tests/session/golden_vectors/heard.rs"]
mod heard;
#[path = "../../../session/tests/session/golden_vectors/outcome.rs"]
mod outcome;
#[path = "../../../session/tests/session/golden_vectors/recording.rs"]
mod recording;
#[path = "../../../session/tests/session/golden_vectors/replay.rs"]
mod replay;
#[path = "../../../session/tests/session/golden_vectors/trace_client.rs"]
mod trace_client;
#[path = "../../../session/tests/session/golden_vectors/traces.rs"]
mod traces;
#[path = "../../../session/tests/session/golden_vectors/voice_sender.rs"]
mod voice_sender;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Instant;

use consonance_cluster::{About, EdgeLinks, EdgeNetworks, Member, RemoteLinks, Wanted, mailboxes};
use consonance_link::{PacketLimits, Peer, ServerLinkEvent, ServerNetwork as _};
use consonance_session::{Delivery, LinkId};
// Used by the modules above.
use consonance_wire as _;
use serde_json::Value;

use replay::{Arrival, Way};

/// The owner, and the edges that peers are at in turn.
struct AtEdges {
    owner: RemoteLinks,
    edges: Vec<EdgeLinks<u64>>,
    /// The owner's number for each peer.
    peers: BTreeMap<u64, Peer>,
}

const OWNER: Member = Member(0);

impl AtEdges {
    fn new(count: u16) -> Self {
        let networks = EdgeNetworks {
            limits: PacketLimits { reliable_bytes: 1024, unreliable_bytes: 1024 },
            carry_end_reasons: true,
        };
        let mut ways = mailboxes(count + 1).into_iter().zip(mailboxes(count + 1));
        let ((_, from_edges), (to_edges, _)) = ways.next().unwrap();
        let owner = RemoteLinks::new(to_edges, from_edges, networks);
        let edges = ways.map(|((to_owner, _), (_, from_owner))| EdgeLinks::new(to_owner, from_owner));
        Self { owner, edges: edges.collect(), peers: BTreeMap::new() }
    }

    fn edge_of(&mut self, peer: u64) -> &mut EdgeLinks<u64> {
        let count = self.edges.len();
        &mut self.edges[peer as usize % count]
    }
}

impl Way for AtEdges {
    fn connect(&mut self, peer: u64) {
        let about = About { remote: "192.0.2.1:7", kind: "memory", identity: None, is_resumed: false };
        let edge = self.edge_of(peer);
        assert!(edge.connected(Some(OWNER), peer, "main", about));
        edge.flush();
        match self.owner.poll_event(Instant::now(), &mut Vec::new()) {
            Some(ServerLinkEvent::Connected { peer: known, session, .. }) => {
                assert_eq!(session, "main");
                self.peers.insert(peer, known);
            }
            other => panic!("{other:?}"),
        }
    }

    fn to_server(&mut self, peer: u64, packet: &[u8]) -> Vec<u8> {
        let edge = self.edge_of(peer);
        assert_eq!(edge.packet(peer, Delivery::Reliable, packet), Some(true));
        edge.flush();
        let mut bytes = Vec::new();
        match self.owner.poll_event(Instant::now(), &mut bytes) {
            Some(ServerLinkEvent::Packet { peer: from, .. }) => {
                assert_eq!(from, self.peers[&peer]);
                bytes.clone()
            }
            other => panic!("{other:?}"),
        }
    }

    fn to_peers(&mut self, links: &[LinkId], delivery: Delivery, packet: &[u8]) -> Vec<Arrival> {
        let now = Instant::now();
        let peers: Vec<Peer> = links.iter().map(|link| self.peers[&link.0]).collect();
        self.owner.send(now, &peers, delivery, packet);
        self.owner.flush(now);
        let mut arrivals = Vec::new();
        for edge in &mut self.edges {
            while let Some(wanted) = edge.poll() {
                let Wanted::Send { links, delivery, packet } = wanted else { panic!("{wanted:?}") };
                let is_reliable = delivery == Delivery::Reliable;
                let arrive = |peer: &u64| Arrival { peer: *peer, is_reliable, packet: packet.to_vec() };
                arrivals.extend(links.iter().map(arrive));
            }
        }
        arrivals
    }
}

#[test]
fn recorded_sessions_go_on_as_they_did_over_one_edge_and_over_three() {
    let folder = std::env::var_os("CONSONANCE_VECTORS")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../vectors"), PathBuf::from);
    let text = std::fs::read_to_string(folder.join("traces.json")).unwrap();
    let traces: Vec<Value> = serde_json::from_str(&text).unwrap();
    assert!(traces.len() > 20, "{} traces", traces.len());
    for trace in &traces {
        for count in [1, 3] {
            let what = format!("{} with {count} edges", trace["name"]);
            driver::naming_failures(&what, || traces::run_over(trace, Box::new(AtEdges::new(count))));
        }
    }
}
