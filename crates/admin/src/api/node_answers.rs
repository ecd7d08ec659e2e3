//! Answers to other nodes of the cluster.

use std::time::{Duration, Instant};

use consonance_cluster::placement::NodeId;

use super::action::recorded_only_at_owner;
use super::action_request::act_here;
use super::answer::Refusal;
use super::cluster::overview;
use super::drain_request::{drain_here, undrain_here};
use super::session_view::{look_here, voices_here};
use crate::metrics::Observation;
use crate::nodes::{Nodes, Question, Reply, local_snapshot};
use crate::operator::Operator;

/// Answers other nodes.
pub(crate) struct NodeAnswers {
    operator: Operator,
    nodes: Nodes,
    /// The newest observation, and when it was made: each other node may ask for it once a second.
    observed: Option<(Instant, Observation)>,
}

/// The maximum age of an observation.
const FRESH: Duration = Duration::from_millis(500);

impl NodeAnswers {
    pub(crate) fn new(operator: Operator, nodes: Nodes) -> Self {
        Self { operator, nodes, observed: None }
    }

    /// Carries out a node's query, on behalf of its operators.
    pub(crate) fn answer(&mut self, from: NodeId, question: Question) -> Reply {
        self.carry_out(from, question).unwrap_or_else(|refusal| Reply::problem(refusal.details()))
    }

    fn carry_out(&mut self, from: NodeId, question: Question) -> Result<Reply, Refusal> {
        let Self { operator, nodes, observed } = self;
        let moderation = operator.moderation();
        let asking = || nodes.view().map_or_else(|_| from.to_string(), |view| view.name_of(from));
        Ok(match question {
            Question::Overview {} => {
                *observed = observed.take().filter(|(at, _)| at.elapsed() < FRESH);
                let (_, observation) = observed.get_or_insert_with(|| (Instant::now(), operator.observe()));
                Reply::ok(&overview(operator, observation, &nodes.view()?))
            }
            Question::Session { session } => Reply::ok(&look_here(operator, Some(&nodes.view()?), &session)?),
            Question::Voices { session } => Reply::ok(&voices_here(operator, &session)),
            Question::Snapshot {} => Reply::ok(&local_snapshot(operator, nodes.view().ok().as_ref())),
            Question::Act { session, request } if request.is_about_recording() => {
                return Err(recorded_only_at_owner(&session, None));
            }
            Question::Act { session, request } => {
                Reply::ok(&act_here(moderation, Some(&asking()), &session, request)?)
            }
            Question::Drain { request } => Reply::ok(&drain_here(moderation, Some(&asking()), request)?),
            Question::Undrain { why } => Reply::ok(&undrain_here(moderation, Some(&asking()), why)?),
        })
    }
}
