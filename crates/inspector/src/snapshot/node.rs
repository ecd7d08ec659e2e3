//! A node of a cluster of servers, and its links to the others.

use serde::{Deserialize, Serialize};

/// A node of the cluster.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ServedNode {
    /// Its name, or its id if it has none.
    pub name: String,
    /// The id of this run of the node, in 16 hexadecimal digits.
    pub id: String,
    /// Whether it has a connection to NATS, over which nodes hear each other; true for a node that was not asked.
    pub has_bus: bool,
    /// The reason, if it could not be asked.
    pub trouble: Option<String>,
    /// Its links to the other nodes.
    pub links: Vec<ServedNodeLink>,
}

/// A link from one node to another.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ServedNodeLink {
    /// The id of the other node.
    pub to: String,
    /// Whether it hears the other node.
    pub is_heard: bool,
    /// Milliseconds since it last heard the other node.
    pub heard_ms_ago: u64,
    /// Milliseconds since it last dropped voice for the other node; `None` if it never did.
    pub dropped_ms_ago: Option<u64>,
}

impl ServedNode {
    /// A node with this name and this id.
    pub fn new(name: impl Into<String>, id: impl Into<String>) -> Self {
        Self { name: name.into(), id: id.into(), has_bus: true, ..Self::default() }
    }
}

impl ServedNodeLink {
    /// A link to the node with this id.
    pub fn new(to: impl Into<String>, is_heard: bool) -> Self {
        Self { to: to.into(), is_heard, ..Self::default() }
    }
}
