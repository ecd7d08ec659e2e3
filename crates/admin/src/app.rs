//! State that every route can use: the server, its moderation, and recent observations of both.

use std::fmt;
use std::sync::Arc;
use std::time::Instant;

use axum::http::StatusCode;
use consonance_cluster::NodeQueries;
use consonance_http::{HttpCounters, ProblemDetails, Stopped};
use consonance_server::moderation::Moderation;
use consonance_server::spans::Tracer;
use consonance_server::{Inspection, ServerHandle, Webhooks};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::api::{ClusterState, SessionView, look};
use crate::metrics::{ClusterNumbers, ExportCounters, ExportStatistics, Observation};
use crate::nodes::Nodes;
use crate::recent::{Recent, RecentByName};
use crate::settings::AdminSettings;

/// The server that is watched and operated.
#[derive(Clone)]
pub struct Operator {
    server: ServerHandle,
    moderation: Moderation,
    page_listeners: Vec<(&'static str, HttpCounters)>,
    webhooks: Webhooks,
    cluster: Option<ReadCluster>,
    tracer: Tracer,
    export: ExportCounters,
    started: Instant,
    nodes: Option<(Nodes, Inspection)>,
}

/// Reads the state and counters of the server as a node of a cluster.
type ReadCluster = Arc<dyn Fn() -> ClusterNumbers + Send + Sync>;

impl Operator {
    /// An operator of this server, whose uptime counts from now.
    pub fn new(server: ServerHandle, moderation: Moderation) -> Self {
        Self {
            server,
            moderation,
            page_listeners: Vec::new(),
            webhooks: Webhooks::default(),
            cluster: None,
            tracer: Tracer::default(),
            export: ExportCounters::default(),
            started: Instant::now(),
            nodes: None,
        }
    }

    /// Adds the counters of these webhooks' events to the metrics.
    #[must_use]
    pub fn with_webhooks(self, webhooks: Webhooks) -> Self {
        Self { webhooks, ..self }
    }

    /// Adds the cluster's counters to the metrics; `read` must not block.
    #[must_use]
    pub fn with_cluster(self, read: impl Fn() -> ClusterNumbers + Send + Sync + 'static) -> Self {
        Self { cluster: Some(Arc::new(read)), ..self }
    }

    /// Records requests of operators as spans, and adds the counters of exported metrics and spans to the metrics.
    #[must_use]
    pub fn with_export(self, tracer: Tracer, export: ExportCounters) -> Self {
        Self { tracer, export, ..self }
    }

    /// Adds the counters of a listener for players with browsers to the metrics, under this name.
    #[must_use]
    pub fn with_page_listener(mut self, name: &'static str, counters: HttpCounters) -> Self {
        self.page_listeners.push((name, counters));
        self
    }

    /// Shows other nodes of the cluster and their sessions, too, and forwards actions on those to them; `inspection`
    /// is this node's state for them.
    #[must_use]
    pub fn with_nodes(self, queries: NodeQueries, inspection: Inspection) -> Self {
        Self { nodes: Some((Nodes::new(queries), inspection)), ..self }
    }

    pub(crate) fn server(&self) -> &ServerHandle {
        &self.server
    }

    pub(crate) fn moderation(&self) -> &Moderation {
        &self.moderation
    }

    pub(crate) fn nodes(&self) -> Option<&Nodes> {
        self.nodes.as_ref().map(|(nodes, _)| nodes)
    }

    pub(crate) fn inspection(&self) -> Option<&Inspection> {
        self.nodes.as_ref().map(|(_, inspection)| inspection)
    }

    /// Observes the server; takes up to two seconds if a worker hangs.
    pub fn observe(&self) -> Observation {
        let Self { server, moderation, page_listeners, webhooks, cluster, tracer, export, started, .. } =
            self;
        let page_listeners = page_listeners.iter().map(|(name, counters)| (*name, counters.read())).collect();
        let webhooks = webhooks.statistics();
        let cluster = cluster.as_ref().map(|read| read());
        let export = ExportStatistics { tracer: tracer.statistics(), ..export.read() };
        let observed = Observation::of(server, moderation, started.elapsed());
        Observation { webhooks, cluster, export, page_listeners, ..observed }
    }
}

impl fmt::Debug for Operator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Operator").field("server", &self.server).finish_non_exhaustive()
    }
}

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
            metrics_sessions_max: settings.metrics_sessions_max,
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
        if self.operator().nodes.is_none() {
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
        &self.0.operator.moderation
    }

    pub(crate) fn tracer(&self) -> &Tracer {
        &self.0.operator.tracer
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
        self.seen.get_or(blocking(move || look(&app, &name).ok().map(Arc::new))).await
    }
}

/// Runs a query that may wait for a worker or the disk on a thread where it blocks no other request.
pub(crate) async fn blocking<T: Send + 'static>(
    question: impl FnOnce() -> T + Send + 'static,
) -> Result<T, ProblemDetails> {
    tokio::task::spawn_blocking(question).await.map_err(|_| {
        let detail = "the server could not be queried, which is a bug: please report it";
        ProblemDetails::new(StatusCode::INTERNAL_SERVER_ERROR, detail)
    })
}
