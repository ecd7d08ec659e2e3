//! Cluster counters of a server; no samples if the server is not in a cluster.

use super::families::{
    CLUSTER_BUNDLE_BYTES, CLUSTER_BUNDLES, CLUSTER_CONNECTED, CLUSTER_DISCONNECTS, CLUSTER_MALFORMED,
    CLUSTER_MESSAGES, CLUSTER_NODES, CLUSTER_RESENT, CLUSTER_SESSIONS, CLUSTER_SLOW, CLUSTER_TAKEOVERS,
    CLUSTER_VOICE,
};
use super::samples::{SampleValue, Samples};

/// State and counters of a server as a node of a cluster.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ClusterNumbers {
    /// Whether it has a connection to the bus that joins the servers.
    pub is_connected: bool,
    /// Whether the store of sessions has answered just now: without it, no session begins.
    pub does_store_answer: bool,
    /// How often that connection was lost.
    pub disconnects: u64,
    /// Messages that were published.
    pub published: u64,
    /// Messages that were dropped: there was no connection, or too many waited for it.
    pub dropped: u64,
    /// Messages of other servers that were dropped because this server did not take earlier ones in time; a lower
    /// bound in a flood.
    pub slow: u64,
    /// Messages of others that could not be read.
    pub malformed: u64,
    /// Other servers whose heartbeats arrive.
    pub nodes: usize,
    /// Sessions that this server owns.
    pub owned: usize,
    /// Sessions of other servers that it has players of.
    pub followed: usize,
    /// Sessions that it took over from servers that were no longer heard.
    pub takeovers: u64,
    /// Bundles of messages for other servers.
    pub bundles: u64,
    /// Bytes of those bundles.
    pub bundle_bytes: u64,
    /// Voice frames in them, each for all its listeners at one server.
    pub voice_sent: u64,
    /// Voice frames that were dropped before bundling, since too many waited.
    pub voice_dropped: u64,
    /// How often messages that must arrive were sent again.
    pub resent: u64,
}

pub(super) fn write(out: &mut Samples, numbers: Option<ClusterNumbers>) {
    let single = |value: fn(ClusterNumbers) -> u64| numbers.map(|numbers| vec![(None, value(numbers))]);
    let split = |names: [&'static str; 2], values: fn(ClusterNumbers) -> [u64; 2]| {
        let named = |numbers| names.into_iter().map(Some).zip(values(numbers)).collect();
        numbers.map(named)
    };
    let both = [
        (&CLUSTER_CONNECTED, single(|it| it.is_connected.into())),
        (&CLUSTER_DISCONNECTS, single(|it| it.disconnects)),
        (&CLUSTER_MESSAGES, split(["published", "dropped"], |it| [it.published, it.dropped])),
        (&CLUSTER_SLOW, single(|it| it.slow)),
        (&CLUSTER_MALFORMED, single(|it| it.malformed)),
        (&CLUSTER_NODES, single(|it| it.nodes as u64)),
        (&CLUSTER_SESSIONS, split(["owner", "edge"], |it| [it.owned as u64, it.followed as u64])),
        (&CLUSTER_TAKEOVERS, single(|it| it.takeovers)),
        (&CLUSTER_BUNDLES, single(|it| it.bundles)),
        (&CLUSTER_BUNDLE_BYTES, single(|it| it.bundle_bytes)),
        (&CLUSTER_VOICE, split(["sent", "dropped"], |it| [it.voice_sent, it.voice_dropped])),
        (&CLUSTER_RESENT, single(|it| it.resent)),
    ];
    for (family, samples) in both {
        let mut out = out.family(family);
        for (label, value) in samples.into_iter().flatten() {
            let labels: Vec<&str> = label.into_iter().collect();
            out.sample(&labels, SampleValue::Integer(value));
        }
    }
}
