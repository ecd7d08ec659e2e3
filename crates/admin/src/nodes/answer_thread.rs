//! The thread that answers other nodes.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use axum::http::StatusCode;
use consonance_link::http::ProblemDetails;

use super::{Question, Reply};
use crate::api::NodeAnswers;
use crate::operator::Operator;

/// Answers other nodes of the cluster until it is dropped.
#[derive(Debug)]
pub struct AnswerThread {
    is_over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

/// The wait for a query, and so the maximum time that a drop takes besides a worker's time to answer.
const WAIT: Duration = Duration::from_millis(200);

impl AnswerThread {
    /// Answers other nodes' queries with this operator's rights, as far as nodes may query.
    ///
    /// # Errors
    /// If there is no thread.
    pub fn start(operator: Operator) -> io::Result<Self> {
        let is_over = Arc::new(AtomicBool::new(false));
        let over = Arc::clone(&is_over);
        let run = move || {
            let Some(nodes) = operator.nodes().cloned() else { return };
            let mut answers = NodeAnswers::new(operator, nodes.clone());
            while !over.load(Ordering::Relaxed) {
                let Some(question) = nodes.queries().next_question(WAIT) else { continue };
                let reply = match Question::read(&question.message) {
                    Some(asked) => answers.answer(question.from, asked),
                    None => refusal(),
                };
                nodes.queries().answer(&question, reply.into_bytes());
            }
        };
        let thread = thread::Builder::new().name("node-answers".to_owned()).spawn(run)?;
        Ok(Self { is_over, thread: Some(thread) })
    }
}

impl Drop for AnswerThread {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn refusal() -> Reply {
    let detail = "unknown or forbidden query";
    Reply::problem(&ProblemDetails::new(StatusCode::FORBIDDEN, detail))
}
