//! A collector that records what it is sent, and an exporter that sends.

use std::thread;
use std::time::{Duration, Instant};

use consonance_admin::metrics::ExportCounters;
use consonance_admin::otlp::{Export, Exporter, OtlpSettings};
use consonance_server::spans::{SpanKind, Tracer, TracerSettings};
use consonance_testing::http_server::{HttpRequest, HttpServer, ok};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::trace::v1::Span;

/// The timeout for every operation. Generous: machines that run tests are busy.
pub(crate) const PATIENCE: Duration = Duration::from_mins(2);

pub(crate) fn collector() -> HttpServer {
    HttpServer::start(|_| ok("{}"))
}

/// A complete response with this status.
pub(crate) fn answer(status: &str, body: &str) -> Vec<u8> {
    format!("HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}", body.len())
        .into_bytes()
}

pub(crate) fn endpoint(collector: &HttpServer) -> String {
    format!("http://{}", collector.addr())
}

pub(crate) fn settings(endpoint: &str, counters: &ExportCounters) -> OtlpSettings {
    let mut settings = OtlpSettings::new(endpoint.parse().unwrap());
    (settings.export.service_name, settings.export.node_name) = ("voice".into(), Some("node-7".into()));
    settings.counters = counters.clone();
    settings.export.timeout = PATIENCE;
    settings
}

/// An exporter of spans, without metrics.
pub(crate) fn spans_to(endpoint: &str, queue: usize, counters: &ExportCounters) -> (Tracer, Export) {
    let mut of_tracer = TracerSettings::default();
    of_tracer.queue = queue;
    let (tracer, finished) = Tracer::new(&of_tracer);
    let export = Exporter::new(settings(endpoint, counters)).unwrap().start(None, Some(finished)).unwrap();
    (tracer, export)
}

pub(crate) fn record(tracer: &Tracer, spans: usize) {
    for _ in 0..spans {
        tracer.trace("join", SpanKind::Server);
    }
}

/// The spans of these requests.
pub(crate) fn spans_of(requests: &[HttpRequest]) -> Vec<Span> {
    let of_traces = requests.iter().filter(|request| request.head.starts_with("POST /v1/traces "));
    let read =
        |request: &HttpRequest| serde_json::from_str::<ExportTraceServiceRequest>(&request.body).unwrap();
    let scoped = of_traces.map(read).flat_map(|request| request.resource_spans);
    scoped.flat_map(|resource| resource.scope_spans).flat_map(|scope| scope.spans).collect()
}

pub(crate) fn wait_until(is_so: impl Fn() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < deadline, "it takes too long");
        thread::sleep(Duration::from_millis(5));
    }
}
