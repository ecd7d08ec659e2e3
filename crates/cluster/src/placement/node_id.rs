//! The id of a node, and its text form.

use std::fmt;
use std::num::ParseIntError;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The id of a node: a number that it draws when it starts, and that no other node has or had.
///
/// Its text form has 16 hexadecimal digits:
///
/// ```
/// # use consonance_cluster::placement::NodeId;
/// assert_eq!(NodeId(0xF3).to_string(), "00000000000000f3");
/// assert_eq!("00000000000000f3".parse(), Ok(NodeId(0xF3)));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct NodeId(pub u64);

impl fmt::Display for NodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl FromStr for NodeId {
    type Err = ParseIntError;

    fn from_str(text: &str) -> Result<Self, ParseIntError> {
        u64::from_str_radix(text, 16).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_is_read_as_it_is_shown() {
        for node in [0, 0xF3, u64::MAX].map(NodeId) {
            assert_eq!(node.to_string().parse(), Ok(node));
        }
        for wrong in ["", "node", "10000000000000000"] {
            assert!(wrong.parse::<NodeId>().is_err(), "{wrong}");
        }
    }
}
