//! What became of metrics and spans that were exported to an OpenTelemetry collector.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use consonance_server::spans::TracerStatistics;

use super::families::{OTLP_REQUESTS, OTLP_SPANS};
use super::observation::Observation;
use super::samples::Samples;

/// What an exporter counts. A clone is the same one.
#[derive(Clone, Debug, Default)]
pub struct ExportCounters(Arc<Counters>);

#[derive(Debug, Default)]
struct Counters {
    spans: [AtomicU64; 2],
    requests: [[AtomicU64; 3]; 2],
}

/// What is exported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExportSignal {
    /// The metrics of this module.
    Metrics,
    /// The spans of traces.
    Traces,
}

/// What came of one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExportResult {
    /// It was taken, at least in part.
    Delivered,
    /// There was no answer, or one that asks for another attempt.
    Failed,
    /// It will not be taken, and is not sent again.
    Rejected,
}

/// What came of spans.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SpanResult {
    /// They were taken.
    Exported,
    /// They will not be taken.
    Rejected,
}

/// What was counted so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ExportStatistics {
    /// Spans by their result, in the order of [`SpanResult`].
    pub spans: [u64; 2],
    /// Requests by signal and result, in the order of [`ExportSignal`] and [`ExportResult`].
    pub requests: [[u64; 3]; 2],
    /// What the spans' own queue counted.
    pub tracer: TracerStatistics,
}

impl ExportSignal {
    /// Its name in addresses and labels.
    pub fn name(self) -> &'static str {
        match self {
            Self::Metrics => "metrics",
            Self::Traces => "traces",
        }
    }
}

impl ExportCounters {
    /// One request was answered, or not.
    pub fn note_request(&self, signal: ExportSignal, result: ExportResult) {
        self.0.requests[signal as usize][result as usize].fetch_add(1, Ordering::Relaxed);
    }

    /// So many spans were taken, or not.
    pub fn note_spans(&self, result: SpanResult, spans: u64) {
        self.0.spans[result as usize].fetch_add(spans, Ordering::Relaxed);
    }

    /// What was counted so far.
    pub fn read(&self) -> ExportStatistics {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        ExportStatistics {
            spans: self.0.spans.each_ref().map(read),
            requests: self.0.requests.each_ref().map(|results| results.each_ref().map(read)),
            tracer: TracerStatistics::default(),
        }
    }
}

pub(super) fn write(out: &mut Samples, observation: &Observation) {
    let ExportStatistics { spans: [exported, rejected], requests, tracer } = observation.export;
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
