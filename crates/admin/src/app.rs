//! What every route may ask: the server, its moderation, and how both were a moment ago.

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

/// Reads how the server does as one of several.
type ReadCluster = Arc<dyn Fn() -> ClusterNumbers + Send + Sync>;

impl Operator {
    /// This server, which has been up since now.
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

    /// Shows in the metrics what became of the events of these webhooks, too.
    #[must_use]
    pub fn with_webhooks(self, webhooks: Webhooks) -> Self {
        Self { webhooks, ..self }
    }

    /// Shows in the metrics how the server does as one of several; `read` does not wait.
    #[must_use]
    pub fn with_cluster(self, read: impl Fn() -> ClusterNumbers + Send + Sync + 'static) -> Self {
        Self { cluster: Some(Arc::new(read)), ..self }
    }

    /// Records requests of operators, and shows in the metrics what becomes of all that is exported.
    #[must_use]
    pub fn with_export(self, tracer: Tracer, export: ExportCounters) -> Self {
        Self { tracer, export, ..self }
    }

    /// Shows in the metrics what a listener for players with browsers has counted, too, under this name.
    #[must_use]
    pub fn with_page_listener(mut self, name: &'static str, counters: HttpCounters) -> Self {
        self.page_listeners.push((name, counters));
        self
    }

    /// Shows other nodes of the cluster and their sessions, too, and asks them to do what concerns those; the
    /// inspection is what this node shows them.
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

    /// How the server is; it may take two seconds where a worker hangs.
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

/// Shared by all routes; a clone is the same.
#[derive(Clone)]
pub(crate) struct App(Arc<Shared>);

struct Shared {
    operator: Operator,
    observed: Recent<Observation>,
    cluster: Recent<Arc<ClusterState>>,
    /// Sessions that subscribers follow; none if there is none of that name.
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

    /// How the server is, or was less than a second ago: unauthenticated clients may ask as often as they like.
    pub(crate) async fn observe(&self) -> Result<Observation, ProblemDetails> {
        let operator = self.operator().clone();
        self.0.observed.get_or(blocking(move || operator.observe())).await
    }

    /// How all nodes of the cluster are, or were less than a second ago; none if this server is alone.
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

    /// A session that is looked at once for all its subscribers.
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

    /// Until the listener is stopped.
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
    /// How it is, or was less than a second ago; none if there is none of that name.
    pub(crate) async fn look(&self, app: &App) -> Result<Option<Arc<SessionView>>, ProblemDetails> {
        let (app, name) = (app.clone(), self.name.clone());
        self.seen.get_or(blocking(move || look(&app, &name).ok().map(Arc::new))).await
    }
}

/// Runs what can wait for a worker or the disk on a thread where waiting blocks no other request.
pub(crate) async fn blocking<T: Send + 'static>(
    question: impl FnOnce() -> T + Send + 'static,
) -> Result<T, ProblemDetails> {
    tokio::task::spawn_blocking(question).await.map_err(|_| {
        let detail = "the server could not be asked, which is a fault of ours: please report it";
        ProblemDetails::new(StatusCode::INTERNAL_SERVER_ERROR, detail)
    })
}
