//! The data that a collector has received, parsed with the protocol's types, and a page for Prometheus in the same
//! form.

use std::collections::BTreeMap;

use consonance_testing::http_server::{HttpRequest, HttpServer};
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{KeyValue, any_value};
use opentelemetry_proto::tonic::metrics::v1::{
    HistogramDataPoint, NumberDataPoint, metric, number_data_point,
};
use opentelemetry_proto::tonic::trace::v1::Span as SentSpan;

/// Values by name and labels; of a histogram by the names that Prometheus uses.
pub(super) type Samples = BTreeMap<String, f64>;

/// Everything that was received, in order.
#[derive(Debug, Default)]
pub(super) struct Received {
    pub(super) resource: BTreeMap<String, String>,
    pub(super) metrics: Vec<Samples>,
    pub(super) spans: Vec<Span>,
}

#[derive(Clone, Debug)]
pub(super) struct Span {
    pub(super) name: String,
    pub(super) trace: String,
    pub(super) id: String,
    /// Empty if it has none.
    pub(super) parent: String,
    pub(super) start: u64,
    pub(super) end: u64,
    pub(super) attributes: BTreeMap<String, String>,
    pub(super) error: Option<String>,
}

impl Received {
    pub(super) fn of(collector: &HttpServer) -> Self {
        let mut received = Self::default();
        for request in collector.requests() {
            if request.head.starts_with("POST /v1/metrics ") {
                received.add_metrics(&request);
            } else if request.head.starts_with("POST /v1/traces ") {
                received.add_spans(&request);
            } else {
                panic!("a collector does not know this: {}", request.head);
            }
        }
        received
    }

    pub(super) fn spans_named(&self, name: &str) -> Vec<&Span> {
        self.spans.iter().filter(|span| span.name == name).collect()
    }

    fn add_metrics(&mut self, request: &HttpRequest) {
        let request: ExportMetricsServiceRequest = serde_json::from_str(&request.body).unwrap();
        let mut samples = Samples::new();
        for of_resource in request.resource_metrics {
            self.resource = texts(&of_resource.resource.unwrap().attributes);
            for metric in of_resource.scope_metrics.into_iter().flat_map(|scope| scope.metrics) {
                match metric.data.unwrap() {
                    metric::Data::Gauge(gauge) => numbers(&mut samples, &metric.name, &gauge.data_points),
                    metric::Data::Sum(sum) => numbers(&mut samples, &metric.name, &sum.data_points),
                    metric::Data::Histogram(histogram) => {
                        buckets(&mut samples, &metric.name, &histogram.data_points);
                    }
                    other => panic!("{other:?}"),
                }
            }
        }
        self.metrics.push(samples);
    }

    fn add_spans(&mut self, request: &HttpRequest) {
        let request: ExportTraceServiceRequest = serde_json::from_str(&request.body).unwrap();
        let scopes = request.resource_spans.into_iter().flat_map(|resource| resource.scope_spans);
        self.spans.extend(scopes.flat_map(|scope| scope.spans).map(span));
    }
}

fn span(sent: SentSpan) -> Span {
    Span {
        name: sent.name,
        trace: hex(&sent.trace_id),
        id: hex(&sent.span_id),
        parent: hex(&sent.parent_span_id),
        start: sent.start_time_unix_nano,
        end: sent.end_time_unix_nano,
        attributes: texts(&sent.attributes),
        error: sent.status.filter(|status| status.code == 2).map(|status| status.message),
    }
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;

    let mut text = String::new();
    for byte in bytes {
        write!(text, "{byte:02x}").unwrap();
    }
    text
}

fn texts(attributes: &[KeyValue]) -> BTreeMap<String, String> {
    let text = |attribute: &KeyValue| match attribute.value.clone()?.value? {
        any_value::Value::StringValue(text) => Some((attribute.key.clone(), text)),
        any_value::Value::IntValue(number) => Some((attribute.key.clone(), number.to_string())),
        _ => None,
    };
    attributes.iter().filter_map(text).collect()
}

/// `name{label="value"}`, with labels in the order of their names.
fn key(name: &str, labels: &BTreeMap<String, String>) -> String {
    let labels: Vec<_> = labels.iter().map(|(label, value)| format!("{label}={value:?}")).collect();
    if labels.is_empty() { name.to_owned() } else { format!("{name}{{{}}}", labels.join(",")) }
}

fn numbers(samples: &mut Samples, name: &str, points: &[NumberDataPoint]) {
    for point in points {
        let value = match point.value.unwrap() {
            number_data_point::Value::AsInt(number) => number as f64,
            number_data_point::Value::AsDouble(number) => number,
        };
        samples.insert(key(name, &texts(&point.attributes)), value);
    }
}

fn buckets(samples: &mut Samples, name: &str, points: &[HistogramDataPoint]) {
    for point in points {
        let bounds = point.explicit_bounds.iter().map(f64::to_string).chain(["+Inf".to_owned()]);
        let mut count = 0;
        for (bound, number) in bounds.zip(&point.bucket_counts) {
            count += number;
            samples.insert(format!("{name}_bucket{{le={bound:?}}}"), count as f64);
        }
        samples.insert(format!("{name}_sum"), point.sum.unwrap());
        samples.insert(format!("{name}_count"), point.count as f64);
    }
}

/// The samples of an answer in the text format of Prometheus, whose labels have no quotes here.
pub(super) fn page_samples(answer: &str) -> Samples {
    let (_, page) = answer.split_once("\r\n\r\n").unwrap();
    let lines = page.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let sample = |line: &str| {
        let (name, value) = line.rsplit_once(' ').unwrap();
        let (name, labels) = name.split_once('{').map_or((name, ""), |(name, labels)| (name, labels));
        let labels = labels.trim_end_matches('}').split(',').filter_map(|label| label.split_once('='));
        let labels = labels.map(|(label, value)| (label.to_owned(), value.trim_matches('"').to_owned()));
        (key(name, &labels.collect()), value.parse().unwrap())
    };
    lines.map(sample).collect()
}
