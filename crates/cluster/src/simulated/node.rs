//! A node on a simulated bus.

use std::sync::Arc;
use std::time::Instant;

use super::{Arrived, SimulatedNats};
use crate::node::{ClusterNode, NodeEvent, Publication};

/// A message that a node publishes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NodeMessage {
    /// A beat.
    Beat(Arc<[u8]>),
    /// The announcement that a node owns a session.
    Announcement(Arc<[u8]>),
    /// A bundle.
    Bundle(Arc<[u8]>),
    /// A question or an answer.
    Query(Arc<[u8]>),
}

/// The result of running a node.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NodeRun {
    /// Its events.
    pub events: Vec<NodeEvent>,
    /// The number of messages that it could not read.
    pub malformed: usize,
}

impl SimulatedNats<NodeMessage> {
    /// Delivers the events of a node that have arrived, and carries out its publications and requests.
    pub fn run_node(&mut self, now: Instant, number: usize, node: &mut ClusterNode) -> NodeRun {
        let mut malformed = 0;
        while let Some(incoming) = self.poll(now, number) {
            let read = match &incoming {
                Arrived::Message(NodeMessage::Beat(bytes)) => node.handle_beat(now, bytes),
                Arrived::Message(NodeMessage::Announcement(bytes)) => node.handle_announcement(now, bytes),
                Arrived::Message(NodeMessage::Bundle(bytes)) => node.handle_bundle(now, bytes),
                Arrived::Message(NodeMessage::Query(bytes)) => node.handle_query_message(now, bytes),
                Arrived::Answer(request, answer) => {
                    node.handle_answer(now, *request, *answer);
                    Ok(())
                }
                Arrived::Record(name, record, revision) => {
                    node.handle_record(now, name, *record, *revision);
                    Ok(())
                }
                Arrived::NoRecord(name, revision) => {
                    node.handle_no_record(now, name, *revision);
                    Ok(())
                }
                Arrived::NewStore => {
                    node.handle_new_store();
                    Ok(())
                }
                Arrived::Bus(is_there) => {
                    node.handle_bus(now, *is_there);
                    Ok(())
                }
            };
            malformed += usize::from(read.is_err());
        }
        node.handle_timeout(now);
        while let Some(publication) = node.poll_publish(now) {
            let (to, subject, message) = match publication {
                Publication::Beat(bytes) => (None, 0, NodeMessage::Beat(bytes.into())),
                Publication::Announcement(bytes) => (None, 1, NodeMessage::Announcement(bytes.into())),
                Publication::Bundle(to, bytes) => (Some(to), 2, NodeMessage::Bundle(bytes.into())),
                Publication::Query(to, bytes) => (Some(to), 3, NodeMessage::Query(bytes.into())),
            };
            self.publish(now, number, to, subject, &message);
        }
        while let Some(request) = node.poll_request() {
            self.ask(now, number, &request);
        }
        NodeRun { events: std::iter::from_fn(|| node.poll_event()).collect(), malformed }
    }
}
