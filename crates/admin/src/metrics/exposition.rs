//! The text format of Prometheus, version 0.0.4: families with their samples.
//!
//! Source: <https://prometheus.io/docs/instrumenting/exposition_formats/>.

use std::fmt::{Display, Write as _};

use consonance_link::MetricFamily;

use super::samples::{BucketCounts, FamilySample, FamilySamples, SampleValue};

/// All these families. Samples of a family come together, after its head.
pub(super) fn text(families: &[FamilySamples]) -> String {
    let mut text = String::new();
    for FamilySamples { family, samples } in families {
        let MetricFamily { name, kind, about, .. } = family;
        let _ = writeln!(text, "# HELP {name} {}", escaped(about, false));
        let _ = writeln!(text, "# TYPE {name} {}", kind.name());
        for sample in samples {
            write_sample(&mut text, family, sample);
        }
    }
    text
}

fn write_sample(text: &mut String, family: &MetricFamily, sample: &FamilySample) {
    let mut line = |suffix: &str, bound: Option<&str>, value: &dyn Display| {
        write_line(text, family, suffix, (&sample.labels, bound), value);
    };
    match &sample.value {
        SampleValue::Integer(number) => line("", None, number),
        SampleValue::Decimal(number) => line("", None, number),
        SampleValue::Buckets(buckets) => {
            let BucketCounts { bounds, counts, sum } = buckets;
            let bounds = bounds.iter().map(f64::to_string).chain(["+Inf".to_owned()]);
            let mut count = 0;
            for (bound, number) in bounds.zip(counts) {
                count += number;
                line("_bucket", Some(&bound), &count);
            }
            line("_sum", None, sum);
            line("_count", None, &count);
        }
    }
}

fn write_line(
    text: &mut String,
    family: &MetricFamily,
    suffix: &str,
    (values, bound): (&[String], Option<&str>),
    value: &dyn Display,
) {
    text.push_str(family.name);
    text.push_str(suffix);
    let labels = family.labels.iter().copied().zip(values.iter().map(String::as_str));
    for (index, (name, value)) in labels.chain(bound.map(|bound| ("le", bound))).enumerate() {
        let before = if index == 0 { '{' } else { ',' };
        let _ = write!(text, "{before}{name}=\"{}\"", escaped(value, true));
    }
    if !values.is_empty() || bound.is_some() {
        text.push('}');
    }
    let _ = writeln!(text, " {value}");
}

fn escaped(text: &str, is_label: bool) -> String {
    let escaped = text.replace('\\', "\\\\").replace('\n', "\\n");
    if is_label { escaped.replace('"', "\\\"") } else { escaped }
}
