//! What a server says of itself.

use std::time::{Duration, Instant};

use consonance_http::HttpStatistics;
use consonance_server::moderation::Moderation;
use consonance_server::recording::RecorderStatus;
use consonance_server::reports::Reports;
use consonance_server::store::StoreStatus;
use consonance_server::{
    HookStatistics, NetworkNumbers, ServerHandle, SessionCounts, SessionNumbers, WebhookStatistics,
    WorkerNumbers, WorkerStatistics,
};
use consonance_session::ServerStatistics;

use super::cluster::ClusterNumbers;
use super::export::ExportStatistics;

/// Everything that is shown of a server at one moment.
#[derive(Clone, Debug, Default)]
pub struct Observation {
    /// How long it runs.
    pub uptime: Duration,
    /// No newcomers are admitted, and the server exits in this time at the latest.
    pub drains_for: Option<Duration>,
    /// Workers that did not answer in time; of each, what it said last is among the numbers.
    pub silent_workers: usize,
    /// How bans and the audit log are kept.
    pub store: StoreStatus,
    /// Bans that hold.
    pub bans: usize,
    /// Each worker, as it says itself.
    pub workers: Vec<WorkerStatistics>,
    /// How sessions came and went.
    pub session_counts: SessionCounts,
    /// Each session.
    pub sessions: Vec<SessionNumbers>,
    /// What sessions counted that have ended since the start.
    pub ended_sessions: ServerStatistics,
    /// Each network that it listens on.
    pub networks: Vec<NetworkNumbers>,
    /// Of each player whose voice the server follows: the percentage of frames that did not arrive recently.
    pub lost_percent: Vec<f32>,
    /// What the joining hook was asked, if there is one.
    pub hook: Option<HookStatistics>,
    /// What became of the events of each webhook.
    pub webhooks: Vec<WebhookStatistics>,
    /// How it does as one of several servers, if it is.
    pub cluster: Option<ClusterNumbers>,
    /// What became of metrics and spans for a collector.
    pub export: ExportStatistics,
    /// How recordings do, if the server can record.
    pub recorder: Option<RecorderStatus>,
    /// Bytes of voice that are in memory for reports.
    pub report_buffer_bytes: usize,
    /// Frames that were to be kept for reports and found no room.
    pub report_buffer_frames_dropped: u64,
    /// Reports of players that are there.
    pub reports: usize,
    /// What each listener for players with browsers has counted, by its name.
    pub page_listeners: Vec<(&'static str, HttpStatistics)>,
}

impl Observation {
    /// Asks a server, which has been up so long; it may take two seconds where a worker hangs.
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
            observation.sessions.extend(numbers.sessions);
            observation.ended_sessions.add(&numbers.ended_sessions);
            observation.networks.extend(numbers.networks);
            observation.lost_percent.extend(numbers.lost_percent);
            observation.hook = observation.hook.or(numbers.hook);
            observation.report_buffer_bytes += numbers.report_buffer_bytes;
            observation.report_buffer_frames_dropped += numbers.report_buffer_frames_dropped;
        }
        observation
    }

    /// What all sessions counted, also those that have ended: it never decreases.
    pub(crate) fn session_counters(&self) -> ServerStatistics {
        let mut sum = self.ended_sessions.clone();
        self.sessions.iter().for_each(|session| sum.add(&session.counters));
        sum
    }

    /// Why players cannot join, if they cannot.
    pub(crate) fn unready(&self) -> Option<String> {
        if let Some(left) = self.drains_for {
            let left = left.as_secs();
            return Some(format!(
                "the server is draining and exits within {left} s: no new players are admitted"
            ));
        }
        match self.silent_workers {
            0 => None,
            1 => Some("one worker does not answer".into()),
            number => Some(format!("{number} workers do not answer")),
        }
    }
}

/// What the listeners of each network counted together, in the order in which the networks come first.
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
