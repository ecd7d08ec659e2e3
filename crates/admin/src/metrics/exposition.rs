//! The text format of Prometheus, version 0.0.4: families with their samples.
//!
//! Source: <https://prometheus.io/docs/instrumenting/exposition_formats/>.

use std::fmt::{Display, Write as _};

use consonance_transport::{MetricFamily, MetricKind};

/// A text in the making. Samples of a family come together, after its head.
#[derive(Debug, Default)]
pub(super) struct Exposition {
    text: String,
}

impl Exposition {
    /// Begins a family.
    pub(super) fn family(&mut self, family: &'static MetricFamily) -> Samples<'_> {
        let MetricFamily { name, kind, about, .. } = family;
        let _ = writeln!(self.text, "# HELP {name} {}", escaped(about, false));
        let _ = writeln!(self.text, "# TYPE {name} {}", kind.name());
        Samples { text: &mut self.text, family }
    }

    /// A family with one sample.
    pub(super) fn single(&mut self, family: &'static MetricFamily, value: impl Display) {
        self.family(family).sample(&[], value);
    }

    pub(super) fn into_text(self) -> String {
        self.text
    }
}

/// The samples of one family.
pub(super) struct Samples<'e> {
    text: &'e mut String,
    family: &'static MetricFamily,
}

impl Samples<'_> {
    /// One sample; the values are those of the family's labels, in their order.
    pub(super) fn sample(&mut self, values: &[&str], value: impl Display) -> &mut Self {
        self.line("", values, None, value)
    }

    /// How many observations lie at or below each bound, by `(bound, number in this bucket alone)`; so many lie above
    /// all of them, and all together sum up to this. Only for families without labels.
    pub(super) fn histogram(&mut self, buckets: &[(f64, u64)], above: u64, sum: f64) {
        debug_assert_eq!(self.family.kind, MetricKind::Histogram, "only histograms have buckets");
        let mut count = 0;
        for (bound, number) in buckets {
            count += number;
            self.line("_bucket", &[], Some(&bound.to_string()), count);
        }
        count += above;
        self.line("_bucket", &[], Some("+Inf"), count);
        self.line("_sum", &[], None, sum);
        self.line("_count", &[], None, count);
    }

    fn line(&mut self, suffix: &str, values: &[&str], bound: Option<&str>, value: impl Display) -> &mut Self {
        debug_assert_eq!(values.len(), self.family.labels.len(), "each label has a value");
        self.text.push_str(self.family.name);
        self.text.push_str(suffix);
        let labels = self.family.labels.iter().copied().zip(values.iter().copied());
        for (index, (name, value)) in labels.chain(bound.map(|bound| ("le", bound))).enumerate() {
            let before = if index == 0 { '{' } else { ',' };
            let _ = write!(self.text, "{before}{name}=\"{}\"", escaped(value, true));
        }
        if !values.is_empty() || bound.is_some() {
            self.text.push('}');
        }
        let _ = writeln!(self.text, " {value}");
        self
    }
}

fn escaped(text: &str, is_label: bool) -> String {
    let escaped = text.replace('\\', "\\\\").replace('\n', "\\n");
    if is_label { escaped.replace('"', "\\\"") } else { escaped }
}
