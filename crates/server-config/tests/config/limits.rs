//! `docs/limits.md` has every key that is a number, with its default.

use std::path::Path;

use consonance_server_config::reference_page;

use crate::tables;

/// Numbers that bound nothing a peer can make grow, wait or cost.
const NO_LIMITS: &[&str] = &[
    "workers",
    "certificate.check_every_s",
    "joining.clock_leeway_s",
    "diagnostics.inspector_port",
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
fn every_limit_that_can_be_set_is_on_the_page_of_limits_with_its_default() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/limits.md");
    let page = std::fs::read_to_string(page).unwrap();
    let listed: Vec<(&str, &str)> = page.lines().flat_map(keys_of_row).collect();
    let mut known = numbers();
    assert!(known.len() > 100, "{} keys", known.len());
    known.retain(|(key, _)| !NO_LIMITS.contains(&&**key));
    for (key, default) in &known {
        let (_, told) = listed.iter().find(|(name, _)| name == key).unwrap_or_else(|| {
            panic!("docs/limits.md has no row for {key}; if it bounds nothing, add it to NO_LIMITS")
        });
        assert_eq!(told, default, "docs/limits.md has another default for {key}");
    }
    for (name, _) in listed {
        assert!(known.iter().any(|(key, _)| key == name), "docs/limits.md has {name}, which is not a key");
    }
}

/// The keys in the first cell of a row, each with its default in the second: one for all, or one for each in the same
/// order. Other defaults have no backquotes.
fn keys_of_row(row: &str) -> Vec<(&str, &str)> {
    let mut cells = row.trim_start_matches("| ").split(" | ");
    let (Some(names), Some(defaults)) = (cells.next(), cells.next()) else { return Vec::new() };
    if !(defaults.starts_with('`') && defaults.ends_with('`')) {
        return Vec::new();
    }
    let quoted = |cell| str::split(cell, '`').skip(1).step_by(2).collect::<Vec<_>>();
    let (names, mut defaults) = (quoted(names), quoted(defaults));
    if let [default] = defaults[..] {
        defaults = vec![default; names.len()];
    }
    assert_eq!(names.len(), defaults.len(), "{row}");
    names.into_iter().zip(defaults).collect()
}

/// Every key with a range of numbers, with its section or network, and its default.
fn numbers() -> Vec<(String, String)> {
    let page = reference_page(tables());
    let mut section = String::new();
    let mut found = Vec::new();
    let mut shared = Vec::new();
    for line in page.lines() {
        if let Some(heading) = line.strip_prefix("## ").or_else(|| line.strip_prefix("### ")) {
            section = prefix(heading);
        }
        if let Some(names) = line.strip_prefix("[Shared keys]") {
            let of_network = |(key, default): &(String, String)| {
                names.contains(&format!("`{key}`")).then(|| (format!("{section}{key}"), default.clone()))
            };
            found.extend(shared.iter().filter_map(of_network));
        }
        let cells: Vec<_> = line.split(" | ").collect();
        let [key, default, allowed, ..] = cells[..] else { continue };
        let is_range = allowed.split_once('–').is_some_and(|(low, _)| low.parse::<f64>().is_ok());
        if is_range {
            let bare = |cell: &str| cell.trim_matches(['|', ' ', '`']).to_owned();
            let (key, default) = (bare(key), bare(default));
            if section == SHARED {
                shared.push((key, default));
            } else {
                found.push((format!("{section}{key}"), default));
            }
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
