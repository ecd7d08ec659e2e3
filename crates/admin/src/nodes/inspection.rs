//! The inspectors' view of all nodes of the cluster.

use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use consonance_cluster::{ClusterView, NodeState};
use consonance_inspector::{Action, Inspected, ServedNode, ServedNodeLink, ServerSnapshot, Snapshot};

use super::{Question, Reply};
use crate::operator::Operator;

/// The maximum age of other nodes' state: an inspector asks several times a second.
const FRESH: Duration = Duration::from_millis(400);

/// Combines the snapshots of all nodes of the cluster, and lists the nodes that cannot be asked.
pub struct NodeInspection {
    operator: Operator,
    log_levels: String,
    shown: Mutex<Option<(Instant, ServerSnapshot)>>,
}

impl NodeInspection {
    /// An inspection of this operator's node and of those that it reaches; `log_levels` is the program's log filter.
    pub fn new(operator: Operator, log_levels: impl Into<String>) -> Self {
        Self { operator, log_levels: log_levels.into(), shown: Mutex::default() }
    }

    fn look(&self) -> ServerSnapshot {
        let known = self.operator.nodes().and_then(|nodes| Some((nodes, nodes.view().ok()?)));
        let mut own = local_snapshot(&self.operator, known.as_ref().map(|(_, view)| view));
        own.log_levels.clone_from(&self.log_levels);
        let Some((nodes, view)) = known else { return own };
        let not_asked = |name: String, id: String, trouble: String| {
            let mut node = ServedNode::new(name, id);
            node.trouble = Some(trouble);
            node
        };
        let (mut others, mut silent) = (Vec::new(), Vec::new());
        let ask = |node: &consonance_cluster::NodeView| {
            let is_asked = view.has_bus && node.state == NodeState::Alive;
            is_asked.then(|| nodes.ask(node.id, &Question::Snapshot {}))
        };
        let asked: Vec<_> = view.others.iter().map(|node| (node, ask(node))).collect();
        for (node, pending) in asked {
            let (name, id) = (view.name_of(node.id), node.id.to_string());
            match pending.map(consonance_cluster::PendingAnswer::wait) {
                Some(Ok(answer)) => match Reply::read(answer).and_then(|reply| reply.body()) {
                    Some(snapshot) => others.push(snapshot),
                    None => silent.push(not_asked(name, id, "invalid answer; check its version".into())),
                },
                Some(Err(error)) => silent.push(not_asked(name, id, error.to_string())),
                None => silent.push(not_asked(name, id, trouble(&view, node.state).into())),
            }
        }
        own.with_nodes(others, silent)
    }
}

impl Inspected for NodeInspection {
    fn snapshot(&self) -> Snapshot {
        let mut shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((at, snapshot)) = &*shown
            && at.elapsed() < FRESH
        {
            return Snapshot::from(snapshot.clone());
        }
        let fresh = self.look();
        *shown = Some((Instant::now(), fresh.clone()));
        Snapshot::from(fresh)
    }

    /// Does nothing: a server plays no voice and has nothing to mute.
    fn act(&self, _: &Action) -> bool {
        false
    }
}

impl fmt::Debug for NodeInspection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NodeInspection").finish_non_exhaustive()
    }
}

fn trouble(view: &ClusterView, state: NodeState) -> &'static str {
    match state {
        _ if !view.has_bus => "no connection to NATS",
        NodeState::Alive => "it is heard",
        NodeState::Lost => "it is not heard",
        NodeState::Incompatible => "its version does not fit",
    }
}

pub(crate) fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// The snapshot of this node, which is the first of the nodes in it if it knows its cluster.
pub(crate) fn local_snapshot(operator: &Operator, view: Option<&ClusterView>) -> ServerSnapshot {
    let shown = operator.inspection().map(Inspected::snapshot);
    let mut snapshot = shown.as_ref().and_then(Snapshot::server).cloned().unwrap_or_default();
    let Some(view) = view else { return snapshot };
    let mut own = ServedNode::new(view.name_of(view.own), view.own.to_string());
    own.has_bus = view.has_bus;
    for other in &view.others {
        let mut link = ServedNodeLink::new(other.id.to_string(), other.state == NodeState::Alive);
        link.heard_ms_ago = millis(other.heard_ago);
        link.dropped_ms_ago = other.link.dropped_ago.map(millis);
        own.links.push(link);
    }
    snapshot.nodes = vec![own];
    snapshot
}
