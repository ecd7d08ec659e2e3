//! Spans as an `ExportTraceServiceRequest`.
//!
//! Source: `opentelemetry/proto/trace/v1/trace.proto` in <https://github.com/open-telemetry/opentelemetry-proto>.

use consonance_server::spans::{AttributeValue, FinishedSpan, SpanKind};
use serde_json::{Map, Value, json};

use crate::otlp::json::{Resource, integer_attribute, long, scope, text_attribute};

/// The body of a request with these spans.
pub(crate) fn body(resource: &Resource, spans: &[FinishedSpan]) -> Vec<u8> {
    let spans: Vec<_> = spans.iter().map(span).collect();
    let scoped = json!([{ "scope": scope(), "spans": spans }]);
    json!({ "resourceSpans": [{ "resource": resource.json(), "scopeSpans": scoped }] })
        .to_string()
        .into_bytes()
}

fn span(finished: &FinishedSpan) -> Value {
    let mut attributes: Vec<_> =
        finished.attributes.iter().map(|(key, value)| attribute(key, value)).collect();
    let mut span = Map::new();
    span.insert("traceId".into(), finished.trace.to_string().into());
    span.insert("spanId".into(), finished.id.to_string().into());
    if let Some(parent) = finished.parent {
        span.insert("parentSpanId".into(), parent.to_string().into());
    }
    span.insert("name".into(), finished.name.into());
    span.insert("kind".into(), kind(finished.kind).into());
    span.insert("startTimeUnixNano".into(), long(finished.start_unix_ns));
    span.insert("endTimeUnixNano".into(), long(finished.end_unix_ns));
    if let Some(error) = &finished.error {
        // https://opentelemetry.io/docs/specs/semconv/attributes-registry/error/: failures are grouped by this
        // attribute.
        attributes.push(text_attribute("error.type", error));
        span.insert("status".into(), json!({ "code": STATUS_ERROR, "message": error }));
    }
    span.insert("attributes".into(), attributes.into());
    span.into()
}

/// `STATUS_CODE_ERROR`.
const STATUS_ERROR: u8 = 2;

/// As `SpanKind` of the protocol.
fn kind(kind: SpanKind) -> u8 {
    match kind {
        SpanKind::Server => 2,
        SpanKind::Client => 3,
        _ => 1,
    }
}

fn attribute(key: &str, value: &AttributeValue) -> Value {
    match value {
        AttributeValue::Text(text) => text_attribute(key, text),
        AttributeValue::Integer(number) => integer_attribute(key, *number),
        _ => text_attribute(key, ""),
    }
}
