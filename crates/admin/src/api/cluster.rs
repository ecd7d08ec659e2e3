//! All nodes of the cluster: how each does, its sessions, and the links between them.

use std::collections::BTreeMap;
use std::time::Duration;

use axum::http::StatusCode;
use consonance_cluster::placement::NodeId;
use consonance_cluster::{ClusterView, NodeInfo, NodeState, PROTOCOL, QueryError};
use consonance_http::ProblemDetails;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::session::{SessionSummary, summaries};
use crate::app::Operator;
use crate::metrics::Observation;
use crate::nodes::{NodesError, Question, Reply, millis};

/// How the cluster is.
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
    /// Of this run of it: 16 hexadecimal digits.
    id: String,
    /// Where it is; empty if that is not configured.
    region: String,
    /// The version of the program.
    version: String,
    /// Where players reach it; empty if that is not configured.
    address: String,
    /// The version of what nodes say to each other.
    protocol: u16,
    /// It is the node that answers this request.
    is_own: bool,
    /// Whether it is heard by the node that answers this request: `alive`, `lost`, `incompatible`, or `no_bus` while
    /// that node hears no other.
    #[schema(example = "alive")]
    state: &'static str,
    /// How long ago it was heard, in milliseconds; none of the node itself.
    heard_ms_ago: Option<u64>,
    /// How many sessions it owns, by the store.
    sessions: usize,
    /// How long it took to ask it for the rest, in milliseconds; none of the node itself.
    answered_in_ms: Option<f64>,
    /// Why the rest is not known.
    trouble: Option<String>,
    /// What it says itself.
    now: Option<NodeNow>,
}

/// What a node says of itself.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub(super) struct NodeNow {
    /// Players in the sessions that it owns, wherever their links are.
    players: usize,
    /// Connections of players to it, in any session.
    links: usize,
    /// The share of its time in which its busiest worker did something recently, from 0 to 1.
    busy_share: f64,
    uptime_s: u64,
    /// It takes no new players, and ends.
    is_draining: bool,
    /// In how many seconds it ends at the latest, if it does.
    ends_in_s: Option<u64>,
    /// Why players cannot join; none if they can.
    unready: Option<String>,
    /// Whether it has a connection to NATS.
    has_bus: bool,
    /// What it sends to each of the others.
    links_to: Vec<NodeLinkRow>,
}

/// What one node sends to another.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub(super) struct NodeLinkRow {
    /// The name of the other one, or its id.
    to: String,
    /// Its id.
    id: String,
    /// Whether it hears the other one: `alive`, `lost` or `incompatible`.
    state: String,
    /// How long ago it heard it, in milliseconds.
    heard_ms_ago: u64,
    /// Bundles of messages that were sent.
    bundles: u64,
    /// Their bytes.
    bytes: u64,
    /// Bundles that NATS did not take.
    unpublished: u64,
    /// Voice packets that were dropped, since too many waited.
    voice_dropped: u64,
    /// How long ago voice was dropped, in milliseconds; none if it never was.
    dropped_ms_ago: Option<u64>,
    /// Messages that have to arrive and that the other one has not confirmed.
    waiting: usize,
    /// How often such messages were sent again.
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
        players: observation.sessions.iter().map(|session| session.clients).sum(),
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
