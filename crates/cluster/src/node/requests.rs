//! Requests from the workers of a node.

use std::fmt;
use std::sync::Arc;
use std::task::Waker;

use super::woken_queue::WokenQueue;

/// The workers' handle to a [`ClusterNode`](super::ClusterNode), which may run on another thread.
#[derive(Clone, Default)]
pub struct NodeRequests(Arc<WokenQueue<NodeRequest>>);

#[derive(Debug, PartialEq, Eq)]
pub(super) enum NodeRequest {
    Place { name: Box<str>, session: u32, worker: u16 },
    SetLinks { name: Box<str>, worker: Option<u16> },
    End { name: Box<str> },
}

/// The maximum number of waiting requests: a few for each session of a large server.
const WAITING_MAX: usize = 65_536;

impl NodeRequests {
    /// A client at this worker named a session: an event reports its owner. If no node owns it, this one will, under
    /// this number. Returns false if too many requests are waiting.
    #[must_use]
    pub fn place(&self, name: &str, session: u32, worker: u16) -> bool {
        self.push(NodeRequest::Place { name: name.into(), session, worker })
    }

    /// Sets the worker of this node that has links into a session of another node, if there is one. Returns false if
    /// too many requests are waiting.
    #[must_use]
    pub fn set_links(&self, name: &str, worker: Option<u16>) -> bool {
        self.push(NodeRequest::SetLinks { name: name.into(), worker })
    }

    /// A session that this node owns has ended. Returns false if too many requests are waiting.
    #[must_use]
    pub fn end(&self, name: &str) -> bool {
        self.push(NodeRequest::End { name: name.into() })
    }

    pub(super) fn pop(&self) -> Option<NodeRequest> {
        self.0.pop()
    }

    pub(super) fn set_waker(&self, waker: Waker) {
        self.0.set_waker(waker);
    }

    fn push(&self, request: NodeRequest) -> bool {
        self.0.push(request, WAITING_MAX)
    }
}

impl fmt::Debug for NodeRequests {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NodeRequests").finish_non_exhaustive()
    }
}
