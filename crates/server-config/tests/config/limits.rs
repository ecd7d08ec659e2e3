//! `docs/limits.md` has every key that is a number.

use std::path::Path;

use consonance_server_config::reference_page;

use crate::tables;

/// Numbers that are not limits on a peer's use of memory, time or other resources.
const NO_LIMITS: &[&str] = &[
    "workers",
    "certificate.check_every_s",
    "joining.clock_leeway_s",
    "diagnostics.inspector_port",
    "telemetry.metrics_every_s",
    "telemetry.traces_ratio",
    "overload.retry_after_s",
    "shutdown.redirect_window_s",
    "shutdown.reconnect_delay_s",
    "fast_path.gather_ms_max",
    "darkrift2.tag",
    "darkrift2.tag_to_client",
    "darkrift2.protocol_version",
    "darkrift2.udp_port",
    "darkrift2.upstream_udp_port",
    "forge.voice_to_server_group",
    "forge.system_to_server_group",
    "forge.voice_to_client_group",
    "forge.system_to_client_group",
    "steam.app_id",
    "steam.channel_to_server",
    "steam.channel_to_client",
];

#[test]
fn every_limit_that_can_be_set_is_on_the_page_of_limits() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/limits.md");
    let page = std::fs::read_to_string(page).unwrap();
    let (_, settable) = page.split_once("## What an operator can set").unwrap();
    let (settable, _) = settable.split_once("\n## ").unwrap();
    let listed: Vec<&str> = settable.lines().flat_map(keys_of_row).collect();
    let mut known = numbers();
    assert!(known.len() > 100, "{} keys", known.len());
    known.retain(|key| !NO_LIMITS.contains(&&**key));
    for key in &known {
        let has_row = listed.iter().any(|name| name == key);
        assert!(has_row, "docs/limits.md has no row for {key}; if it bounds nothing, add it to NO_LIMITS");
    }
    for name in listed {
        assert!(known.iter().any(|key| key == name), "docs/limits.md has {name}, which is not a key");
    }
}

/// The keys in the first cell of a row.
fn keys_of_row(row: &str) -> Vec<&str> {
    let names =
        row.strip_prefix("| ").and_then(|cells| cells.split_once(" | ")).map_or("", |(names, _)| names);
    names.split('`').skip(1).step_by(2).collect()
}

/// Every key with a range of numbers, with its section or network.
fn numbers() -> Vec<String> {
    let page = reference_page(tables());
    let mut section = String::new();
    let mut found = Vec::new();
    let mut shared = Vec::new();
    for line in page.lines() {
        if let Some(heading) = line.strip_prefix("## ").or_else(|| line.strip_prefix("### ")) {
            section = prefix(heading);
        }
        if let Some(names) = line.strip_prefix("[Shared keys]") {
            let keys = shared.iter().filter(|key| names.contains(&format!("`{key}`")));
            found.extend(keys.map(|key| format!("{section}{key}")));
        }
        let cells: Vec<_> = line.split(" | ").collect();
        let [key, default, ..] = cells[..] else { continue };
        let range = default.rsplit_once(" (").and_then(|(_, allowed)| allowed.split_once('–'));
        if range.is_some_and(|(low, _)| low.parse::<f64>().is_ok()) {
            let key = key.trim_matches(['|', ' ', '`']).to_owned();
            if section == SHARED { shared.push(key) } else { found.push(format!("{section}{key}")) }
        }
    }
    found
}

const SHARED: &str = "shared.";

/// `limits.` of `` `[limits]` ``, `sidecar.` of `` `network = "sidecar"` ``.
fn prefix(heading: &str) -> String {
    let bare = heading.trim_matches(['`', '[', ']']);
    match bare.strip_prefix("network = ") {
        Some(network) => format!("{}.", network.trim_matches('"')),
        None if heading.starts_with('`') => format!("{bare}."),
        None if heading.starts_with("In front of") => "proxy.".to_owned(),
        None if heading.starts_with("Keys of several networks") => SHARED.to_owned(),
        None => String::new(),
    }
}
