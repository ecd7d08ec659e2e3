//! A node of a cluster of servers, and what it sends to the others.

use serde::{Deserialize, Serialize};

/// A node of the cluster.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ServedNode {
    /// Its name, or its id if it has none.
    pub name: String,
    /// Of this run of it, in 16 hexadecimal digits.
    pub id: String,
    /// Whether it has a connection to NATS, by which nodes hear each other; true of one that was not asked.
    pub has_bus: bool,
    /// Why it could not be asked, if that is so.
    pub trouble: Option<String>,
    /// What it sends to each of the others.
    pub links: Vec<ServedNodeLink>,
}

/// What one node sends to another.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ServedNodeLink {
    /// The id of the other one.
    pub to: String,
    /// Whether it hears the other one.
    pub is_heard: bool,
    /// Milliseconds since it heard it.
    pub heard_ms_ago: u64,
    /// Milliseconds since it dropped voice for it; none if it never did.
    pub dropped_ms_ago: Option<u64>,
}

impl ServedNode {
    /// A node with this name and this id.
    pub fn new(name: impl Into<String>, id: impl Into<String>) -> Self {
        Self { name: name.into(), id: id.into(), has_bus: true, ..Self::default() }
    }
}

impl ServedNodeLink {
    /// A way to the node with this id.
    pub fn new(to: impl Into<String>, is_heard: bool) -> Self {
        Self { to: to.into(), is_heard, ..Self::default() }
    }
}
