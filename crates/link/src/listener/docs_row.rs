//! A network's row in the documentation.

/// A row of the table in docs/networks/README.md.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DocsRow {
    /// Requirements of a listener for it, as the end of a sentence.
    pub needs: &'static str,
    /// Modules or crates with a client of ours.
    pub client: &'static [&'static str],
    /// The reason why there is no proxy, if there is none.
    pub no_proxy: &'static str,
    /// Crates for networks that live in the game; a word otherwise.
    pub hosted: &'static str,
    /// Whether an adapter in the game's server can use a sidecar.
    pub sidecar: &'static str,
    /// The page about it, in docs/networks.
    pub page: &'static str,
}

impl DocsRow {
    /// A row of a network with a proxy, which has an adapter in the game's server or can have one.
    pub const fn new(client: &'static [&'static str], page: &'static str) -> Self {
        Self { needs: "", client, no_proxy: "", hosted: "–", sidecar: "yes", page }
    }
}
