//! Samples as an `ExportMetricsServiceRequest`.
//!
//! Source: `opentelemetry/proto/metrics/v1/metrics.proto` in <https://github.com/open-telemetry/opentelemetry-proto>.

use consonance_link::MetricFamily;
use serde_json::{Map, Value, json};

use crate::metrics::{BucketCounts, FamilySample, FamilySamples, MetricKind, SampleValue};
use crate::otlp::json::{Resource, long, scope, text_attribute};

/// The period that samples cover, in nanoseconds since 1970.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Period {
    /// The time at which the counters began.
    pub(crate) from_unix_ns: u64,
    pub(crate) to_unix_ns: u64,
}

/// The body of a request with all samples.
pub(crate) fn body(resource: &Resource, families: &[FamilySamples], period: Period) -> Vec<u8> {
    let metrics: Vec<_> = families.iter().filter_map(|family| metric(family, period)).collect();
    let scoped = json!([{ "scope": scope(), "metrics": metrics }]);
    json!({ "resourceMetrics": [{ "resource": resource.json(), "scopeMetrics": scoped }] })
        .to_string()
        .into_bytes()
}

/// Nothing if there is no sample.
fn metric(FamilySamples { family, samples, .. }: &FamilySamples, period: Period) -> Option<Value> {
    let points: Vec<_> = samples.iter().filter_map(|sample| point(family, sample, period)).collect();
    if points.is_empty() {
        return None;
    }
    let (kind, data) = match family.kind {
        MetricKind::Gauge => ("gauge", json!({ "dataPoints": points })),
        MetricKind::Counter => {
            let data =
                json!({ "dataPoints": points, "aggregationTemporality": CUMULATIVE, "isMonotonic": true });
            ("sum", data)
        }
        MetricKind::Histogram => {
            ("histogram", json!({ "dataPoints": points, "aggregationTemporality": CUMULATIVE }))
        }
    };
    let mut metric = Map::new();
    metric.insert("name".into(), family.name.into());
    metric.insert("description".into(), family.about.into());
    metric.insert("unit".into(), unit(family.name).into());
    metric.insert(kind.into(), data);
    Some(metric.into())
}

/// `AGGREGATION_TEMPORALITY_CUMULATIVE`: since the start of the process, so that a lost export loses no count.
const CUMULATIVE: u8 = 2;

/// Nothing if the number is none, for which JSON has no word.
fn point(
    family: &MetricFamily,
    FamilySample { labels, value, .. }: &FamilySample,
    period: Period,
) -> Option<Value> {
    let labels = family.labels.iter().zip(labels).map(|(label, value)| text_attribute(label, value));
    let mut point = Map::new();
    point.insert("attributes".into(), labels.collect());
    point.insert("timeUnixNano".into(), long(period.to_unix_ns));
    if family.kind != MetricKind::Gauge {
        point.insert("startTimeUnixNano".into(), long(period.from_unix_ns));
    }
    match value {
        SampleValue::Integer(number) => {
            point.insert("asInt".into(), long(*number));
        }
        SampleValue::Decimal(number) if number.is_finite() => {
            point.insert("asDouble".into(), json!(number));
        }
        SampleValue::Buckets(buckets) => {
            let BucketCounts { bounds, counts, sum, .. } = buckets;
            point.insert("count".into(), long(buckets.total()));
            point.insert("sum".into(), json!(sum));
            point.insert("bucketCounts".into(), counts.iter().copied().map(long).collect());
            point.insert("explicitBounds".into(), json!(bounds));
        }
        _ => return None,
    }
    Some(point.into())
}

/// The unit that a name ends in, as UCUM writes it: names of Prometheus contain theirs.
///
/// Source: <https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/>.
fn unit(name: &str) -> &'static str {
    let name = name.strip_suffix("_total").unwrap_or(name);
    match name.rsplit_once('_') {
        Some((_, "seconds")) => "s",
        Some((_, "bytes")) => "By",
        Some((_, "ratio")) => "1",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unit_is_what_the_name_ends_in() {
        for (name, expected) in [
            ("process_cpu_seconds_total", "s"),
            ("consonance_uptime_seconds", "s"),
            ("consonance_received_bytes_total", "By"),
            ("consonance_worker_busy_ratio", "1"),
            ("consonance_sessions", ""),
            ("consonance_names_awaited_total", ""),
        ] {
            assert_eq!(unit(name), expected, "{name}");
        }
    }
}
