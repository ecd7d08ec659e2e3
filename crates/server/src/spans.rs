//! Spans: the time that a player or an operator waits for something, as parts of a trace.
//!
//! ```text
//!   session loops, hook, webhooks, admin API ── OpenSpan, ended by its drop ──▶ bounded queue ──▶ FinishedSpans
//! ```
//!
//! Joins, calls of services and requests of operators have spans, packets never. To end a span puts it into a queue
//! without waiting; if the queue is full, it is dropped and counted. Without a [`Tracer`] that records, a span costs a
//! comparison.

mod ids;
mod record;
mod span;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use consonance_settings::settings;

use ids::IdSource;
pub use ids::{SpanId, TraceId};
pub use record::{AttributeValue, FinishedSpan, SpanKind};
pub use span::OpenSpan;

/// Begins traces. A clone is the same one, and the default records nothing.
#[derive(Clone, Debug, Default)]
pub struct Tracer(Option<Arc<Shared>>);

settings! {
    /// The settings of a tracer: its sampling ratio, and its queue.
    #[derive(Copy, Debug, PartialEq)]
    #[non_exhaustive]
    pub struct TracerSettings {
        /// The share of traces that are recorded.
        pub sampling_ratio: f64 as traces_ratio = 1.0, 0..=1;
        /// Finished spans queued for export.
        pub queue: usize as spans_max = 2048, 1..=65_536;
    }
}

/// The counters of finished spans.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct TracerStatistics {
    /// Spans that were queued.
    pub queued: u64,
    /// Spans that were dropped because too many waited.
    pub overflowed: u64,
}

/// The output end of the queue of finished spans.
#[derive(Debug)]
pub struct FinishedSpans(Receiver<FinishedSpan>);

#[derive(Debug)]
struct Shared {
    ids: IdSource,
    sampling_ratio: f64,
    queue: SyncSender<FinishedSpan>,
    queued: AtomicU64,
    overflowed: AtomicU64,
}

impl Tracer {
    /// A tracer that records, and the receiver of its spans.
    pub fn new(settings: &TracerSettings) -> (Self, FinishedSpans) {
        let (queue, finished) = sync_channel(settings.queue.max(1));
        let shared = Shared {
            ids: IdSource::default(),
            sampling_ratio: settings.sampling_ratio,
            queue,
            queued: AtomicU64::new(0),
            overflowed: AtomicU64::new(0),
        };
        (Self(Some(Arc::new(shared))), FinishedSpans(finished))
    }

    /// Begins a trace with its first span, if it is one of those that are recorded.
    pub fn trace(&self, name: &'static str, kind: SpanKind) -> OpenSpan {
        let Some(shared) = &self.0 else { return OpenSpan::default() };
        let trace = shared.ids.trace();
        if !trace.is_sampled(shared.sampling_ratio) {
            return OpenSpan::default();
        }
        OpenSpan::begin(shared, trace, None, (name, kind))
    }

    /// The counters of its spans.
    pub fn statistics(&self) -> TracerStatistics {
        let Some(shared) = &self.0 else { return TracerStatistics::default() };
        let [queued, overflowed] =
            [&shared.queued, &shared.overflowed].map(|counter| counter.load(Ordering::Relaxed));
        TracerStatistics { queued, overflowed }
    }
}

impl FinishedSpans {
    /// The next one, if one waits.
    pub fn try_next(&self) -> Option<FinishedSpan> {
        self.0.try_recv().ok()
    }
}

impl Shared {
    /// Never waits: the receiver does not sleep on the channel, so no thread has to be woken either.
    fn finish(&self, span: FinishedSpan) {
        let counter = match self.queue.try_send(span) {
            Ok(()) => &self.queued,
            Err(_) => &self.overflowed,
        };
        counter.fetch_add(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tracer(sampling_ratio: f64, queue: usize) -> (Tracer, FinishedSpans) {
        Tracer::new(&TracerSettings { sampling_ratio, queue })
    }

    #[test]
    fn a_span_ends_with_its_drop_and_knows_its_parent() {
        let (tracer, finished) = tracer(1.0, 10);
        let mut join = tracer.trace("join", SpanKind::Server);
        join.set("consonance.session", "main");
        let mut hook = join.child("hook", SpanKind::Client);
        hook.fail("timeout");
        drop(hook);
        drop(join);
        let (hook, join) = (finished.try_next().unwrap(), finished.try_next().unwrap());
        assert_eq!((hook.name, hook.kind, hook.parent), ("hook", SpanKind::Client, Some(join.id)));
        assert_eq!((hook.trace, hook.error.as_deref()), (join.trace, Some("timeout")));
        assert_eq!((join.parent, &join.error), (None, &None));
        assert_eq!(join.attributes, [("consonance.session", AttributeValue::Text("main".into()))]);
        assert!(join.start_unix_ns <= hook.start_unix_ns && hook.end_unix_ns <= join.end_unix_ns);
        assert!(finished.try_next().is_none());
    }

    #[test]
    fn a_full_queue_drops_spans_and_counts_them() {
        let (tracer, finished) = tracer(1.0, 2);
        for _ in 0..5 {
            tracer.trace("join", SpanKind::Server);
        }
        assert_eq!(tracer.statistics(), TracerStatistics { queued: 2, overflowed: 3 });
        assert!(finished.try_next().is_some());
        tracer.trace("join", SpanKind::Server);
        assert_eq!(tracer.statistics(), TracerStatistics { queued: 3, overflowed: 3 });
    }

    #[test]
    fn a_share_of_traces_is_recorded_and_children_follow_their_trace() {
        for (ratio, expected) in [(0.0, 0..=0), (0.25, 400..=600), (1.0, 2000..=2000)] {
            let (tracer, finished) = tracer(ratio, 10_000);
            for _ in 0..2000 {
                let join = tracer.trace("join", SpanKind::Server);
                assert_eq!(join.is_recorded(), join.child("hook", SpanKind::Client).is_recorded());
            }
            let spans = std::iter::from_fn(|| finished.try_next()).filter(|span| span.name == "join").count();
            assert!(expected.contains(&spans), "{spans} of 2000 with {ratio}");
        }
    }

    #[test]
    fn without_a_tracer_nothing_is_recorded() {
        let mut span = Tracer::default().trace("join", SpanKind::Server);
        span.set("key", 7_u64);
        span.fail("never");
        assert_eq!((span.is_recorded(), span.traceparent()), (false, None));
        assert_eq!(Tracer::default().statistics(), TracerStatistics::default());
    }

    #[test]
    fn spans_that_are_not_taken_any_more_are_no_trouble() {
        let (tracer, finished) = tracer(1.0, 2);
        drop(finished);
        tracer.trace("join", SpanKind::Server);
        assert_eq!(tracer.statistics().overflowed, 1);
    }
}
