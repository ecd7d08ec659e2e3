//! The export of metrics and spans to an OpenTelemetry collector: its settings and its results.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use consonance_server::spans::TracerStatistics;
use consonance_settings::settings;

use super::families::{OTLP_REQUESTS, OTLP_SPANS};
use super::samples::Samples;

settings! {
    /// What an exporter sends to a collector, and how.
    #[derive(Debug, PartialEq, Eq)]
    #[non_exhaustive]
    pub struct ExportSettings {
        /// Accept http to other machines: anyone on the path can read what is exported.
        pub allow_plain_http: bool = false;
        /// Time to answer.
        pub timeout: Duration as timeout_s = Duration::from_secs(10), 0.1..=60;
        /// The resource attribute service.name (job in Prometheus).
        pub service_name: String = "consonance".into();
        /// The resource attribute service.instance.id (instance in Prometheus). Default: `cluster.node_name`, or this
        /// machine's name.
        ///
        /// The program that starts the exporter finds that default.
        #[example("voice-1")]
        pub node_name: Option<String> = None;
        /// Export the metrics of docs/metrics.md.
        pub metrics: bool = true;
        /// How often.
        pub metrics_interval: Duration as metrics_every_s = Duration::from_secs(15), 1..=3600;
        /// Export traces of joins, admin requests and webhooks.
        pub traces: bool = true;
    }
}

/// Counters of an exporter. Clones share the same counters.
#[derive(Clone, Debug, Default)]
pub struct ExportCounters(Arc<Counters>);

#[derive(Debug, Default)]
struct Counters {
    spans: [AtomicU64; 2],
    requests: [[AtomicU64; 3]; 2],
}

/// An exported signal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExportSignal {
    /// The metrics of this module.
    Metrics,
    /// The spans of traces.
    Traces,
}

/// The result of one request to the collector.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExportResult {
    /// The collector accepted all of it.
    Delivered,
    /// There was no answer, or one that asks for a retry.
    Failed,
    /// The collector rejected it, in whole or in part; it is not sent again.
    Rejected,
}

/// The result of exporting spans.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SpanResult {
    /// The collector accepted them.
    Exported,
    /// The collector rejected them.
    Rejected,
}

/// The counters so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ExportStatistics {
    /// Spans by their result, in the order of [`SpanResult`].
    pub spans: [u64; 2],
    /// Requests by signal and result, in the order of [`ExportSignal`] and [`ExportResult`].
    pub requests: [[u64; 3]; 2],
    /// Counters of the queue of spans.
    pub tracer: TracerStatistics,
}

impl ExportSignal {
    /// The signal's name in URLs and labels.
    pub fn name(self) -> &'static str {
        match self {
            Self::Metrics => "metrics",
            Self::Traces => "traces",
        }
    }
}

impl ExportCounters {
    /// Counts one request.
    pub fn note_request(&self, signal: ExportSignal, result: ExportResult) {
        self.0.requests[signal as usize][result as usize].fetch_add(1, Ordering::Relaxed);
    }

    /// Counts this many spans.
    pub fn note_spans(&self, result: SpanResult, spans: u64) {
        self.0.spans[result as usize].fetch_add(spans, Ordering::Relaxed);
    }

    /// The counters so far.
    pub fn read(&self) -> ExportStatistics {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        ExportStatistics {
            spans: self.0.spans.each_ref().map(read),
            requests: self.0.requests.each_ref().map(|results| results.each_ref().map(read)),
            tracer: TracerStatistics::default(),
        }
    }
}

pub(super) fn write(out: &mut Samples, statistics: ExportStatistics) {
    let ExportStatistics { spans: [exported, rejected], requests, tracer } = statistics;
    let mut spans = out.family(&OTLP_SPANS);
    spans.sample(&["exported"], exported).sample(&["rejected"], rejected);
    spans.sample(&["overflowed"], tracer.overflowed);
    let mut families = out.family(&OTLP_REQUESTS);
    for (signal, results) in [ExportSignal::Metrics, ExportSignal::Traces].into_iter().zip(requests) {
        for (result, number) in ["delivered", "failed", "rejected"].into_iter().zip(results) {
            families.sample(&[signal.name(), result], number);
        }
    }
}
