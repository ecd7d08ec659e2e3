//! The work of the thread: it exports spans promptly and metrics at their interval, and pauses while the collector is
//! away.

use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use consonance_server::spans::{FinishedSpan, FinishedSpans};
use tracing::{info, warn};

use super::{Exporter, Shared, lock};
use crate::metrics::{ExportCounters, ExportResult, SpanResult};
use crate::otlp::outage::Outage;
use crate::otlp::spans_json;
use crate::otlp::target::{Delivery, Target};

pub(super) struct Worker {
    shared: Arc<Shared>,
    counters: ExportCounters,
    metrics: Target,
    /// Nothing if there are no metrics.
    interval: Option<Duration>,
    metrics_due: Instant,
    traces: Target,
    spans: Option<FinishedSpans>,
    spans_due: Instant,
    /// Spans that were taken from the queue and not delivered yet.
    batch: Vec<FinishedSpan>,
    outage: Outage,
}

/// How long a finished span waits for others: soon enough for an operator that looks, and few requests.
const SPANS_INTERVAL: Duration = Duration::from_secs(1);
/// Spans in a request: some 300 KiB.
const SPANS_PER_REQUEST: usize = 512;
/// Requests with spans before metrics get their turn.
const REQUESTS_PER_TURN: usize = 16;

impl Worker {
    pub(super) fn new(
        shared: Arc<Shared>,
        exporter: Exporter,
        interval: Option<Duration>,
        spans: Option<FinishedSpans>,
    ) -> Self {
        let Exporter { settings, metrics, traces } = exporter;
        let now = Instant::now();
        Self {
            shared,
            counters: settings.counters,
            metrics,
            interval,
            // The first export comes early, so that the collector soon knows of the server.
            metrics_due: now + SPANS_INTERVAL,
            traces,
            spans,
            spans_due: now + SPANS_INTERVAL,
            batch: Vec::new(),
            outage: Outage::default(),
        }
    }

    pub(super) fn run(mut self) {
        loop {
            let is_closing = self.wait();
            let is_answered = self.export_spans() && self.export_metrics();
            if is_closing {
                let lost = if is_answered { 0 } else { self.waiting() };
                let mut state = self.shared.state();
                (state.lost, state.has_ended) = (lost, true);
                self.shared.changed.notify_all();
                return;
            }
        }
    }

    /// Sleeps until something is due; true if it is the last time.
    fn wait(&self) -> bool {
        let metrics = self.interval.map(|_| self.metrics_due);
        let spans = self.spans.as_ref().map(|_| self.spans_due);
        let due = metrics.into_iter().chain(spans).min();
        let due = due.max(self.outage.retry_at());
        let mut state = self.shared.state();
        while !state.is_closing && (state.last_metrics.is_none() || self.outage.retry_at().is_some()) {
            let left = due.map(|due| due.saturating_duration_since(Instant::now()));
            if left == Some(Duration::ZERO) {
                break;
            }
            let left = left.unwrap_or(Duration::from_hours(1));
            state = self.shared.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        state.is_closing
    }

    /// Sends the spans that wait; false if the collector does not answer.
    fn export_spans(&mut self) -> bool {
        self.spans_due = Instant::now() + SPANS_INTERVAL;
        for _ in 0..REQUESTS_PER_TURN {
            let Some(spans) = &self.spans else { return true };
            while self.batch.len() < SPANS_PER_REQUEST
                && let Some(span) = spans.try_next()
            {
                self.batch.push(span);
            }
            if self.batch.is_empty() {
                return true;
            }
            let body = spans_json::body(&self.shared.resource, &self.batch);
            let sent = self.batch.len() as u64;
            let rejected = match deliver(&mut self.traces, &mut self.outage, &self.counters, &body) {
                Delivery::Taken { rejected } => rejected.min(sent),
                Delivery::Rejected { .. } => sent,
                Delivery::Failed { .. } => return false,
            };
            self.batch.clear();
            self.counters.note_spans(SpanResult::Exported, sent - rejected);
            self.counters.note_spans(SpanResult::Rejected, rejected);
        }
        true
    }

    /// Sends metrics if it is time; false if the collector does not answer.
    fn export_metrics(&mut self) -> bool {
        let last = self.shared.state().last_metrics.take();
        let body = last.or_else(|| self.due_metrics());
        let Some(body) = body else { return true };
        // Failed metrics need no retry: counters are cumulative, so the next export includes them.
        !matches!(
            deliver(&mut self.metrics, &mut self.outage, &self.counters, &body),
            Delivery::Failed { .. }
        )
    }

    fn due_metrics(&mut self) -> Option<Vec<u8>> {
        let (interval, now) = (self.interval?, Instant::now());
        if now < self.metrics_due {
            return None;
        }
        // Keep the rhythm, unless a turn was missed.
        let next = self.metrics_due + interval;
        self.metrics_due = if next > now { next } else { now + interval };
        let shared = &self.shared;
        lock(&shared.metrics).as_ref().map(|metrics| shared.body_of(metrics))
    }

    fn waiting(&self) -> usize {
        let queued = self.spans.iter().flat_map(|spans| std::iter::from_fn(|| spans.try_next())).count();
        self.batch.len() + queued
    }
}

/// One request; an outage and its end are a line in the log each.
fn deliver(target: &mut Target, outage: &mut Outage, counters: &ExportCounters, body: &[u8]) -> Delivery {
    let delivery = target.post(body);
    let result = match delivery {
        Delivery::Taken { rejected: 0 } => ExportResult::Delivered,
        Delivery::Taken { .. } | Delivery::Rejected { .. } => ExportResult::Rejected,
        Delivery::Failed { .. } => ExportResult::Failed,
    };
    counters.note_request(target.signal, result);
    if let Delivery::Failed { why, retry_after } = delivery {
        if outage.handle_failed(Instant::now(), retry_after) {
            warn!(failure = %why, "OpenTelemetry collector failing, retrying");
        }
        return delivery;
    }
    if let Some(failed) = outage.handle_answered() {
        info!(failed, "OpenTelemetry collector recovered");
    }
    let was_rejecting = std::mem::replace(&mut target.is_rejecting, result == ExportResult::Rejected);
    let signal = target.signal.name();
    match delivery {
        _ if was_rejecting => {}
        Delivery::Rejected { status } => {
            warn!(signal, status, "OpenTelemetry collector rejects data: see its log");
        }
        Delivery::Taken { rejected } if rejected > 0 => {
            warn!(signal, rejected, "OpenTelemetry collector rejects part of the data: see its log");
        }
        Delivery::Taken { .. } | Delivery::Failed { .. } => {}
    }
    delivery
}

/// The current wall-clock time, in nanoseconds since 1970.
pub(super) fn unix_ns() -> u64 {
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since_1970.as_nanos()).unwrap_or(u64::MAX)
}
