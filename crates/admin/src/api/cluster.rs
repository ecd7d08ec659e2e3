//! All nodes of the cluster: how each does, its sessions, and the links between them.

use std::collections::BTreeMap;
use std::time::Duration;

use axum::http::StatusCode;
use consonance_cluster::placement::NodeId;
use consonance_cluster::{ClusterView, NodeInfo, NodeState, PROTOCOL, QueryError};
use consonance_link::http::ProblemDetails;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::session_view::{SessionSummary, summaries};
use crate::metrics::Observation;
use crate::nodes::{NodesError, Question, Reply, millis};
use crate::operator::Operator;

/// The state of the cluster.
#[derive(Debug)]
pub(crate) struct ClusterState {
    pub(super) view: ClusterView,
    pub(super) nodes: Vec<NodeRow>,
    pub(super) sessions: Vec<SessionSummary>,
}

/// A node of the cluster.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct NodeRow {
    /// Its name, or its id if it has none.
    name: String,
    /// The id of this run of the node: 16 hexadecimal digits.
    id: String,
    /// Its region; empty if that is not configured.
    region: String,
    /// The version of the program.
    version: String,
    /// Its address for players; empty if that is not configured.
    address: String,
    /// The version of the protocol between nodes.
    protocol: u16,
    /// Whether it is the node that answers this request.
    is_own: bool,
    /// Its state as seen by the node that answers this request: `alive`, `lost`, `incompatible`, or `no_bus` while that
    /// node receives nothing from the others.
    #[schema(example = "alive")]
    state: &'static str,
    /// The time since its last heartbeat, in milliseconds; none for the answering node.
    heard_ms_ago: Option<u64>,
    /// The number of sessions that it owns, according to the store.
    sessions: usize,
    /// The time of the query for the other fields, in milliseconds; none for the answering node.
    answered_in_ms: Option<f64>,
    /// Why the other fields are unknown.
    trouble: Option<String>,
    /// Its own report.
    now: Option<NodeNow>,
}

/// A node's own report.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub(super) struct NodeNow {
    /// Players in the sessions that it owns, whichever node they are connected to.
    players: usize,
    /// Connections of players to it, in any session.
    links: usize,
    /// The recent load of its busiest worker, from 0 to 1.
    busy_share: f64,
    uptime_s: u64,
    /// Whether it is draining: it admits no new players, and exits.
    is_draining: bool,
    /// The seconds until it exits at the latest, if it is draining.
    ends_in_s: Option<u64>,
    /// Why players cannot join; none if they can.
    unready: Option<String>,
    /// Whether it has a connection to NATS.
    has_bus: bool,
    /// Its traffic to each of the other nodes.
    links_to: Vec<NodeLinkRow>,
}

/// The traffic from one node to another.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub(super) struct NodeLinkRow {
    /// The name of the other node, or its id.
    to: String,
    /// The id of the other node.
    id: String,
    /// The state of the other node as seen by this one: `alive`, `lost` or `incompatible`.
    state: String,
    /// The time since the other node's last heartbeat, in milliseconds.
    heard_ms_ago: u64,
    /// Bundles of messages sent.
    bundles: u64,
    /// Their bytes.
    bytes: u64,
    /// Bundles that NATS did not accept.
    unpublished: u64,
    /// Voice packets dropped because the queue was full.
    voice_dropped: u64,
    /// The time since voice was last dropped, in milliseconds; none if it never was.
    dropped_ms_ago: Option<u64>,
    /// Reliable messages that the other node has not confirmed.
    waiting: usize,
    /// Retransmissions of such messages after a timeout.
    resent: u64,
}

/// A node's state as another node sees it.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct NodeOverview {
    now: NodeNow,
    sessions: Vec<SessionSummary>,
}

impl ClusterState {
    /// Asks all nodes at once; it may take two seconds where one does not answer.
    pub(crate) fn gather(operator: &Operator, own: &Observation) -> Result<Self, ProblemDetails> {
        let Some(nodes) = operator.nodes() else {
            return Err(ProblemDetails::new(StatusCode::NOT_FOUND, "this server is not in a cluster"));
        };
        let view = nodes.view()?;
        let alive = view.others.iter().filter(|node| node.state == NodeState::Alive);
        let asked: Vec<_> = alive.map(|node| (node.id, nodes.ask(node.id, &Question::Overview {}))).collect();
        let own = overview(operator, own, &view);
        let mut answers = BTreeMap::new();
        for (id, pending) in asked {
            let answer = pending.wait_timed().map_err(|cause| cause.to_string()).and_then(|(bytes, took)| {
                let overview = Reply::read(bytes).and_then(|reply| reply.body::<NodeOverview>());
                let overview = overview.ok_or("invalid answer; check its version")?;
                Ok((overview, Some(took)))
            });
            answers.insert(id, answer);
        }
        answers.insert(view.own, Ok((own, None)));
        let mut sessions = sessions(&view, &answers);
        sessions.sort_by(|a, b| a.name.cmp(&b.name));
        let mut rows: Vec<_> = ids(&view).map(|id| row(&view, id, answers.remove(&id))).collect();
        rows.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
        Ok(Self { view, nodes: rows, sessions })
    }
}

