//! State that every route can use: the server, its moderation, and recent observations of both.

use std::sync::Arc;

use consonance_link::http::{ProblemDetails, Stopped};
use consonance_server::moderation::Moderation;
use consonance_server::spans::Tracer;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::api::{ClusterState, SessionView, look};
use crate::blocking::blocking;
use crate::metrics::Observation;
use crate::operator::Operator;
use crate::recent::{Recent, RecentByName};
use crate::settings::AdminSettings;

/// State shared by all routes; clones refer to the same state.
#[derive(Clone)]
pub(crate) struct App(Arc<Shared>);

struct Shared {
    operator: Operator,
    observed: Recent<Observation>,
    cluster: Recent<Arc<ClusterState>>,
    /// Sessions that subscribers follow; `None` for a name without a session.
    sessions: RecentByName<Option<Arc<SessionView>>>,
    metrics_sessions_max: usize,
    followers: Arc<Semaphore>,
    stopped: Stopped,
}

impl App {
    pub(crate) fn new(operator: Operator, settings: &AdminSettings, stopped: Stopped) -> Self {
        Self(Arc::new(Shared {
            operator,
            observed: Recent::default(),
            cluster: Recent::default(),
            sessions: RecentByName::default(),
            metrics_sessions_max: settings.access.metrics_sessions_max,
            followers: Arc::new(Semaphore::new(settings.limits.followers_max)),
            stopped,
        }))
    }

    /// An observation of the server, less than a second old: unauthenticated clients may ask as often as they like.
    pub(crate) async fn observe(&self) -> Result<Observation, ProblemDetails> {
        let operator = self.operator().clone();
        self.0.observed.get_or(blocking(move || operator.observe())).await
    }

    /// The state of all nodes of the cluster, less than a second old; `None` if this server is not in a cluster.
    pub(crate) async fn cluster(&self) -> Result<Option<Arc<ClusterState>>, ProblemDetails> {
        if self.operator().nodes().is_none() {
            return Ok(None);
        }
        let fresh = async {
            let observation = self.observe().await?;
            let operator = self.operator().clone();
            blocking(move || ClusterState::gather(&operator, &observation).map(Arc::new)).await?
        };
        self.0.cluster.get_or(fresh).await.map(Some)
    }

    /// Follows a session, whose state is read once for all its subscribers.
    pub(crate) fn follow_session(&self, name: &str) -> FollowedSession {
        FollowedSession { name: name.to_owned(), seen: self.0.sessions.subscribe(name) }
    }

    pub(crate) fn operator(&self) -> &Operator {
        &self.0.operator
    }

    pub(crate) fn moderation(&self) -> &Moderation {
        self.0.operator.moderation()
    }

    pub(crate) fn tracer(&self) -> &Tracer {
        self.0.operator.tracer()
    }

    pub(crate) fn metrics_sessions_max(&self) -> usize {
        self.0.metrics_sessions_max
    }

    /// A place among the subscribers of the server's state, if there is one.
    pub(crate) fn follow(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.0.followers).try_acquire_owned().ok()
    }

    /// Waits until the listener is stopped.
    pub(crate) async fn stopped(&self) {
        self.0.stopped.wait().await;
    }
}

/// A session that a subscriber follows.
#[derive(Debug)]
pub(crate) struct FollowedSession {
    name: String,
    seen: Arc<Recent<Option<Arc<SessionView>>>>,
}

impl FollowedSession {
    /// The state of the session, less than a second old; `None` if there is no session of that name.
    pub(crate) async fn look(&self, app: &App) -> Result<Option<Arc<SessionView>>, ProblemDetails> {
        let (app, name) = (app.clone(), self.name.clone());
        self.seen.get_or(blocking(move || look(app.operator(), &name).ok().map(Arc::new))).await
    }
}
