//! What other nodes of the cluster are answered.

use std::time::{Duration, Instant};

use axum::http::StatusCode;
use consonance_http::ProblemDetails;
use serde::Serialize;

use super::action::act_here;
use super::answer::Refusal;
use super::cluster::overview;
use super::drain::{drain_here, undrain_here};
use super::session::{look_here, voices_here};
use crate::app::Operator;
use crate::metrics::Observation;
use crate::nodes::{Nodes, Question, Reply, local_snapshot};

/// Answers other nodes.
pub(crate) struct NodeAnswers {
    pub(crate) operator: Operator,
    /// The newest observation, and since when it is: each other node may ask for it once a second.
    observed: Option<(Instant, Observation)>,
}

/// How old it may be.
const FRESH: Duration = Duration::from_millis(500);

impl NodeAnswers {
    pub(crate) fn new(operator: Operator) -> Self {
        Self { operator, observed: None }
    }

    /// Does what a node asks for, on behalf of its operators.
    pub(crate) fn answer(&mut self, from: &str, question: Question) -> Reply {
        let Self { operator, observed } = self;
        let moderation = operator.moderation();
        match question {
            Question::Overview {} => {
                *observed = observed.take().filter(|(at, _)| at.elapsed() < FRESH);
                let (_, observation) = observed.get_or_insert_with(|| (Instant::now(), operator.observe()));
                match operator.nodes().map(Nodes::view) {
                    Some(Ok(view)) => Reply::ok(&overview(operator, observation, &view)),
                    _ => Reply::problem(&ProblemDetails::new(
                        StatusCode::SERVICE_UNAVAILABLE,
                        "the node is ending",
                    )),
                }
            }
            Question::Session { session } => reply(look_here(operator, &session)),
            Question::Voices { session } => Reply::ok(&voices_here(operator, &session)),
            Question::Snapshot {} => Reply::ok(&local_snapshot(operator)),
            Question::Act { session, request } if request.is_about_recording() => {
                let detail = format!(
                    "recordings of session {session:?} are started and stopped at the node that owns it"
                );
                Reply::problem(&ProblemDetails::new(StatusCode::FORBIDDEN, detail))
            }
            Question::Act { session, request } => reply(act_here(moderation, Some(from), &session, request)),
            Question::Drain { request } => reply(drain_here(moderation, Some(from), request)),
            Question::Undrain { why } => reply(undrain_here(moderation, Some(from), why)),
        }
    }
}

fn reply<T: Serialize>(done: Result<T, Refusal>) -> Reply {
    match done {
        Ok(done) => Reply::ok(&done),
        Err(refusal) => Reply::problem(refusal.details()),
    }
}
