//! The same pair at two nodes of a cluster.

use super::super::{PathLink, SilenceCause, StepOutcome};
use super::pair::Pair;
use crate::{ServedNode, ServedNodeLink};

/// Alice is at the first node, Bob at the second one; none of her voice arrives.
fn at_two_nodes(change: impl FnOnce(&mut [ServedNode])) -> Pair {
    Pair::but(|pair| {
        let (mut first, mut second) = (ServedNode::new("one", "a"), ServedNode::new("two", "b"));
        first.links.push(ServedNodeLink::new("b", true));
        second.links.push(ServedNodeLink::new("a", true));
        let mut nodes = [first, second];
        change(&mut nodes);
        pair.server.nodes = nodes.into();
        for (player, node) in pair.server.sessions[0].players.iter_mut().zip(["one", "two"]) {
            player.node = Some(node.into());
        }
        pair.nothing_arrives();
    })
}

#[test]
fn the_broken_link_between_two_nodes_is_named() {
    type Change = fn(&mut [ServedNode]);
    let broken: [(Change, SilenceCause, &str); 6] = [
        (|nodes| nodes[0].has_bus = false, SilenceCause::NatsAway, "node one has no connection to NATS"),
        (|nodes| nodes[1].has_bus = false, SilenceCause::NatsAway, "node two has no connection to NATS"),
        (
            |nodes| nodes[1].trouble = Some("it is not heard".into()),
            SilenceCause::NodeLost,
            "no data from node two, to which Bob is or was connected: it is not heard",
        ),
        (
            |nodes| nodes[0].links[0].is_heard = false,
            SilenceCause::NodesApart,
            "node one does not hear node two",
        ),
        (
            |nodes| nodes[1].links[0].is_heard = false,
            SilenceCause::NodesApart,
            "node two does not hear node one",
        ),
        (
            |nodes| nodes[0].links[0].dropped_ms_ago = Some(1_200),
            SilenceCause::VoiceDroppedBetweenNodes,
            "node one dropped voice for node two 1.2 s ago",
        ),
    ];
    for (change, cause, words) in broken {
        let pair = at_two_nodes(change);
        for letters in ["s", "as", "bs", "abs"] {
            let diagnosis = pair.asked(letters);
            assert_eq!(diagnosis.cause(), Some(&cause), "{letters}\n{diagnosis}");
            assert!(diagnosis.first_broken().unwrap().words.starts_with(words), "{diagnosis}");
        }
    }
}

#[test]
fn what_is_in_order_between_two_nodes_is_not_blamed() {
    let old = at_two_nodes(|nodes| nodes[0].links[0].dropped_ms_ago = Some(60_000));
    let back = at_two_nodes(|nodes| nodes[1].links[0].dropped_ms_ago = Some(100));
    for pair in [at_two_nodes(|_| ()), old, back] {
        let diagnosis = pair.asked("abs");
        assert_eq!(diagnosis.cause(), Some(&SilenceCause::NothingArrives), "{diagnosis}");
    }
    // Voice that arrives has passed the link, whatever was dropped before.
    let mut pair = at_two_nodes(|nodes| nodes[0].links[0].dropped_ms_ago = Some(100));
    pair.bob = Pair::in_order().bob;
    assert_eq!(pair.asked("abs").cause(), None);
    let mut one = at_two_nodes(|nodes| nodes[1].trouble = Some("lost".into()));
    one.server.sessions[0].players[1].node = Some("one".into());
    let diagnosis = one.asked("abs");
    let step = diagnosis.steps.iter().find(|step| step.link == PathLink::Nodes).unwrap();
    assert_eq!((step.outcome, &*step.words), (StepOutcome::Passed, "both are connected to node one"));
}
