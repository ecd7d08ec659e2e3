//! Pending questions to other nodes, and the queue of questions and answers to send.

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
    /// Bytes of the parts of answers received so far.
    bytes: usize,
    outgoing: VecDeque<(NodeId, Vec<u8>)>,
    outgoing_bytes: usize,
    /// The earliest time for the next message.
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

/// The maximum number of pending questions: one for each other node, and some more.
const ASKED_MAX: usize = 512;
/// The maximum number of bytes of answers being received, and of messages waiting to be sent.
const BYTES_MAX: usize = 32 << 20;
/// The maximum number of bytes of an answer in one message: a quarter of the default limit of NATS.
const PART_BYTES: usize = 256 << 10;
/// The pause after a part of that length, so that voice can be sent in between; less after shorter messages.
const PART_TIME: Duration = Duration::from_millis(2);
/// The shortest pause.
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

    /// Sends an answer. It is dropped, without telling the other side, if it is too long or too much is waiting.
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

    /// A message arrived: a question is for other threads, an answer for the thread that has asked.
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
                    // A part was lost, so the rest is useless.
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

    /// A node is lost: questions to it fail.
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

    /// The time for the next message, if there is one.
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
