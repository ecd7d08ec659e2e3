//! An observation of a server: its state and counters at one moment.

use std::time::{Duration, Instant};

use consonance_cluster::ClusterStatus;
use consonance_link::MetricFamily;
use consonance_link::http::HttpStatistics;
use consonance_server::moderation::Moderation;
use consonance_server::recording::RecorderStatus;
use consonance_server::reports::Reports;
use consonance_server::store::StoreStatus;
use consonance_server::{
    LoopNumbers, ServerHandle, SessionCounts, WebhookStatistics, WorkerNumbers, WorkerStatistics,
};

use super::export::ExportStatistics;

/// The state and counters of a server at one moment.
#[derive(Clone, Debug, Default)]
pub struct Observation {
    /// The time since the start.
    pub uptime: Duration,
    /// No newcomers are admitted, and the server exits in this time at the latest.
    pub drains_for: Option<Duration>,
    /// Workers that did not answer in time; the last known numbers of each are included.
    pub silent_workers: usize,
    /// The state of the store of bans and the audit log.
    pub store: StoreStatus,
    /// Bans in force.
    pub bans: usize,
    /// The statistics of each worker.
    pub workers: Vec<WorkerStatistics>,
    /// Counts of sessions that began and ended.
    pub session_counts: SessionCounts,
    /// The counters of all workers' loops together.
    pub totals: LoopNumbers,
    /// The metrics of single networks, which are exported even if none of these networks is listened on.
    pub network_families: Vec<&'static MetricFamily>,
    /// Counters of the events of each webhook.
    pub webhooks: Vec<WebhookStatistics>,
    /// State and counters as a node of a cluster, if it is in one.
    pub cluster: Option<ClusterStatus>,
    /// Counters of metrics and spans exported to a collector.
    pub export: ExportStatistics,
    /// The state of recordings, if the server can record.
    pub recorder: Option<RecorderStatus>,
    /// Stored reports of players.
    pub reports: usize,
    /// Counters of each listener for players with browsers, by its name.
    pub page_listeners: Vec<(&'static str, HttpStatistics)>,
}

impl Observation {
    /// Observes a server with this uptime; takes up to two seconds if a worker hangs.
    pub fn of(server: &ServerHandle, moderation: &Moderation, uptime: Duration) -> Self {
        let (workers, session_counts) = (server.workers(), server.session_counts());
        let now = Instant::now();
        let drains_for = server.drains_until().map(|until| until.saturating_duration_since(now));
        let mut observation = Self {
            uptime,
            drains_for,
            workers,
            session_counts,
            store: moderation.store_status(),
            bans: moderation.bans_count(),
            recorder: moderation.recordings().map(|recordings| recordings.status()),
            reports: moderation.reports().map_or(0, Reports::count),
            ..Self::default()
        };
        for WorkerNumbers { numbers, is_current, .. } in server.numbers() {
            observation.silent_workers += usize::from(!is_current);
            observation.totals.add(numbers);
        }
        observation
    }

    /// The reason why players cannot join, if they cannot.
    pub(crate) fn unready(&self) -> Option<String> {
        if let Some(left) = self.drains_for {
            let left = left.as_secs();
            return Some(format!(
                "the server is draining and exits within {left} s: no new players are admitted"
            ));
        }
        if self.cluster.is_some_and(|cluster| !cluster.does_store_answer) {
            return Some("the cluster's store of sessions does not answer: no session can begin".into());
        }
        match self.silent_workers {
            0 => None,
            1 => Some("one worker does not answer".into()),
            number => Some(format!("{number} workers do not answer")),
        }
    }
}

/// The sums over the listeners of each network, in the order in which the networks first appear.
pub(super) fn by_network<T: Copy>(
    counted: impl Iterator<Item = (&'static str, T)>,
    with: impl Fn(T, &T) -> T,
) -> Vec<(&'static str, T)> {
    let mut merged: Vec<(&'static str, T)> = Vec::new();
    for (network, counters) in counted {
        match merged.iter_mut().find(|(name, _)| *name == network) {
            Some((_, sum)) => *sum = with(*sum, &counters),
            None => merged.push((network, counters)),
        }
    }
    merged
}
