//! Service for other threads: the node's view of its cluster, and questions and answers.

use std::time::Instant;

use super::queries::NodeQuery;
use super::view::Other;
use super::{ClusterNode, ClusterView, NodeEvent, NodeState, NodeView, QueryError};
use crate::message::BusMessageError;
use crate::nodes::NODES_MAX;
use crate::placement::NodeId;

impl ClusterNode {
    /// A question or an answer arrived.
    ///
    /// # Errors
    /// [`BusMessageError`] if it cannot be read.
    pub fn handle_query_message(&mut self, now: Instant, bytes: &[u8]) -> Result<(), BusMessageError> {
        self.exchange.handle(now, bytes, &self.queries)
    }

    /// A bundle arrived.
    ///
    /// # Errors
    /// [`BusMessageError`] if it cannot be read.
    pub fn handle_bundle(&mut self, now: Instant, bytes: &[u8]) -> Result<(), BusMessageError> {
        self.gateway.handle(now, bytes)
    }

    /// The node's view of its cluster.
    pub fn view(&self, now: Instant) -> ClusterView {
        let node = |(id, other): (&NodeId, &Other)| {
            let (statistics, link) = self.gateway.link(now, *id);
            let Other { info, protocol, state, heard } = other.clone();
            let heard_ago = now.saturating_duration_since(heard);
            NodeView { id: *id, info, protocol, state, heard_ago, statistics, link }
        };
        ClusterView {
            own: self.own,
            info: self.info.clone(),
            has_bus: self.placement.has_bus(),
            others: self.others.iter().map(node).collect(),
            sessions: self.placement.owners().map(|(name, owner)| (name.into(), owner)).collect(),
        }
    }

    /// Another node was heard, which understands protocols from `oldest` on.
    pub(super) fn hear(&mut self, node: NodeId, oldest: u16, other: Other) {
        let before = self.others.get(&node);
        if before.is_none() && self.others.len() >= NODES_MAX {
            return;
        }
        let is_new_state = before.is_none_or(|before| before.state != other.state);
        let is_new_info = before.is_none_or(|before| before.info != other.info);
        let Other { info, protocol, state, .. } = &other;
        match state {
            NodeState::Alive if is_new_state || is_new_info => {
                self.gateway.greet(other.heard, node);
                self.events.push_back(NodeEvent::NodeFound { node, info: info.clone() });
            }
            NodeState::Incompatible if is_new_state => {
                let (name, protocol) = (info.name.clone(), *protocol);
                self.events.push_back(NodeEvent::Incompatible { name, protocol, oldest });
            }
            _ => {}
        }
        self.others.insert(node, other);
    }

    /// Handles the queries of other threads.
    pub(super) fn serve_queries(&mut self, now: Instant) {
        while let Some(query) = self.queries.pop() {
            match query {
                NodeQuery::View(tell) => {
                    let _ = tell.try_send(self.view(now));
                }
                NodeQuery::Ask { node, message, tell } => {
                    let is_heard = self.others.get(&node).is_some_and(|it| it.state == NodeState::Alive);
                    let refusal = if !self.placement.has_bus() {
                        QueryError::NoBus
                    } else if !is_heard {
                        QueryError::NotHeard
                    } else {
                        self.exchange.ask(now, self.own, node, &message, tell);
                        continue;
                    };
                    let _ = tell.try_send(Err(refusal));
                }
                NodeQuery::Answer { to, number, message } => {
                    self.exchange.answer(self.own, to, number, &message);
                }
            }
        }
    }
}
