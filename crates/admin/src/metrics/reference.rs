//! The page of documentation: every name and what it means.

use std::fmt::Write as _;

use super::families::families;

/// `docs/metrics.md`, as it has to be.
pub fn reference_page() -> String {
    let mut page = String::from(INTRODUCTION);
    for family in families() {
        let labels: Vec<_> = family.labels.iter().map(|label| format!("`{label}`")).collect();
        let labels = if labels.is_empty() { String::new() } else { format!(" by {}", labels.join(", ")) };
        let _ = writeln!(page, "| `{}` | {}{labels} | {} |", family.name, family.kind.name(), family.about);
    }
    page
}

const INTRODUCTION: &str = "\
# Metrics

<!-- Made from crates/admin/src/metrics/families.rs; `UPDATE_DOCS=1 cargo test -p consonance-admin --test metrics` writes it again. -->

`consonance serve` with `admin.listen` shows these numbers at `/metrics`, in the text format of [Prometheus](https://prometheus.io).
Counters start again with the process.
Nothing is labelled with a player's name or address; sessions are told apart only if `admin.metrics_sessions_max` says of how many.

A scraper shows the admin token, or `admin.open_metrics` lets everybody who reaches the address read the numbers:

```yaml
scrape_configs:
  - job_name: consonance
    authorization:
      credentials_file: /etc/prometheus/consonance-token
    static_configs:
      - targets: [\"127.0.0.1:7778\"]
```

[packaging/grafana/consonance.json](../packaging/grafana/consonance.json) is a dashboard of them for Grafana.

| name | kind | what it is |
|---|---|---|
";
