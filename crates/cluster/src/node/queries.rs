//! Queries from other threads of a process to a node and, through it, to other nodes.

use std::collections::VecDeque;
use std::fmt;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SyncSender};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::task::Waker;
use std::time::{Duration, Instant};

use super::ClusterView;
use super::woken_queue::WokenQueue;
use crate::placement::NodeId;

/// A handle with which any thread can query a [`ClusterNode`](super::ClusterNode) and the threads of other nodes that
/// answer questions. Clones lead to the same node.
#[derive(Clone, Default)]
pub struct NodeQueries(Arc<Shared>);

#[derive(Default)]
struct Shared {
    queries: WokenQueue<NodeQuery>,
    questions: Mutex<VecDeque<NodeQuestion>>,
    has_question: Condvar,
}

pub(super) enum NodeQuery {
    View(SyncSender<ClusterView>),
    Ask { node: NodeId, message: Vec<u8>, tell: TellAnswer },
    Answer { to: NodeId, number: u64, message: Vec<u8> },
}

/// The channel for an answer and the time that it took.
pub(super) type TellAnswer = SyncSender<Result<(Vec<u8>, Duration), QueryError>>;

/// A question from another node, to be [answered](NodeQueries::answer).
#[derive(Debug, PartialEq, Eq)]
pub struct NodeQuestion {
    /// The node that asks, as it says itself.
    pub from: NodeId,
    /// Its number among the node's questions.
    number: u64,
    /// The question, as arbitrary bytes.
    pub message: Vec<u8>,
    came: Instant,
}

/// A pending answer from another node.
#[derive(Debug)]
pub struct PendingAnswer(Receiver<Result<(Vec<u8>, Duration), QueryError>>);

/// Why another node has not answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum QueryError {
    /// There is no such node, or it is not heard.
    #[error("no contact with the node")]
    NotHeard,
    /// This node has no connection to the others.
    #[error("no connection to NATS")]
    NoBus,
    /// It has not answered in time; it may have done what was asked.
    #[error("the node did not answer within {} s", QUERY_TIMEOUT.as_secs())]
    Late,
    /// Too many questions wait for answers; this one was not asked.
    #[error("too many queries to other nodes are waiting for answers")]
    Busy,
    /// The question, or its answer, is too long.
    #[error("the query or its answer is too long")]
    TooLong,
    /// This node has ended.
    #[error("this node has left the cluster")]
    Gone,
}

impl QueryError {
    /// An error code for logs and programs; unlike the text, it does not change.
    pub fn code(self) -> &'static str {
        match self {
            Self::NotHeard => "not-heard",
            Self::NoBus => "no-bus",
            Self::Late => "late",
            Self::Busy => "busy",
            Self::TooLong => "too-long",
            Self::Gone => "gone",
        }
    }
}

/// The timeout for the answer of another node. A question that has waited longer there is dropped.
pub const QUERY_TIMEOUT: Duration = Duration::from_secs(2);
/// The maximum length of a question, in bytes.
pub const QUESTION_BYTES_MAX: usize = 32 << 10;
/// The maximum length of an answer, in bytes: a session of 5000 players with some 800 bytes each.
pub const ANSWER_BYTES_MAX: usize = 4 << 20;
/// The maximum number of queries waiting for the node's own thread: one for each other node, and some more.
const QUERIES_MAX: usize = 512;
/// The maximum number of waiting questions from other nodes; more are dropped.
const QUESTIONS_MAX: usize = 64;
/// The timeout for this node's own thread, which normally answers within milliseconds.
const OWN_TIMEOUT: Duration = Duration::from_secs(1);

impl NodeQueries {
    /// The node's current view of its cluster. `None` if the node has ended, or hangs for a second.
    pub fn view(&self) -> Option<ClusterView> {
        let (tell, view) = mpsc::sync_channel(1);
        self.push(NodeQuery::View(tell)).then(|| view.recv_timeout(OWN_TIMEOUT).ok()).flatten()
    }

    /// Asks another node, which answers within [`QUERY_TIMEOUT`] or not at all. A question is never repeated.
    pub fn ask(&self, node: NodeId, message: Vec<u8>) -> PendingAnswer {
        let (tell, answer) = mpsc::sync_channel(1);
        if message.len() > QUESTION_BYTES_MAX {
            let _ = tell.try_send(Err(QueryError::TooLong));
        } else if !self.push(NodeQuery::Ask { node, message, tell: tell.clone() }) {
            let _ = tell.try_send(Err(QueryError::Busy));
        }
        PendingAnswer(answer)
    }

    /// The next question from another node, if one arrives within this time.
    pub fn next_question(&self, wait: Duration) -> Option<NodeQuestion> {
        let has_none = |questions: &mut VecDeque<NodeQuestion>| questions.is_empty();
        let waited = self.0.has_question.wait_timeout_while(self.questions(), wait, has_none);
        let (mut questions, _) = waited.unwrap_or_else(PoisonError::into_inner);
        questions.pop_front()
    }

    /// Answers a question. An answer that is too long is dropped.
    pub fn answer(&self, question: &NodeQuestion, message: Vec<u8>) {
        let NodeQuestion { from: to, number, .. } = *question;
        self.push(NodeQuery::Answer { to, number, message });
    }

    pub(super) fn pop(&self) -> Option<NodeQuery> {
        self.0.queries.pop()
    }

    pub(super) fn set_waker(&self, waker: Waker) {
        self.0.queries.set_waker(waker);
    }

    /// Queues a question from another node. It is dropped if too many are waiting.
    pub(super) fn push_question(&self, now: Instant, from: NodeId, number: u64, message: &[u8]) {
        let mut questions = self.questions();
        if questions.len() < QUESTIONS_MAX && message.len() <= QUESTION_BYTES_MAX {
            questions.push_back(NodeQuestion { from, number, message: message.to_vec(), came: now });
            self.0.has_question.notify_one();
        }
    }

    /// Drops questions that were asked too long ago: the other side no longer waits for an answer.
    pub(super) fn drop_old_questions(&self, now: Instant) {
        self.questions().retain(|it| now.saturating_duration_since(it.came) < QUERY_TIMEOUT);
    }

    fn push(&self, query: NodeQuery) -> bool {
        self.0.queries.push(query, QUERIES_MAX)
    }

    /// Ignores lock poisoning: no operation under the lock stops halfway, so the state is always consistent.
    fn questions(&self) -> MutexGuard<'_, VecDeque<NodeQuestion>> {
        self.0.questions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for NodeQueries {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NodeQueries").finish_non_exhaustive()
    }
}

impl PendingAnswer {
    /// Waits for the answer, at most [`QUERY_TIMEOUT`] and a second.
    ///
    /// # Errors
    /// [`QueryError`] if there is no answer.
    pub fn wait(self) -> Result<Vec<u8>, QueryError> {
        self.wait_timed().map(|(answer, _)| answer)
    }

    /// Like [`wait`](Self::wait), but also returns the time from the question to the answer.
    ///
    /// # Errors
    /// [`QueryError`] if there is no answer.
    pub fn wait_timed(self) -> Result<(Vec<u8>, Duration), QueryError> {
        match self.0.recv_timeout(QUERY_TIMEOUT + OWN_TIMEOUT) {
            Ok(answer) => answer,
            Err(RecvTimeoutError::Timeout) => Err(QueryError::Late),
            Err(RecvTimeoutError::Disconnected) => Err(QueryError::Gone),
        }
    }
}