/// This node's state for another node.
pub(super) fn overview(operator: &Operator, observation: &Observation, view: &ClusterView) -> NodeOverview {
    let links = operator.server().ask_all(|session_loop, _| session_loop.links());
    let busy = observation.workers.iter().map(|worker| worker.busy_share);
    let link = |other: &consonance_cluster::NodeView| NodeLinkRow {
        to: view.name_of(other.id),
        id: other.id.to_string(),
        state: state_in_words(other.state).to_owned(),
        heard_ms_ago: millis(other.heard_ago),
        bundles: other.statistics.bundles,
        bytes: other.statistics.bytes,
        unpublished: other.link.unpublished,
        voice_dropped: other.statistics.dropped,
        dropped_ms_ago: other.link.dropped_ago.map(millis),
        waiting: other.link.waiting,
        resent: other.statistics.resent,
    };
    let now = NodeNow {
        players: observation.totals.clients(),
        links: links.into_iter().flatten().sum(),
        busy_share: busy.fold(0.0, f64::max),
        uptime_s: observation.uptime.as_secs(),
        is_draining: observation.drains_for.is_some(),
        ends_in_s: observation.drains_for.map(|left| left.as_secs()),
        unready: observation.unready(),
        has_bus: view.has_bus,
        links_to: view.others.iter().map(link).collect(),
    };
    NodeOverview { now, sessions: summaries(observation) }
}

type Answers = BTreeMap<NodeId, Result<(NodeOverview, Option<Duration>), String>>;

/// Each session with its node. Those of a node that has not answered are there, too, by the store.
fn sessions(view: &ClusterView, answers: &Answers) -> Vec<SessionSummary> {
    let told = answers.iter().filter_map(|(id, answer)| Some((*id, &answer.as_ref().ok()?.0)));
    let told = told.flat_map(|(id, overview)| {
        let node = Some(view.name_of(id));
        overview.sessions.iter().map(move |session| SessionSummary { node: node.clone(), ..session.clone() })
    });
    let is_untold = |owner: &NodeId| !matches!(answers.get(owner), Some(Ok(_)));
    let untold = view.sessions.iter().filter(|(_, owner)| is_untold(owner));
    let untold = untold.map(|(name, owner)| SessionSummary {
        name: name.to_string(),
        players: None,
        node: Some(view.name_of(*owner)),
    });
    told.chain(untold).collect()
}

fn ids(view: &ClusterView) -> impl Iterator<Item = NodeId> {
    std::iter::once(view.own).chain(view.others.iter().map(|node| node.id))
}

fn row(
    view: &ClusterView,
    id: NodeId,
    answer: Option<Result<(NodeOverview, Option<Duration>), String>>,
) -> NodeRow {
    let other = view.others.iter().find(|node| node.id == id);
    let NodeInfo { region, version, address, .. } = other.map_or(&view.info, |node| &node.info);
    let state = match other {
        None => state_in_words(NodeState::Alive),
        Some(_) if !view.has_bus => "no_bus",
        Some(other) => state_in_words(other.state),
    };
    let (now, answered_in, trouble) = match answer {
        Some(Ok((overview, took))) => (Some(overview.now), took, None),
        Some(Err(trouble)) => (None, None, Some(trouble)),
        None => (None, None, Some(QueryError::NotHeard.to_string())),
    };
    NodeRow {
        name: view.name_of(id),
        id: id.to_string(),
        region: region.to_string(),
        version: version.to_string(),
        address: address.to_string(),
        protocol: other.map_or(PROTOCOL, |node| node.protocol),
        is_own: other.is_none(),
        state,
        heard_ms_ago: other.map(|node| millis(node.heard_ago)),
        sessions: view.sessions.values().filter(|owner| **owner == id).count(),
        answered_in_ms: answered_in.map(|took| took.as_secs_f64() * 1e3),
        trouble,
        now,
    }
}

fn state_in_words(state: NodeState) -> &'static str {
    match state {
        NodeState::Alive => "alive",
        NodeState::Lost => "lost",
        NodeState::Incompatible => "incompatible",
    }
}

/// A node by its name or id; none if it is this one.
pub(super) fn find(view: &ClusterView, node: &str) -> Result<Option<crate::nodes::AskedNode>, NodesError> {
    if *view.info.name == *node || view.own.to_string() == node {
        return Ok(None);
    }
    let found = view.find(node).ok_or_else(|| NodesError::Unknown { node: node.to_owned() })?;
    Ok(Some(crate::nodes::AskedNode { id: found.id, name: view.name_of(found.id) }))
}
