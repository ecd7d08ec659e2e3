//! The other nodes of a cluster: queries to them, and answers to theirs.

mod answer_thread;
mod error;
mod inspection;
mod question;
mod reply;

pub use answer_thread::AnswerThread;
pub use inspection::NodeInspection;

pub(crate) use error::NodesError;
pub(crate) use inspection::{local_snapshot, millis};
pub(crate) use question::Question;
pub(crate) use reply::Reply;

use consonance_cluster::placement::NodeId;
use consonance_cluster::{ClusterView, NodeQueries, PendingAnswer};

/// A handle for queries to the other nodes of the cluster.
#[derive(Clone, Debug)]
pub(crate) struct Nodes(NodeQueries);

/// Another node that a query is for.
#[derive(Clone, Debug)]
pub(crate) struct AskedNode {
    pub(crate) id: NodeId,
    /// The node's name for operators.
    pub(crate) name: String,
}

impl Nodes {
    pub(crate) fn new(queries: NodeQueries) -> Self {
        Self(queries)
    }

    pub(crate) fn queries(&self) -> &NodeQueries {
        &self.0
    }

    /// This node's view of its cluster. The node's own thread builds it, so take it only once per request.
    pub(crate) fn view(&self) -> Result<ClusterView, NodesError> {
        self.0.view().ok_or(NodesError::NoView)
    }

    pub(crate) fn ask(&self, node: NodeId, question: &Question) -> PendingAnswer {
        self.0.ask(node, question.to_bytes())
    }

    /// Asks a node and waits for its answer, two seconds at most.
    pub(crate) fn ask_and_wait(&self, node: &AskedNode, question: &Question) -> Result<Reply, NodesError> {
        let answer = self.ask(node.id, question).wait();
        let answer = answer.map_err(|cause| NodesError::Asked { node: node.name.clone(), cause })?;
        Reply::read(answer).ok_or_else(|| NodesError::Unreadable { node: node.name.clone() })
    }
}

/// The node that owns a session, if that is another one.
pub(crate) fn owner_elsewhere(view: &ClusterView, session: &str) -> Option<AskedNode> {
    let owner = view.sessions.get(session).copied().filter(|owner| *owner != view.own)?;
    Some(AskedNode { id: owner, name: view.name_of(owner) })
}
