//! The export thread.

mod worker;

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use consonance_server::spans::FinishedSpans;
use tracing::warn;

use crate::metrics::{ExportSignal, collect};
use crate::otlp::json::Resource;
use crate::otlp::metrics_json::{self, Period};
use crate::otlp::settings::{MetricsExport, OtlpError, OtlpSettings};
use crate::otlp::target::Target;
use worker::{Worker, unix_ns};

/// An exporter with valid settings that has not started yet.
#[derive(Debug)]
pub struct Exporter {
    settings: OtlpSettings,
    metrics: Target,
    traces: Target,
}

/// A running export; it ends when it is stopped or dropped.
#[derive(Debug)]
pub struct Export(Arc<Shared>);

/// Shared by the thread and its owner.
#[derive(Debug)]
struct Shared {
    resource: Resource,
    /// Locked while a server is queried, so that the end of metrics waits for the query.
    metrics: Mutex<Option<MetricsExport>>,
    state: Mutex<State>,
    /// There is something new to do, or the thread has ended.
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    /// Metrics that were collected for the last time, and are not sent yet.
    last_metrics: Option<Vec<u8>>,
    is_closing: bool,
    has_ended: bool,
    /// Spans that were not delivered before the end.
    lost: usize,
}

impl Exporter {
    /// One with these settings; it does nothing yet.
    ///
    /// # Errors
    /// If they are invalid.
    pub fn new(settings: OtlpSettings) -> Result<Self, OtlpError> {
        let metrics = Target::new(&settings, ExportSignal::Metrics)?;
        let traces = Target::new(&settings, ExportSignal::Traces)?;
        Ok(Self { settings, metrics, traces })
    }

    /// Exports from now on.
    ///
    /// # Errors
    /// If the operating system gives no thread.
    pub fn start(
        self,
        metrics: Option<MetricsExport>,
        spans: Option<FinishedSpans>,
    ) -> Result<Export, OtlpError> {
        let interval = metrics.as_ref().map(|_| self.settings.export.metrics_interval);
        let shared = Arc::new(Shared {
            resource: Resource::new(&self.settings.attributes()),
            metrics: Mutex::new(metrics),
            state: Mutex::default(),
            changed: Condvar::new(),
        });
        let worker = Worker::new(Arc::clone(&shared), self, interval, spans);
        let started = thread::Builder::new().name("otlp".into()).spawn(move || worker.run());
        started.map_err(|error| OtlpError::Thread { what: error.to_string() })?;
        Ok(Export(shared))
    }
}

impl Export {
    /// Collects metrics for the last time: the server is about to end. It may take two seconds where a worker hangs.
    pub fn end_metrics(&self) {
        let mut metrics = lock(&self.0.metrics);
        let last = metrics.take().map(|metrics| self.0.body_of(&metrics));
        drop(metrics);
        self.0.state().last_metrics = last;
        self.0.changed.notify_all();
    }

    /// Exports what waits, for at most this long, and ends.
    pub fn stop(self, patience: Duration) {
        self.close();
        let deadline = Instant::now() + patience;
        let mut state = self.0.state();
        while !state.has_ended {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                warn!("OpenTelemetry collector not responding: queued data lost");
                return;
            }
            state = self.0.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        if state.lost > 0 {
            let spans = state.lost;
            warn!(spans, "spans not delivered to the OpenTelemetry collector before shutdown");
        }
    }

    fn close(&self) {
        self.0.state().is_closing = true;
        self.0.changed.notify_all();
    }
}

/// The thread ends soon, and nothing waits for it.
impl Drop for Export {
    fn drop(&mut self) {
        self.close();
    }
}

impl Shared {
    /// Asks the server.
    fn body_of(&self, metrics: &MetricsExport) -> Vec<u8> {
        let observation = metrics.operator.observe();
        let to_unix_ns = unix_ns();
        let uptime_ns = u64::try_from(observation.uptime.as_nanos()).unwrap_or(u64::MAX);
        let period = Period { from_unix_ns: to_unix_ns.saturating_sub(uptime_ns), to_unix_ns };
        metrics_json::body(&self.resource, &collect(&observation, metrics.sessions_max), period)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }
}

/// Locks a mutex. Poison is ignored: the data is consistent wherever a thread could panic.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
