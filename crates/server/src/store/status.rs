//! How changes are kept, and how a store is doing.

/// How a change is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stored {
    /// On the disk.
    OnDisk,
    /// In memory, as everything here: it is gone after a restart.
    InMemory,
    /// In memory; writing to the disk has not succeeded yet, and is tried again.
    Waiting,
}

/// How a store is doing.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct StoreStatus {
    /// Whether there is a database; without one, everything is in memory.
    pub is_on_disk: bool,
    /// Transactions that the disk has taken.
    pub transactions: u64,
    /// Transactions that it refused.
    pub errors: u64,
    /// Its last error, if it has taken none since.
    pub trouble: Option<String>,
    /// Writes that wait for it.
    pub waiting: u64,
    /// Writes that were not taken because too many wait: these changes are in memory only.
    pub dropped: u64,
}
