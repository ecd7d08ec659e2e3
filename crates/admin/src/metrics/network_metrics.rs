//! Metrics of individual networks: families with a label for the network.

use std::collections::BTreeMap;

use consonance_link::{MetricFamily, network_metric_families};

use super::observation::Observation;
use super::samples::Samples;

/// The labels of a sample after the network's.
type OwnLabels<'o> = &'o [&'static str];

pub(super) fn write(out: &mut Samples, observation: &Observation) {
    let own = observation.network_families.iter().copied();
    let mut families: Vec<&'static MetricFamily> = network_metric_families().chain(own).collect();
    let samples = || observation.totals.networks.iter().flat_map(|network| &network.metrics);
    for family in samples().map(|sample| sample.family) {
        // A network may bring families that were not registered with the server.
        if !families.iter().any(|known| known.name == family.name) {
            families.push(family);
        }
    }
    for family in families {
        let mut lines = out.family(family);
        for ((network, labels), value) in sums(observation, family) {
            let values: Vec<_> = [network].into_iter().chain(labels.iter().copied()).collect();
            lines.sample(&values, value);
        }
    }
}

/// The sums over all listeners of each network.
fn sums<'o>(
    observation: &'o Observation,
    family: &MetricFamily,
) -> BTreeMap<(&'static str, OwnLabels<'o>), u64> {
    let mut sums = BTreeMap::new();
    for numbers in &observation.totals.networks {
        for sample in numbers.metrics.iter().filter(|sample| sample.family.name == family.name) {
            *sums.entry((numbers.network, sample.own_labels())).or_default() += sample.value;
        }
    }
    sums
}
