//! Between the nodes of a cluster.

use super::diagnosis::{PathLink, SilenceCause, Step};
use super::scene::{Scene, ago, is_recent};
use crate::ServedPlayer;

/// From the speaker's node to the listener's; `None` if there is only one server.
pub(super) fn nodes(scene: &Scene<'_>) -> Option<Step> {
    if scene.nodes.is_empty() {
        return None;
    }
    let (link, speaker, listener) = (PathLink::Nodes, scene.speaker, scene.listener);
    let of = |player: Option<&ServedPlayer>| player.and_then(|player| player.node.clone());
    let (Some(from), Some(to)) = (of(scene.served_speaker()), of(scene.served_listener())) else {
        let words = format!("the nodes of {speaker} and {listener} are not known here");
        return Some(Step::unknown(link, words, "the server"));
    };
    if from == to {
        return Some(Step::passed(link, format!("both are connected to node {from}")));
    }
    if scene.arrives() {
        return Some(Step::passed(link, format!("voice came from node {from} to node {to}")));
    }
    if let Some(blind) =
        scene.nodes.iter().find(|node| !node.has_bus && (node.name == from || node.name == to))
    {
        let words = format!("node {} has no connection to NATS, which joins it to the others", blind.name);
        let remedy = "check that NATS runs and can be reached from there";
        return Some(Step::broken(link, SilenceCause::NatsAway, words, remedy));
    }
    for (player, name) in [(speaker, &from), (listener, &to)] {
        let found = scene.nodes.iter().find(|node| node.name == *name);
        if let Some(trouble) = found.map_or(Some("it is not known"), |node| node.trouble.as_deref()) {
            let words = format!("no data from node {name}, to which {player} is or was connected: {trouble}");
            let remedy =
                format!("check whether node {name} runs; if not, {player} will reconnect to another one");
            return Some(Step::broken(link, SilenceCause::NodeLost, words, remedy));
        }
    }
    Some(way(scene, &from, &to))
}

fn way(scene: &Scene<'_>, from: &str, to: &str) -> Step {
    let link = PathLink::Nodes;
    let node = |name: &str| scene.nodes.iter().find(|node| node.name == name);
    let way = |from: &str, to: &str| {
        let id = &node(to)?.id;
        node(from)?.links.iter().find(|link| link.to == *id)
    };
    let deaf = [(from, to), (to, from)].into_iter().find(|(a, b)| way(a, b).is_some_and(|it| !it.is_heard));
    if let Some((deaf, other)) = deaf {
        let ms = way(deaf, other).map(|it| it.heard_ms_ago);
        let words = format!("node {deaf} does not hear node {other} (last: {})", ago(ms));
        let remedy = "check both nodes' connections to NATS, and that their versions match";
        return Step::broken(link, SilenceCause::NodesApart, words, remedy);
    }
    if let Some(ms) = way(from, to).and_then(|it| it.dropped_ms_ago).filter(|ms| is_recent(Some(*ms))) {
        let words = format!(
            "node {from} dropped voice for node {to} {}: NATS does not take it in time",
            ago(Some(ms))
        );
        let remedy = format!("check NATS's load, and the network from node {from} to it");
        return Step::broken(link, SilenceCause::VoiceDroppedBetweenNodes, words, remedy);
    }
    Step::passed(link, format!("node {from} sends to node {to}, and drops nothing"))
}
