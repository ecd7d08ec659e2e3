//! The nodes of a cluster in words.

use std::fmt::Write as _;

use serde_json::Value;

use super::tables::{list, table, text};

/// A row for each node, and a line for each link between two of them that does not work.
pub(super) fn nodes(answer: &Value) -> String {
    let nodes = list(&answer["nodes"]);
    let row = |node: &Value| {
        let now = &node["now"];
        let load = now["busy_share"].as_f64().map(|share| format!("{:.0} %", 100.0 * share));
        vec![
            text(&node["name"]),
            text(&node["region"]),
            state(node),
            text(&node["sessions"]),
            text(&now["players"]),
            text(&now["links"]),
            load.unwrap_or_default(),
            text(&node["version"]),
            text(&node["id"]),
        ]
    };
    let titles =
        ["NODE", "REGION", "STATE", "SESSIONS", "PLAYERS IN THEM", "CONNECTIONS", "LOAD", "VERSION", "ID"];
    let none = "this server is not in a cluster";
    let broken = nodes.iter().flat_map(|node| {
        list(&node["now"]["links_to"]).iter().filter_map(trouble).map(move |trouble| {
            let name = text(&node["name"]);
            format!("{name} {trouble}\n")
        })
    });
    table(&titles, nodes.iter().map(row), none) + &broken.collect::<String>()
}

fn state(node: &Value) -> String {
    let now = &node["now"];
    let mut words = match node["state"].as_str() {
        Some("alive") if now.is_null() => text(&node["trouble"]),
        Some("no_bus") => "no connection to NATS".to_owned(),
        _ => text(&node["state"]),
    };
    if now["is_draining"] == true {
        let _ = write!(words, ", draining, ends in {} s", text(&now["ends_in_s"]));
    }
    if node["is_own"] == true {
        words += ", asked";
    }
    words
}

/// The problem with the connection from one node to another, if there is one.
fn trouble(link: &Value) -> Option<String> {
    let to = text(&link["to"]);
    if link["state"] != "alive" {
        return Some(format!("does not hear {to} ({})", text(&link["state"])));
    }
    let dropped_ms_ago = link["dropped_ms_ago"].as_u64().filter(|ms| *ms < RECENT_MS)?;
    Some(format!("dropped voice for {to} {} s ago", dropped_ms_ago / 1000))
}

/// The maximum age of dropped voice that still counts as a problem.
const RECENT_MS: u64 = 60_000;

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn nodes_are_listed_with_what_does_not_work_between_them() {
        let links = json!([
            {"to": "fra-2", "state": "lost"},
            {"to": "fra-3", "state": "alive", "dropped_ms_ago": 4_200},
            {"to": "fra-4", "state": "alive", "dropped_ms_ago": null},
        ]);
        let now = json!({"players": 3, "links": 2, "busy_share": 0.25, "is_draining": true, "ends_in_s": 60,
            "links_to": links});
        let words = nodes(&json!({"nodes": [
            {"name": "fra-1", "region": "eu", "state": "alive", "sessions": 1, "version": "1.0", "id": "00", "now": now,
                "is_own": true},
            {"name": "fra-2", "state": "lost", "sessions": 1, "now": null, "trouble": "the node is not heard"},
            {"name": "fra-3", "state": "alive", "now": null, "trouble": "the node did not answer in 2 s"},
        ]}));
        for expected in [
            "alive, draining, ends in 60 s, asked",
            "25 %",
            "\nfra-2 ",
            "the node did not answer in 2 s",
            "fra-1 does not hear fra-2 (lost)\n",
            "fra-1 dropped voice for fra-3 4 s ago\n",
        ] {
            assert!(words.contains(expected), "{expected}: {words}");
        }
        assert!(!words.contains("fra-4"), "{words}");
        assert_eq!(nodes(&json!({"nodes": []})), "this server is not in a cluster\n");
    }
}
