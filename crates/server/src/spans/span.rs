//! A span that has not ended yet.

use std::borrow::Cow;
use std::mem;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use super::Shared;
use super::ids::TraceId;
use super::record::{AttributeValue, FinishedSpan, SpanKind};
use crate::spans::SpanId;

/// A span that lasts until it is dropped; the default records nothing.
#[derive(Debug, Default)]
pub struct OpenSpan(Option<Recorded>);

#[derive(Debug)]
struct Recorded {
    shared: Arc<Shared>,
    began: Instant,
    span: FinishedSpan,
}

impl OpenSpan {
    pub(super) fn begin(
        shared: &Arc<Shared>,
        trace: TraceId,
        parent: Option<SpanId>,
        (name, kind): (&'static str, SpanKind),
    ) -> Self {
        let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self::begin_at((Instant::now(), nanoseconds(since_1970)), shared, trace, parent, (name, kind))
    }

    /// The time is by the monotonic clock and by that of the wall.
    fn begin_at(
        (began, start_unix_ns): (Instant, u64),
        shared: &Arc<Shared>,
        trace: TraceId,
        parent: Option<SpanId>,
        (name, kind): (&'static str, SpanKind),
    ) -> Self {
        let span = FinishedSpan {
            trace,
            id: shared.ids.span(),
            parent,
            name,
            kind,
            start_unix_ns,
            end_unix_ns: start_unix_ns,
            attributes: Vec::new(),
            error: None,
        };
        Self(Some(Recorded { shared: Arc::clone(shared), began, span }))
    }

    /// Whether it is recorded: what only an attribute needs is not worth computing otherwise.
    pub fn is_recorded(&self) -> bool {
        self.0.is_some()
    }

    /// Begins a child span. Its times count from this one's start, so that it lies within this one even if the wall
    /// clock changes.
    #[must_use]
    pub fn child(&self, name: &'static str, kind: SpanKind) -> Self {
        let Some(Recorded { shared, began, span }) = &self.0 else { return Self::default() };
        let now = Instant::now();
        let start_unix_ns = span.start_unix_ns.saturating_add(nanoseconds(now - *began));
        Self::begin_at((now, start_unix_ns), shared, span.trace, Some(span.id), (name, kind))
    }

    /// Renames the span.
    pub fn rename(&mut self, name: &'static str) {
        if let Some(recorded) = &mut self.0 {
            recorded.span.name = name;
        }
    }

    /// Sets an attribute, replacing an earlier value of the key.
    pub fn set(&mut self, key: &'static str, value: impl Into<AttributeValue>) {
        let Some(Recorded { span, .. }) = &mut self.0 else { return };
        let value = value.into();
        match span.attributes.iter_mut().find(|(known, _)| *known == key) {
            Some((_, former)) => *former = value,
            None => span.attributes.push((key, value)),
        }
    }

    /// Marks the span as failed, for the first reason given: later ones are consequences.
    pub fn fail(&mut self, reason: impl Into<Cow<'static, str>>) {
        if let Some(Recorded { span, .. }) = &mut self.0 {
            span.error.get_or_insert_with(|| reason.into());
        }
    }

    /// The header `traceparent`, with which a service that gets a request continues the trace.
    ///
    /// Source: <https://www.w3.org/TR/trace-context/#traceparent-header>.
    pub fn traceparent(&self) -> Option<String> {
        let Recorded { span, .. } = self.0.as_ref()?;
        Some(format!("00-{}-{}-01", span.trace, span.id))
    }
}

/// It ends by the monotonic clock, so that a step of the wall's clock does not stretch it.
impl Drop for OpenSpan {
    fn drop(&mut self) {
        let Some(Recorded { shared, began, mut span }) = mem::take(&mut self.0) else { return };
        span.end_unix_ns = span.start_unix_ns.saturating_add(nanoseconds(began.elapsed()));
        shared.finish(span);
    }
}

fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use crate::spans::{AttributeValue, SpanKind, Tracer, TracerSettings};

    #[test]
    fn a_span_keeps_its_last_name_its_last_attributes_and_its_first_error() {
        let (tracer, finished) = Tracer::new(&TracerSettings::default());
        let mut span = tracer.trace("join", SpanKind::Server);
        span.rename("resume");
        span.set("outcome", "joined");
        span.set("outcome", "refused");
        span.fail("denied");
        span.fail("disconnected");
        drop(span);
        let span = finished.try_next().unwrap();
        assert_eq!((span.name, span.error.as_deref()), ("resume", Some("denied")));
        assert_eq!(span.attributes, [("outcome", AttributeValue::Text("refused".into()))]);
    }

    #[test]
    fn a_service_can_go_on_with_the_trace() {
        let (tracer, finished) = Tracer::new(&TracerSettings::default());
        let header = tracer.trace("hook", SpanKind::Client).traceparent().unwrap();
        let span = finished.try_next().unwrap();
        assert_eq!(header, format!("00-{}-{}-01", span.trace, span.id));
        assert_eq!(header.len(), 55);
    }
}
