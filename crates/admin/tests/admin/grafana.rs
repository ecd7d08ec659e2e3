//! The Grafana dashboard queries only metrics that are exported.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

use std::collections::BTreeSet;
use std::path::Path;

use consonance_admin::metrics::families;
use serde_json::Value;

fn dashboard() -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packaging/grafana/consonance.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn panels() -> Vec<Value> {
    dashboard()["panels"].as_array().unwrap().clone()
}

/// The metric names in all panel queries.
fn asked_for() -> BTreeSet<String> {
    let expressions = panels().into_iter().flat_map(|panel| {
        let targets = panel["targets"].as_array().cloned().unwrap_or_default();
        targets.into_iter().map(|target| target["expr"].as_str().unwrap().to_owned())
    });
    let words = expressions.flat_map(|expression| {
        let words = expression.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_');
        words.map(str::to_owned).collect::<Vec<_>>()
    });
    words.filter(|word| word.starts_with("consonance_") || word.starts_with("process_")).collect()
}

#[test]
fn every_metric_of_the_dashboard_is_exported() {
    let exported: BTreeSet<_> = families().map(|family| family.name).collect();
    let asked_for = asked_for();
    assert!(asked_for.len() > 10, "{asked_for:?}");
    for name in asked_for {
        let family = ["_bucket", "_sum", "_count"].iter().find_map(|suffix| name.strip_suffix(suffix));
        assert!(exported.contains(&*name) || family.is_some_and(|name| exported.contains(name)), "{name}");
    }
}

#[test]
fn the_dashboard_shows_what_becomes_of_names_in_use() {
    let asked_for = asked_for();
    for name in ["consonance_names_awaited_total", "consonance_names_taken_over_total"] {
        assert!(asked_for.contains(name), "{name}");
    }
}

#[test]
fn the_dashboard_shows_all_that_is_counted_of_the_cluster() {
    let asked_for = asked_for();
    let of_cluster =
        families().map(|family| family.name).filter(|name| name.starts_with("consonance_cluster_"));
    let unseen: Vec<_> = of_cluster.filter(|name| !asked_for.contains(*name)).collect();
    assert_eq!(unseen, [""; 0]);
}

#[test]
fn panels_have_ids_of_their_own_and_do_not_lie_upon_each_other() {
    let panels = panels();
    let ids: BTreeSet<_> = panels.iter().map(|panel| panel["id"].as_u64().unwrap()).collect();
    assert_eq!(ids.len(), panels.len());
    let mut taken = BTreeSet::new();
    for panel in &panels {
        let place = |side: &str| panel["gridPos"][side].as_u64().unwrap();
        assert!(place("x") + place("w") <= 24, "{panel}");
        for x in place("x")..place("x") + place("w") {
            for y in place("y")..place("y") + place("h") {
                assert!(taken.insert((x, y)), "{}", panel["title"]);
            }
        }
    }
}
