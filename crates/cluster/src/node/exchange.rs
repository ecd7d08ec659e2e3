//! Questions to other nodes that wait for their answers, and what is to be sent for them.

use std::collections::{BTreeMap, VecDeque};
use std::time::{Duration, Instant};

use super::queries::{ANSWER_BYTES_MAX, NodeQueries, QUERY_TIMEOUT, QueryError, TellAnswer};
use super::query_message::QueryMessage;
use crate::message::BusMessageError;
use crate::placement::NodeId;

#[derive(Debug, Default)]
pub(super) struct Exchange {
    next_number: u64,
    asked: BTreeMap<u64, Asked>,
    /// Bytes of the parts of answers that have come.
    bytes: usize,
    outgoing: VecDeque<(NodeId, Vec<u8>)>,
    outgoing_bytes: usize,
    /// The next message leaves then.
    free_at: Option<Instant>,
}

#[derive(Debug)]
struct Asked {
    node: NodeId,
    at: Instant,
    tell: TellAnswer,
    parts: u16,
    answer: Vec<u8>,
}

/// So many questions wait for answers at once: as many as there are other nodes at most, and some.
const ASKED_MAX: usize = 512;
/// So many bytes of answers come at once, or wait to be sent.
const BYTES_MAX: usize = 32 << 20;
/// So many bytes of an answer share a message: NATS takes four times that as it comes.
const PART_BYTES: usize = 256 << 10;
/// So long after such a part the next message leaves, so that voice goes in between; after a shorter one sooner.
const PART_TIME: Duration = Duration::from_millis(2);
/// But not at the same time.
const MESSAGE_TIME: Duration = Duration::from_micros(1);

impl Exchange {
    pub(super) fn ask(&mut self, now: Instant, own: NodeId, node: NodeId, message: &[u8], tell: TellAnswer) {
        if self.asked.len() >= ASKED_MAX || self.outgoing_bytes > BYTES_MAX {
            let _ = tell.try_send(Err(QueryError::Busy));
            return;
        }
        let number = self.next_number;
        self.next_number += 1;
        self.asked.insert(number, Asked { node, at: now, tell, parts: 0, answer: Vec::new() });
        self.push(node, QueryMessage::Question { from: own, number, message }.write());
    }

    /// Sends an answer, unless it is too long or too much waits: the other side is told nothing then.
    pub(super) fn answer(&mut self, own: NodeId, to: NodeId, number: u64, message: &[u8]) {
        if message.len() > ANSWER_BYTES_MAX || self.outgoing_bytes + message.len() > BYTES_MAX {
            return;
        }
        let count = message.len().div_ceil(PART_BYTES).max(1);
        for part in 0..count {
            let bytes = &message[part * PART_BYTES..message.len().min((part + 1) * PART_BYTES)];
            let (is_last, part) = (part + 1 == count, part as u16);
            self.push(to, QueryMessage::Answer { from: own, number, part, is_last, message: bytes }.write());
        }
    }

    /// A message came: a question is for other threads, an answer for the thread that has asked.
    pub(super) fn handle(
        &mut self,
        now: Instant,
        bytes: &[u8],
        queries: &NodeQueries,
    ) -> Result<(), BusMessageError> {
        match QueryMessage::read(bytes)? {
            QueryMessage::Question { from, number, message } => {
                queries.push_question(now, from, number, message);
            }
            QueryMessage::Answer { from, number, part, is_last, message } => {
                let Some(asked) = self.asked.get_mut(&number).filter(|asked| asked.node == from) else {
                    return Ok(());
                };
                if part != asked.parts {
                    // One was lost: the rest is of no use.
                    self.end(number, Err(QueryError::Late));
                } else if asked.answer.len() + message.len() > ANSWER_BYTES_MAX
                    || self.bytes + message.len() > BYTES_MAX
                {
                    self.end(number, Err(QueryError::TooLong));
                } else {
                    asked.parts += 1;
                    asked.answer.extend_from_slice(message);
                    self.bytes += message.len();
                    if is_last {
                        self.end(number, Ok(now));
                    }
                }
            }
        }
        Ok(())
    }

    pub(super) fn handle_timeout(&mut self, now: Instant) {
        self.end_all(QueryError::Late, |asked| now.saturating_duration_since(asked.at) >= QUERY_TIMEOUT);
    }

    /// A node is lost, and answers nothing any more.
    pub(super) fn lose(&mut self, node: NodeId) {
        self.end_all(QueryError::NotHeard, |asked| asked.node == node);
    }

    /// The next message to send: one at a time.
    pub(super) fn poll(&mut self, now: Instant) -> Option<(NodeId, Vec<u8>)> {
        if self.free_at.is_some_and(|at| at > now) {
            return None;
        }
        let (node, message) = self.outgoing.pop_front()?;
        self.outgoing_bytes -= message.len();
        let time = PART_TIME.mul_f64(message.len() as f64 / PART_BYTES as f64);
        self.free_at = Some(now + time.max(MESSAGE_TIME));
        Some((node, message))
    }

    /// When the next message leaves, if there is one.
    pub(super) fn poll_timeout(&self, now: Instant) -> Option<Instant> {
        (!self.outgoing.is_empty()).then(|| self.free_at.map_or(now, |at| at.max(now)))
    }

    fn end_all(&mut self, error: QueryError, is_over: impl Fn(&Asked) -> bool) {
        let over = self.asked.iter().filter(|(_, asked)| is_over(asked)).map(|(number, _)| *number);
        for number in over.collect::<Vec<_>>() {
            self.end(number, Err(error));
        }
    }

    fn end(&mut self, number: u64, outcome: Result<Instant, QueryError>) {
        let Some(asked) = self.asked.remove(&number) else { return };
        self.bytes -= asked.answer.len();
        // The thread that asked may have given up.
        let _ =
            asked.tell.try_send(outcome.map(|now| (asked.answer, now.saturating_duration_since(asked.at))));
    }

    fn push(&mut self, node: NodeId, message: Vec<u8>) {
        self.outgoing_bytes += message.len();
        self.outgoing.push_back((node, message));
    }
}
