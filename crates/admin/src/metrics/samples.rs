//! The samples of all metrics at one moment, before they are written in a format.

use consonance_link::{MetricFamily, MetricKind};

/// One metric with its samples, of which there may be none.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct FamilySamples {
    /// Its name, kind and labels.
    pub family: &'static MetricFamily,
    /// Its samples.
    pub samples: Vec<FamilySample>,
}

/// One sample of a family.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct FamilySample {
    /// The values of the family's labels, in their order.
    pub labels: Vec<String>,
    /// The measured value.
    pub value: SampleValue,
}

/// A measured value, in the unit of the family's name.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum SampleValue {
    /// A count.
    Integer(u64),
    /// A measure.
    Decimal(f64),
    /// Observations in buckets; only of histograms.
    Buckets(BucketCounts),
}

/// Numbers of observations in the buckets of a histogram.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct BucketCounts {
    /// The upper bounds, included, in ascending order.
    pub bounds: Vec<f64>,
    /// The number of observations in each bucket alone; the last one is above all bounds.
    pub counts: Vec<u64>,
    /// The sum of all observations.
    pub sum: f64,
}

impl BucketCounts {
    /// The number of all observations.
    pub fn total(&self) -> u64 {
        self.counts.iter().sum()
    }
}

/// A builder of samples, family by family.
#[derive(Debug, Default)]
pub(super) struct Samples(Vec<FamilySamples>);

impl Samples {
    /// Begins a family.
    pub(super) fn family(&mut self, family: &'static MetricFamily) -> SamplesOfFamily<'_> {
        self.0.push(FamilySamples { family, samples: Vec::new() });
        SamplesOfFamily(self.0.last_mut().expect("it was just added"))
    }

    /// A family with one sample.
    pub(super) fn single(&mut self, family: &'static MetricFamily, value: impl Into<SampleValue>) {
        self.family(family).sample(&[], value);
    }

    pub(super) fn into_families(self) -> Vec<FamilySamples> {
        self.0
    }
}

/// The samples of one family.
pub(super) struct SamplesOfFamily<'s>(&'s mut FamilySamples);

impl SamplesOfFamily<'_> {
    /// One sample; the values are those of the family's labels, in their order.
    pub(super) fn sample(&mut self, values: &[&str], value: impl Into<SampleValue>) -> &mut Self {
        debug_assert_eq!(values.len(), self.0.family.labels.len(), "each label has a value");
        let labels = values.iter().map(|value| (*value).to_owned()).collect();
        self.0.samples.push(FamilySample { labels, value: value.into() });
        self
    }

    /// One histogram from pairs of `(upper bound, number in this bucket alone)`, the number of observations above all
    /// bounds, and the sum of all observations. Only for families without labels.
    pub(super) fn histogram(&mut self, buckets: &[(f64, u64)], above: u64, sum: f64) {
        debug_assert_eq!(self.0.family.kind, MetricKind::Histogram, "only histograms have buckets");
        let bounds = buckets.iter().map(|(bound, _)| *bound).collect();
        let counts = buckets.iter().map(|(_, number)| *number).chain([above]).collect();
        self.sample(&[], SampleValue::Buckets(BucketCounts { bounds, counts, sum }));
    }
}

impl From<u64> for SampleValue {
    fn from(number: u64) -> Self {
        Self::Integer(number)
    }
}

impl From<usize> for SampleValue {
    fn from(number: usize) -> Self {
        Self::Integer(number as u64)
    }
}

impl From<f64> for SampleValue {
    fn from(number: f64) -> Self {
        Self::Decimal(number)
    }
}
