//! `[cluster]`: this server as one of several that share their sessions.

use std::num::NonZeroUsize;

use consonance_admin::Operator;
use consonance_admin::metrics::ClusterNumbers;
use consonance_cluster::placement::NodeId;
use consonance_cluster::{ClusterNode, NodeInfo};
use consonance_nats::{NatsError, NatsNode, NatsReplica, NatsSettings, NatsStatus};
use consonance_server::records::{Records, SharedRecords};
use consonance_server::{DedicatedServer, ServerHandle, SessionsSettings, Workers};
use consonance_server_config::{ConfigProblem, LoadedConfig};

use super::joining::read_secret_line;

/// How this server is one of several.
pub(super) struct PreparedCluster {
    settings: NatsSettings,
    info: NodeInfo,
}

/// The same with workers that wait for players.
pub(super) struct OpenedCluster {
    settings: NatsSettings,
    id: NodeId,
    node: ClusterNode,
    records: Records,
}

/// The same with a server: it shares sessions, bans and the audit log. Dropping it leaves the cluster.
pub(super) struct JoinedCluster {
    node: NatsNode,
    _records: NatsReplica,
}

/// None if this server is alone.
pub(super) fn read(
    loaded: &LoadedConfig,
    notes: &mut Vec<String>,
) -> Result<Option<PreparedCluster>, ConfigProblem> {
    let config = &loaded.config.cluster;
    if !config.is_on() {
        return Ok(None);
    }
    let mut settings = NatsSettings::new(config.nats.clone(), &config.name);
    settings.credentials.clone_from(&config.credentials_file);
    settings.ca.clone_from(&config.authorities_file);
    settings.certificate = config.certificate_file.clone().zip(config.private_key_file.clone());
    settings.replicas = config.store_replicas;
    if let (Some(user), Some(file)) = (&config.user, &config.password_file) {
        let password = read_secret_line(loaded, "cluster.password_file", file, notes)?;
        settings.user = Some((user.clone(), password.reveal().to_owned()));
    }
    settings.check().map_err(|error| {
        let key = if matches!(error, NatsError::InvalidClusterName { .. }) {
            "cluster.name"
        } else {
            "cluster.nats"
        };
        loaded.problem(key, error.to_string())
    })?;
    let text = |text: &Option<String>| text.as_deref().unwrap_or_default().into();
    let info = NodeInfo {
        name: text(&config.node_name),
        region: text(&config.region),
        version: env!("CARGO_PKG_VERSION").into(),
        address: text(&loaded.config.host),
    };
    Ok(Some(PreparedCluster { settings, info }))
}

/// The workers of this server, which is alone or one of several.
pub(super) fn workers(
    cluster: Option<PreparedCluster>,
    sessions: &SessionsSettings,
    count: NonZeroUsize,
    are_pinned: bool,
) -> (Workers, Option<OpenedCluster>) {
    let Some(PreparedCluster { settings, info }) = cluster else {
        return (Workers::new(sessions, count).pinned(are_pinned), None);
    };
    let name = info.name.clone();
    let (workers, id, node) = Workers::of_node(sessions, count, info);
    let records = sessions.records.clone();
    records.share(id, &name);
    (workers.pinned(are_pinned), Some(OpenedCluster { settings, id, node, records }))
}

impl OpenedCluster {
    /// Joins the others, on a thread that goes on trying where NATS cannot be reached.
    pub(super) fn start(self, handle: ServerHandle) -> Result<JoinedCluster, NatsError> {
        let Self { settings, id, node, records } = self;
        let records = Box::new(SharedRecords::new(records, handle.clone()));
        let records = NatsReplica::start(settings.clone(), id, records)?;
        let node = NatsNode::start(settings, id, node, move |event| handle.follow_node(event))?;
        Ok(JoinedCluster { node, _records: records })
    }
}

/// Shows operators how it does and the other nodes, if this server is one of several.
pub(super) fn watched(
    operator: Operator,
    server: &DedicatedServer,
    cluster: Option<&JoinedCluster>,
) -> Operator {
    let Some(JoinedCluster { node, .. }) = cluster else { return operator };
    let counters = node.counters();
    let operator = operator.with_cluster(move || numbers(&counters.read()));
    operator.with_nodes(node.queries(), server.inspection())
}

fn numbers(status: &NatsStatus) -> ClusterNumbers {
    let (node, streams) = (&status.node, &status.node.streams);
    ClusterNumbers {
        is_connected: status.is_connected,
        disconnects: status.disconnects,
        published: status.published,
        dropped: status.dropped,
        slow: status.slow,
        malformed: status.malformed,
        nodes: node.nodes,
        owned: node.owned,
        followed: node.followed,
        takeovers: node.takeovers,
        bundles: streams.bundles,
        bundle_bytes: streams.bytes,
        voice_sent: streams.unreliable,
        voice_dropped: streams.dropped,
        resent: streams.resent,
    }
}
