//! `[cluster]`: this server as one of several that share their sessions.

use std::collections::BTreeSet;

use consonance_admin::Operator;
use consonance_cluster::nats::{NatsError, NatsNode, NatsPermissions, NatsReplica, NatsSettings};
use consonance_cluster::placement::NodeId;
use consonance_cluster::{ClusterNode, NodeInfo};
use consonance_link::authority;
use consonance_quic::QuicAddress;
use consonance_server::records::{Records, SharedRecords};
use consonance_server::{DedicatedServer, SessionsSettings, WorkerThreads, Workers};
use consonance_server_config::{Config, ConfigError, ConfigProblem, LoadedConfig};
use consonance_session::SERVER_BYTES_MAX;
use tracing::warn;

use super::host::place_at;
use super::joining::read_secret_line;

/// The settings of this server as a node of a cluster.
pub(super) struct PreparedCluster {
    settings: NatsSettings,
    info: NodeInfo,
    /// The address at which players reach this server, if configured.
    address: Option<Box<str>>,
}

/// The cluster node with workers that wait for players.
pub(super) struct OpenedCluster {
    settings: NatsSettings,
    id: NodeId,
    node: ClusterNode,
    records: Records,
    /// The address at which players reach this server, if configured.
    address: Option<Box<str>>,
}

/// The cluster node with a running server: it shares sessions, bans and the audit log. Dropping it leaves the
/// cluster.
pub(super) struct JoinedCluster {
    node: NatsNode,
    _records: NatsReplica,
}

/// Reads the settings; `None` if this server is not in a cluster.
pub(super) fn read(
    loaded: &LoadedConfig,
    notes: &mut Vec<String>,
) -> Result<Option<PreparedCluster>, ConfigProblem> {
    let config = &loaded.config.cluster;
    if !config.is_on() {
        return Ok(None);
    }
    let mut settings = config.connection.clone();
    settings.servers = config.nats.iter().map(|url| url.0.clone()).collect();
    settings.certificate = config.certificate_file.clone().zip(config.private_key_file.clone());
    settings.region = config.node.closed_region().map(str::to_owned);
    if let (Some(user), Some(file)) = (&config.user, &config.password_file) {
        let password = read_secret_line(loaded, "cluster.password_file", file, notes)?;
        settings.user = Some((user.clone(), password));
    }
    settings.check().map_err(|error| {
        let is_name = matches!(error, NatsError::InvalidClusterName { .. });
        let key = if is_name { "cluster.name" } else { "cluster.nats" };
        loaded.problem(key, error.to_string())
    })?;
    let info = config.node.info(env!("CARGO_PKG_VERSION"));
    let address = config.node.address.as_deref().map(|address| read_address(loaded, address)).transpose()?;
    Ok(Some(PreparedCluster { settings, info, address }))
}

/// An address that players can be told.
fn read_address(loaded: &LoadedConfig, address: &str) -> Result<Box<str>, ConfigProblem> {
    let problem = |problem: String| loaded.problem("cluster.address", problem);
    let invalid = |it| problem(format!("invalid address {address:?}, expected host:port: {it}"));
    // Any session will do.
    let read: QuicAddress =
        format!("quic://{address}/main").parse().map_err(|error| invalid(format!("{error}")))?;
    let text = authority(read.host(), read.port());
    if text.len() > SERVER_BYTES_MAX {
        return Err(invalid(format!("it is longer than {SERVER_BYTES_MAX} bytes")));
    }
    Ok(text.into())
}

/// What each server of the cluster has to be allowed at NATS, in the syntax of its configuration and for `nsc`.
pub(super) fn permissions(loaded: &LoadedConfig) -> Result<String, ConfigError> {
    let permissions = NatsPermissions::of_cluster(&loaded.config.cluster.connection.cluster)
        .map_err(|error| loaded.problem("cluster.name", error.to_string()))?;
    let (publish, subscribe) = (permissions.publish.join(","), permissions.subscribe.join(","));
    Ok(format!(
        "# For an account that has only this cluster: with these permissions, NATS can be made to publish to any \
         subject of the account.\n\
         {permissions}# With nsc: nsc edit user NAME --allow-pub '{publish}' --allow-sub '{subscribe}'\n"
    ))
}

/// The workers of this server, which is alone or one of several.
pub(super) fn workers(
    cluster: Option<PreparedCluster>,
    sessions: &SessionsSettings,
    threads: &WorkerThreads,
) -> (Workers, Option<OpenedCluster>) {
    let (count, are_pinned) = (threads.number(), threads.are_pinned);
    let Some(PreparedCluster { settings, info, address }) = cluster else {
        return (Workers::new(sessions, count).pinned(are_pinned), None);
    };
    let name = info.name.clone();
    let (workers, id, node) = Workers::of_node(sessions, count, info);
    let records = sessions.records.clone();
    records.share(id, &name);
    (workers.pinned(are_pinned), Some(OpenedCluster { settings, id, node, records, address }))
}

/// Joins the other servers, if there are any, on threads that keep trying while NATS cannot be reached.
///
/// `ports` are those of the QUIC listeners: players of all servers are told this server's address, if there is only
/// one.
pub(super) fn start(
    cluster: Option<OpenedCluster>,
    server: &DedicatedServer,
    config: &Config,
    ports: impl Iterator<Item = u16>,
) -> Result<Option<JoinedCluster>, NatsError> {
    let Some(OpenedCluster { settings, id, mut node, records, address }) = cluster else { return Ok(None) };
    let listeners = config.listen.quic.iter().zip(ports);
    let places = listeners.filter_map(|(listener, port)| place_at(config, listener.ip(), port));
    let places: BTreeSet<String> = places.collect();
    let only = places.first().filter(|_| places.len() == 1);
    let address = address.as_deref().or(only.map(String::as_str)).unwrap_or_default();
    if address.is_empty() {
        warn!("players are not told this server's address, as it is unknown: set cluster.address");
    }
    node.set_address(address, config.cluster.node.spans_regions);
    let handle = server.handle();
    let records = Box::new(SharedRecords::new(records, handle.clone()));
    let records = NatsReplica::start(settings.clone(), id, records)?;
    let node = NatsNode::start(settings, id, node, move |event| handle.follow_node(event))?;
    Ok(Some(JoinedCluster { node, _records: records }))
}

/// Gives operators the state of the cluster and access to its other nodes, if this server is in a cluster.
pub(super) fn watched(
    operator: Operator,
    server: &DedicatedServer,
    cluster: Option<&JoinedCluster>,
) -> Operator {
    let Some(JoinedCluster { node, .. }) = cluster else { return operator };
    let counters = node.counters();
    let operator = operator.with_cluster(move || counters.read());
    operator.with_nodes(node.queries(), server.inspection())
}
