//! The addresses at which clients reach the nodes of a cluster.

use std::collections::BTreeMap;

use consonance_cluster::NodeInfo;
use consonance_cluster::placement::NodeId;

/// The addresses of all nodes that are heard and have one, this node's included.
#[derive(Debug, Default)]
pub(crate) struct NodeAddresses {
    by_node: BTreeMap<NodeId, NodeAddress>,
    /// Other regions have sessions of their own; none if all share theirs.
    only_region: Option<Box<str>>,
}

#[derive(Debug, PartialEq, Eq)]
struct NodeAddress {
    address: Box<str>,
    region: Box<str>,
}

impl NodeAddresses {
    pub(crate) fn is_empty(&self) -> bool {
        self.by_node.is_empty()
    }

    /// A node says this of itself, or is lost. True if that changes an address or a region.
    pub(crate) fn note(&mut self, node: NodeId, info: Option<&NodeInfo>) -> bool {
        let Some(info) = info.filter(|info| !info.address.is_empty()) else {
            return self.by_node.remove(&node).is_some();
        };
        let said = NodeAddress { address: info.address.clone(), region: info.region.clone() };
        if self.by_node.get(&node) == Some(&said) {
            return false;
        }
        self.by_node.insert(node, said);
        true
    }

    /// Sessions are shared within this region only, or with all.
    pub(crate) fn set_only_region(&mut self, region: Option<Box<str>>) {
        self.only_region = region;
    }

    /// The addresses for a client at this node, in the order in which it is to try them: others of its region, its own,
    /// and those of other regions. Of each region, clients begin in turns, so that those of a node that dies spread
    /// over all others.
    pub(crate) fn for_client(&self, at: NodeId, turn: usize) -> Vec<&str> {
        let own = self.by_node.get(&at);
        let is_shared = |it: &&NodeAddress| self.only_region.as_ref().is_none_or(|only| *only == it.region);
        let others = self.by_node.iter().filter(|(node, _)| **node != at).map(|(_, it)| it);
        let others = others.filter(is_shared);
        let (near, far): (Vec<_>, Vec<_>) =
            others.partition(|it| own.is_some_and(|own| own.region == it.region));
        let all = rotated(near, turn).into_iter().chain(own).chain(rotated(far, turn));
        all.map(|it| &*it.address).collect()
    }
}

fn rotated<T>(mut list: Vec<T>, turn: usize) -> Vec<T> {
    let by = turn.checked_rem(list.len()).unwrap_or_default();
    list.rotate_left(by);
    list
}

#[cfg(test)]
mod tests {
    use super::*;

    fn info(address: &str, region: &str) -> NodeInfo {
        NodeInfo { address: address.into(), region: region.into(), ..NodeInfo::default() }
    }

    fn of(nodes: &[(u64, &str, &str)]) -> NodeAddresses {
        let mut addresses = NodeAddresses::default();
        for (node, address, region) in nodes {
            assert!(addresses.note(NodeId(*node), Some(&info(address, region))));
        }
        addresses
    }

    #[test]
    fn clients_are_sent_to_their_own_region_first_and_in_turns() {
        let nodes = of(&[(1, "a", "eu"), (2, "b", "us"), (3, "c", "eu"), (4, "d", "us"), (5, "e", "eu")]);
        assert_eq!(nodes.for_client(NodeId(3), 0), ["a", "e", "c", "b", "d"]);
        assert_eq!(nodes.for_client(NodeId(3), 1), ["e", "a", "c", "d", "b"]);
        assert_eq!(nodes.for_client(NodeId(2), 5), ["d", "b", "e", "a", "c"]);
    }

    #[test]
    fn clients_are_not_sent_to_regions_with_sessions_of_their_own() {
        let mut nodes = of(&[(1, "a", "eu"), (2, "b", "us"), (3, "c", "eu"), (4, "d", "")]);
        nodes.set_only_region(Some("eu".into()));
        assert_eq!(nodes.for_client(NodeId(1), 0), ["c", "a"]);
        nodes.set_only_region(None);
        assert_eq!(nodes.for_client(NodeId(1), 0), ["c", "a", "b", "d"]);
    }

    #[test]
    fn clients_of_a_node_without_an_address_learn_all_others_in_turns() {
        let mut nodes = of(&[(1, "a", ""), (2, "b", "")]);
        assert!(!nodes.note(NodeId(3), Some(&info("", ""))));
        assert_eq!(nodes.for_client(NodeId(3), 1), ["b", "a"]);
        assert!(NodeAddresses::default().for_client(NodeId(3), 1).is_empty());
    }

    #[test]
    fn only_a_node_that_comes_goes_or_moves_is_news() {
        let mut nodes = of(&[(1, "a", "eu")]);
        assert!(!nodes.note(NodeId(1), Some(&NodeInfo { version: "2".into(), ..info("a", "eu") })));
        assert!(nodes.note(NodeId(1), Some(&info("b", "eu"))));
        assert!(nodes.note(NodeId(1), None) && !nodes.note(NodeId(1), None));
        assert!(nodes.is_empty());
    }
}
