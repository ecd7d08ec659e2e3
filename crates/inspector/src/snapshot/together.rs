//! Merges the snapshots of several nodes of a cluster into one.
//!
//! The owner of a session knows its players, rooms and rights; the node that has a player's link knows its voice,
//! since not all voice passes through the owner.

use std::collections::BTreeMap;
use std::mem;

use super::{ServedNode, ServedPlayer, ServedSession, ServerSnapshot};

impl ServerSnapshot {
    /// Merges this node's snapshot with those of others, each of which lists its own node first, and with nodes that
    /// could not be asked. Players' nodes are then given by name, and each session appears once.
    #[must_use]
    pub fn with_nodes(mut self, others: Vec<Self>, not_asked: Vec<ServedNode>) -> Self {
        let mut shown = vec![(self.own_name(), mem::take(&mut self.sessions))];
        for other in others {
            shown.push((other.own_name(), other.sessions));
            self.nodes.extend(other.nodes);
            self.notes.extend(other.notes);
        }
        self.nodes.extend(not_asked);
        self.notes.sort_by_key(|note| note.at_ms);
        let names: BTreeMap<&str, &str> = self.nodes.iter().map(|node| (&*node.id, &*node.name)).collect();
        let mut by_name: BTreeMap<String, Vec<ServedSession>> = BTreeMap::new();
        for (node, sessions) in shown {
            for mut session in sessions {
                for player in &mut session.players {
                    player.has_link_here = player.node.is_none();
                    let id = player.node.take();
                    let other = id.as_deref().map(|id| names.get(id).copied().unwrap_or(id));
                    player.node = Some(other.unwrap_or(&node).to_owned());
                }
                by_name.entry(session.name.clone()).or_default().push(session);
            }
        }
        self.sessions = by_name.into_values().filter_map(together).collect();
        self
    }

    fn own_name(&self) -> String {
        self.nodes.first().map(|node| node.name.clone()).unwrap_or_default()
    }
}

/// Merges the views that all nodes have of one session. If the owner is not among them, the copy with the most players
/// is used.
fn together(mut shown: Vec<ServedSession>) -> Option<ServedSession> {
    shown.sort_by_key(|session| (session.is_copy, usize::MAX - session.players.len()));
    let mut shown = shown.into_iter();
    let mut session = shown.next()?;
    let copied = shown.flat_map(|copy| copy.players).filter(|player| player.has_link_here);
    let mut at_links: BTreeMap<u16, ServedPlayer> = copied.map(|player| (player.id, player)).collect();
    for player in &mut session.players {
        let at_link = at_links.remove(&player.id).filter(|at_link| at_link.name == player.name);
        if let Some(at_link) = at_link.filter(|_| !player.has_link_here) {
            player.hear_link(at_link);
        }
    }
    Some(session)
}

impl ServedPlayer {
    /// Adopts what only the node with its link knows: voice, loss, network and traffic.
    fn hear_link(&mut self, at_link: Self) {
        if at_link.has_newer_voice_than(self.voice_ms_ago) {
            (self.voice_ms_ago, self.voice_to) = (at_link.voice_ms_ago, at_link.voice_to);
        }
        self.is_followed |= at_link.is_followed;
        self.lost_percent = at_link.lost_percent.or(self.lost_percent);
        (self.node, self.has_link_here) = (at_link.node, true);
        (self.voice_path, self.network, self.page) = (at_link.voice_path, at_link.network, at_link.page);
        self.third_party = at_link.third_party;
        (self.received, self.sent, self.faults) = (at_link.received, at_link.sent, at_link.faults);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn player(id: u16, node: Option<&str>, voice_ms_ago: Option<u64>) -> ServedPlayer {
        let (name, node) = (format!("player {id}"), node.map(Into::into));
        ServedPlayer { name, id, node, voice_ms_ago, ..ServedPlayer::default() }
    }

    fn snapshot(id: &str, is_copy: bool, players: Vec<ServedPlayer>) -> ServerSnapshot {
        let session = ServedSession { name: "main".into(), is_copy, players, ..ServedSession::default() };
        let node = ServedNode::new(format!("node {id}"), id);
        ServerSnapshot { sessions: vec![session], nodes: vec![node], ..ServerSnapshot::default() }
    }

    fn seen(snapshot: &ServerSnapshot) -> Vec<(u16, &str, Option<u64>)> {
        assert_eq!(snapshot.sessions.len(), 1, "each session is there once");
        let players = snapshot.sessions[0].players.iter();
        players.map(|it| (it.id, it.node.as_deref().unwrap(), it.voice_ms_ago)).collect()
    }

    #[test]
    fn the_owner_knows_who_is_there_and_each_node_the_voice_of_its_own_players() {
        let owner = || {
            snapshot(
                "a",
                false,
                vec![player(1, None, Some(7)), player(2, Some("b"), None), player(3, Some("c"), None)],
            )
        };
        let edge = || {
            let mut late =
                vec![player(2, None, Some(3)), player(1, Some("a"), Some(900)), player(9, None, Some(1))];
            late[0].is_followed = true;
            snapshot("b", true, late)
        };
        let expected = [(1, "node a", Some(7)), (2, "node b", Some(3)), (3, "node c", None)];
        let gone = || vec![ServedNode { trouble: Some("lost".into()), ..ServedNode::new("node c", "c") }];
        assert_eq!(seen(&owner().with_nodes(vec![edge()], gone())), expected);
        assert_eq!(seen(&edge().with_nodes(vec![owner()], gone())), expected, "from either node");
        let merged = edge().with_nodes(vec![owner()], gone());
        assert_eq!(merged.nodes.len(), 3);
        assert!(merged.sessions[0].players[1].is_followed && !merged.sessions[0].is_copy);
    }

    #[test]
    fn without_the_owner_a_copy_is_shown() {
        let copy = snapshot("b", true, vec![player(2, None, Some(3)), player(1, Some("a"), None)]);
        let merged = copy.with_nodes(Vec::new(), Vec::new());
        assert_eq!(seen(&merged), [(2, "node b", Some(3)), (1, "a", None)]);
        assert!(merged.sessions[0].is_copy);
    }
}
