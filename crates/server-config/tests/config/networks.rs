//! The documentation covers every network.

use std::fs;

use consonance_server_config::{NETWORKS, Networks};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../");
const BEGIN: &str = "<!-- networks of listeners -->\n";
const END: &str = "<!-- /networks of listeners -->\n";

#[test]
fn the_table_of_networks_is_up_to_date() {
    let file = format!("{FOLDER}docs/networks/README.md");
    let page = fs::read_to_string(&file).unwrap().replace("\r\n", "\n");
    let (before, rest) = page.split_once(BEGIN).unwrap();
    let (_, after) = rest.split_once(END).unwrap();
    let head =
        "| network | server | proxy | client | hosted | sidecar | page |\n|---|---|---|---|---|---|---|\n";
    let rows = Networks::new(NETWORKS).docs_rows();
    let expected = format!("{before}{BEGIN}\n{head}{rows}\n{END}{after}");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&file, &expected).unwrap();
    }
    let is_same = fs::read_to_string(&file).unwrap().replace("\r\n", "\n") == expected;
    assert!(is_same, "write it again: UPDATE_DOCS=1 cargo test -p consonance-server-config --test networks");
}

#[test]
fn the_front_page_names_the_page_of_each_network() {
    let front = fs::read_to_string(format!("{FOLDER}README.md")).unwrap();
    for docs in NETWORKS.iter().filter_map(|network| network.docs()) {
        let file = docs.page.split('#').next().unwrap();
        assert!(front.contains(&format!("(docs/networks/{file})")), "{file}");
    }
}

#[test]
fn names_differ_and_every_key_that_a_table_lists_exists() {
    let tables = Networks::new(NETWORKS).tables();
    for (number, table) in tables.iter().enumerate() {
        assert!(tables[..number].iter().all(|other| other.name != table.name), "{}", table.name);
        let listed = table.without_upstream.iter().chain(table.with_upstream.unwrap_or_default());
        let mut keys = Vec::new();
        (table.keys)().visit(&mut |key| keys.push(key.name));
        for key in listed {
            assert!(keys.contains(key), "{}: {key}", table.name);
        }
    }
}
