//! Metrics as they arrive: those of the page for Prometheus, with the same values.

use std::collections::BTreeMap;
use std::time::Duration;

use consonance_admin::Operator;
use consonance_admin::metrics::{ExportCounters, families};
use consonance_admin::otlp::{Exporter, MetricsExport};
use consonance_server::moderation::Moderation;
use consonance_server::records::{Records, RecordsSettings};
use consonance_server::{DedicatedServer, SessionLoop, SessionsSettings};
use consonance_testing::http_server::HttpServer;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::metrics::v1::{AggregationTemporality, Metric, metric, number_data_point};

use crate::otlp::fixture::{PATIENCE, answer, collector, endpoint, settings, wait_until};

fn server() -> (DedicatedServer, MetricsExport) {
    let server = DedicatedServer::start(SessionLoop::new(&SessionsSettings::new(["main", "other"]).unwrap()));
    let records = Records::in_memory(RecordsSettings::default());
    let moderation = Moderation::new(server.handle(), records);
    let mut export = MetricsExport::new(Operator::new(server.handle(), moderation));
    export.sessions_max = 5;
    (server, export)
}

/// An exporter to this collector that exports metrics as often as that.
fn exporter(collector: &HttpServer, interval: Duration) -> Exporter {
    let mut settings = settings(&endpoint(collector), &ExportCounters::default());
    settings.export.metrics_interval = interval;
    Exporter::new(settings).unwrap()
}

const OFTEN: Duration = Duration::from_millis(10);

/// The metrics of a request, by name.
fn read(collector: &HttpServer, request: usize) -> BTreeMap<String, Metric> {
    let request = &collector.requests()[request];
    assert!(request.head.starts_with("POST /v1/metrics HTTP/1.1"), "{}", request.head);
    let request: ExportMetricsServiceRequest = serde_json::from_str(&request.body).unwrap();
    let scoped = request.resource_metrics.into_iter().flat_map(|resource| resource.scope_metrics);
    let metrics = scoped.flat_map(|scope| scope.metrics).map(|metric| (metric.name.clone(), metric));
    metrics.collect()
}

#[test]
fn every_metric_arrives_with_its_kind_its_unit_and_its_meaning() {
    let collector = collector();
    let (server, metrics) = server();
    let export = exporter(&collector, OFTEN).start(Some(metrics), None).unwrap();
    wait_until(|| collector.requests().len() >= 3);
    export.end_metrics();
    server.stop();
    export.stop(PATIENCE);

    let metrics = read(&collector, 0);
    for (name, metric) in &metrics {
        let family = families().find(|family| family.name == name).unwrap();
        assert_eq!(metric.description, family.about);
    }
    let one = |name: &str| {
        let Some(metric::Data::Gauge(gauge)) = &metrics[name].data else { panic!("{name}: {metrics:?}") };
        gauge.data_points[0].value.unwrap()
    };
    assert_eq!(one("consonance_sessions"), number_data_point::Value::AsInt(2));
    let uptime = &metrics["consonance_uptime_seconds"];
    assert_eq!((&*uptime.unit, &*metrics["process_resident_memory_bytes"].unit), ("s", "By"));
    assert!(matches!(one("consonance_uptime_seconds"), number_data_point::Value::AsDouble(_)));
    let Some(metric::Data::Sum(sum)) = &metrics["consonance_packets_dropped_total"].data else { panic!() };
    let cumulative = AggregationTemporality::Cumulative as i32;
    assert_eq!((sum.is_monotonic, sum.aggregation_temporality), (true, cumulative));
    let point = &sum.data_points[0];
    assert_eq!(point.attributes[0].key, "reason");
    assert!(point.start_time_unix_nano > 0 && point.start_time_unix_nano < point.time_unix_nano);
    let delay = &metrics["consonance_relay_delay_seconds"];
    let Some(metric::Data::Histogram(delay)) = &delay.data else { panic!("{delay:?}") };
    let point = &delay.data_points[0];
    assert_eq!(point.bucket_counts.len(), point.explicit_bounds.len() + 1);
    assert_eq!((delay.aggregation_temporality, point.count, point.sum), (cumulative, 0, Some(0.0)));
}

#[test]
fn the_end_of_metrics_sends_the_last_numbers_of_a_server_that_still_runs() {
    let collector = collector();
    let (server, metrics) = server();
    let export = exporter(&collector, PATIENCE * 100).start(Some(metrics), None).unwrap();
    export.end_metrics();
    server.stop();
    export.stop(PATIENCE);
    let requests = collector.requests().len();
    let metrics = read(&collector, requests - 1);
    let Some(metric::Data::Gauge(gauge)) = &metrics["consonance_sessions"].data else {
        panic!("{metrics:?}")
    };
    assert_eq!(gauge.data_points[0].value, Some(number_data_point::Value::AsInt(2)));
}

#[test]
fn metrics_of_which_a_collector_rejects_a_part_count_as_rejected() {
    let (counters, partly) = (ExportCounters::default(), r#"{"partialSuccess":{"rejectedDataPoints":"3"}}"#);
    let collector = HttpServer::start(|_| answer("200 OK", partly));
    let (server, metrics) = server();
    let mut settings = settings(&endpoint(&collector), &counters);
    settings.export.metrics_interval = OFTEN;
    let export = Exporter::new(settings).unwrap().start(Some(metrics), None).unwrap();
    wait_until(|| !collector.requests().is_empty());
    export.end_metrics();
    server.stop();
    export.stop(PATIENCE);

    let sent = u64::try_from(collector.requests().len()).unwrap();
    assert_eq!(counters.read().requests, [[0, 0, sent], [0; 3]]);
}
