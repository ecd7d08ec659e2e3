//! The page of documentation: every metric with its meaning.

use std::fmt::Write as _;

use consonance_link::MetricFamily;

use super::families::families;

/// The text of `docs/metrics.md`, with these metrics of single networks at its end.
pub fn reference_page(network_families: impl IntoIterator<Item = &'static MetricFamily>) -> String {
    let mut page = String::from(INTRODUCTION);
    // Those of the process have the names and meanings that every program gives them.
    let own = families().chain(network_families).filter(|family| !family.name.starts_with("process_"));
    for family in own {
        let labels: Vec<_> = family.labels.iter().map(|label| format!("`{label}`")).collect();
        let labels = if labels.is_empty() { String::new() } else { format!(" ({})", labels.join(", ")) };
        let _ = writeln!(page, "| `{}`{labels} | {} |", family.name, family.about);
    }
    page
}

const INTRODUCTION: &str = "\
# Metrics

<!-- Generated from crates/admin/src/metrics/families.rs; `UPDATE_DOCS=1 cargo test -p consonance-admin --test admin metrics::` writes it. -->

With `admin.listen`, `consonance serve` serves these metrics at `/metrics`, in the text format of [Prometheus](https://prometheus.io).
Names that end in `_total` are counters, `consonance_relay_delay_seconds` is a histogram, all others are gauges.
The standard `process_` metrics of CPU time, memory, file descriptors and threads come with them.
No label contains a player's name or address; only the `admin.metrics_sessions_max` largest sessions have metrics of their own.

A scraper presents the admin token, unless `admin.open_metrics` is set:

```yaml
scrape_configs:
  - job_name: consonance
    authorization:
      credentials_file: /etc/prometheus/consonance-token
    static_configs:
      - targets: [\"127.0.0.1:7778\"]
```

[packaging/grafana/consonance.json](../packaging/grafana/consonance.json) is a Grafana dashboard.
[OpenTelemetry](operations.md#opentelemetry) collectors get the same metrics without a scraper.

| name (labels) | meaning |
|---|---|
";
