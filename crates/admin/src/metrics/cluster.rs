//! Cluster counters of a server; no samples if the server is not in a cluster.

use consonance_cluster::ClusterStatus;

use super::families::{
    CLUSTER_BUNDLE_BYTES, CLUSTER_BUNDLES, CLUSTER_CONNECTED, CLUSTER_DISCONNECTS, CLUSTER_MALFORMED,
    CLUSTER_MESSAGES, CLUSTER_NODES, CLUSTER_RESENT, CLUSTER_SESSIONS, CLUSTER_SLOW, CLUSTER_TAKEOVERS,
    CLUSTER_VOICE,
};
use super::samples::{SampleValue, Samples};

pub(super) fn write(out: &mut Samples, status: Option<ClusterStatus>) {
    let single = |value: fn(ClusterStatus) -> u64| status.map(|status| vec![(None, value(status))]);
    let split = |names: [&'static str; 2], values: fn(ClusterStatus) -> [u64; 2]| {
        let named = |status| names.into_iter().map(Some).zip(values(status)).collect();
        status.map(named)
    };
    let both = [
        (&CLUSTER_CONNECTED, single(|it| it.is_connected.into())),
        (&CLUSTER_DISCONNECTS, single(|it| it.disconnects)),
        (&CLUSTER_MESSAGES, split(["published", "dropped"], |it| [it.published, it.dropped])),
        (&CLUSTER_SLOW, single(|it| it.slow)),
        (&CLUSTER_MALFORMED, single(|it| it.malformed)),
        (&CLUSTER_NODES, single(|it| it.node.nodes as u64)),
        (&CLUSTER_SESSIONS, split(["owner", "edge"], |it| [it.node.owned as u64, it.node.followed as u64])),
        (&CLUSTER_TAKEOVERS, single(|it| it.node.takeovers)),
        (&CLUSTER_BUNDLES, single(|it| it.node.streams.bundles)),
        (&CLUSTER_BUNDLE_BYTES, single(|it| it.node.streams.bytes)),
        (
            &CLUSTER_VOICE,
            split(["sent", "dropped"], |it| [it.node.streams.unreliable, it.node.streams.dropped]),
        ),
        (&CLUSTER_RESENT, single(|it| it.node.streams.resent)),
    ];
    for (family, samples) in both {
        let mut out = out.family(family);
        for (label, value) in samples.into_iter().flatten() {
            let labels: Vec<&str> = label.into_iter().collect();
            out.sample(&labels, SampleValue::Integer(value));
        }
    }
}
