//! What goes beside the connections, on networks that have such a path.

use consonance_transport::{PathRefusals, PathStatistics};

use super::exposition::Exposition;
use super::families::{
    Family, PATH_DATAGRAMS, PATH_FALLBACKS, PATH_PACKETS, PATH_PROOFS, PATH_REFUSED, PATHS,
};
use super::observation::{Observation, by_network};

pub(super) fn write(out: &mut Exposition, observation: &Observation) {
    let counted = observation.networks.iter().filter_map(|numbers| Some((numbers.network, numbers.path?)));
    let paths = by_network(counted, PathStatistics::with);
    each(out, &PATHS, &paths, |path| vec![("agreed", path.agreed), ("in_use", path.in_use)]);
    each(out, &PATH_PACKETS, &paths, |path| {
        vec![("received", path.packets_received), ("sent", path.packets_sent)]
    });
    let mut fallbacks = out.family(&PATH_FALLBACKS);
    for (network, path) in &paths {
        fallbacks.sample(&[network], path.packets_fallen_back);
    }
    each(out, &PATH_DATAGRAMS, &paths, |path| {
        vec![("sent", path.datagrams_sent), ("unsent", path.datagrams_unsent)]
    });
    each(out, &PATH_REFUSED, &paths, |path| refusals(path.refused));
    each(out, &PATH_PROOFS, &paths, |path| {
        vec![("challenged", path.challenges), ("proved", path.addresses_proved)]
    });
}

/// The name of a network, and what the paths of its listeners did together.
type Merged = (&'static str, PathStatistics);

fn each(
    out: &mut Exposition,
    family: &'static Family,
    paths: &[Merged],
    of: fn(&PathStatistics) -> Vec<(&'static str, u64)>,
) {
    let mut samples = out.family(family);
    for (network, path) in paths {
        for (label, number) in of(path) {
            samples.sample(&[network, label], number);
        }
    }
}

fn refusals(refused: PathRefusals) -> Vec<(&'static str, u64)> {
    let PathRefusals { malformed, other_worker, unknown_path, replayed, forged } = refused;
    vec![
        ("malformed", malformed),
        ("other_worker", other_worker),
        ("unknown_path", unknown_path),
        ("replayed", replayed),
        ("forged", forged),
    ]
}
