//! Spans as they arrive.

use consonance_admin::metrics::ExportCounters;
use consonance_admin::otlp::Exporter;
use consonance_server::SecretText;
use consonance_server::spans::{SpanKind, Tracer, TracerSettings};
use consonance_testing::http_server::HttpServer;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::KeyValue;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::trace::v1::status::StatusCode;

use crate::otlp::fixture::{PATIENCE, answer, collector, endpoint, record, settings, spans_of, spans_to};

fn text(attributes: &[KeyValue], key: &str) -> Option<String> {
    let attribute = attributes.iter().find(|attribute| attribute.key == key)?;
    match attribute.value.clone()?.value? {
        Value::StringValue(text) => Some(text),
        Value::IntValue(number) => Some(number.to_string()),
        _ => None,
    }
}

#[test]
fn spans_arrive_with_their_parents_their_attributes_and_their_errors() {
    let (collector, counters) = (collector(), ExportCounters::default());
    let mut settings = settings(&format!("{}/", endpoint(&collector)), &counters);
    settings.headers = vec![("Authorization".into(), SecretText::new("Basic c2VzYW1l"))];
    let (tracer, finished) = Tracer::new(&TracerSettings::default());
    let export = Exporter::new(settings).unwrap().start(None, Some(finished)).unwrap();
    let mut join = tracer.trace("join", SpanKind::Server);
    let hook = join.child("joining_hook", SpanKind::Client);
    join.set("consonance.session", "main \"ü\"".to_owned());
    join.set("consonance.link", u64::MAX);
    join.fail("denied");
    let traceparent = hook.traceparent().unwrap();
    drop((hook, join));
    export.stop(PATIENCE);

    let requests = collector.requests();
    assert_eq!(requests.len(), 1);
    assert!(requests[0].head.starts_with("POST /v1/traces HTTP/1.1"), "{}", requests[0].head);
    assert_eq!(requests[0].header("content-type"), Some("application/json"));
    assert_eq!(requests[0].header("authorization"), Some("Basic c2VzYW1l"));
    let request: ExportTraceServiceRequest = serde_json::from_str(&requests[0].body).unwrap();
    let resource = request.resource_spans[0].resource.clone().unwrap();
    assert_eq!(text(&resource.attributes, "service.instance.id").as_deref(), Some("node-7"));
    let spans = spans_of(&requests);
    let [hook, join] = &spans[..] else { panic!("{spans:?}") };
    assert_eq!((&*hook.name, &*join.name, hook.kind, join.kind), ("joining_hook", "join", 3, 2));
    assert_eq!((&hook.trace_id, &hook.parent_span_id), (&join.trace_id, &join.span_id));
    assert_eq!((join.trace_id.len(), join.span_id.len(), join.parent_span_id.len()), (16, 8, 0));
    let trace = u128::from_be_bytes(hook.trace_id.clone().try_into().unwrap());
    let span = u64::from_be_bytes(hook.span_id.clone().try_into().unwrap());
    assert_eq!(traceparent, format!("00-{trace:032x}-{span:016x}-01"));
    assert!(join.start_time_unix_nano > 1_700_000_000_000_000_000);
    assert!(join.start_time_unix_nano <= hook.start_time_unix_nano);
    assert!(hook.end_time_unix_nano <= join.end_time_unix_nano);
    for (key, value) in [
        ("consonance.session", "main \"ü\"".to_owned()),
        ("consonance.link", i64::MAX.to_string()),
        ("error.type", "denied".to_owned()),
    ] {
        assert_eq!(text(&join.attributes, key), Some(value), "{key}");
    }
    let status = join.status.clone().unwrap();
    assert_eq!((status.code, &*status.message), (StatusCode::Error as i32, "denied"));
    assert_eq!(hook.status, None);
    assert_eq!(counters.read().spans, [2, 0]);
}

#[test]
fn many_spans_are_several_requests() {
    let (collector, counters) = (collector(), ExportCounters::default());
    let (tracer, export) = spans_to(&endpoint(&collector), 2000, &counters);
    record(&tracer, 1300);
    export.stop(PATIENCE);
    assert_eq!(spans_of(&collector.requests()).len(), 1300);
    assert_eq!(counters.read().requests, [[0; 3], [3, 0, 0]]);
}

#[test]
fn spans_that_a_collector_rejects_are_counted_and_not_sent_again() {
    let (counters, partly) = (ExportCounters::default(), r#"{"partialSuccess":{"rejectedSpans":"3"}}"#);
    let collector = HttpServer::start(|_| answer("200 OK", partly));
    let (tracer, export) = spans_to(&endpoint(&collector), 100, &counters);
    record(&tracer, 10);
    export.stop(PATIENCE);
    let counted = counters.read();
    assert_eq!((counted.spans, counted.requests[1]), ([7, 3], [0, 0, 1]));

    let counters = ExportCounters::default();
    let collector = HttpServer::start(|_| answer("400 Bad Request", "no"));
    let (tracer, export) = spans_to(&endpoint(&collector), 100, &counters);
    record(&tracer, 10);
    export.stop(PATIENCE);
    let counted = counters.read();
    assert_eq!((counted.spans, counted.requests[1]), ([0, 10], [0, 0, 1]));
    assert_eq!(collector.requests().len(), 1);
}
