//! The server that operators watch and control, and what else they see.

use std::fmt;
use std::sync::Arc;
use std::time::Instant;

use consonance_cluster::{ClusterStatus, NodeQueries};
use consonance_link::MetricFamily;
use consonance_link::http::HttpCounters;
use consonance_server::moderation::Moderation;
use consonance_server::spans::Tracer;
use consonance_server::{Inspection, ServerHandle, Webhooks};

use crate::metrics::{ExportCounters, ExportStatistics, Observation};
use crate::nodes::Nodes;

/// The server that is watched and operated.
#[derive(Clone)]
pub struct Operator {
    server: ServerHandle,
    moderation: Moderation,
    page_listeners: Vec<(&'static str, HttpCounters)>,
    network_families: Vec<&'static MetricFamily>,
    webhooks: Webhooks,
    cluster: Option<ReadCluster>,
    tracer: Tracer,
    export: ExportCounters,
    started: Instant,
    nodes: Option<(Nodes, Inspection)>,
}

/// Reads the state and counters of the server as a node of a cluster.
type ReadCluster = Arc<dyn Fn() -> ClusterStatus + Send + Sync>;

impl Operator {
    /// An operator of this server, whose uptime counts from now.
    pub fn new(server: ServerHandle, moderation: Moderation) -> Self {
        Self {
            server,
            moderation,
            page_listeners: Vec::new(),
            network_families: Vec::new(),
            webhooks: Webhooks::default(),
            cluster: None,
            tracer: Tracer::default(),
            export: ExportCounters::default(),
            started: Instant::now(),
            nodes: None,
        }
    }

    /// Explains these metrics of single networks even if none of the networks is listened on.
    #[must_use]
    pub fn with_network_families(self, families: impl IntoIterator<Item = &'static MetricFamily>) -> Self {
        Self { network_families: families.into_iter().collect(), ..self }
    }

    /// Adds the counters of these webhooks' events to the metrics.
    #[must_use]
    pub fn with_webhooks(self, webhooks: Webhooks) -> Self {
        Self { webhooks, ..self }
    }

    /// Adds the cluster's counters to the metrics; `read` must not block.
    #[must_use]
    pub fn with_cluster(self, read: impl Fn() -> ClusterStatus + Send + Sync + 'static) -> Self {
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

    pub(crate) fn tracer(&self) -> &Tracer {
        &self.tracer
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
        let network_families = self.network_families.clone();
        Observation { network_families, webhooks, cluster, export, page_listeners, ..observed }
    }
}

impl fmt::Debug for Operator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Operator").field("server", &self.server).finish_non_exhaustive()
    }
}
