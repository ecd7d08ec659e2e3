//! The table of networks in docs/networks/README.md.

use consonance_link::listener::{DocsRow, ListenerNetwork};

use super::Networks;

impl Networks {
    /// The rows of the networks that have one.
    pub fn docs_rows(self) -> String {
        self.iter().filter_map(|network| Some(row(network, network.docs()?))).collect()
    }
}

fn row(network: &dyn ListenerNetwork, docs: DocsRow) -> String {
    let DocsRow { needs, client, no_proxy, hosted, sidecar, page } = docs;
    let (title, table) = (network.title(), network.table());
    let proxy = if table.has_proxy() { format!("`{}`", network.short_name()) } else { no_proxy.to_owned() };
    let client = client.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    let file = page.split('#').next().unwrap_or_default();
    let name = table.name;
    format!("| {title} | `{name}`{needs} | {proxy} | {client} | {hosted} | {sidecar} | [{file}]({page}) |\n")
}
